//! Keys that people give, type or are given: public keys, new passphrases, keys on paper. Must not know whose they are.

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::keys::identity::generate_owner;
use crate::keys::recipient::PublicKey;
use crate::secret::SecretText;

/// How often a new passphrase is asked for again when its two typings differ.
const TRIES: usize = 3;

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
        let introduction = "This is the key on paper. Write it down, and keep it apart from this computer.\n\
                            Typed into a file, it opens the vault: subrosa -i FILE\n\n";
        // Sized beforehand, so that growing leaves no copy behind.
        let mut text = String::with_capacity(introduction.len() + file.reveal_secret().len());
        text.push_str(introduction);
        text.push_str(file.reveal_secret());
        terminal.show_once(SecretText::new(text).reveal_secret())?;
        Ok(public)
    }
}
