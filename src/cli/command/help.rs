//! `subrosa help`: of a command, or `exit-codes`.

use clap::CommandFactory as _;

use crate::cli::Exit;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::failure::exit_codes;
use crate::cli::session::Session;

/// What `subrosa help` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A command, or `exit-codes`
    #[arg(value_name = "COMMAND")]
    pub words: Vec<String>,
}

/// Tells.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.globals.json {
        return Err(Failure::usage("help is words, not JSON"));
    }
    if args.words == ["exit-codes"] {
        session.host.stdout.say(&exit_codes())?;
        return Ok(Exit::Done);
    }
    let mut all = Cli::command();
    // Usage lines and the options that hold everywhere come in with this.
    all.build();
    let mut command = &mut all;
    for word in &args.words {
        let unknown = || Failure::usage(format!("there is no command {word:?}")).hint("subrosa help");
        command = command.find_subcommand_mut(word).ok_or_else(unknown)?;
    }
    let text = command.render_long_help().to_string();
    session.host.stdout.say(&text)?;
    Ok(Exit::Done)
}
