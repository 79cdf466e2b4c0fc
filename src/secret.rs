//! Bytes that are wiped when dropped, never printed, never copied by accident.
//! Must not know what the secret is for.

use std::fmt;

use zeroize::Zeroize;

/// A secret. No `Clone`, no `Display`, no `Serialize`; its `Debug` says nothing; it is wiped on drop, and boxed so that
/// moving it leaves no copy behind.
pub struct Secret<T: Zeroize>(Box<T>);

impl<T: Zeroize> Secret<T> {
    /// Takes the secret in. The caller wipes any copy it made on the way.
    pub fn new(value: T) -> Self {
        Self(Box::new(value))
    }

    /// The secret itself. The name is long so that every reading place stands out in review.
    pub fn reveal_secret(&self) -> &T {
        &self.0
    }

    /// The secret itself, to fill it in place.
    pub fn reveal_secret_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A 32-byte key.
pub type Key = Secret<[u8; 32]>;

/// A passphrase, a private key's text line, or other secret text.
pub type SecretText = Secret<String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        assert_eq!(format!("{:?}", SecretText::new("open sesame".to_owned())), "[secret]");
    }
}
