//! `subrosa ledger hand-over`: another computer writes the ledger from here on.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::id::MachineId;
use crate::vault::turns;

/// What `subrosa ledger hand-over` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The other computer tells its id when something is to be added there: it reads,
and says so. Each log has ids of its own: after rotate-key or owner remove the
other computer tells a new one.")]
pub struct Args {
    /// The other computer's id for this ledger, as that computer tells it
    #[arg(value_name = "MACHINE-ID")]
    pub machine: MachineId,
}

#[derive(Serialize)]
struct HandedOver {
    machine: String,
    head: Head,
}

impl Answer for HandedOver {
    fn prose(&self, _: &Look<'_>) -> String {
        format!(
            "The computer {} writes the ledger from entry {} on.\n{}\n{}\n",
            self.machine,
            self.head.size,
            "Here nothing is added any more: let the sync finish, or eject the stick, before you go on there.",
            "There: just go on; it takes up the right by itself once everything has arrived."
        )
    }

    fn bare(&self) -> String {
        format!("{}\n", self.machine)
    }
}

/// Hands it over.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    if vault.machine() == Some(args.machine) {
        return Err(Failure::refused(format!("{} is this computer: it writes the ledger already", args.machine)));
    }
    session.must_be_sure(&format!(
        "The computer {} is to write the ledger, and this one will only read it. If that is not its id, nobody writes \
         it until it is recovered. Go on?",
        args.machine
    ))?;
    let committed = turns::hand_over(&mut session.desk(&mut vault), args.machine)?;
    let exit = session.committed(&committed);
    let handed = HandedOver { machine: args.machine.to_string(), head: (&committed.head).into() };
    session.answer("ledger-hand-over", &handed, None)?;
    Ok(exit)
}
