//! The media type of a record, from its first bytes and, for text, its file name's ending.

/// How many bytes are enough to tell.
pub const ENOUGH: usize = 8192;

const TEXTS: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("css", "text/css"),
    ("eml", "message/rfc822"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ics", "text/calendar"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("toml", "application/toml"),
    ("tsv", "text/tab-separated-values"),
    ("vcf", "text/vcard"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
];

/// The media type of what begins with `head` and may have a file name.
pub fn media_type(head: &[u8], name: Option<&str>) -> &'static str {
    if is_text(head) && !head.starts_with(b"%PDF-") {
        let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
        let known = TEXTS.iter().find(|(known, _)| ending.as_deref() == Some(known));
        return known.map_or("text/plain", |(_, media_type)| media_type);
    }
    infer::get(head).map_or("application/octet-stream", |kind| kind.mime_type())
}

/// Whether a record of this media type is text that can be drawn.
pub fn is_drawable(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type == "message/rfc822"
        || TEXTS.iter().any(|(_, known)| *known == media_type && *known != "application/rtf")
}

/// UTF-8 without control characters that no text has; a character may be cut at the end of `head`.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    valid.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{8}' | '\u{1b}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_by_its_ending_and_the_rest_by_its_first_bytes() {
        assert_eq!(media_type(b"Dear Ana,\n", None), "text/plain");
        assert_eq!(media_type(b"# Plan\n", Some("plan.MD")), "text/markdown");
        assert_eq!(media_type(b"", Some("empty.txt")), "text/plain");
        assert_eq!(media_type(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", Some("scan.txt")), "application/pdf");
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n\0\0", None), "image/png");
        assert_eq!(media_type(b"\0\x01\x02", Some("x.txt")), "application/octet-stream");
        assert_eq!(media_type("é".as_bytes().split_at(1).0, None), "text/plain");
    }
}
