//! `subrosa consent form`: one page that a client can sign. It is the client's own page, so it names people by name.

use std::path::PathBuf;

use serde::Serialize;

use super::pages;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::output::Target;
use crate::cli::plain;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::harmless;
use crate::consenting::Judged;

/// What `subrosa consent form` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
    /// Where the page goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Printed {
    id: String,
    state: &'static str,
    missing: Vec<&'static str>,
    path: String,
}

impl Answer for Printed {
    fn prose(&self, _: &Look<'_>) -> String {
        format!(
            "The page is in {}. When it is signed: subrosa consent complete {} --signed-on DATE --signed-by client\n",
            bare(&self.path),
            self.id
        )
    }

    fn bare(&self) -> String {
        format!("{}\n", bare(&self.path))
    }
}

/// Writes it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    public::refuse_json_to_stdout(&target, session, "subrosa --json consent form k-5m2p -o form.txt")?;
    // A page in a file is written down first, so the ledger has to be one that can be added to.
    let mut vault = if target == Target::Stdout { session.open()? } else { session.open_to_append()? };
    let consent = names::consent(vault.catalog(), &args.consent)?;
    let today = super::today(session, &vault)?;
    let judged = Judged::find(&vault, consent.id(), today)?;
    let sources = pages::Sources::of(&vault, judged, today)?;
    let page = harmless(&sources.matter().form()).into_owned();
    let written = plain::write_page(session, &mut vault, &target, "consent", &page)?;
    if let Some(path) = written {
        let printed = Printed {
            id: consent.id().to_string(),
            state: sources.judged.state.as_str(),
            missing: sources.judged.missing.clone(),
            path: path.display().to_string(),
        };
        session.answer("consent-form", &printed, Some(&vault))?;
    }
    Ok(Exit::Done)
}
