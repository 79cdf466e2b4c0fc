//! Text that others wrote, made safe to draw: control characters could move the cursor, answer back or rewrite what
//! stands above; bidirectional ones could make a name read as another (`docs/command-line.md`). Must not know where it
//! is drawn.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with control and bidirectional characters spelt out; line ends and TAB stay. For running text.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let text = if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    match text {
        Cow::Borrowed(text) => spelt(text, |c| c != '\n' && c != '\t'),
        Cow::Owned(text) => Cow::Owned(spelt(&text, |c| c != '\n' && c != '\t').into_owned()),
    }
}

/// `text` on one line: as [`harmless`], with line ends and TAB spelt out too. For names, titles, paths, table cells,
/// and the columns of piped output (`docs/command-line.md`: control characters as `\xNN`).
pub fn bare(text: &str) -> Cow<'_, str> {
    spelt(text, |_| true)
}

/// One line of piped output: `columns` with a TAB between, control characters as `\xNN`, and its line end.
pub fn row<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let columns: Vec<_> = columns.into_iter().map(bare).collect();
    columns.join("\t") + "\n"
}

/// How many columns of a terminal `c` takes: none for combining marks, two for East Asian wide ones and emoji. A wrong
/// guess costs a ragged edge, no more: the pager turns the terminal's own wrapping off.
pub fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200d | 0x20d0..=0x20ff | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// `text` (harmless already) as rows of at most `width` columns, broken at a space where there is one. TAB goes to the
/// next multiple of eight.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut rows = Vec::new();
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        wrap_line(line, width, &mut rows);
    }
    rows
}

fn wrap_line(line: &str, width: usize, rows: &mut Vec<String>) {
    let mut row = String::new();
    let mut used = 0;
    let mut space = None; // the byte after the row's last space: where it may be broken
    for c in line.chars() {
        let mut broken = false;
        while !row.is_empty() && used + advance(c, used) > width {
            let at = if c == ' ' { None } else { space };
            let rest = at.map(|at| row.split_off(at)).unwrap_or_default();
            rows.push(row.trim_end_matches(' ').to_owned());
            used = rest.chars().map(columns).sum();
            row = rest;
            space = None;
            broken = true;
        }
        if broken && c == ' ' {
            continue; // the row's end stands for it
        }
        match c {
            '\t' => {
                let blanks = advance(c, used);
                row.extend(std::iter::repeat_n(' ', blanks));
                used += blanks;
            }
            _ => {
                row.push(c);
                used += columns(c);
            }
        }
        if c == ' ' || c == '\t' {
            space = Some(row.len());
        }
    }
    rows.push(row);
}

/// How many columns `c` takes when `used` stand before it.
fn advance(c: char, used: usize) -> usize {
    if c == '\t' { 8 - used % 8 } else { columns(c) }
}

fn spelt(text: &str, also: impl Fn(char) -> bool) -> Cow<'_, str> {
    let harmful = |c: char| (c.is_control() && also(c)) || redirects(c);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Writing to a String cannot fail.
        let _ = match u32::from(c) {
            _ if !harmful(c) => {
                out.push(c);
                Ok(())
            }
            code @ ..=0xff => write!(out, "\\x{code:02x}"),
            code => write!(out, "\\u{{{code:04x}}}"),
        };
    }
    Cow::Owned(out)
}

/// Whether `c` changes the reading order of what stands around it, or ends a line where only some programs see it.
fn redirects(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(harmless("Grüße, 东京\n\tx"), Cow::Borrowed(_)));
        assert!(matches!(bare("Grüße"), Cow::Borrowed(_)));
    }

    #[test]
    fn controls_and_bidirectional_characters_are_spelt_out() {
        assert_eq!(harmless("a\x1b[2Jb\r\nc\rd"), "a\\x1b[2Jb\nc\\x0dd");
        assert_eq!(harmless("\u{9b}31m\u{7f}"), "\\x9b31m\\x7f");
        assert_eq!(harmless("dr-\u{202e}eel"), "dr-\\u{202e}eel");
        assert_eq!(bare("a\tb\nc\u{061c}"), "a\\x09b\\x0ac\\u{061c}");
    }

    #[test]
    fn a_row_has_as_many_tabs_as_gaps() {
        assert_eq!(row(["r-1", "a\tb", ""]), "r-1\ta\\x09b\t\n");
    }

    #[test]
    fn lines_wrap_at_spaces_and_wide_characters_count_twice() {
        assert_eq!(wrapped("one two three\n\nfour\n", 8), ["one two", "three", "", "four"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("东京东京", 5), ["东京", "东京"]);
        assert_eq!(wrapped("a\tb", 20), ["a       b"]);
        assert_eq!(wrapped("", 20), [""]);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in any::<String>()) {
            let left = |c: char| c.is_control() || redirects(c);
            prop_assert!(!bare(&text).contains(left));
            let kept = harmless(&text);
            prop_assert!(!kept.replace(['\n', '\t'], "").contains(left));
        }

        #[test]
        fn rows_are_never_wider_than_asked(text in any::<String>(), width in 2usize..40) {
            for row in wrapped(&harmless(&text), width) {
                prop_assert!(row.chars().map(columns).sum::<usize>() <= width.max(8), "{row:?}");
            }
        }
    }
}
