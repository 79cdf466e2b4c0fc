//! `subrosa excerpt`: some lines of a record, as a record of their own; other people's names put out, or identifiers of
//! every kind removed. What was changed is told by kind and number, never by what stood there.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::filing;
use crate::filing::excerpt::Changed;
use crate::filing::excerpt::Cut;
use crate::practice::words::Line;
use crate::vault::catalog::IdKind;
use crate::vocabulary::Setting;

/// What `subrosa excerpt` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record: the beginning of its id, or @ for the one last touched
    #[arg(value_name = "ID")]
    pub record: String,
    /// Lines, such as 4-19, or 4- to the end; may be repeated, and all come into one excerpt
    #[arg(long, value_name = "A-B")]
    pub lines: Vec<Passage>,
    /// Put out the names, numbers and addresses of other clients
    #[arg(long)]
    pub redact: bool,
    /// Remove identifiers of every kind, as far as text shows them (45 CFR 164.514(b)(2))
    #[arg(long)]
    pub de_identify: bool,
    /// The room in which this is done [default: the one declared by here]
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// A title for it
    #[arg(long, value_name = "TEXT")]
    pub title: Option<Line>,
}

/// First and last line, from 1; the last may be left out.
#[derive(Clone, Copy, Debug)]
pub struct Passage([u64; 2]);

impl Passage {
    /// First and last line; [`u64::MAX`] is the end.
    pub fn lines(self) -> [u64; 2] {
        self.0
    }
}

impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = self.0;
        if last == u64::MAX { write!(f, "{first}-") } else { write!(f, "{first}-{last}") }
    }
}

impl FromStr for Passage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no passage such as 4-19, with lines counted from 1");
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = |text: &str| text.parse::<u64>().ok().filter(|_| is_number(text)).ok_or_else(wrong);
        let passage = [number(first)?, if last.is_empty() { u64::MAX } else { number(last)? }];
        if passage[0] == 0 || passage[0] > passage[1] { Err(wrong()) } else { Ok(Self(passage)) }
    }
}

#[derive(Serialize)]
struct Excerpted {
    id: String,
    state: &'static str,
    missing: [&'static str; 0],
    record: Record,
    redacted: usize,
    removed: Vec<Removed>,
    head: Head,
}

#[derive(Serialize)]
struct Removed {
    category: &'static str,
    count: usize,
}

impl Answer for Excerpted {
    fn prose(&self, look: &Look<'_>) -> String {
        format!("Excerpt {} is filed, label {}.\n", look.id(IdKind::Record, &self.id), self.record.label)
    }

    fn bare(&self) -> String {
        format!("{}\n", self.id)
    }
}

/// Files an excerpt.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa excerpt @ --lines 4-19";
    let mut lines: Vec<Passage> = args.lines;
    let is_asked = lines.is_empty();
    if is_asked {
        lines.push(session.required(None, "--lines", "Which lines (such as 4-19)", example)?);
    }
    let mut vault = session.open_to_append()?;
    let of = names::record(vault.catalog(), &args.record)?;
    let origin = vault.catalog().record(of)?.ok_or_else(|| Failure::not_found(format!("there is no record {of}")))?;
    // Nothing is drawn of a passage that was named; whoever asks for it at a terminal is where content is talked of.
    let room = session.room(&vault, args.setting, is_asked)?;
    let named = lines.iter().map(|passage| format!(" --lines {passage}")).collect::<String>();
    let mut otherwise = format!("subrosa excerpt {of}{named}");
    otherwise += if args.redact { " --redact" } else { "" };
    otherwise += if args.de_identify { " --de-identify" } else { "" };
    args.title.iter().for_each(|title| otherwise += &format!(" --title {}", names::word(title.as_str())));
    session.may_show(room, origin.latest.label, of, Some(&otherwise))?;
    let setting = session.room_now(&vault, room)?;
    let today = session.today(&vault)?;
    let cut = Cut {
        of,
        lines: lines.into_iter().map(|Passage(lines)| lines).collect(),
        redact: args.redact,
        setting,
        de_identify: args.de_identify.then_some(today),
        title: args.title,
    };
    let made = filing::excerpt::excerpt(&mut session.desk(&mut vault), &cut)?;
    let exit = session.committed(&made.committed);
    tell(&cut, &made.changed, session);
    session.touch(&vault, made.record);
    let filed = vault.catalog().record(made.record)?;
    let filed = filed.ok_or_else(|| Failure::not_found(format!("there is no record {}", made.record)))?;
    let answer = Excerpted {
        id: made.record.to_string(),
        state: "filed",
        missing: [],
        record: Record::of(vault.catalog(), &filed.latest)?,
        redacted: made.changed.redacted,
        removed: removed(&made.changed),
        head: (&made.committed.head).into(),
    };
    session.answer("excerpt", &answer, Some(&vault))?;
    Ok(exit)
}

fn removed(changed: &Changed) -> Vec<Removed> {
    changed.removed.iter().map(|(category, count)| Removed { category: category.id, count: *count }).collect()
}

/// What was done to the text, by kind; where nothing was, that is said too: somebody counted on it.
fn tell(cut: &Cut, changed: &Changed, session: &mut Session<'_>) {
    if cut.redact {
        session.note(&format!("names of other people put out: {}", places(changed.redacted)));
    }
    if cut.de_identify.is_some() {
        let kinds = changed.removed.iter().map(|(category, count)| format!("{} {count}", category.words));
        let kinds: Vec<String> = kinds.collect();
        let kinds = if kinds.is_empty() { "none was found".to_owned() } else { kinds.join(", ") };
        session.note(&format!("identifiers removed, as far as text shows them: {kinds}"));
    }
}

fn places(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
