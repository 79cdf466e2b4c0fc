//! `subrosa nudge`: a reminder for a colleague. It is about no client and blames nobody; what is kept is that somebody was
//! reminded of something (domain rows 21 and 44).

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::event::Body;
use crate::practice::inquiry::ColleagueNudged;
use crate::vault::error::VaultError;
use crate::vault::transaction::Draft;
use crate::vocabulary::NudgeAbout;

/// What `subrosa nudge` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "The text is printed, to be handed on as you like: on paper, or in a message.")]
pub struct Args {
    /// The colleague: a recipient, or an owner
    #[arg(value_name = "ALIAS")]
    pub colleague: String,
    /// Of what
    #[arg(long, value_name = "WHAT", value_parser = words::<NudgeAbout>(NudgeAbout::WORDS))]
    pub about: Option<NudgeAbout>,
}

#[derive(Serialize)]
struct Nudged {
    /// A recipient's id, or an owner's alias.
    id: String,
    state: &'static str,
    missing: [String; 0],
    text: &'static str,
    head: Head,
    #[serde(skip)]
    alias: String,
}

impl Answer for Nudged {
    fn prose(&self, _: &Look<'_>) -> String {
        format!("For {}: {}\n", bare(&self.alias), self.text)
    }

    fn bare(&self) -> String {
        row([&self.id[..], self.text])
    }
}

/// Writes the reminder, and that it was given.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa nudge tom --about talk";
    session.must_have(args.about.as_ref(), "--about", example)?;
    let mut vault = session.open_to_append()?;
    let owners = vault.catalog().owners()?;
    let owner = owners.into_iter().map(|owner| owner.alias).find(|alias| alias.as_str() == args.colleague);
    let (id, alias, nudged) = match names::recipient(vault.catalog(), &args.colleague) {
        Ok(found) => (found.id().to_string(), found.details.alias.clone(), (None, Some(found.id()))),
        Err(failure) => {
            let owner = owner.ok_or(failure)?;
            (owner.to_string(), owner.clone(), (Some(owner), None))
        }
    };
    let about = session.required(args.about, "--about", "Of what (setting, talk or files)", example)?;
    let nudged = ColleagueNudged { about, owner: nudged.0, recipient: nudged.1 };
    let committed =
        session.desk(&mut vault).append(|_| Ok::<_, VaultError>(vec![Draft::from(Body::ColleagueNudged(nudged))]))?;
    let exit = session.committed(&committed);
    let made = Nudged {
        id,
        state: "nudged",
        missing: [],
        text: reminder(about),
        head: (&committed.head).into(),
        alias: alias.to_string(),
    };
    session.answer("nudge", &made, Some(&vault))?;
    Ok(exit)
}

/// In words that a friend would use.
fn reminder(about: NudgeAbout) -> &'static str {
    match about {
        NudgeAbout::Setting => "shall we take this somewhere private? A quiet room with the door closed is best.",
        NudgeAbout::Talk => "let us keep this to those who need it, and talk about it where nobody else hears.",
        NudgeAbout::Files => "could you look after what lies open: papers, screens, copies? Thank you.",
    }
}
