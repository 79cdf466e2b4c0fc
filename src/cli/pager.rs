//! The pager as a pure machine: keys go in, rows come out. It draws nothing and reads nothing; `terminal` does.

use zeroize::Zeroize;

use crate::cli::text::harmless;
use crate::cli::text::wrapped;

/// One key, as the terminal sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Enter.
    Enter,
    /// Backspace.
    Backspace,
    /// Escape, or a key that is not known here.
    Escape,
}

/// What a terminal sends for a key, in characters after Escape. xterm, VT220, rxvt and the Linux console between them.
#[rustfmt::skip]
const SEQUENCES: [(&str, Key); 16] = [
    ("[A", Key::Up), ("OA", Key::Up),
    ("[B", Key::Down), ("OB", Key::Down),
    ("[5~", Key::PageUp), ("[6~", Key::PageDown),
    ("[H", Key::Home), ("OH", Key::Home), ("[1~", Key::Home), ("[7~", Key::Home),
    ("[F", Key::End), ("OF", Key::End), ("[4~", Key::End), ("[8~", Key::End),
    ("[Z", Key::Escape), ("[3~", Key::Escape),
];

/// The keys in what one read of the terminal gave. Bytes that are no text are passed over; a sequence that a slow line
/// tore in two is read as Escape and letters, which does no harm here.
pub fn keys(bytes: &[u8]) -> Vec<Key> {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.as_ref();
    let mut keys = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let key = match c {
            '\x1b' => {
                let (key, length) = sequence(rest);
                rest = &rest[length..];
                key
            }
            '\r' | '\n' => Key::Enter,
            '\x7f' | '\x08' => Key::Backspace,
            // Ctrl takes bits 5 and 6 away from the letter.
            '\x01'..='\x1a' => Key::Ctrl(char::from(c as u8 | 0x60)),
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => continue,
            c => Key::Char(c),
        };
        keys.push(key);
    }
    keys
}

/// The key of what follows an Escape, and how many bytes it took.
fn sequence(rest: &str) -> (Key, usize) {
    if let Some((spelling, key)) = SEQUENCES.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
        return (*key, spelling.len());
    }
    // A sequence that is not known ends at its first letter or `~` (ECMA-48 5.4): skipped as a whole.
    let Some(parameters) = rest.strip_prefix('[') else { return (Key::Escape, 0) };
    let end = parameters.find(|c: char| ('\x40'..='\x7e').contains(&c));
    (Key::Escape, end.map_or(rest.len(), |end| end + 2))
}

/// What follows from a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Something moved: draw again.
    Draw,
    /// Nothing changed.
    Nothing,
    /// The reader is done.
    Quit,
    /// The reader pressed Ctrl-C.
    Interrupt,
}

/// A text on a screen of a certain size.
pub struct Pager {
    title: String,
    text: String,
    rows: Vec<String>,
    top: usize,
    width: usize,
    height: usize,
    typing: Option<String>,
    sought: String,
    message: Option<&'static str>,
}

impl Pager {
    /// `text` from its beginning, on a screen of `width` columns and `height` rows, the last of which is the status.
    pub fn new(title: &str, text: &str, (width, height): (usize, usize)) -> Self {
        let text = harmless(text).into_owned();
        let title = crate::cli::text::bare(title).into_owned();
        let rows = wrapped(&text, width);
        let height = height.max(2);
        let (typing, sought, message) = (None, String::new(), None);
        Self { title, text, rows, top: 0, width, height, typing, sought, message }
    }

    /// The screen changed its size: rows are made anew, and about the same place is shown.
    pub fn resize(&mut self, (width, height): (usize, usize)) {
        if (width, height.max(2)) == (self.width, self.height) {
            return;
        }
        let before = self.rows.len().max(1);
        let mut rows = wrapped(&self.text, width);
        std::mem::swap(&mut rows, &mut self.rows);
        rows.zeroize();
        (self.width, self.height) = (width, height.max(2));
        self.go(self.top * self.rows.len() / before);
    }

    /// Takes one key.
    pub fn key(&mut self, key: Key) -> Action {
        if key == Key::Ctrl('c') {
            return Action::Interrupt;
        }
        self.message = None;
        if self.typing.is_some() {
            return self.type_key(key);
        }
        let page = self.page();
        let half = (page / 2).max(1);
        let before = self.top;
        match key {
            Key::Char('q' | 'Q') => return Action::Quit,
            Key::Char(' ' | 'f') | Key::PageDown | Key::Ctrl('f') => self.go(self.top + page),
            Key::Char('b') | Key::PageUp | Key::Ctrl('b') => self.go(self.top.saturating_sub(page)),
            Key::Char('j' | 'e') | Key::Down | Key::Enter | Key::Ctrl('e' | 'n') => self.go(self.top + 1),
            Key::Char('k' | 'y') | Key::Up | Key::Ctrl('y' | 'p') => self.go(self.top.saturating_sub(1)),
            Key::Char('d') | Key::Ctrl('d') => self.go(self.top + half),
            Key::Char('u') | Key::Ctrl('u') => self.go(self.top.saturating_sub(half)),
            Key::Char('g' | '<') | Key::Home => self.go(0),
            Key::Char('G' | '>') | Key::End => self.go(usize::MAX),
            Key::Char('/') => self.typing = Some(String::new()),
            Key::Char('n') => self.seek(self.top + 1, true),
            Key::Char('N') => self.seek(self.top, false),
            Key::Ctrl('l') => return Action::Draw,
            _ => return Action::Nothing,
        }
        let quiet = self.top == before && self.typing.is_none() && self.message.is_none();
        if quiet { Action::Nothing } else { Action::Draw }
    }

    /// The rows of the text that are on the screen.
    pub fn visible(&self) -> &[String] {
        &self.rows[self.top..self.rows.len().min(self.top + self.page())]
    }

    /// What the last row says.
    pub fn status(&self) -> String {
        if let Some(typing) = &self.typing {
            return format!("/{typing}");
        }
        if let Some(message) = self.message {
            return message.to_owned();
        }
        let seen = (self.top + self.page()).min(self.rows.len());
        let place =
            if seen == self.rows.len() { "end".to_owned() } else { format!("{}%", seen * 100 / self.rows.len()) };
        format!("{} ({place})  space, b, / search, q to leave", self.title)
    }

    /// The whole screen as the terminal draws it: cursor home, each row cleared behind its text, the status reversed.
    pub fn frame(&self) -> String {
        let mut frame = String::from("\x1b[H");
        for at in 0..self.page() {
            frame.push_str(self.visible().get(at).map_or("~", String::as_str));
            frame.push_str("\x1b[K\r\n");
        }
        let status = wrapped(&self.status(), self.width.saturating_sub(1)).swap_remove(0);
        frame.push_str("\x1b[7m");
        frame.push_str(&status);
        frame.push_str("\x1b[0m\x1b[K");
        frame
    }

    fn page(&self) -> usize {
        self.height - 1
    }

    fn go(&mut self, top: usize) {
        self.top = top.min(self.rows.len().saturating_sub(self.page()));
    }

    fn type_key(&mut self, key: Key) -> Action {
        let Some(typing) = &mut self.typing else { return Action::Nothing };
        match key {
            Key::Char(c) => typing.push(c),
            Key::Backspace if !typing.is_empty() => drop(typing.pop()),
            Key::Backspace | Key::Escape => self.typing = None,
            Key::Enter => {
                let sought = self.typing.take().unwrap_or_default();
                if !sought.is_empty() {
                    self.sought = sought;
                }
                self.seek(self.top, true);
            }
            _ => return Action::Nothing,
        }
        Action::Draw
    }

    /// Goes to the next row from `from` on that has what is sought, or the last one before it. Small letters stand for
    /// capitals too.
    fn seek(&mut self, from: usize, forward: bool) {
        if self.sought.is_empty() {
            self.message = Some("nothing was searched for yet: / and a word");
            return;
        }
        let any_case = !self.sought.chars().any(char::is_uppercase);
        let has = |row: &String| {
            if any_case { row.to_lowercase().contains(&self.sought) } else { row.contains(&self.sought) }
        };
        let from = from.min(self.rows.len());
        let found = if forward {
            self.rows[from..].iter().position(has).map(|at| from + at)
        } else {
            self.rows[..from].iter().rposition(has)
        };
        match found {
            // Not `go`: a match on the last page comes to the top all the same, so that `n` goes on from it.
            Some(at) => self.top = at,
            None => self.message = Some("not found"),
        }
    }
}

/// The rows are content.
impl Drop for Pager {
    fn drop(&mut self) {
        self.text.zeroize();
        self.rows.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hundred() -> Pager {
        let text: String = (1..=100).map(|n| format!("line {n}\n")).collect();
        Pager::new("r-1", &text, (40, 11))
    }

    fn after(pager: &mut Pager, typed: &str) -> String {
        for key in keys(typed.as_bytes()) {
            pager.key(key);
        }
        pager.visible()[0].clone()
    }

    #[test]
    fn keys_move_as_in_any_pager() {
        for (typed, first) in [
            ("", "line 1"),
            (" ", "line 11"),
            ("f\x1b[6~", "line 21"),
            ("  b", "line 11"),
            ("jjk", "line 2"),
            ("\x1b[B\x1bOB\x1b[A", "line 2"),
            ("\r", "line 2"),
            ("d", "line 6"),
            ("ddu", "line 6"),
            ("G", "line 91"),
            ("Gg", "line 1"),
            ("\x1b[F\x1b[1~", "line 1"),
            ("k", "line 1"),
            ("G ", "line 91"),
            ("\x1b[200;1xj", "line 2"),
        ] {
            assert_eq!(after(&mut hundred(), typed), first, "{typed:?}");
        }
    }

    #[test]
    fn search_goes_forth_and_back_and_says_when_there_is_nothing() {
        let mut pager = hundred();
        assert_eq!(after(&mut pager, "/LINE 3x\x7f\x1b"), "line 1");
        assert_eq!(after(&mut pager, "/7\r"), "line 7");
        assert_eq!(after(&mut pager, "n"), "line 17");
        assert_eq!(after(&mut pager, "nN"), "line 17");
        assert_eq!(after(&mut pager, "/line 100\r"), "line 100");
        assert_eq!(after(&mut pager, "n"), "line 100");
        assert_eq!(pager.status(), "not found");
        assert_eq!(after(&mut pager, "g/Line\r"), "line 1");
        assert_eq!(pager.status(), "not found", "a capital means itself");
    }

    #[test]
    fn leaving_and_interrupting_are_told_apart() {
        let mut pager = hundred();
        assert_eq!(pager.key(Key::Char('q')), Action::Quit);
        assert_eq!(pager.key(Key::Ctrl('c')), Action::Interrupt);
        assert_eq!(pager.key(Key::Char('x')), Action::Nothing);
        assert_eq!(pager.key(Key::Char('/')), Action::Draw);
        assert_eq!(pager.key(Key::Char('q')), Action::Draw, "a letter of the word");
    }

    #[test]
    fn a_frame_fills_the_screen_with_harmless_rows() {
        let mut pager = Pager::new("t\x1b]0;x", "a\x1b[2Jb\n", (20, 4));
        let frame = pager.frame();
        assert!(frame.starts_with("\x1b[Ha\\x1b[2Jb\x1b[K\r\n~\x1b[K\r\n~\x1b[K\r\n\x1b[7m"), "{frame:?}");
        assert!(!frame.contains("\x1b]"));
        pager.resize((3, 2));
        assert_eq!(pager.visible(), ["a\\x"]);
    }

    #[test]
    fn a_smaller_screen_shows_about_the_same_place() {
        let mut pager = hundred();
        after(&mut pager, "/line 50\r");
        pager.resize((40, 21));
        assert_eq!(pager.visible()[0], "line 50");
        assert_eq!(pager.visible().len(), 20);
    }

    proptest! {
        #[test]
        fn no_keys_and_no_size_panic(
            text in ".{0,200}",
            typed in proptest::collection::vec(any::<u8>(), 0..60),
            width in 0usize..50,
            height in 0usize..12,
        ) {
            let mut pager = Pager::new("title", &text, (width, height));
            for (n, key) in keys(&typed).into_iter().enumerate() {
                pager.key(key);
                pager.resize((width, height + n % 3));
                pager.frame();
            }
        }
    }
}
