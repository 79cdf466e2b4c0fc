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

/// What bytes that are no text in a way that says so look like as text: whatever is UTF-8 as that, and each other byte as
/// Windows-1252 has it, of which Latin-1 is a part. `None` where bytes stand in it that no text has. It is a guess: names in
/// other alphabets are not seen in it.
pub fn guessed(bytes: &[u8]) -> Option<String> {
    let is_odd = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c) || *byte == 0x7f;
    if bytes.iter().any(is_odd) || bytes.starts_with(b"%PDF-") {
        return None;
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| windows_1252(*byte)));
    }
    Some(text)
}

/// The letters that Windows-1252 has where Latin-1 has control characters, and all others as they are.
fn windows_1252(byte: u8) -> char {
    match byte {
        0x82 | 0x91 | 0x92 => '\u{2019}',
        0x8a => '\u{160}',
        0x8c => '\u{152}',
        0x8e => '\u{17d}',
        0x96 | 0x97 => '\u{2013}',
        0x9a => '\u{161}',
        0x9c => '\u{153}',
        0x9e => '\u{17e}',
        0x9f => '\u{178}',
        0x80..=0x9f => ' ',
        other => char::from(other),
    }
}

/// Whether a file of this type may hold text, whatever its bytes are.
pub fn may_be_text(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_known = essence.starts_with("text/") || TEXTS.contains(&essence.as_str());
    let is_open = matches!(essence.as_str(), "" | "application/octet-stream") || essence.ends_with("+json");
    (is_known || is_open || essence.ends_with("+xml")) && !VEILED.contains(&essence.as_str())
}

fn utf16(bytes: &[u8], join: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| join(*pair)).collect();
    String::from_utf16(&units).ok().filter(|_| rest.is_empty())
}

/// Whether a file of `media_type` that begins with `first` may be text. Parameters (`; charset=utf-8`) do not matter;
/// the first bytes overrule a type that claims more than they are.
pub fn is_text(media_type: &str, first: &[u8]) -> bool {
    may_be_text(media_type) && begins_as_text(first)
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
    fn what_is_in_an_older_encoding_is_guessed() {
        let guess = |bytes: &[u8]| guessed(bytes);
        assert_eq!(guess(b"Jo\xe3o caf\xe9\r\n").as_deref(), Some("Jo\u{e3}o caf\u{e9}\r\n"));
        assert_eq!(guess("Jos\u{e9} \u{d6}\u{f1}e\n".as_bytes()).as_deref(), Some("Jos\u{e9} \u{d6}\u{f1}e\n"));
        // One stray byte spoils nothing else.
        assert_eq!(guess(b"Jos\xc3\xa9 \xff O\x92Malley").as_deref(), Some("Jos\u{e9} \u{ff} O\u{2019}Malley"));
        for wrong in [&b"a\0b"[..], b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"] {
            assert_eq!(guess(wrong), None);
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
            let _ = guessed(&bytes);
            let _ = is_text("text/plain", &bytes);
        }
    }
}
