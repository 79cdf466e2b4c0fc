//! What is due as a calendar (RFC 5545): an event a line, all day long, with its class and id. Calendars are synced to
//! strangers' computers, so no alias and no command stands in them.

use std::collections::BTreeSet;

use super::line::Line;
use crate::digest::Digest;
use crate::time::Timestamp;

/// A line of a calendar has at most so many bytes (RFC 5545, 3.1).
const WIDE: usize = 75;

/// The calendar of these lines.
pub fn of(lines: &[Line], now: Timestamp) -> String {
    let stamp = now.to_string().replace(['-', ':'], "");
    let mut text = String::new();
    let mut say = |line: &str| {
        text.push_str(&folded(line));
        text.push_str("\r\n");
    };
    say("BEGIN:VCALENDAR");
    say("VERSION:2.0");
    say("PRODID:-//subrosa//due//EN");
    let mut told = BTreeSet::new();
    // A paper of which several parts are left is one event.
    for line in lines.iter().filter(|line| told.insert(uid(line))) {
        say("BEGIN:VEVENT");
        say(&format!("UID:{}@subrosa", uid(line)));
        say(&format!("DTSTAMP:{stamp}"));
        say(&format!("DTSTART;VALUE=DATE:{}", line.due.replace('-', "")));
        say(&format!("SUMMARY:{}", [line.class, &line.id].join(" ").trim_end()));
        say("TRANSP:TRANSPARENT");
        say("CLASS:PRIVATE");
        say("END:VEVENT");
    }
    say("END:VCALENDAR");
    text
}

/// The same thing keeps its place when the calendar is made again. Of a group there are two talks, and of a record there may
/// be several copies: their days tell them apart.
fn uid(line: &Line) -> String {
    let day = if ["group-talk", "export"].contains(&line.class) { &line.due[..] } else { "" };
    let digest = Digest::of(format!("{}\n{}\n{}\n{day}", line.class, line.id, line.alias).as_bytes()).to_string();
    digest[..32].to_owned()
}

/// Longer lines go on after a blank. What stands here is ASCII.
fn folded(line: &str) -> String {
    let bytes = line.as_bytes();
    let pieces = bytes.chunks(WIDE - 1).map(|piece| String::from_utf8_lossy(piece).into_owned());
    pieces.collect::<Vec<_>>().join("\r\n ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_is_one_event_and_two_talks_are_two() {
        let line = |class, due: &str| Line {
            class,
            id: "g-1".to_owned(),
            alias: "mk-01".to_owned(),
            due: due.to_owned(),
            days: 1,
            late: None,
            command: String::new(),
            asked: None,
            flags: "",
        };
        let events = |class| {
            let lines = [line(class, "2026-11-28"), line(class, "2026-12-05"), line(class, "2026-12-05")];
            of(&lines, Timestamp::MIN).matches("BEGIN:VEVENT").count()
        };
        assert_eq!((events("consent"), events("group-talk")), (1, 2));
    }
}
