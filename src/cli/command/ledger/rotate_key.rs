//! `subrosa ledger rotate-key`: the log is closed, and its successor signs with a new key.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::practice::words::Line;
use crate::vault::rekey;

/// What `subrosa ledger rotate-key` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Why, as it stands in the ledger
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The file with the next key, where one was made with the vault; - is standard input
    #[arg(long, value_name = "FILE")]
    pub next_key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Rotated {
    old_vkey: String,
    vkey: String,
    head: Head,
}

impl Answer for Rotated {
    fn prose(&self, _: &Look<'_>) -> String {
        format!(
            "The ledger is signed with a new key from now on.\n  old: {}\n  new: {}\n{}\n{}\n",
            self.old_vkey,
            self.vkey,
            "Whoever has your old card needs the new one, which carries the link: subrosa card -o FILE",
            "What was proved with the old key still holds. Nothing else changed."
        )
    }

    fn bare(&self) -> String {
        format!("{}\n", self.vkey)
    }
}

/// Rotates it.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let reason: Option<Line> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let old_vkey = vault.header().verifier.to_string();
    session.must_be_sure(
        "The ledger gets a new key, and everybody who has your card needs a new one. The old key signs no more. Go on?",
    )?;
    let key = session.next_key(&vault, args.next_key.as_deref(), "subrosa ledger rotate-key --next-key FILE")?;
    let (committed, next) = rekey::rotate_key(&mut session.desk(&mut vault), key, reason)?;
    let exit = session.committed(&committed);
    let (identity, owner_file) = (vault.identity().again(), vault.acting_owner()?.file);
    drop(vault);
    // It is committed, whatever becomes of opening it once more.
    let (head, exit) = match session.reopen(&identity, &owner_file) {
        Ok(vault) => (vault.head().into(), exit),
        Err(failure) => {
            session.warn(&format!("done, but the vault did not open with the new key yet: {}", failure.message));
            ((&committed.head).into(), Exit::Due)
        }
    };
    let rotated = Rotated { old_vkey, vkey: next.0.to_string(), head };
    session.answer("ledger-rotate-key", &rotated, None)?;
    Ok(exit)
}
