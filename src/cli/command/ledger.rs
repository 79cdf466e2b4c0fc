//! `subrosa ledger`: what the signed ledger says, whether it holds, and its head for others.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub mod checkpoint;
pub mod cosign;
pub mod hand_over;
pub mod log;
pub mod prove;
pub mod recover;
pub mod rotate_key;
pub mod verify;
pub mod witness;

/// What can be done with the ledger.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Everything that happened, the oldest first
    Log(log::Args),
    /// Check every entry, tile, opening and signature, and that nothing was rolled back
    Verify(verify::Args),
    /// Prove an entry to somebody who has no vault, or that the ledger continues a kept head
    Prove(prove::Args),
    /// The signed head, to be kept by others
    Checkpoint(checkpoint::Args),
    /// Cosign somebody else's signed head, as a witness of his ledger
    Witness(witness::Args),
    /// Keep what witnesses answered about this ledger
    Cosign(cosign::Args),
    /// Complete the vault from another copy, or continue its ledger on this computer
    Recover(recover::Args),
    /// Close the ledger, and go on in a new one with a new key
    RotateKey(rotate_key::Args),
    /// Let another computer write the ledger, in turn with this one
    HandOver(hand_over::Args),
}

/// Does it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    match action {
        Action::Log(args) => log::run(args, session),
        Action::Verify(args) => verify::run(&args, session),
        Action::Prove(args) => prove::run(&args, session),
        Action::Witness(args) => witness::run(&args, session),
        Action::Cosign(args) => cosign::run(&args, session),
        Action::Recover(args) => recover::run(args, session),
        Action::Checkpoint(args) => checkpoint::run(&args, session),
        Action::RotateKey(args) => rotate_key::run(args, session),
        Action::HandOver(args) => hand_over::run(&args, session),
    }
}
