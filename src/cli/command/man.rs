//! `subrosa man`: a page for each command, from the definitions that the parser itself uses.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::args::Cli;
use crate::cli::failure::Failure;
use crate::cli::output::OutputError;
use crate::cli::output::Target;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;

/// What `subrosa man` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A directory for all pages, made when it is missing; without it the main page goes to standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Replace pages that are there
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Pages {
    pages: Vec<String>,
}

impl Answer for Pages {
    fn prose(&self, _: &Look<'_>) -> String {
        self.pages.iter().map(|page| format!("{}\n", bare(page))).collect()
    }

    fn bare(&self) -> String {
        self.pages.iter().map(|page| row([&**page])).collect()
    }
}

/// Writes the pages.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut all = Cli::command();
    // Names of subcommands and the options that hold everywhere come in with this.
    all.build();
    let Some(directory) = args.output.as_ref().filter(|path| path.as_os_str() != "-") else {
        public::refuse_json_to_stdout(&Target::Stdout, session, "subrosa man --json -o DIR")?;
        let page = rendered(all)?;
        session.host.stdout.say(&String::from_utf8_lossy(&page))?;
        return Ok(Exit::Done);
    };
    let directory = session.host.absolute(directory);
    fs::create_dir_all(&directory)
        .map_err(|source| Failure::from(OutputError::Failed { path: directory.clone(), source }))?;
    let mut commands = Vec::new();
    every(&all, &mut commands);
    let mut pages = Vec::new();
    for command in commands {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        let path = directory.join(format!("{name}.1"));
        let page = rendered(command)?;
        let written = public::write(session, &Target::File { path, force: args.force }, "a man page", &page, None)?;
        pages.extend(written.map(|path| path.display().to_string()));
    }
    session.answer("man", &Pages { pages }, None)?;
    Ok(Exit::Done)
}

/// The command and all below it.
fn every(command: &clap::Command, found: &mut Vec<clap::Command>) {
    found.push(command.clone());
    command.get_subcommands().filter(|command| !command.is_hide_set()).for_each(|command| every(command, found));
}

fn rendered(command: clap::Command) -> Result<Vec<u8>, io::Error> {
    let mut page = Vec::new();
    // A page of a fixed date would be wrong tomorrow, and one of today is never built twice alike: it has none.
    Man::new(command).manual("Subrosa").render(&mut page)?;
    Ok(page)
}
