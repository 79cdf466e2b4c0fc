//! NOTICE.txt: one page for a person. What this is, for whom and why, what may not be done with it, until when, whom to
//! call, and the receipt code. It names no client, and no title or file name, in which one might stand.

use std::fmt::Write as _;

use crate::id::DisclosureId;
use crate::policy::purposes;
use crate::practice::record::RecordVersion;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Purpose;

/// As many records are named one by one, where there is room; the manifest names all.
const NAMED: usize = 20;
/// So many are named however much else there is to say.
const NAMED_AT_LEAST: usize = 3;
/// The lines of a page.
const PAGE: usize = 66;
/// The columns of a line.
const WIDTH: usize = 78;
/// As many lines a name or a contact may take.
const NAME: usize = 3;
/// Stands where the practice's own words were cut.
const CUT: &str = "  (There is more of this than fits on the page: ask the sender.)";
/// Stands where how to handle it was cut.
const CUT_HANDLING: &str = "  (How to handle it goes on: ask the sender.)";

/// What the page says.
pub struct Notice<'a> {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// When the package was made.
    pub created: Timestamp,
    /// The practice, if it has a name.
    pub sender: Option<&'a str>,
    /// Whom to call.
    pub contact: Option<&'a str>,
    /// The recipient.
    pub recipient: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// Until when it may be kept.
    pub expires: Option<Date>,
    /// What is in it.
    pub records: &'a [RecordVersion],
    /// Whether more than the year of a record's date may be told.
    pub tells_dates: bool,
    /// The receipt code, as it is read out.
    pub code: &'a str,
    /// How it is to be handled, in the practice's own words; empty where there are none.
    pub handling: &'a str,
    /// What the package has to say besides, a paragraph each.
    pub statements: &'a [&'a str],
    /// What the practice adds in words of its own, a paragraph each.
    pub own: &'a [&'a str],
}

impl Notice<'_> {
    /// The page.
    pub fn text(&self) -> String {
        let contact = self.contact.unwrap_or("the person who sent it");
        let until = match self.expires {
            Some(date) => format!("Return or destroy it by {date} and confirm."),
            None => "Return or destroy it when the purpose is served, and confirm.".to_owned(),
        };
        let mut head = vec!["CONFIDENTIAL".to_owned(), String::new()];
        head.extend(field("From:     ", self.sender.unwrap_or("(no name given)")));
        head.extend(field("To:       ", self.recipient));
        let plain = purposes::meaning(self.purpose).plain;
        head.extend(field("Purpose:  ", plain));
        head.push(format!("Made:     {}", self.created));
        head.push(format!("Number:   {}", self.disclosure));
        head.push(String::new());
        head.extend(ASKED.map(str::to_owned));
        head.extend(short(wrapped(&format!("stop reading, do not copy it, and call {contact} today."), "")));
        head.push(until);
        let mut foot = vec![String::new()];
        foot.extend(field("Questions:     ", contact));
        foot.push(format!("Receipt code:  {}", self.code));
        foot.push("Please tell the sender this code, so that they know it arrived.".to_owned());
        // Before the list stand an empty line and its heading.
        let (texts, named) = self.fitting(PAGE - head.len() - foot.len() - 2);
        let mut page = String::new();
        let mut line = |text: &str| writeln!(page, "{text}").expect("writing to a string does not fail");
        head.iter().chain(&texts).for_each(|text| line(text));
        line("");
        line(&format!("What is in it ({}):", count(self.records.len())));
        for record in self.records.iter().take(named) {
            let date = if self.tells_dates { record.date.to_string() } else { record.date.year().to_string() };
            line(&format!("  {date}  {:30}  {}", record.record_kind.plain(), record.record));
        }
        if self.records.len() > named {
            line(&format!("  and {} more, named in the file \"manifest\"", self.records.len() - named));
        }
        foot.iter().for_each(|text| line(text));
        page
    }

    /// The lines of what is said besides, and how many records are named: together they have `room` lines. What the
    /// program has to say is whole. Of the practice's own words neither part pushes the other off the page, however
    /// long it is; all of it goes before the list, which the manifest has too.
    fn fitting(&self, room: usize) -> (Vec<String>, usize) {
        let mut texts = paragraphs(self.statements);
        let mut own = paragraphs(self.own);
        let mut handling = Vec::new();
        if !self.handling.trim().is_empty() {
            handling.extend([String::new(), "How to handle it:".to_owned()]);
            handling.extend(wrapped(self.handling, "  "));
        }
        let least = self.records.len().min(NAMED_AT_LEAST) + 1;
        cut(&mut texts, room - least, CUT);
        let left = room - least - texts.len();
        let most = handling.len().min((left / 2).max(left.saturating_sub(own.len())));
        cut(&mut handling, most, CUT_HANDLING);
        cut(&mut own, left - handling.len(), CUT);
        texts.extend(own);
        texts.extend(handling);
        // One line is kept for the sentence that tells of those that are not named.
        let named = NAMED.min(room - texts.len() - 1).min(self.records.len());
        (texts, named)
    }
}

/// Each text with an empty line before it.
fn paragraphs(texts: &[&str]) -> Vec<String> {
    let said = texts.iter().filter(|text| !text.trim().is_empty());
    said.flat_map(|text| std::iter::once(String::new()).chain(wrapped(text, ""))).collect()
}

/// Keeps the first `most` lines; where some are lost, the last one says so.
fn cut(lines: &mut Vec<String>, most: usize, told: &str) {
    if lines.len() > most {
        lines.truncate(most.saturating_sub(1));
        lines.extend((most > 0).then(|| told.to_owned()));
    }
}

/// What is asked of whoever reads it, before the line that says whom to call.
const ASKED: [&str; 3] = [
    "This was sent to you, by name, for the purpose shown above. Please do not pass",
    "it on, copy it into other systems, or use it for anything else unless the",
    "client agrees in writing or a law requires it. If it reached you by mistake,",
];

/// A name and its value, which goes on under itself.
fn field(name: &str, value: &str) -> Vec<String> {
    let mut lines = short(wrapped(value, &" ".repeat(name.len())));
    if let Some(first) = lines.first_mut() {
        first.replace_range(..name.len().min(first.len()), name);
    }
    lines
}

/// The first lines of a name that would fill the page.
fn short(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > NAME {
        lines.truncate(NAME);
        let last = &mut lines[NAME - 1];
        let kept: String = last.chars().take(WIDTH - 3).collect();
        *last = kept + "...";
    }
    lines
}

/// `text` in lines of at most [`WIDTH`] columns that begin with `indent`.
fn wrapped(text: &str, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim().lines() {
        let mut line = indent.to_owned();
        let mut used = indent.len();
        for word in paragraph.split_whitespace() {
            let mut letters = word.chars().count();
            let mut rest = word;
            if used > indent.len() && used + 1 + letters > WIDTH {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
                used = indent.len();
            }
            // A word that is longer than a line is broken.
            while used + letters > WIDTH {
                let at = rest.char_indices().nth(WIDTH - used).map_or(rest.len(), |(at, _)| at);
                lines.push(format!("{indent}{}", &rest[..at]));
                (rest, letters) = (&rest[at..], letters - (WIDTH - used));
            }
            if used > indent.len() {
                line.push(' ');
                used += 1;
            }
            line.push_str(rest);
            used += letters;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn count(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::vocabulary::Label;
    use crate::vocabulary::RecordKind;

    fn record() -> RecordVersion {
        RecordVersion {
            client: None,
            date: crate::time::parse_date("2026-11-21").unwrap(),
            excerpt_of: None,
            group: None,
            label: Label::R,
            media_type: "text/plain".to_owned(),
            name: None,
            name_bytes: None,
            object: "0".repeat(16).parse().unwrap(),
            record: "r-0123456789abcdef".parse().unwrap(),
            record_kind: RecordKind::ProgressNote,
            seal: crate::digest::Digest::of(b""),
            setting: None,
            sha256: crate::digest::Digest::of(b""),
            size: 0,
            tags: Vec::new(),
            title: None,
            version: 1,
        }
    }

    fn page(records: &[RecordVersion], handling: &str, statements: &[&str]) -> String {
        whole(records, handling, statements, &[])
    }

    fn whole(records: &[RecordVersion], handling: &str, statements: &[&str], own: &[&str]) -> String {
        Notice {
            tells_dates: true,
            disclosure: "d-0123456789abcdef".parse().unwrap(),
            created: Timestamp::from_unix(1_795_000_000),
            sender: Some("Practice"),
            contact: Some("+1 555 0100"),
            recipient: "Dr. Lee",
            purpose: Purpose::Treat,
            expires: None,
            records,
            code: "one two three",
            handling,
            statements,
            own,
        }
        .text()
    }

    #[test]
    fn the_practice_s_own_texts_stand_in_it_wrapped() {
        let law = "law ".repeat(40);
        let page = page(&[], "Keep it locked away.", &[law.trim(), "And this."]);
        assert!(page.contains("\nHow to handle it:\n  Keep it locked away.\n"), "{page}");
        assert!(page.contains("\nAnd this.\n") && page.lines().all(|line| line.chars().count() <= WIDTH), "{page}");
        assert!(!page.contains(CUT));
    }

    #[test]
    fn without_them_it_is_as_it_was() {
        assert_eq!(page(&[], "", &[]).lines().count(), 19);
    }

    #[test]
    fn what_the_law_asks_for_is_cut_last() {
        let page = page(&[], &"handle ".repeat(800), &["THE LAW"]);
        assert!(page.contains("THE LAW\n") && page.contains(CUT_HANDLING), "{page}");
    }

    #[test]
    fn the_practice_s_own_words_do_not_push_each_other_off_the_page() {
        let long = "notice ".repeat(800);
        let page = whole(&[record()], "Keep it locked away.", &["THE LAW"], &[&long]);
        assert!(page.contains("THE LAW\n") && page.contains(CUT), "{page}");
        assert!(page.contains("How to handle it:\n  Keep it locked away.\n") && !page.contains(CUT_HANDLING), "{page}");
        let page = whole(&[record()], &"handle ".repeat(800), &["THE LAW"], &[&long, "And this."]);
        assert!(page.contains("\nnotice ") && page.contains("\n  handle "), "{page}");
        assert!(page.contains(CUT) && page.contains(CUT_HANDLING), "{page}");
        let page = whole(&[record()], &"handle ".repeat(800), &["THE LAW"], &["A word of ours."]);
        assert!(page.contains("A word of ours.\n") && !page.contains(CUT), "{page}");
        assert!(page.lines().count() <= PAGE);
    }

    proptest! {
        #[test]
        fn it_is_one_page_whatever_it_says(
            count in 0_usize..60,
            handling in "(\\PC{0,90}[ \n]){0,40}",
            statement in "(\\PC{0,9}[ \n]){0,200}",
            own in "(\\PC{0,90}[ \n]){0,40}",
        ) {
            let records = vec![record(); count];
            let page = whole(&records, &handling, &[&statement, "THE LAW"], &[&own]);
            prop_assert!(page.lines().count() <= PAGE, "{}", page.lines().count());
            let told = page.lines().filter(|line| line.contains("progress note")).count();
            prop_assert!(told >= count.min(NAMED_AT_LEAST));
        }
    }
}
