//! Opening a vault to recover it, and continuing its ledger on this computer. Must not know how the answer is drawn.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::keys::signer::VerifierKey;
use crate::ledger::checkpoint::Checkpoint;
use crate::practice::words::Line;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::rescue;
use crate::vault::root_text;
use crate::vault::standing::Standing;
use crate::vault::succession::Wanted;

/// A ledger that was continued here.
pub struct ContinuedHere {
    /// The highest head known of the old log.
    pub closed: Checkpoint,
    /// What of it was at hand.
    pub have: Checkpoint,
    /// The new log's key.
    pub key: VerifierKey,
}

impl Session<'_> {
    /// Opens the vault to recover it: one whose files are not all there with what is at hand, and no alarm is raised.
    pub fn open_to_recover(&mut self) -> Result<Vault, Failure> {
        self.at_hand = true;
        let opened = self.open_without_alarm();
        self.at_hand = false;
        opened
    }

    /// Finishes a recovery that was stopped after the new ledger was begun, and before it named what it lacks: nothing
    /// was signed since, and nobody need be asked again. What cannot be written now is named by the next command.
    pub(super) fn finish_recovery(&mut self, vault: &mut Vault) -> Result<(), Failure> {
        while vault.was_stopped_before_naming()? {
            match rescue::join(&mut self.desk(vault)) {
                Ok(joined) if joined.entries.is_empty() => break,
                Ok(joined) => {
                    self.committed(&joined);
                }
                Err(_) => break,
            }
            self.note("a recovery that was stopped is finished: what is missing is named in the ledger");
        }
        Ok(())
    }

    /// Whether the ledger may be continued on this computer: somebody at the terminal says so, or `--accept-head` named
    /// its head.
    pub fn may_continue_here(&mut self, vault: &Vault) -> Result<bool, Failure> {
        let head = vault.head();
        let named = format!("{}:{}", head.size, root_text(&head.root));
        if self.globals.accept_head.as_deref() == Some(&named) {
            return Ok(true);
        }
        let question = format!(
            "{} Should a new ledger go on from here, that this computer writes, and the one before be written no more?",
            state_of(vault)?
        );
        match self.terminal() {
            Some(terminal) => Ok(terminal.confirm(&question, false)?),
            None => Ok(false),
        }
    }

    /// Continues the ledger on this computer, and opens the vault anew; no alarm is raised. The next key, where one was
    /// made in advance, is in the file that was named, or asked for.
    pub fn continue_here(
        &mut self,
        mut vault: Vault,
        next_key: Option<&Path>,
        reason: Option<Line>,
    ) -> Result<(Vault, ContinuedHere), Failure> {
        let accepted =
            self.globals.accept_head.as_ref().map(|head| format!("--accept-head {head} ")).unwrap_or_default();
        let key = self.next_key(&vault, next_key, &format!("subrosa {accepted}ledger recover --next-key FILE"))?;
        let closed = vault.highest()?;
        let wanted = Wanted { key, identity: None, reason };
        let (key, have) = rescue::continue_here(&mut self.desk(&mut vault), wanted)?;
        self.has_committed = true;
        let accepted = self.globals.accept_head.take();
        drop(vault);
        let vault = self.open_without_alarm();
        self.globals.accept_head = accepted;
        Ok((vault?, ContinuedHere { closed, have, key }))
    }

    /// What an appending command does on a computer that may not write the ledger: it continues it here, where that is
    /// allowed; else it is refused as it was.
    pub fn write_here(&mut self, vault: Vault, refused: VaultError) -> Result<Vault, Failure> {
        if !self.may_continue_here(&vault)? {
            return Err(refused.into());
        }
        let (vault, made) = self.continue_here(vault, None, None)?;
        self.raise(&vault);
        self.note(&format!(
            "this computer now writes the ledger {}, which continues {}; whoever has the old contact card needs the new \
             one: subrosa card",
            made.key.origin(),
            made.closed.origin
        ));
        Ok(vault)
    }
}

/// What stands against going on as before, as whole sentences.
pub fn state_of(vault: &Vault) -> Result<String, Failure> {
    let (have, highest) = (vault.head().size, vault.highest()?.size);
    let missing = highest.saturating_sub(have);
    let whose = match vault.standing() {
        Standing::AtHand | Standing::RolledBack(_) | Standing::Outlived => String::new(),
        _ if vault.is_writer() => String::new(),
        _ => "This computer does not write the ledger: another one does, or did. ".to_owned(),
    };
    Ok(match missing {
        0 => format!("{whose}All of its {have} entries are at hand."),
        1 => format!("{whose}Of its {highest} entries, the last one is not at hand; a new ledger would say so."),
        count => {
            format!("{whose}Of its {highest} entries, the last {count} are not at hand; a new ledger would say so.")
        }
    })
}
