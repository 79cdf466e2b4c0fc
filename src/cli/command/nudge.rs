//! `subrosa nudge`: a reminder for a colleague. It is about no client and blames nobody; what is kept is that somebody was
//! reminded of something (domain rows 21 and 44).

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::practice::event::Body;
use crate::practice::inquiry::ColleagueNudged;
use crate::vault::error::VaultError;
use crate::vault::transaction::Draft;
use crate::vocabulary::NudgeAbout;

/// What `subrosa nudge` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "The text is printed, to be handed on as you like: on paper, or in a message.")]
pub struct Args {
    /// The colleague: a recipient
    #[arg(value_name = "RECIPIENT")]
    pub colleague: String,
    /// Of what
    #[arg(long, value_name = "WHAT", value_parser = words::<NudgeAbout>(NudgeAbout::WORDS))]
    pub about: Option<NudgeAbout>,
}

/// Writes the reminder, and that it was given.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa nudge tom --about talk";
    session.must_have(args.about.as_ref(), "--about", example)?;
    let mut vault = session.open_to_append()?;
    let recipient = names::recipient(vault.catalog(), &args.colleague)?;
    let about = session.required(args.about, "--about", "Of what (setting, talk or files)", example)?;
    let nudged = ColleagueNudged { about, recipient: recipient.id() };
    let committed =
        session.desk(&mut vault).append(|_| Ok::<_, VaultError>(vec![Draft::from(Body::ColleagueNudged(nudged))]))?;
    let exit = session.committed(&committed);
    let made = Made {
        id: recipient.id().to_string(),
        state: "nudged",
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("For {}: {}", recipient.details.alias, reminder(about)),
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
