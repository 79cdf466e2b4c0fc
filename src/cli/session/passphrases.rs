//! Passphrases: from the file that was named, or typed once in a run. Must not know what they open.

use std::path::Path;
use std::path::PathBuf;

use zeroize::Zeroize as _;

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::location;
use crate::cli::session::Session;
use crate::cli::session::read_file;
use crate::cli::session::unlocking::KEY_FILE_CAP;
use crate::place::PlaceRisk;
use crate::secret::SecretText;

/// What is asked for the vault's own passphrase.
pub(super) const OF_VAULT: &str = "Passphrase of the vault";

impl Session<'_> {
    /// The passphrase file's, else the answer to `question` on the terminal; `None` where there is neither.
    pub fn passphrase(&mut self, question: &str) -> Result<Option<SecretText>, Failure> {
        if let Some(passphrase) = self.passphrase_of_file()? {
            return Ok(Some(passphrase));
        }
        if let Some(typed) = self.typed.get(question) {
            return Ok(Some(again(typed)));
        }
        let Some(terminal) = self.terminal() else {
            return Ok(None);
        };
        let typed = terminal.ask_secret(question)?;
        self.typed.insert(question.to_owned(), again(&typed));
        Ok(Some(typed))
    }

    /// The passphrase that opened the vault in this run, if one did.
    pub fn passphrase_of_vault(&mut self) -> Result<Option<SecretText>, Failure> {
        match self.typed.get(OF_VAULT) {
            Some(typed) => Ok(Some(again(typed))),
            None => self.passphrase_of_file(),
        }
    }

    /// The first line of the passphrase file, if one was named. Refused where others can reach the file.
    pub fn passphrase_of_file(&mut self) -> Result<Option<SecretText>, Failure> {
        let named = self.globals.passphrase_file.clone();
        let Some(path) = named.or_else(|| self.host.var("SUBROSA_PASSPHRASE_FILE").map(PathBuf::from)) else {
            return Ok(None);
        };
        let path = self.host.absolute(&path);
        let cannot = |failure: Failure| Failure { code: FailureCode::CannotUnlock, ..failure };
        let mut bytes = read_file(&path, KEY_FILE_CAP).map_err(cannot)?;
        self.must_be_private(&path, "passphrase").inspect_err(|_| bytes.zeroize())?;
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

    /// Refuses a file with a secret, `what` it is called in messages, that others can reach. Asked when it was read: a
    /// file that is not there has no mode.
    pub(super) fn must_be_private(&self, path: &Path, what: &str) -> Result<(), Failure> {
        if location::is_reachable(path, &self.host.cwd)? {
            let risk = PlaceRisk::Reachable { at: path.to_path_buf() };
            let message = format!("the {what} in {} is not used: others can reach it", path.display());
            return Err(Failure::new(FailureCode::Unsafe, message).because([Reason::from(&risk)]));
        }
        Ok(())
    }
}

/// A second copy of a secret, wiped on its own.
fn again(secret: &SecretText) -> SecretText {
    SecretText::new(secret.reveal_secret().clone())
}
