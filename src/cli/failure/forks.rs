//! Failures of a ledger with two histories under one key. Which of them holds is said where the ledger is written: were it
//! said anywhere else, there would be two computers that write.

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;

/// Told to a computer that does not write the ledger.
const ELSEWHERE: &str = "nothing is added to it; this computer does not write the ledger: somebody says, on the one that \
                         does, which history holds (there: subrosa ledger recover); if that is the one here, its head is \
                         accepted here with --accept-head SIZE:ROOT";

/// What is told of the two histories; `words` is for the computer that `writes` the ledger.
pub(super) fn of_fork(message: &str, writes: bool, words: &str) -> Failure {
    let (words, hint) = if writes { (words, "subrosa ledger recover") } else { (ELSEWHERE, "subrosa ledger verify") };
    Failure::new(FailureCode::Integrity, format!("{message}; {words}")).hint(hint)
}

/// Nobody named the head that holds, which is `accept`.
pub fn unsettled(message: &str, writes: bool, accept: &str) -> Failure {
    let command = format!("subrosa --accept-head {accept} ledger recover");
    match writes {
        true => Failure::new(FailureCode::Integrity, format!("{message}; if the history here is the right one, name its head"))
            .hint(command),
        false => Failure::new(
            FailureCode::Integrity,
            format!("{message}; {ELSEWHERE}; only if that computer is gone, this one goes on and writes from then on: {command}"),
        )
        .hint("subrosa ledger verify"),
    }
}
