//! `subrosa sweep`: the plain copies that this computer wrote and that still lie there, those that have gone, and, where that
//! is wanted, their end.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::copies as files;
use crate::cli::copies::State;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::copies;
use crate::copies::Place;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vocabulary::CopyEnd;

/// What `subrosa sweep` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file that was changed since, that is a link or somebody else's, or that has a
second name is named and left: look at it, and delete it yourself. Overwriting
does not reach what a solid-state disk, a file system that copies on write, a
snapshot or a backup keeps of the old bytes.")]
pub struct Args {
    /// Overwrite and delete those that are still what was written
    #[arg(long)]
    pub wipe: bool,
}

#[derive(Serialize)]
struct Swept {
    copies: Vec<Copy>,
    elsewhere: usize,
    head: Head,
}

#[derive(Serialize)]
struct Copy {
    path: String,
    path_bytes: Option<String>,
    state: &'static str,
    expired: bool,
    made: String,
    expires: String,
    age: i64,
    record: Option<String>,
}

impl Copy {
    fn of(place: &Place, state: State, now: Timestamp) -> Self {
        let latest = place.latest();
        Self {
            path: latest.made.path.clone(),
            path_bytes: latest.made.path_bytes.clone(),
            state: state.as_str(),
            expired: place.is_expired(now),
            made: latest.at.to_string(),
            expires: latest.made.expires.to_string(),
            age: (now.unix() - latest.at.unix()).max(0),
            record: latest.made.record.map(|record| record.to_string()),
        }
    }
}

/// How long ago, in its two largest units.
fn ago(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}min"),
        (0, _) => format!("{hours}h {minutes}min"),
        _ => format!("{days}d {hours}h"),
    }
}

impl Answer for Swept {
    fn prose(&self, look: &Look<'_>) -> String {
        if self.copies.is_empty() {
            return "No plain copy of this vault is known to lie on this computer.\n".to_owned();
        }
        let line = |copy: &Copy| {
            let time = if copy.expired { "over" } else { "" };
            vec![copy.state.to_owned(), ago(copy.age), time.to_owned(), bare(&copy.path).into_owned()]
        };
        look.table(&self.copies.iter().map(line).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line = |copy: &Copy| {
            let time = if copy.expired { "expired" } else { "" };
            let record = copy.record.as_deref().unwrap_or_default();
            row([copy.state, copy.made.as_str(), copy.expires.as_str(), time, record, copy.path.as_str()])
        };
        self.copies.iter().map(line).collect()
    }
}

/// Sweeps.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = if args.wipe { session.open_to_append()? } else { session.open()? };
    let (places, elsewhere) = copies::places(&vault)?;
    let now = session.now();
    let act = if args.wipe { files::wipe } else { files::look };
    let (mut seen, mut unsettled) = (Vec::new(), 0);
    let mut ended = Vec::new();
    for place in places {
        let is_being_written = files::is_being_written(&place);
        let state = act(&place);
        match how(state) {
            Some(_) if is_being_written => unsettled += 1,
            Some(how) => ended.push((place.clone(), how)),
            None => {}
        }
        seen.push((place, state));
    }
    let mut exit = end(session, &mut vault, &ended)?;
    if unsettled > 0 {
        session.note("beside what is gone something is being written: its end is written down by the next sweep");
    }
    let swept = Swept {
        copies: seen.iter().map(|(place, state)| Copy::of(place, *state, now)).collect(),
        elsewhere,
        head: vault.head().into(),
    };
    tell(session, &seen, elsewhere);
    let is_left = |(place, state): &(Place, State)| match state {
        State::Gone | State::Wiped => false,
        _ => args.wipe || place.is_expired(now),
    };
    if exit == Exit::Done && seen.iter().any(is_left) {
        exit = Exit::Due;
    }
    session.answer("sweep", &swept, Some(&vault))?;
    Ok(exit)
}

/// How a copy ended, if it did.
fn how(state: State) -> Option<CopyEnd> {
    match state {
        State::Gone => Some(CopyEnd::Gone),
        State::Wiped => Some(CopyEnd::Wiped),
        _ => None,
    }
}

/// Writes down what has ended.
fn end(session: &mut Session<'_>, vault: &mut Vault, ended: &[(Place, CopyEnd)]) -> Result<Exit, Failure> {
    if ended.is_empty() {
        return Ok(Exit::Done);
    }
    if let Err(error) = vault.may_append() {
        session.warn(&format!("what is gone is not written down: {error}"));
        return Ok(Exit::Due);
    }
    let committed = copies::gone(&mut session.desk(vault), ended)?;
    Ok(session.committed(&committed))
}

fn tell(session: &mut Session<'_>, seen: &[(Place, State)], elsewhere: usize) {
    for (place, state) in seen {
        let path = &place.latest().made.path;
        match state {
            State::Changed => session.warn(&format!("{path} is not what was written, and is left: look at it")),
            State::Unread => session.warn(&format!("{path} could not be looked at, and is left")),
            State::Unfinished => session.warn(&format!("beside {path} lies a part of a copy that was not finished")),
            State::There | State::Gone | State::Wiped => {}
        }
    }
    if seen.iter().any(|(_, state)| *state == State::Wiped) {
        session.note(
            "overwritten and deleted; what a solid-state disk, copy-on-write, a snapshot or a backup keeps of them is out of reach",
        );
    }
    if elsewhere > 0 {
        session.note(&format!("other computers wrote {elsewhere} more: sweep there"));
    }
}
