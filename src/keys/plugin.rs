//! What an age plugin (a hardware key, say) may ask of a person while it works, and how the question gets out: through
//! [`Conversation`], which the command line implements. The default says nothing and answers nothing.
//! Must not know terminals.

use std::fmt;
use std::sync::Arc;

use age::secrecy::SecretString;

use crate::secret::SecretText;

/// The questions of c2sp.org/age-plugin, answered by whoever has a person at hand.
pub trait Conversation: Send + Sync {
    /// Shows a line, such as "touch your key". The text comes from the plugin: show it with its controls made harmless.
    fn message(&self, text: &str);
    /// A yes or no, with the plugin's words for both; `None` when nobody can be asked.
    fn confirm(&self, text: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// An answer that may be seen; `None` when nobody can be asked.
    fn public_text(&self, question: &str) -> Option<String>;
    /// An answer that may not be seen, such as a PIN; `None` when nobody can be asked.
    fn secret_text(&self, question: &str) -> Option<SecretText>;
}

/// A shared [`Conversation`], or none.
#[derive(Clone, Default)]
pub struct Callbacks(Option<Arc<dyn Conversation>>);

impl Callbacks {
    /// Nobody is asked: a plugin that needs an answer fails.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Questions go to `conversation`.
    pub fn new(conversation: Arc<dyn Conversation>) -> Self {
        Self(Some(conversation))
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "[callbacks]" } else { "[no callbacks]" })
    }
}

impl age::Callbacks for Callbacks {
    fn display_message(&self, message: &str) {
        if let Some(conversation) = &self.0 {
            conversation.message(message);
        }
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.0.as_ref()?.confirm(message, yes, no)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.as_ref()?.public_text(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        let answer = self.0.as_ref()?.secret_text(description)?;
        Some(SecretString::from(answer.reveal_secret().as_str()))
    }
}
