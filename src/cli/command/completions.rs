//! `subrosa completions`: scripts for shells, from the definitions that the parser itself uses.

use clap::CommandFactory as _;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser as _;
use clap_complete::Shell;

use crate::cli::Exit;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// The shells that scripts are written for.
const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

/// What `subrosa completions` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell; put what comes out where it looks for completions
    #[arg(value_parser = PossibleValuesParser::new(SHELLS).try_map(|word| word.parse::<Shell>()))]
    pub shell: Shell,
}

/// Writes the script.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.globals.json {
        return Err(Failure::usage("completions writes a script, not JSON"));
    }
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "subrosa", &mut script);
    session.host.stdout.say(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
