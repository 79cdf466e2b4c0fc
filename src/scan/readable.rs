//! What is text and can be scanned: strict UTF-8, or UTF-16 that says so at its beginning. Pictures, sound, archives
//! and documents that only a program can read are not. Must not know what is in it.

/// The content of a file, as far as it can be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readable {
    /// Text, without the mark of its byte order.
    Text(String),
    /// Not text: it cannot be scanned, and whoever shares it must be told.
    NotText,
}

/// Media types that hold text, though they do not begin with `text/`.
const TEXTS: &[&str] = &[
    "application/json",
    "application/ld+json",
    "application/rtf",
    "application/x-ndjson",
    "application/xhtml+xml",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
    "application/sql",
    "image/svg+xml",
    "message/rfc822",
];

/// Types that are text and yet hold what is encoded and cannot be seen.
const VEILED: &[&str] = &["application/pdf", "application/postscript"];

impl Readable {
    /// Reads `bytes`: UTF-8, or UTF-16 with its mark; no NUL, nothing invalid.
    pub fn read(bytes: &[u8]) -> Self {
        let text = match bytes {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
            _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
        };
        match text {
            Some(text) if !text.contains('\0') && !text.starts_with("%PDF-") => Self::Text(text),
            _ => Self::NotText,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::NotText => None,
        }
    }
}

fn utf16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| join(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

/// Whether a file of `media_type` that begins with `first` may be text. Parameters (`; charset=utf-8`) do not matter;
/// the first bytes overrule a type that claims more than they are.
pub fn is_text(media_type: &str, first: &[u8]) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_known = essence.starts_with("text/") || TEXTS.contains(&essence.as_str());
    let is_open = matches!(essence.as_str(), "" | "application/octet-stream") || essence.ends_with("+json");
    let may_be = is_known || is_open || essence.ends_with("+xml");
    may_be && !VEILED.contains(&essence.as_str()) && begins_as_text(first)
}

fn begins_as_text(first: &[u8]) -> bool {
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
        return true;
    }
    let is_utf8 = match std::str::from_utf8(first) {
        Ok(_) => true,
        // A character cut off by the end of what was read.
        Err(error) => error.error_len().is_none(),
    };
    is_utf8 && !first.contains(&0) && !first.starts_with(b"%PDF-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_text_is_read() {
        let text = |bytes: &[u8]| Readable::read(bytes).text().map(str::to_owned);
        assert_eq!(text(b"abc").as_deref(), Some("abc"));
        assert_eq!(text(b"\xef\xbb\xbfabc").as_deref(), Some("abc"));
        assert_eq!(text(b"\xff\xfea\0\xed\0").as_deref(), Some("aí"));
        assert_eq!(text(b"\xfe\xff\0a\0\xed").as_deref(), Some("aí"));
        for wrong in [&b"a\0b"[..], b"a\xff", b"\xff\xfea", b"\xff\xfe\0\xd8", b"%PDF-1.7"] {
            assert_eq!(text(wrong), None);
        }
    }

    #[test]
    fn types_and_first_bytes_agree() {
        for (media_type, first) in [
            ("text/plain; charset=utf-8", &b"abc"[..]),
            ("application/json", b"{}"),
            ("text/csv", b"a\xc3"),
            ("application/octet-stream", b"abc"),
            ("application/fhir+json", b"{}"),
        ] {
            assert!(is_text(media_type, first), "{media_type}");
        }
        for (media_type, first) in [
            ("image/png", &b"abc"[..]),
            ("application/pdf", b"abc"),
            ("text/plain", b"a\0"),
            ("text/plain", b"a\xffb"),
            ("application/zip", b"PK"),
        ] {
            assert!(!is_text(media_type, first), "{media_type}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Readable::read(&bytes);
            let _ = is_text("text/plain", &bytes);
        }
    }
}
