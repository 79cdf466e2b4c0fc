//! The questions of age plugins (touch the key, type its PIN), put to whoever sits at the terminal. Must not know what
//! a plugin does.

use std::sync::Arc;

use crate::cli::session::Session;
use crate::cli::terminal::Terminal as _;
use crate::cli::terminal::Tty;
use crate::keys::plugin::Callbacks;
use crate::keys::plugin::Conversation;
use crate::secret::SecretText;

/// A plugin talks while another part of the program holds the session's terminal: so each question opens its own.
struct AtTerminal;

impl Session<'_> {
    /// Whom a plugin may ask.
    pub fn callbacks(&self) -> Callbacks {
        if self.is_interactive() { Callbacks::new(Arc::new(AtTerminal)) } else { Callbacks::none() }
    }
}

impl Conversation for AtTerminal {
    fn message(&self, text: &str) {
        // What cannot be said is not needed for the work itself.
        let _ = Tty::open().map(|mut tty| tty.tell(text));
    }

    fn confirm(&self, text: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let mut tty = Tty::open().ok()?;
        let question = match no {
            Some(no) => format!("{text} (yes: {yes}, no: {no})"),
            None => format!("{text} (yes: {yes})"),
        };
        tty.confirm(&question, true).ok()
    }

    fn public_text(&self, question: &str) -> Option<String> {
        Tty::open().ok()?.ask(question, None).ok()
    }

    fn secret_text(&self, question: &str) -> Option<SecretText> {
        Tty::open().ok()?.ask_secret(question).ok()
    }
}
