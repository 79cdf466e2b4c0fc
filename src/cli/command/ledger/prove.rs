//! `subrosa ledger prove`: one entry for somebody who has no vault, showing what he may see; or that the ledger
//! continues a head that was kept.

use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::host::StreamKind;
use crate::cli::names;
use crate::cli::output::Target;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::id::LogId;
use crate::keys::signer::Origin;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::journal::Line;
use crate::ledger::note::NOTE_LIMIT;
use crate::ledger::note::Note;
use crate::sharing::audience;
use crate::sharing::audience::Audience;
use crate::vault::Vault;
use crate::vault::prove::Continuation;
use crate::vault::prove::SignedLog;
use crate::vault::root_text;

/// What `subrosa ledger prove` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A disclosure: the beginning of its id; or the number of any entry, as '#7' or 7
    #[arg(value_name = "DISCLOSURE", required_unless_present = "from")]
    pub entry: Option<String>,
    /// Show this field too; may be repeated
    #[arg(long, value_name = "FIELD", conflicts_with = "from")]
    pub show: Vec<String>,
    /// Show what this reader of a disclosure may see
    #[arg(long = "for", value_name = "READER", conflicts_with = "from")]
    pub audience: Option<Reader>,
    /// Prove that the ledger continues this checkpoint, which was kept from it
    #[arg(long, value_name = "CHECKPOINT", conflicts_with = "entry")]
    pub from: Option<PathBuf>,
    /// Where it goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// For whom a proof can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// Whom the records are about
    Client,
    /// Who got the package
    Recipient,
    /// Somebody who may know everything
    All,
}

impl From<Reader> for Audience {
    fn from(reader: Reader) -> Self {
        match reader {
            Reader::Client => Self::Client,
            Reader::Recipient => Self::Recipient,
            Reader::All => Self::All,
        }
    }
}

#[derive(Serialize)]
struct Written {
    path: String,
    index: Option<u64>,
    shown: Vec<String>,
    hidden: Vec<String>,
    from: Option<Head>,
    head: Head,
}

impl Answer for Written {
    fn prose(&self, _: &Look<'_>) -> String {
        let path = bare(&self.path);
        match (&self.from, self.index) {
            (Some(from), _) => {
                format!("The proof from {} entries to {} is in {path}\n", from.size, self.head.size)
            }
            (None, index) => {
                let index = index.map(|index| index.to_string()).unwrap_or_default();
                format!("The proof of entry {index} is in {path}; it shows {}\n", self.shown.join(", "))
            }
        }
    }

    fn bare(&self) -> String {
        crate::cli::text::row([&*self.path])
    }
}

/// Proves.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    let example = match args.from {
        Some(_) => "subrosa ledger prove --from CHECKPOINT --json -o FILE",
        None => "subrosa ledger prove DISCLOSURE --json -o FILE",
    };
    public::refuse_json_to_stdout(&target, session, example)?;
    let kept = args.from.as_deref().map(|path| session.read_public(path, NOTE_LIMIT)).transpose()?;
    let vault = session.open()?;
    let (bytes, mut written) = match (&args.from, kept) {
        (Some(path), Some(kept)) => {
            let (bytes, from, head) = continuation(&vault, path, &kept)?;
            let (from, head) = (Some((&from).into()), (&head).into());
            (bytes, Written { path: String::new(), index: None, shown: vec![], hidden: vec![], from, head })
        }
        _ => {
            let (of, opening) = opening(args.entry.as_deref().unwrap_or_default(), &vault)?;
            let shows = choose(args, &opening)?;
            let kind = kind_of(&opening);
            tell_what_is_apart(&opening, &shows, session);
            if args.audience == Some(Reader::Client) {
                tell_what_is_suspended(&opening, &vault, session)?;
            }
            let head = of.head().into();
            let (proof, shown) = vault.prove(&of, &opening, |name| shows.iter().any(|show| show == name))?;
            if shows.iter().any(|name| !Audience::Anybody.sees(kind, name)) && is_kept(&target, session) {
                session.warn("what the proof shows stands there in clear: the file is not encrypted");
            }
            let names = shown.shown().map(|(name, _)| name.to_owned()).collect();
            let hidden = shown.hidden().into_iter().map(str::to_owned).collect();
            let index = Some(opening.index());
            (proof.to_bytes(), Written { path: String::new(), index, shown: names, hidden, from: None, head })
        }
    };
    if let Some(path) = public::write(session, &target, "the proof", &bytes, Some(vault.path()))? {
        written.path = path.display().to_string();
        session.answer("ledger-prove", &written, None)?;
    }
    Ok(Exit::Done)
}

/// Whether it goes to a file, by name or by redirection.
fn is_kept(target: &Target, session: &Session<'_>) -> bool {
    *target != Target::Stdout || matches!(session.host.stdout.kind, StreamKind::RegularFile(_))
}

/// The entry that was named, opened.
fn opening(typed: &str, vault: &Vault) -> Result<(SignedLog, Line), Failure> {
    let (log, index) = place_of(typed, vault)?;
    let unknown = || Failure::not_found(format!("the vault's history has no log {log}"));
    let of = vault.signed_log(&Origin::of(log))?.ok_or_else(unknown)?;
    let size = of.head().size;
    let without = || match index {
        0 => Failure::usage("entry 0 begins the log: it holds the log's key, and nothing that could be shown"),
        index if index < size => Failure::usage(format!("entry {index} says nothing that could be shown")),
        index => Failure::not_found(format!("there is no entry {index}: the last is {}", size - 1)),
    };
    let opening = vault.opening(&of, index)?.ok_or_else(without)?;
    Ok((of, opening))
}

/// In which log, and where. A number that is too short for the beginning of an id, or begins none, is an entry's of the
/// active log; `LOG#NUMBER` is one of any.
fn place_of(typed: &str, vault: &Vault) -> Result<(LogId, u64), Failure> {
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    let active = vault.header().log;
    if let Some((log, digits)) = typed.split_once('#') {
        let wrong = || Failure::usage(format!("{typed:?} is no number of an entry"));
        let log = log.strip_prefix("subrosa/").unwrap_or(log);
        let log = if log.is_empty() { active } else { log.parse().map_err(|_| wrong())? };
        return Ok((log, number(digits).ok_or_else(wrong)?));
    }
    let found = names::disclosure(vault.catalog(), typed).and_then(|id| {
        let disclosure = vault.catalog().disclosure(id)?;
        disclosure.ok_or_else(|| Failure::not_found(format!("there is no disclosure {id}")))
    });
    match (found, number(typed)) {
        (Ok(disclosure), _) => Ok((disclosure.log, disclosure.index)),
        (Err(failure), Some(index)) if failure.code == FailureCode::NotFound => Ok((active, index)),
        (Err(failure), _) => Err(failure),
    }
}

fn kind_of(opening: &Line) -> &str {
    opening.kind().unwrap_or_default()
}

/// A list that is too long for its entry lies in a sealed object: the entry, and so the proof, holds its length and its
/// digest. Whoever is to learn which records went out does not learn it from the proof.
fn tell_what_is_apart(opening: &Line, shows: &[String], session: &mut Session<'_>) {
    let is_shown = shows.iter().any(|name| name == "records");
    let count = opening.value("records").and_then(|records| records.get("count"));
    if let Some(count) = count.filter(|_| is_shown) {
        session.warn(&format!(
            "the list of the {count} records is too long for its entry: the proof shows how many they are, and not \
             which; tell the reader in another way, such as the list in the package"
        ));
    }
}

/// A client is not told of a disclosure for as long as an agency says (45 CFR 164.528(a)(2)), by a proof no more than by an
/// accounting.
fn tell_what_is_suspended(opening: &Line, vault: &Vault, session: &mut Session<'_>) -> Result<(), Failure> {
    let id = opening.value("disclosure").and_then(|id| id.as_str()?.parse().ok());
    let suspension = id.map(|id| vault.catalog().suspension(id)).transpose()?.flatten();
    let (zone, today) = (session.zone(vault)?, session.today(vault)?);
    let until = suspension.map(|suspension| suspension.holds(today, &zone)).transpose()?.flatten();
    if let Some(until) = until {
        session.warn(&format!(
            "an agency has it that the client is not told of this yet: do not give it away before {until} is over"
        ));
    }
    Ok(())
}

/// The names of the fields that are shown.
fn choose(args: &Args, opening: &Line) -> Result<Vec<String>, Failure> {
    let kind = kind_of(opening);
    if matches!(args.audience, Some(Reader::Client | Reader::Recipient)) && kind != audience::DISCLOSURE {
        return Err(Failure::usage(format!("--for client and --for recipient are about disclosures, not a {kind}")));
    }
    let audience = args.audience.map_or(Audience::Anybody, Audience::from);
    let fields = opening.names();
    for name in &args.show {
        if name == audience::NEVER {
            let message = "receipt is never shown: whoever has it can find out the recipient's code by trying";
            return Err(Failure::usage(message));
        }
        if opening.hidden().contains(&name.as_str()) {
            let message = format!("{name} of entry {} was erased: nobody can show it any more", opening.index());
            return Err(Failure::usage(message));
        }
        if !fields.contains(&name.as_str()) {
            let listed = fields.join(", ");
            return Err(Failure::usage(format!("a {kind} has no field {name:?}; its fields are {listed}")));
        }
    }
    let is_chosen = |name: &&str| audience.sees(kind, name) || args.show.iter().any(|show| show == name);
    Ok(fields.into_iter().filter(is_chosen).map(str::to_owned).collect())
}

/// The proof that the vault's ledger continues a checkpoint.
fn continuation(vault: &Vault, path: &Path, kept: &[u8]) -> Result<(Vec<u8>, Checkpoint, Checkpoint), Failure> {
    let broken = |text: String| Failure::new(FailureCode::Integrity, format!("{}: {text}", path.display()));
    // Of a log that was continued, the proof leads to that log's own last head.
    let claimed = Note::parse(kept, NOTE_LIMIT).ok().and_then(|note| Checkpoint::parse(&note.text).ok());
    let origin = claimed.map_or_else(|| vault.head().origin.clone(), |claimed| claimed.origin);
    let of = match vault.signed_log(&origin)? {
        Some(of) => of,
        None => vault.signed_log(&vault.head().origin)?.ok_or_else(|| broken("it is of no log".to_owned()))?,
    };
    let kept = VerifiedCheckpoint::open(kept, of.verifier()).map_err(|error| broken(error.to_string()))?;
    let from = kept.head().clone();
    let told = |head: &Checkpoint| format!("size {} root {}", head.size, root_text(&head.root));
    let text = match vault.continuation(&of, kept)? {
        Continuation::Proven(request) => return Ok((request.to_bytes(), from, of.head().clone())),
        Continuation::Newer(kept) => format!(
            "its head ({}) is newer than the vault's ({}): bring the newer vault back",
            told(kept.head()),
            told(of.head())
        ),
        Continuation::Forked { kept, evidence } => format!(
            "the log was forked: the same key signed {} and {}, which does not continue it; {evidence}",
            told(kept.head()),
            told(of.head())
        ),
        Continuation::NotProven(kept) => {
            format!("it is not proved that this ledger continues it ({}); keep it as evidence", told(kept.head()))
        }
    };
    Err(broken(text))
}
