//! `subrosa unlock`: the vault's own key rests for a while in the kernel's keyring of this session, so that nobody has to
//! type the passphrase for each command. Never in a file; elsewhere than on Linux it is refused.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::args::a_while;
use crate::cli::failure::Failure;
use crate::cli::session::Rest;
use crate::cli::session::Session;
use crate::cli::text::row;
use crate::platform::session_keys::Reach;

/// What `subrosa unlock` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every command of this session finds it so, after key files and a passphrase
file that was named, and before a passphrase that is asked for. Once more renews it; 'subrosa lock' ends it, and so does its time.")]
pub struct Args {
    /// For how long
    #[arg(long = "for", value_name = "SPAN", default_value = "30min", value_parser = a_while)]
    pub seconds: u32,
}

/// What `unlock` and `lock` answer.
#[derive(Serialize)]
pub(super) struct State {
    pub state: &'static str,
    pub until: Option<String>,
}

impl Answer for State {
    fn prose(&self, _: &Look<'_>) -> String {
        match &self.until {
            Some(until) => format!("The vault is open to this session until {until}; subrosa lock ends it.\n"),
            None => "The vault is locked.\n".to_owned(),
        }
    }

    fn bare(&self) -> String {
        match &self.until {
            Some(until) => row([self.state, until.as_str()]),
            None => row([self.state]),
        }
    }
}

/// Unlocks it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let name = vault.header().verifier.origin().as_str().to_owned();
    let rest = Rest::of(&vault)?;
    let reach = session.keep_unlocked(&rest, &name, args.seconds)?;
    if reach == Reach::User {
        session.warn(
            "this session has no keyring of its own: all sessions of yours find the vault unlocked until then, not this one alone",
        );
    }
    let until = session.now().plus_seconds(args.seconds.into()).to_string();
    session.answer("unlock", &State { state: "unlocked", until: Some(until) }, Some(&vault))?;
    Ok(Exit::Done)
}
