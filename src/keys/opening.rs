//! The two sides of a sealed file, free of the age crate's names: [`SealsTo`], what it is sealed to, and [`Opens`],
//! what opens it. Must not know the file.

use std::fmt;

/// Something that a file can be sealed to: one public key, ready for use.
pub struct SealsTo(Box<dyn age::Recipient + Send>);

impl SealsTo {
    pub(crate) fn new(recipient: impl age::Recipient + Send + 'static) -> Self {
        Self(Box::new(recipient))
    }

    pub(crate) fn as_age(&self) -> &dyn age::Recipient {
        &*self.0
    }
}

impl fmt::Debug for SealsTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[seals to]")
    }
}

/// Something that may open a sealed file: an identity, several, or a passphrase.
pub trait Opens {
    /// The identities in the order in which they are tried. age stops at the first that claims a stanza or fails, so
    /// those that cannot fail for reasons of their own come first.
    fn age_identities(&self) -> Vec<&dyn age::Identity>;
}
