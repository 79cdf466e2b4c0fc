//! What is due as a calendar (RFC 5545): an event a line, all day long, with its class and id. Calendars are synced to
//! strangers' computers, so no alias and no command stands in them.

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
    for line in lines {
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

/// The same thing keeps its place when the calendar is made again.
fn uid(line: &Line) -> String {
    let digest = Digest::of(format!("{}\n{}\n{}", line.class, line.id, line.alias).as_bytes()).to_string();
    digest[..32].to_owned()
}

/// Longer lines go on after a blank. What stands here is ASCII.
fn folded(line: &str) -> String {
    let bytes = line.as_bytes();
    let pieces = bytes.chunks(WIDE - 1).map(|piece| String::from_utf8_lossy(piece).into_owned());
    pieces.collect::<Vec<_>>().join("\r\n ")
}
