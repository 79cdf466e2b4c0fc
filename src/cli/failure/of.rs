//! From the facts of the floors below to failures. One match for each kind of error; this is all the advice there is.

use std::io;
use std::path::Path;

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::forks::of_fork;
use crate::cli::failure::system;
use crate::cli::location::LocationError;
use crate::cli::output::OutputError;
use crate::cli::terminal::TerminalError;
use crate::cli::verdict::MARK_CURE;
use crate::id::MachineId;
use crate::keys::identity::IdentityError;
use crate::keys::recipient::PublicKeyError;
use crate::ledger::checkpoint::Checkpoint;
use crate::people::PeopleError;
use crate::place::Judgement;
use crate::place::Lift;
use crate::place::PlaceRisk;
use crate::policy;
use crate::practice::words::TextError;
use crate::protocols::ProtocolsError;
use crate::time::TimeError;
use crate::vault::catalog::CatalogError;
use crate::vault::error::VaultError;
use crate::vault::root_text;

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        use FailureCode::*;
        let message = error.to_string();
        let failure = |code| Self::new(code, message.clone());
        match &error {
            VaultError::NoVault(_) => failure(NoVault).hint("subrosa init"),
            VaultError::Busy(_) => Self::new(Locked, format!("{message}; --lock-wait 5min gives it longer")),
            VaultError::CannotUnlock(_) => failure(CannotUnlock),
            VaultError::NotEmpty(at) => {
                let risk = PlaceRisk::Exists { at: at.clone() };
                failure(Unsafe).because([Reason::from(&risk)]).hint("subrosa --vault NEW-DIRECTORY init")
            }
            VaultError::NewerFormat(_) => Self::new(Failed, format!("{message}; install the newer one to open it")),
            // The mark: no backup has it, and no other copy.
            VaultError::Altered { file, .. } if Path::new(file).is_absolute() && file.ends_with("head") => {
                Self::new(Integrity, format!("{message}; {MARK_CURE}")).hint("subrosa ledger verify")
            }
            // What this computer remembers of a head is enough, where the entries are there.
            VaultError::Altered { file, .. } if file.starts_with("ledger/") && file.ends_with("/checkpoint") => {
                failure(Integrity).hint("subrosa ledger recover")
            }
            VaultError::Altered { file, .. } if is_of_a_copy(file) => {
                failure(Integrity).hint("subrosa ledger recover --from DIR")
            }
            VaultError::Altered { .. } => failure(Integrity),
            VaultError::OpeningDiffers { .. } => {
                Self::new(Integrity, format!("{message}; bring the journal file back from a backup"))
                    .hint("subrosa ledger recover --from DIR")
            }
            VaultError::NotErasable { .. } => failure(Usage),
            VaultError::MissingEntry { .. } => {
                let words = "is a sync or copy under way? wait and retry; else complete it, or go on without it";
                Self::new(Integrity, format!("{message}; {words}")).hint("subrosa ledger recover")
            }
            VaultError::NoSigningKey { .. } => {
                let words = "bring the file from another copy or a backup; without one this vault stays as it is";
                Self::new(Integrity, format!("{message}; {words}")).hint("subrosa ledger recover --from DIR")
            }
            VaultError::HeaderBehind { .. } => {
                Self::new(Integrity, format!("{message}; nothing is added to it until that is named"))
                    .hint("subrosa ledger recover")
            }
            VaultError::UnderWay { .. } => {
                let words = "a sync or copy is under way: wait and retry; else complete it";
                Self::new(Integrity, format!("{message}; {words}")).hint("subrosa ledger recover --from DIR")
            }
            VaultError::NoCopy { .. } | VaultError::NoLink { .. } | VaultError::TornCopy { .. } => failure(Refused),
            VaultError::NotAVault(_) | VaultError::OtherCopy { .. } | VaultError::OlderCopy { .. } => {
                failure(Integrity)
            }
            VaultError::Replaced { head: Some(head), .. } => {
                let accept = format!("{}:{}", head.size, root_text(&head.root));
                let words = "if you put it there yourself, compare that with the computer it is from, and name it";
                Self::new(Integrity, format!("{message}; {words}")).hint(format!("subrosa --accept-head {accept} list"))
            }
            VaultError::Replaced { .. } => failure(Integrity),
            VaultError::RolledBack { .. } => {
                let words =
                    "nothing is added to it: bring the newer copy back, complete it from that, or go on without it";
                Self::new(Integrity, format!("{message}; {words}")).hint("subrosa ledger recover")
            }
            VaultError::Forked { writes, .. } => {
                of_fork(&message, *writes, "nothing is added to it: bring the copy back that was seen here")
            }
            VaultError::ForkedCopy { writes, .. } => {
                let words = "nothing is taken from it, and nothing is added under that key; compare both with somebody who \
                             kept a head; if what is here is right, a new ledger can go on from it; if the copy is, put it in \
                             the place of what is here, and go on from that";
                of_fork(&message, *writes, words)
            }
            VaultError::SignedTwice { writes, .. } => {
                let words = "nothing is added to it; if this history is the right one, a new ledger can go on from it";
                of_fork(&message, *writes, words)
            }
            VaultError::Excluded { writes, .. } => {
                let words =
                    "nothing is added to it; compare its head with somebody who kept one, and say that it holds";
                of_fork(&message, *writes, words)
            }
            VaultError::Incomplete { .. } => {
                let words = "is a sync or copy under way? wait and retry; else complete it, or go on without it";
                Self::new(Integrity, format!("{message}; {words}")).hint("subrosa ledger recover")
            }
            VaultError::OtherHead { .. } => failure(Integrity),
            VaultError::Unmarked(head) => {
                let accept = format!("{}:{}", head.size, root_text(&head.root));
                Self::new(Refused, format!("{message}; compare that with the computer that writes it"))
                    .hint(format!("subrosa --accept-head {accept} list"))
            }
            VaultError::ReadsOnly { machine, gave_up } => reads_only(&message, machine.as_ref(), gave_up.as_deref()),
            VaultError::Continued => Self::new(Locked, format!("{message}; run it again")),
            VaultError::OlderHeader { head, .. } => {
                let words = "nothing is added to it: bring the newer one back, complete it from that, or, if that is lost, \
                             go on from this one";
                let older = Self::new(Integrity, format!("{message}; {words}"));
                let older = older.hint("subrosa ledger recover --from NEWER-COPY");
                match head {
                    Some(head) => {
                        let accept = format!("{}:{}", head.size, root_text(&head.root));
                        older.hint(format!("subrosa --accept-head {accept} ledger recover"))
                    }
                    None => older,
                }
            }
            VaultError::Rekeyed { head, .. } => {
                let accept = format!("{}:{}", head.size, root_text(&head.root));
                let words = "compare that with the computer on which the owner was removed";
                Self::new(Integrity, format!("{message}; {words}")).hint(format!("subrosa --accept-head {accept} list"))
            }
            VaultError::Split { .. } | VaultError::Beyond { .. } => failure(Integrity).hint("subrosa ledger recover"),
            VaultError::NextKeyNeeded(_) => {
                Self::new(Refused, format!("{message}; it stands on the page that was written down then"))
            }
            VaultError::ClockBehind { .. } => Self::new(
                Refused,
                format!("{message}; set the clock, or go on with the last entry's time by --accept-clock"),
            ),
            VaultError::Io { path, error } => Self::new(Failed, format!("{}: {}", path.display(), system(error))),
            VaultError::Catalog(_) => failure(Failed),
        }
    }
}

/// Whether another copy of the vault has the file, so that it can be brought from there.
fn is_of_a_copy(file: &str) -> bool {
    let first = file.split('/').next().unwrap_or_default();
    ["vault.toml", "keys", "ledger", "journal", "records"].contains(&first)
}

/// What a computer that may not write is told: how it comes to write, and how another one lets it.
fn reads_only(message: &str, machine: Option<&MachineId>, gave_up: Option<&Checkpoint>) -> Failure {
    let why = match gave_up {
        Some(mark) => format!(
            "another computer wrote this ledger beyond entry {} with what this one remembers of it, copied or restored: \
             this computer has given up writing it",
            mark.size
        ),
        None => message.to_owned(),
    };
    let machine = machine.map_or_else(|| "MACHINE-ID".to_owned(), MachineId::to_string);
    let ways = format!(
        "either the other computer hands it over (there: subrosa ledger hand-over {machine}), or, if that one is gone, \
         this one opens a new ledger that continues it"
    );
    Failure::new(FailureCode::Refused, format!("{why}; {ways}")).hint("subrosa ledger recover")
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        VaultError::from(error).into()
    }
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        let message = error.to_string();
        match error {
            PeopleError::Vault(error) => error.into(),
            PeopleError::Time(error) => error.into(),
            PeopleError::NoClient(_) | PeopleError::NoRecipient(_) => Self::not_found(message),
            PeopleError::ForgedLink(_) => Self::new(FailureCode::Integrity, message),
            PeopleError::AliasTaken(_)
            | PeopleError::KeyTaken(_)
            | PeopleError::OwnKey
            | PeopleError::Closed(_)
            | PeopleError::NoKey(_)
            | PeopleError::OlderCard(_)
            | PeopleError::Suspended(_)
            | PeopleError::PassphraseTaken => Self::refused(message),
        }
    }
}

impl From<ProtocolsError> for Failure {
    fn from(error: ProtocolsError) -> Self {
        let message = error.to_string();
        match error {
            ProtocolsError::Vault(error) => error.into(),
            ProtocolsError::Malformed(_)
            | ProtocolsError::Text(_)
            | ProtocolsError::TooLong { .. }
            | ProtocolsError::TooEarly { .. } => Self::usage(message),
            ProtocolsError::NoRecipient(_) => Self::not_found(message),
            ProtocolsError::Suspended(_) => Self::refused(message),
            ProtocolsError::Overtaken { .. } => Self::new(FailureCode::Failed, message).hint("subrosa protocol show"),
            ProtocolsError::LoosensPart2 { .. } => {
                let rule = policy::rule("E-PROTOCOL-PART2").expect("the rule is in the table");
                Self::refused(message).because([Reason::from(rule)])
            }
        }
    }
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<TimeError> for Failure {
    fn from(error: TimeError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<PublicKeyError> for Failure {
    fn from(error: PublicKeyError) -> Self {
        let message = error.to_string();
        match error {
            PublicKeyError::SecretKey => Self::usage(format!(
                "{message}; it was not kept, but your shell may have: whoever's it is makes a new one, and sends the line that begins with age1"
            )),
            PublicKeyError::PluginMissing { .. } => Self::new(FailureCode::Failed, message),
            _ => Self::usage(message),
        }
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        Self::new(FailureCode::CannotUnlock, error.to_string())
    }
}

impl From<TerminalError> for Failure {
    fn from(error: TerminalError) -> Self {
        let code = match error {
            TerminalError::Interrupted => FailureCode::Interrupted,
            TerminalError::Closed { .. } | TerminalError::Unclear { .. } => FailureCode::Usage,
            TerminalError::Unexpected { .. } | TerminalError::Failed(_) => FailureCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<LocationError> for Failure {
    fn from(error: LocationError) -> Self {
        let code = match error {
            LocationError::NoName { .. } => FailureCode::Usage,
            LocationError::Unseen { .. } => FailureCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        let message = error.to_string();
        let occupied =
            |risk: PlaceRisk, message: String| Self::new(FailureCode::Unsafe, message).because([Reason::from(&risk)]);
        match error {
            OutputError::Exists { path } => {
                occupied(PlaceRisk::Exists { at: path }, format!("{message}; --force replaces it"))
            }
            OutputError::NoFile { path } => occupied(PlaceRisk::Exists { at: path }, message),
            OutputError::Link { path } => occupied(PlaceRisk::SymbolicLink { at: path }, message),
            OutputError::NoDirectory { .. } => Self::not_found(message),
            OutputError::Location(error) => error.into(),
            OutputError::Failed { path, source } => {
                Self::new(FailureCode::Failed, format!("cannot write {}: {}", path.display(), system(&source)))
            }
        }
    }
}

/// A failure of a standard stream.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(FailureCode::Failed, format!("cannot write the answer: {}", system(&error)))
    }
}

/// What a place was refused for; `what` is what would have gone there. `Ok` where nothing was.
pub fn unless_refused(what: &str, judgement: &Judgement) -> Result<(), Failure> {
    if judgement.refused.is_empty() {
        return Ok(());
    }
    let all = |lift| judgement.refused.iter().all(|risk| risk.row().lift == lift);
    let cure = match () {
        () if all(Lift::AllowLocation) => "; --allow-location overrides this",
        () if all(Lift::Force) => "; --force replaces it",
        () => "",
    };
    let failure = Failure::new(FailureCode::Unsafe, format!("{what} does not go there{cure}"));
    Err(failure.because(judgement.refused.iter().map(Reason::from)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::twin;
    use crate::digest::Digest;
    use crate::id::LogId;
    use crate::keys::signer::Origin;
    use crate::ledger::checkpoint::Checkpoint;
    use crate::time::Timestamp;

    fn head() -> Box<Checkpoint> {
        let origin = Origin::of("q5c3f7kz2m".parse::<LogId>().unwrap());
        Box::new(Checkpoint { origin, size: 3, root: Digest::of(b"") })
    }

    #[test]
    fn every_way_a_vault_fails_has_its_own_code_and_words_and_hints_that_parse() {
        let at = || Path::new("/v").to_path_buf();
        let time = Timestamp::from_unix(0);
        let io = |kind: io::ErrorKind| VaultError::io("/v/lock", kind.into());
        let (mut host, ends) = twin::host(Path::new("/"), 0, 1);
        let mut seen = std::collections::BTreeSet::new();
        for (error, exit) in [
            (VaultError::NoVault(at()), 10),
            (VaultError::NotAVault(at()), 5),
            (VaultError::NotEmpty(at()), 6),
            (VaultError::NewerFormat("vault.toml".to_owned()), 1),
            (VaultError::altered("lock", "x"), 5),
            (VaultError::Replaced { path: at(), head: Some(head()) }, 5),
            (VaultError::RolledBack { seen: head(), found: head() }, 5),
            (VaultError::Forked { seen: head(), found: head(), writes: true }, 5),
            (
                VaultError::ForkedCopy {
                    path: at(),
                    seen: head(),
                    found: head(),
                    kept: "kept".to_owned(),
                    writes: false,
                },
                5,
            ),
            (VaultError::Incomplete { head: head(), file: "x".to_owned() }, 5),
            (VaultError::OtherHead { accepted: "1:x".to_owned(), found: head() }, 5),
            (VaultError::Unmarked(head()), 3),
            (VaultError::ReadsOnly { machine: None, gave_up: None }, 3),
            (VaultError::ReadsOnly { machine: None, gave_up: Some(head()) }, 3),
            (VaultError::MissingEntry { file: "x".to_owned(), index: 1 }, 5),
            (VaultError::NoCopy { path: at() }, 3),
            (VaultError::NoLink { path: at() }, 3),
            (VaultError::NoSigningKey { file: "keys/signing-x.age".to_owned() }, 5),
            (VaultError::HeaderBehind { from: head().origin, found: Origin::of("q5c3f7kz2n".parse().unwrap()) }, 5),
            (VaultError::UnderWay { file: "x".to_owned() }, 5),
            (VaultError::Continued, 11),
            (VaultError::OlderHeader { path: at(), head: Some(head()) }, 5),
            (VaultError::Rekeyed { path: at(), head: head() }, 5),
            (VaultError::Split { from: head().origin, found: Origin::of("q5c3f7kz2n".parse().unwrap()) }, 5),
            (VaultError::Beyond { closed: head(), found: head() }, 5),
            (
                VaultError::Excluded { closed: head(), found: Origin::of("q5c3f7kz2n".parse().unwrap()), writes: true },
                5,
            ),
            (VaultError::NextKeyNeeded(head().origin), 3),
            (VaultError::ClockBehind { clock: time, last: time }, 3),
            (VaultError::Busy(Duration::from_secs(30)), 11),
            (VaultError::CannotUnlock("no".to_owned()), 12),
            (io(io::ErrorKind::StorageFull), 1),
            (io(io::ErrorKind::ReadOnlyFilesystem), 1),
        ] {
            let failure = Failure::from(error);
            // Drawing checks that each hint is a command.
            assert_eq!(failure.draw(true, &mut host), exit, "{failure:?}");
            let text = ends.stderr.take_text();
            assert!(seen.insert(text.clone()), "said before: {text}");
        }
    }
}
