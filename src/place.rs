//! What can be wrong with the place that an output or a vault would go to, and what each fault means for what goes
//! there: one table of reason ids, severities and cures. Must not know how a place is looked at (that is the command
//! line's) nor who asked.

use std::fmt;
use std::path::PathBuf;

use self::Weight::Nothing;
use self::Weight::Refused;
use self::Weight::Warned;

/// One fault of a place, with the fact behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceRisk {
    /// Another user can read `at` and enter every directory above it.
    Reachable {
        /// The file or directory that is open.
        at: PathBuf,
    },
    /// The place is inside a vault.
    InVault {
        /// The vault's directory.
        vault: PathBuf,
    },
    /// A program copies this directory to other machines.
    SyncRoot {
        /// The name of the service.
        which: &'static str,
        /// The directory by which it was known.
        root: PathBuf,
    },
    /// The place is inside a git work tree, one `git add .` away from publication.
    GitWorkTree {
        /// The directory that holds `.git`.
        root: PathBuf,
    },
    /// A web server commonly serves this directory.
    WebRoot {
        /// The directory by which it was known.
        root: PathBuf,
    },
    /// Others can create, and perhaps replace, files here.
    WritableByOthers {
        /// The open directory.
        directory: PathBuf,
    },
    /// The place is on another machine.
    NetworkMount {
        /// Where it is mounted.
        root: PathBuf,
        /// The file system's type, as the kernel calls it.
        filesystem: String,
    },
    /// The place is on a medium that can be carried away.
    RemovableMount {
        /// Where it is mounted.
        root: PathBuf,
        /// The file system's type, as the kernel calls it.
        filesystem: String,
    },
    /// The name is a symbolic link: the bytes would land somewhere else.
    SymbolicLink {
        /// The link.
        at: PathBuf,
    },
    /// Something is there already.
    Exists {
        /// What is there.
        at: PathBuf,
    },
}

/// What would go to the place. Decides how much a risk weighs (`docs/command-line.md`, "Where output may go").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// Content that anybody who finds it can read.
    Plain,
    /// Sealed or public bytes: packages, proofs, checkpoints, acknowledgements, cards.
    Sealed,
    /// A new vault.
    Vault,
}

/// How much a risk weighs for one kind of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The output is refused unless the risk is lifted.
    Refused,
    /// One line of warning.
    Warned,
    /// Of no consequence.
    Nothing,
}

/// What lifts a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lift {
    /// Nothing.
    Never,
    /// `--allow-location`; the lift is recorded.
    AllowLocation,
    /// `--force`.
    Force,
}

/// One row of the table: what a kind of risk means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The reason's id. Two rows share `E-OUTPUT-MOUNT`: they differ only in what they mean for sealed output.
    pub id: &'static str,
    /// What lifts it.
    pub lift: Lift,
    /// Its weight for plain content.
    pub plain: Weight,
    /// Its weight for sealed or public output.
    pub sealed: Weight,
    /// Its weight for a vault's directory.
    pub vault: Weight,
}

const fn row(id: &'static str, lift: Lift, weights: [Weight; 3]) -> Row {
    let [plain, sealed, vault] = weights;
    Row { id, lift, plain, sealed, vault }
}

/// `docs/command-line.md`, "Where output may go", in the order in which reasons are listed. The first two are never
/// lifted.
#[rustfmt::skip]
pub const TABLE: [Row; 10] = [
    row("E-OUTPUT-PERM",     Lift::Never,         [Refused, Nothing, Refused]),
    row("E-OUTPUT-VAULT",    Lift::Never,         [Refused, Refused, Refused]),
    row("E-OUTPUT-SYNC",     Lift::AllowLocation, [Refused, Warned,  Refused]),
    row("E-OUTPUT-GIT",      Lift::AllowLocation, [Refused, Nothing, Refused]),
    row("E-OUTPUT-WEB",      Lift::AllowLocation, [Refused, Nothing, Refused]),
    row("E-OUTPUT-WRITABLE", Lift::AllowLocation, [Refused, Nothing, Refused]),
    row("E-OUTPUT-MOUNT",    Lift::AllowLocation, [Refused, Nothing, Refused]), // network
    row("E-OUTPUT-MOUNT",    Lift::AllowLocation, [Refused, Warned,  Refused]), // removable
    row("E-OUTPUT-LINK",     Lift::Never,         [Refused, Refused, Nothing]),
    row("E-OUTPUT-EXISTS",   Lift::Force,         [Refused, Refused, Nothing]),
];

/// What the caller lifted, by flag.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lifted {
    /// `--allow-location` was given.
    pub location: bool,
    /// `--force` was given.
    pub force: bool,
}

/// A list of risks, sorted by what follows from each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Reasons for a refusal (exit 6), in the table's order.
    pub refused: Vec<PlaceRisk>,
    /// What would have been refused without `--allow-location`: to be recorded.
    pub lifted: Vec<PlaceRisk>,
    /// One line of warning each.
    pub warned: Vec<PlaceRisk>,
}

impl Contents {
    /// Sorts `risks` by what follows from each of them for these contents.
    pub fn judge(self, risks: &[PlaceRisk], lifted: Lifted) -> Judgement {
        let mut judgement = Judgement::default();
        for risk in risks {
            let row = risk.row();
            let into = match (row.weight(self), row.lift) {
                (Weight::Nothing, _) => continue,
                (Weight::Warned, _) => &mut judgement.warned,
                (Weight::Refused, Lift::AllowLocation) if lifted.location => &mut judgement.lifted,
                (Weight::Refused, Lift::Force) if lifted.force => continue,
                (Weight::Refused, _) => &mut judgement.refused,
            };
            into.push(risk.clone());
        }
        judgement
    }
}

impl Row {
    /// What this kind of risk weighs for `contents`.
    pub fn weight(&self, contents: Contents) -> Weight {
        match contents {
            Contents::Plain => self.plain,
            Contents::Sealed => self.sealed,
            Contents::Vault => self.vault,
        }
    }
}

impl PlaceRisk {
    /// The table's row for this kind of risk.
    pub fn row(&self) -> &'static Row {
        let at = match self {
            Self::Reachable { .. } => 0,
            Self::InVault { .. } => 1,
            Self::SyncRoot { .. } => 2,
            Self::GitWorkTree { .. } => 3,
            Self::WebRoot { .. } => 4,
            Self::WritableByOthers { .. } => 5,
            Self::NetworkMount { .. } => 6,
            Self::RemovableMount { .. } => 7,
            Self::SymbolicLink { .. } => 8,
            Self::Exists { .. } => 9,
        };
        &TABLE[at]
    }

    /// The reason's id, `E-OUTPUT-…`.
    pub fn id(&self) -> &'static str {
        self.row().id
    }
}

/// The fact in words. Paths are as the file system spells them: whoever draws this makes it harmless first.
impl fmt::Display for PlaceRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reachable { at } => write!(f, "others can reach {}", at.display()),
            Self::InVault { vault } => write!(f, "it is inside the vault {}", vault.display()),
            Self::SyncRoot { which, root } => write!(f, "{} is synchronised by {which}", root.display()),
            Self::GitWorkTree { root } => write!(f, "{} is a git work tree", root.display()),
            Self::WebRoot { root } => write!(f, "{} is a web server's directory", root.display()),
            Self::WritableByOthers { directory } => write!(f, "others can write to {}", directory.display()),
            Self::NetworkMount { root, filesystem } => {
                write!(f, "{} is on the network ({filesystem})", root.display())
            }
            Self::RemovableMount { root, filesystem } => {
                write!(f, "{} is a removable medium ({filesystem})", root.display())
            }
            Self::SymbolicLink { at } => write!(f, "{} is a symbolic link", at.display()),
            Self::Exists { at } => write!(f, "{} is there already", at.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> Vec<PlaceRisk> {
        let at = PathBuf::from("/x");
        let filesystem = "nfs".to_owned();
        vec![
            PlaceRisk::Reachable { at: at.clone() },
            PlaceRisk::InVault { vault: at.clone() },
            PlaceRisk::SyncRoot { which: "Dropbox", root: at.clone() },
            PlaceRisk::GitWorkTree { root: at.clone() },
            PlaceRisk::WebRoot { root: at.clone() },
            PlaceRisk::WritableByOthers { directory: at.clone() },
            PlaceRisk::NetworkMount { root: at.clone(), filesystem: filesystem.clone() },
            PlaceRisk::RemovableMount { root: at.clone(), filesystem },
            PlaceRisk::SymbolicLink { at: at.clone() },
            PlaceRisk::Exists { at },
        ]
    }

    fn ids(risks: &[PlaceRisk]) -> Vec<&'static str> {
        risks.iter().map(|risk| risk.id().trim_start_matches("E-OUTPUT-")).collect()
    }

    #[test]
    fn every_kind_has_its_own_row() {
        let rows: Vec<_> = every_kind().iter().map(|risk| *risk.row()).collect();
        assert_eq!(rows, TABLE);
    }

    #[test]
    fn plain_content_is_refused_for_every_risk() {
        let judgement = Contents::Plain.judge(&every_kind(), Lifted::default());
        assert_eq!(judgement.refused, every_kind());
    }

    #[test]
    fn allow_location_lifts_all_but_reach_and_vault() {
        let judgement = Contents::Plain.judge(&every_kind(), Lifted { location: true, force: true });
        assert_eq!(ids(&judgement.refused), ["PERM", "VAULT", "LINK"]);
        assert_eq!(ids(&judgement.lifted), ["SYNC", "GIT", "WEB", "WRITABLE", "MOUNT", "MOUNT"]);
    }

    #[test]
    fn sealed_output_is_refused_only_into_the_vault_through_a_link_or_over_a_file() {
        let judgement = Contents::Sealed.judge(&every_kind(), Lifted::default());
        assert_eq!(ids(&judgement.refused), ["VAULT", "LINK", "EXISTS"]);
        assert_eq!(ids(&judgement.warned), ["SYNC", "MOUNT"]);
        assert!(matches!(judgement.warned[1], PlaceRisk::RemovableMount { .. }));
    }

    #[test]
    fn a_vault_may_be_there_already_but_not_open_to_others() {
        let judgement = Contents::Vault.judge(&every_kind(), Lifted { location: true, force: false });
        assert_eq!(ids(&judgement.refused), ["PERM", "VAULT"]);
    }
}
