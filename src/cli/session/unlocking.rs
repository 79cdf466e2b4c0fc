//! Opening the vault: which key is tried, in which order, who is asked (`docs/command-line.md`), and what is said of a
//! vault that this computer has not seen, or not so. Must not know what is done with it.

use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroize as _;

use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::interrupt;
use crate::cli::session::Session;
use crate::cli::session::passphrases::OF_VAULT;
use crate::cli::session::read_file;
use crate::keys::identity::Identities;
use crate::keys::identity::IdentityFile;
use crate::keys::vault_identity::VaultIdentity;
use crate::platform;
use crate::platform::Customary;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::check::Unopened;
use crate::vault::error::VaultError;
use crate::vault::places::Places;
use crate::vault::root_text;
use crate::vault::standing::Standing;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

/// The default wait for another process.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// The largest identity or passphrase file that is read.
pub(super) const KEY_FILE_CAP: u64 = 2 << 20;
/// How often a vault is found again whose log another process continued.
const TRIES: usize = 3;

/// Why a vault was not opened: an answer to some commands, a failure to all others.
pub(super) enum NotOpened {
    /// Before the vault had anything to do with it.
    Failed(Failure),
    /// The vault itself.
    Vault(VaultError),
}

impl From<Failure> for NotOpened {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<VaultError> for NotOpened {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<NotOpened> for Failure {
    fn from(reason: NotOpened) -> Self {
        match reason {
            NotOpened::Failed(failure) => failure,
            NotOpened::Vault(error) => error.into(),
        }
    }
}

/// A vault that was opened to be examined.
pub enum Examined<T> {
    /// It opened.
    Opened(Box<T>),
    /// Its integrity is so broken that it does not open.
    Unopened(Unopened),
}

impl Session<'_> {
    /// Opens the vault to read.
    pub fn open(&mut self) -> Result<Vault, Failure> {
        let mut vault = self.try_open()?;
        self.finish_recovery(&mut vault)?;
        self.raise(&vault);
        Ok(vault)
    }

    /// Opens the vault to repair what an alarm would be raised for.
    pub(super) fn open_without_alarm(&mut self) -> Result<Vault, Failure> {
        Ok(self.try_open()?)
    }

    /// Says what is wrong with the vault, if anything is, now and at the end.
    pub fn raise(&mut self, vault: &Vault) {
        if let Some(alarm) = vault.alarm() {
            self.warn(&format!("WARNING: {alarm}"));
            self.alarm = Some(alarm);
        }
    }

    /// Opens the vault to examine it: that its integrity is broken is then an answer and no failure, nor is an alarm
    /// raised.
    pub fn open_to_examine(&mut self) -> Result<Examined<Vault>, Failure> {
        let mut opened = self.try_open();
        if let Ok(vault) = &mut opened {
            self.finish_recovery(vault)?;
        }
        self.examined(opened)
    }

    /// Finds the keys of the vault and goes no further: nothing is written, as opening it may.
    pub fn unlock_to_examine(&mut self) -> Result<Examined<Unlocked>, Failure> {
        let places = self.places()?;
        let unlocked = self.unlock(&places);
        self.examined(unlocked)
    }

    /// Finds the keys of a vault that may not open otherwise.
    pub fn unlock_to_recover(&mut self) -> Result<Unlocked, Failure> {
        let places = self.places()?;
        Ok(self.unlock(&places)?)
    }

    fn examined<T>(&self, opened: Result<T, NotOpened>) -> Result<Examined<T>, Failure> {
        let error = match opened {
            Ok(vault) => return Ok(Examined::Opened(Box::new(vault))),
            Err(NotOpened::Failed(failure)) => return Err(failure),
            Err(NotOpened::Vault(error)) => error,
        };
        match Unopened::of(&self.places()?, &error) {
            Some(unopened) => Ok(Examined::Unopened(unopened)),
            None => Err(error.into()),
        }
    }

    /// How long to wait for another process.
    pub fn lock_wait(&self) -> Duration {
        self.globals.lock_wait.map_or(LOCK_WAIT, Duration::from_secs)
    }

    /// Opens the vault; where another log is the active one meanwhile, as after a change that a crash interrupted and
    /// this opening finished, it is found again.
    fn try_open(&mut self) -> Result<Vault, NotOpened> {
        let open = |session: &mut Self| {
            for _ in 1..TRIES {
                match session.open_once() {
                    Err(NotOpened::Vault(VaultError::Continued)) => {}
                    other => return other,
                }
            }
            session.open_once()
        };
        match open(self) {
            Err(NotOpened::Vault(error @ VaultError::Rekeyed { .. })) => {
                let Some(accepted) = self.confirmed(&error)? else {
                    return Err(error.into());
                };
                // Of this vault key alone: it says nothing of who writes the ledger.
                self.globals.accept_head = Some(accepted);
                let opened = open(self);
                self.globals.accept_head = None;
                opened
            }
            other => other,
        }
    }

    /// The head of a vault with a new key, if somebody at the terminal confirms it; `--yes` is not enough.
    pub(super) fn confirmed(&mut self, error: &VaultError) -> Result<Option<String>, Failure> {
        let VaultError::Rekeyed { head, .. } = error else {
            return Ok(None);
        };
        let Some(terminal) = self.terminal() else {
            return Ok(None);
        };
        terminal.tell(&error.to_string())?;
        let question = "Was an owner removed, and is that the head that the other computer shows?";
        let is_confirmed = terminal.confirm(question, false)?;
        Ok(is_confirmed.then(|| format!("{}:{}", head.size, root_text(&head.root))))
    }

    fn open_once(&mut self) -> Result<Vault, NotOpened> {
        let places = self.places()?;
        let unlocked = self.unlock(&places)?;
        self.open_unlocked(unlocked)
    }

    /// Opens the vault anew with the identity that it has now, after a change that named another log.
    pub fn reopen(&mut self, identity: &VaultIdentity, owner_file: &str) -> Result<Vault, Failure> {
        // What was accepted was the head before.
        self.globals.accept_head = None;
        // So was the key under which the vault may rest unlocked.
        if let Ok(true) = Found::at(self.places()?).map(|found| self.end_rests(&found)).unwrap_or(Ok(false)) {
            self.warn("the vault was unlocked for a while, and no longer is: try subrosa unlock");
        }
        let mut open = || {
            let found = Found::at(self.places()?)?;
            self.open_unlocked(found.with_vault_identity(identity.again(), owner_file.to_owned())?)
        };
        for _ in 1..TRIES {
            match open() {
                Err(NotOpened::Vault(VaultError::Continued)) => {}
                other => return Ok(other?),
            }
        }
        Ok(open()?)
    }

    fn open_unlocked(&mut self, unlocked: Unlocked) -> Result<Vault, NotOpened> {
        let options = Options {
            lock_wait: self.lock_wait(),
            accept_head: self.globals.accept_head.clone(),
            accept_clock: self.globals.accept_clock,
            at_hand: self.at_hand,
            committing: interrupt::finish_first,
        };
        let vault = Vault::open(unlocked, options, &mut self.host.rng)?;
        if platform::is_open_to_others(vault.path()).unwrap_or(false) {
            self.warn("others on this computer can enter the vault's directory; close it with chmod 700");
        }
        if let Some(mark) = vault.gave_up() {
            self.warn(&format!(
                "another computer wrote this ledger beyond entry {} with what this one remembers of it, copied or \
                 restored: this computer has given up writing it",
                mark.size - 1
            ));
        }
        for kept in vault.kept() {
            self.warn(&format!("both heads are kept as evidence in {}", kept.display()));
        }
        if let Some(origin) = vault.followed() {
            let next = &vault.head().origin;
            let words = "which this one wrote: it follows, and has given up writing";
            self.warn(&format!("another computer went on with {next} from {origin}, {words}"));
        }
        if *vault.standing() == Standing::Unmarked {
            let head = vault.head();
            let root = root_text(&head.root);
            self.warn(&format!(
                "this computer has not seen this vault before: {} size {} root {root}",
                head.origin, head.size
            ));
        }
        Ok(vault)
    }

    /// Opens the vault to add to it. Whatever forbids that is said now, before anybody is asked for anything. A vault
    /// that this computer has not seen is accepted by whoever sits at the terminal, or by `--accept-head`; `--yes` is
    /// not enough.
    pub fn open_to_append(&mut self) -> Result<Vault, Failure> {
        let mut vault = self.open()?;
        if *vault.standing() == Standing::Unmarked
            && let Some(terminal) = self.terminal()
        {
            let question = "Is that the head that the other computer shows, and do you accept it?";
            if terminal.confirm(question, false)? {
                vault.accept()?;
            }
        }
        // An alarm is the failure itself here, not something to be raised at the end.
        match vault.may_append().inspect_err(|_| self.alarm = None) {
            Err(refused @ VaultError::ReadsOnly { .. }) => self.write_here(vault, refused),
            other => other.map(|()| vault).map_err(Failure::from),
        }
    }

    pub(super) fn unlock(&mut self, places: &Places) -> Result<Unlocked, NotOpened> {
        let found = Found::at(places.clone())?;
        if !self.globals.identity.is_empty() {
            let files = self.globals.identity.clone();
            let identities = self.identities(&files)?;
            return Ok(found.with_identities(&identities)?);
        }
        let mut missed = None;
        let customary = self.customary_identities();
        if !customary.is_empty() {
            let identities = self.identities(&customary).map_err(NotOpened::Failed);
            let opened = identities.and_then(|identities| Ok(found.with_identities(&identities)?));
            match opened {
                // Only a key that does not fit is passed over: a vault that was altered stays altered.
                Err(NotOpened::Failed(failure)) if failure.code == FailureCode::CannotUnlock => missed = Some(failure),
                Err(NotOpened::Vault(error @ VaultError::CannotUnlock(_))) => missed = Some(error.into()),
                other => return other,
            }
        }
        // Somebody who names a passphrase acts as its owner, not as whoever unlocked the vault before.
        let found = Found::at(places.clone())?;
        if self.globals.passphrase_file.is_some()
            && found.has_passphrase_owner()
            && let Some(passphrase) = self.passphrase_of_file()?
        {
            return Ok(found.with_passphrase(&passphrase)?);
        }
        let found = match self.unlocked(found)? {
            Ok(unlocked) => return Ok(unlocked),
            Err((found, stale)) => {
                if let Some(stale) = &stale {
                    self.warn(&stale.message);
                }
                missed = missed.or(stale);
                found
            }
        };
        if !found.has_passphrase_owner() {
            let none = "no identity was given, and the vault has no passphrase";
            return Err(missed
                .unwrap_or_else(|| Failure::new(FailureCode::CannotUnlock, none))
                .hint("subrosa -i IDENTITY-FILE client list")
                .into());
        }
        let passphrase = match self.passphrase(OF_VAULT)? {
            Some(passphrase) => passphrase,
            None => {
                let none = "no identity and no passphrase was given, and nobody can be asked";
                return Err(missed
                    .unwrap_or_else(|| Failure::new(FailureCode::CannotUnlock, none))
                    .hint("subrosa --passphrase-file FILE client list")
                    .into());
            }
        };
        Ok(found.with_passphrase(&passphrase)?)
    }

    /// The identity files of `SUBROSA_IDENTITY`, else the one in the configuration directory when it is there.
    fn customary_identities(&self) -> Vec<PathBuf> {
        let named = self.host.var_paths("SUBROSA_IDENTITY");
        if !named.is_empty() {
            return named;
        }
        self.identity_place().filter(|path| path.exists()).into_iter().collect()
    }

    /// Where this computer's own identity file belongs.
    pub fn identity_place(&self) -> Option<PathBuf> {
        Some(self.directory(Customary::Config)?.join("identity.txt"))
    }

    /// Reads identity files; one that a passphrase protects asks for it once.
    pub fn identities(&mut self, files: &[PathBuf]) -> Result<Identities, Failure> {
        let mut all = Identities::default();
        for file in files {
            let path = self.host.absolute(file);
            let mut bytes = read_file(&path, KEY_FILE_CAP)
                .map_err(|failure| Failure { code: FailureCode::CannotUnlock, ..failure })?;
            let mut failed = None;
            let callbacks = self.callbacks();
            let name = path.display().to_string();
            let mut ask = |name: &str| match self.passphrase(&format!("Passphrase of {name}")) {
                Ok(passphrase) => passphrase,
                Err(failure) => {
                    failed = Some(failure);
                    None
                }
            };
            let read = IdentityFile::read(&bytes, &name, &mut ask, &callbacks);
            bytes.zeroize();
            if let Some(failure) = failed {
                return Err(failure);
            }
            all.append(read?);
        }
        Ok(all)
    }
}
