//! Opening the vault: which key is tried, in which order, who is asked (CLI.md 1), and what is said of a vault that this
//! computer has not seen, or not so. Must not know what is done with it.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroize as _;

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::location;
use crate::cli::session::Session;
use crate::cli::session::read_file;
use crate::keys::identity::Identities;
use crate::keys::identity::IdentityFile;
use crate::place::PlaceRisk;
use crate::platform::Customary;
use crate::secret::SecretText;
use crate::vault::Options;
use crate::vault::Vault;
use crate::vault::places::Places;
use crate::vault::root_text;
use crate::vault::standing::Standing;
use crate::vault::unlock::Found;
use crate::vault::unlock::Unlocked;

/// The default wait for another process.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// The largest identity or passphrase file that is read.
const KEY_FILE_CAP: u64 = 2 << 20;

impl Session<'_> {
    /// Opens the vault to read.
    pub fn open(&mut self) -> Result<Vault, Failure> {
        let places = self.places()?;
        let unlocked = self.unlock(&places)?;
        let options = Options {
            lock_wait: self.globals.lock_wait.map_or(LOCK_WAIT, Duration::from_secs),
            accept_head: self.globals.accept_head.clone(),
            accept_clock: self.globals.accept_clock,
        };
        let vault = Vault::open(unlocked, options, &mut self.host.rng)?;
        if let Some(alarm) = vault.alarm() {
            self.warn(&format!("WARNING: {alarm}"));
            self.alarm = Some(alarm);
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

    /// Opens the vault to add to it. Whatever forbids that is said now, before anybody is asked for anything. A vault that
    /// this computer has not seen is accepted by whoever sits at the terminal, or by `--accept-head`; `--yes` is not enough.
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
        vault.may_append().inspect_err(|_| self.alarm = None)?;
        Ok(vault)
    }

    fn unlock(&mut self, places: &Places) -> Result<Unlocked, Failure> {
        let found = Found::at(places.clone())?;
        if !self.globals.identity.is_empty() {
            let files = self.globals.identity.clone();
            let identities = self.identities(&files)?;
            return Ok(found.with_identities(&identities)?);
        }
        let mut missed = None;
        let customary = self.customary_identities();
        if !customary.is_empty() {
            let opened = self.identities(&customary).and_then(|identities| Ok(found.with_identities(&identities)?));
            match opened {
                // Only a key that does not fit is passed over: a vault that was altered stays altered.
                Err(failure) if failure.code == FailureCode::CannotUnlock => missed = Some(failure),
                other => return other,
            }
        }
        let found = Found::at(places.clone())?;
        if !found.has_passphrase_owner() {
            let none = "no identity was given, and the vault has no passphrase";
            return Err(missed
                .unwrap_or_else(|| Failure::new(FailureCode::CannotUnlock, none))
                .hint("subrosa -i IDENTITY-FILE client list"));
        }
        let passphrase = match self.passphrase("Passphrase of the vault")? {
            Some(passphrase) => passphrase,
            None => {
                let none = "no identity and no passphrase was given, and nobody can be asked";
                return Err(missed
                    .unwrap_or_else(|| Failure::new(FailureCode::CannotUnlock, none))
                    .hint("subrosa --passphrase-file FILE client list"));
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

    /// The passphrase file's, else the answer to `question` on the terminal; `None` where there is neither.
    pub fn passphrase(&mut self, question: &str) -> Result<Option<SecretText>, Failure> {
        if let Some(passphrase) = self.passphrase_of_file()? {
            return Ok(Some(passphrase));
        }
        match self.terminal() {
            Some(terminal) => Ok(Some(terminal.ask_secret(question)?)),
            None => Ok(None),
        }
    }

    /// The first line of the passphrase file, if one was named. Refused where others can reach the file.
    pub fn passphrase_of_file(&mut self) -> Result<Option<SecretText>, Failure> {
        let named = self.globals.passphrase_file.clone();
        let Some(path) = named.or_else(|| self.host.var("SUBROSA_PASSPHRASE_FILE").map(PathBuf::from)) else {
            return Ok(None);
        };
        let path = self.host.absolute(&path);
        let mut bytes = self.read_private(&path)?;
        let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
        let passphrase = std::str::from_utf8(line).map(|line| SecretText::new(line.to_owned()));
        bytes.zeroize();
        let wrong = |reason: &str| Failure::new(FailureCode::CannotUnlock, format!("{}: {reason}", path.display()));
        match passphrase {
            Err(_) => Err(wrong("its first line is not text")),
            Ok(passphrase) if passphrase.reveal_secret().is_empty() => Err(wrong("its first line is empty")),
            Ok(passphrase) => Ok(Some(passphrase)),
        }
    }

    fn read_private(&mut self, path: &Path) -> Result<Vec<u8>, Failure> {
        let cannot = |failure: Failure| Failure { code: FailureCode::CannotUnlock, ..failure };
        // Read first, judged afterwards: a file that is not there has no mode.
        let bytes = read_file(path, KEY_FILE_CAP).map_err(cannot)?;
        if location::is_reachable(path, &self.host.cwd)? {
            let risk = PlaceRisk::Reachable { at: path.to_path_buf() };
            let message = format!("the passphrase in {} is not used: others can reach it", path.display());
            return Err(Failure::new(FailureCode::Unsafe, message).because([Reason::from(&risk)]));
        }
        Ok(bytes)
    }
}
