//! `subrosa ledger checkpoint`: the signed head, byte for byte.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;

/// What `subrosa ledger checkpoint` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make it a request to witnesses: with the proof that it continues what they have seen
    #[arg(long)]
    pub for_witness: bool,
    /// The size that a witness stands at; may be repeated [default: the last one a known witness cosigned, else 0]
    #[arg(long, value_name = "N", requires = "for_witness")]
    pub old: Vec<u64>,
    /// Where it goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Written {
    path: String,
    head: Head,
    olds: Vec<u64>,
}

impl Answer for Written {
    fn prose(&self, _: &Look<'_>) -> String {
        let what = if self.olds.is_empty() { "checkpoint" } else { "request to witnesses" };
        format!("The {what} of {} entries is in {}\n", self.head.size, bare(&self.path))
    }

    fn bare(&self) -> String {
        crate::cli::text::row([&*self.path])
    }
}

/// Writes it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    public::refuse_json_to_stdout(&target, session, "subrosa ledger checkpoint --json -o FILE")?;
    let mut vault = session.open()?;
    let (bytes, olds) = match args.for_witness {
        false => (vault.show_checkpoint()?.bytes().to_vec(), Vec::new()),
        true => {
            let request = vault.ask_witnesses(&args.old)?;
            (request.to_bytes(), request.steps.iter().map(|step| step.old).collect())
        }
    };
    let path = public::write(session, &target, "the checkpoint", &bytes, Some(vault.path()))?;
    if let Some(path) = path {
        let written = Written { path: path.display().to_string(), head: vault.head().into(), olds };
        session.answer("ledger-checkpoint", &written, None)?;
    }
    Ok(Exit::Done)
}
