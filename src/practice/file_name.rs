//! File names: bytes that need not be text, kept exactly, and shown as text that cannot mislead.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A file name as events keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The name as text; escaped where `bytes` is set.
    pub text: String,
    /// The exact bytes in base64, where the name is not plain text.
    pub bytes: Option<String>,
}

/// Bidirectional marks and overrides: they make `gpj.exe` out of `exe.jpg`.
pub fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl FileName {
    /// The name whose bytes these are.
    pub fn of(bytes: &[u8]) -> Self {
        Self::spelt(bytes, |c| c != '/' && !c.is_control() && !is_bidirectional(c))
    }

    /// A whole path, kept and shown the same way.
    pub fn of_path(bytes: &[u8]) -> Self {
        Self::spelt(bytes, |c| !c.is_control() && !is_bidirectional(c))
    }

    fn spelt(bytes: &[u8], is_plain: impl Fn(char) -> bool) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.chars().all(&is_plain) => Self { text: text.to_owned(), bytes: None },
            _ => Self { text: escape(bytes, |c| is_plain(c) && c != '\\'), bytes: Some(STANDARD.encode(bytes)) },
        }
    }

    /// The exact bytes of a name kept as `text` and `bytes`; what is no base64 counts as absent.
    pub fn bytes_of<'a>(text: &'a str, bytes: Option<&str>) -> Cow<'a, [u8]> {
        match bytes.and_then(|encoded| STANDARD.decode(encoded).ok()) {
            Some(exact) => Cow::Owned(exact),
            None => Cow::Borrowed(text.as_bytes()),
        }
    }
}

/// The name for a package's tar: plain ASCII of at most `limit` bytes, the ending kept where it is short. Everything
/// but letters, digits, dot, dash and underscore becomes `_`, so no shell, tar or file system can trip over it.
pub fn portable(text: &str, limit: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = text.chars().map(plain).collect();
    if name.len() <= limit {
        return name;
    }
    let ending = name.rfind('.').map(|at| &name[at..]).filter(|ending| ending.len() <= 12).unwrap_or("");
    format!("{}{ending}", &name[..limit - ending.len()])
}

/// `\xNN` for every byte that is not part of an allowed character.
fn escape(bytes: &[u8], is_allowed: impl Fn(char) -> bool) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match is_allowed(c) {
                true => out.push(c),
                false => out.push_str(&hex(c.encode_utf8(&mut [0; 4]).as_bytes())),
            }
        }
        out.push_str(&hex(chunk.invalid()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(
            FileName::of("Nota \"1\".txt".as_bytes()),
            FileName { text: "Nota \"1\".txt".to_owned(), bytes: None }
        );
    }

    #[test]
    fn a_path_keeps_its_slashes() {
        assert_eq!(FileName::of_path(b"/a/b"), FileName { text: "/a/b".to_owned(), bytes: None });
        let path = FileName::of_path(b"/a\n/\xff");
        assert_eq!(path.text, "/a\\x0a/\\xff");
        assert_eq!(FileName::bytes_of(&path.text, path.bytes.as_deref()), &b"/a\n/\xff"[..]);
    }

    #[test]
    fn odd_names_are_escaped_and_kept() {
        let name = FileName::of(b"a\n\xff\\b");
        assert_eq!(name.text, "a\\x0a\\xff\\x5cb");
        assert_eq!(FileName::bytes_of(&name.text, name.bytes.as_deref()), &b"a\n\xff\\b"[..]);
        assert_eq!(FileName::of("x\u{202e}gpj.exe".as_bytes()).text, "x\\xe2\\x80\\xaegpj.exe");
    }

    proptest! {
        #[test]
        fn every_name_is_kept_exactly(bytes in prop::collection::vec(any::<u8>(), 1..40)) {
            let name = FileName::of(&bytes);
            prop_assert_eq!(FileName::bytes_of(&name.text, name.bytes.as_deref()), &bytes[..]);
        }

        #[test]
        fn portable_names_are_short_ascii(text in ".{0,200}") {
            let name = portable(&text, 60);
            prop_assert!(name.is_ascii() && name.len() <= 60 && !name.contains('/'));
        }
    }
}
