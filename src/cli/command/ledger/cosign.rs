//! `subrosa ledger cosign`: what witnesses answered, put beside the heads that they were asked about.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::note::NOTE_LIMIT;

/// What `subrosa ledger cosign` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What came back from a witness; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The verifier key of a witness you trust, or @FILE with it, the first time; may be repeated
    #[arg(long, value_name = "VKEY")]
    pub witness: Vec<String>,
}

#[derive(Serialize)]
struct Kept {
    witness: String,
    size: u64,
    time: String,
}

#[derive(Serialize)]
struct Cosigned {
    kept: Vec<Kept>,
    unknown: usize,
    head: Head,
}

impl Answer for Cosigned {
    fn prose(&self, _: &Look<'_>) -> String {
        let line = |kept: &Kept| {
            let name = kept.witness.split('+').next().unwrap_or_default();
            format!("{} cosigned {} entries at {}\n", bare(name), kept.size, kept.time)
        };
        self.kept.iter().map(line).collect()
    }

    fn bare(&self) -> String {
        self.kept.iter().map(|kept| row([&*kept.time, &kept.size.to_string(), &kept.witness])).collect()
    }
}

/// Keeps them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut given: Vec<WitnessVerifier> = Vec::new();
    for key in &args.witness {
        given.push(session.key(key, "--witness")?);
    }
    let answer = session.read_public(&args.file, NOTE_LIMIT)?;
    let mut vault = session.open()?;
    let taken = vault.take_cosignatures(&answer, &given)?;
    if taken.unknown > 0 {
        session.note(&format!("{} lines are by others, and were left out", taken.unknown));
    }
    let kept = taken.kept.iter().map(|(size, kept)| Kept {
        witness: kept.witness.to_string(),
        size: *size,
        time: kept.time.to_string(),
    });
    let cosigned = Cosigned { kept: kept.collect(), unknown: taken.unknown, head: vault.head().into() };
    session.answer("ledger-cosign", &cosigned, None)?;
    Ok(Exit::Done)
}
