//! Keys that people give, type or are given: public keys, new passphrases, keys on paper. Must not know whose they are.

use std::path::Path;

use zeroize::Zeroize as _;

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::session::read_file;
use crate::digest::Digest;
use crate::id::LogId;
use crate::keys::identity::generate_owner;
use crate::keys::recipient::PublicKey;
use crate::keys::signer::Origin;
use crate::keys::signer::SignerError;
use crate::keys::signer::SigningKey;
use crate::keys::signer::VerifierKey;
use crate::secret::SecretText;
use crate::vault::Vault;

/// How often a new passphrase is asked for again when its two typings differ.
const TRIES: usize = 3;
/// Longer than any file with a key in it.
const NEXT_CAP: usize = 64 * 1024;
/// What a page with a paper key says first.
const PAPER: &str = "This is the key on paper. Write it down, and keep it apart from this computer.\n\
                     Typed into a file, it opens the vault: subrosa -i FILE\n\n";
/// What stands before the next key, on the page of a new vault.
const NEXT: &str = "\nThis is the ledger's next key; it opens nothing. Only it can continue the\n\
                    ledger: when its key is changed, when an owner is removed, or when this\n\
                    computer is lost. Without it the ledger can be read for ever, but not be\n\
                    continued on another computer. It is one line, however it is drawn here:\n\n";

impl Session<'_> {
    /// A public key as it was typed, or in a file (`@FILE`, `-`): one line besides comments.
    pub fn public_key(&mut self, given: String) -> Result<PublicKey, Failure> {
        let text = self.text(given, "the public key")?;
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        Ok(lines.collect::<Vec<_>>().join("\n").parse()?)
    }

    /// A passphrase that was typed twice alike.
    pub fn new_passphrase(&mut self) -> Result<SecretText, Failure> {
        let Some(terminal) = self.terminal() else {
            return Err(Failure::usage("--passphrase-file is needed where nobody can be asked for a passphrase"));
        };
        for _ in 0..TRIES {
            let first = terminal.ask_secret("New passphrase")?;
            if first.reveal_secret().is_empty() {
                terminal.tell("It is empty.")?;
                continue;
            }
            let second = terminal.ask_secret("The same again")?;
            if first.reveal_secret() == second.reveal_secret() {
                return Ok(first);
            }
            terminal.tell("The two are not the same.")?;
        }
        Err(Failure::usage("no passphrase was given twice alike"))
    }

    /// A fresh key, shown once and kept nowhere.
    pub fn paper_key(&mut self) -> Result<PublicKey, Failure> {
        let Some(terminal) = self.terminal() else {
            return Err(Failure::usage("--paper needs a terminal: the key is shown once and written nowhere"));
        };
        let (file, public) = generate_owner();
        terminal.show_once(page(&[PAPER, file.reveal_secret()]).reveal_secret())?;
        Ok(public)
    }

    /// The same for a vault that is being made: the page has the key of the next log too, which no other can follow.
    pub fn paper_keys(&mut self) -> Result<(PublicKey, VerifierKey), Failure> {
        let next = SigningKey::generate(Origin::of(LogId::random(&mut self.host.rng)), &mut self.host.rng);
        let Some(terminal) = self.terminal() else {
            return Err(Failure::usage("--paper needs a terminal: the key is shown once and written nowhere"));
        };
        let (file, public) = generate_owner();
        let line = next.private_text();
        let parts = [PAPER, file.reveal_secret(), NEXT, line.reveal_secret(), "\n"];
        terminal.show_once(page(&parts).reveal_secret())?;
        Ok((public, next.verifier()))
    }

    /// The key of the log that is to continue the vault's, where one was made in advance: from the file that was named
    /// (`-` is standard input), else typed without echo. `example` is a whole command that names one.
    pub fn next_key(
        &mut self,
        vault: &Vault,
        given: Option<&Path>,
        example: &str,
    ) -> Result<Option<SigningKey>, Failure> {
        let Some(promised) = vault.promised()? else {
            return match given {
                Some(_) => Err(no_next_key()),
                None => Ok(None),
            };
        };
        let is_it = |key: &SigningKey| Digest::of(key.verifier().public()) == promised;
        if let Some(file) = given {
            let text = self.secret_of(file)?;
            let key = private_key(&text).map_err(|error| Failure::refused(format!("{}: {error}", file.display())))?;
            return if is_it(&key) { Ok(Some(key)) } else { Err(other_key()) };
        }
        let Some(terminal) = self.terminal() else {
            let needed =
                "--next-key is needed: the ledger named its next key when it began, and no other may continue it";
            return Err(Failure::usage(needed).hint(example));
        };
        terminal.tell(
            "The ledger named its next key when it began, and no other may continue it. It stands on the page with the \
             key on paper.",
        )?;
        for _ in 0..TRIES {
            let typed = terminal.ask_secret("The next key (PRIVATE+KEY+...)")?;
            match private_key(&typed) {
                Ok(key) if is_it(&key) => return Ok(Some(key)),
                Ok(_) => terminal.tell("That is a key, but another one.")?,
                Err(error) => terminal.tell(&format!("{error}"))?,
            }
        }
        Err(other_key())
    }

    /// What a file with a secret says; `-` is standard input.
    fn secret_of(&mut self, file: &Path) -> Result<SecretText, Failure> {
        let mut bytes = if file == Path::new("-") {
            self.read_public(file, NEXT_CAP)?
        } else {
            let path = self.host.absolute(file);
            let mut bytes = read_file(&path, NEXT_CAP as u64 + 1)?;
            self.must_be_private(&path, "next key").inspect_err(|_| bytes.zeroize())?;
            bytes
        };
        let text = std::str::from_utf8(&bytes).map(|text| SecretText::new(text.to_owned()));
        bytes.zeroize();
        text.map_err(|_| Failure::refused(format!("{}: it is not text", file.display())))
    }
}

/// A page, sized beforehand, so that growing leaves no copy behind.
fn page(parts: &[&str]) -> SecretText {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| text.push_str(part));
    SecretText::new(text)
}

/// The key in a text: its one line that is one, or all of it.
fn private_key(text: &SecretText) -> Result<SigningKey, SignerError> {
    let text = text.reveal_secret();
    let line = text.lines().map(str::trim).find(|line| line.starts_with("PRIVATE+KEY+"));
    SigningKey::parse_private(line.unwrap_or_else(|| text.trim()))
}

/// What is said to somebody who names a next key where none was promised.
pub fn no_next_key() -> Failure {
    Failure::refused("the ledger names no next key: it goes on with a fresh one")
}

fn other_key() -> Failure {
    Failure::refused(
        "that is not the key that the ledger named in advance; it stands on the page that was written down then",
    )
}
