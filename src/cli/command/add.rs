//! `subrosa add`: files, a directory's files, or standard input become records, all of them or none.

use std::ffi::OsStr;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::host::Host;
use crate::cli::names;
use crate::cli::noted;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::filing;
use crate::filing::FilingError;
use crate::filing::Incoming;
use crate::filing::NewRecord;
use crate::filing::Open;
use crate::filing::session::Asked;
use crate::policy::Room;
use crate::practice::event::Body;
use crate::practice::file_name::FileName;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::practice::words::Tag;
use crate::time::When;
use crate::vault::catalog::IdKind;
use crate::vault::desk::Desk;
use crate::vocabulary::ClientState;
use crate::vocabulary::Label;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;
use crate::vocabulary::label_of;

/// What `subrosa add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, directories with --recursive, or - for standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Whom it is about
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// What it is [default: what the protocol says]
    #[arg(long, value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kind: Option<RecordKind>,
    /// The room in which it was said [default: the one declared by here]
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// Why it was said where others could hear; this is recorded, and opens a concern
    #[arg(long, value_name = "TEXT")]
    pub setting_reason: Option<String>,
    /// The date it is about [default: today]
    #[arg(long, value_name = "DATE")]
    pub date: Option<When>,
    /// A title, for one record
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A tag; may be repeated
    #[arg(short, long = "tag", value_name = "TAG")]
    pub tags: Vec<Tag>,
    /// The file name of what comes from standard input
    #[arg(long, value_name = "FILE_NAME")]
    pub name: Option<PathBuf>,
    /// Take directories, with all files below them
    #[arg(long)]
    pub recursive: bool,
}

#[derive(Serialize)]
struct Added {
    records: Vec<Record>,
    head: Head,
}

impl Answer for Added {
    fn prose(&self, look: &Look<'_>) -> String {
        let line = |record: &Record| {
            let name = record.title.as_ref().or(record.name.as_ref()).map(|name| bare(name).into_owned());
            format!("Filed {} {}\n", look.id(IdKind::Record, &record.id), name.unwrap_or_default()).replace(" \n", "\n")
        };
        self.records.iter().map(line).collect()
    }

    fn bare(&self) -> String {
        self.records.iter().map(|record| format!("{}\n", record.id)).collect()
    }
}

/// Where a record's content comes from.
enum Source {
    Stdin,
    File(PathBuf),
}

/// Files records.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let sources = sources(&args, session)?;
    if args.title.is_some() && sources.len() > 1 {
        return Err(Failure::usage(format!("--title is for one record, and these are {}", sources.len())));
    }
    if sources.iter().any(|source| matches!(source, Source::Stdin)) {
        session.claim_stdin("the record")?;
    }
    let mut vault = session.open_to_append()?;
    let here = session.here(&vault)?;
    let example = "subrosa add note.txt --client mk-01 --kind progress-note";
    let declared = here.and_then(|here| here.client).filter(|_| args.client.is_none()).map(|id| id.to_string());
    let kind = args.kind.or(vault.catalog().protocol()?.protocol.confidential.default_kind);
    let client = args.client.or(declared);
    session.must_have_all(&[("--client", client.is_some()), ("--kind", kind.is_some())], example)?;
    let typed = session.required(client, "--client", "Whom is it about (alias)", example)?;
    let client = names::client(vault.catalog(), &typed)?;
    if client.state == ClientState::Closed {
        return Err(FilingError::Closed(client.details.alias).into());
    }
    let details = client.details;
    let client = details.client;
    let kind = session.required(kind, "--kind", "What is it (a word such as progress-note)", example)?;
    let title = session.word::<Line>(args.title, "--title")?;
    let reason = session.word::<Prose>(args.setting_reason, "--setting-reason")?;
    let room = here.map(|here| here.setting);
    let is_typed = matches!(sources[0], Source::Stdin if session.host.stdin_is_terminal);
    if is_typed {
        // Nobody is asked for the room in which he types; but where it was said that others see it, nothing is.
        let now = Room { setting: room, is_needed: false, is_recorded: session.is_recorded() };
        let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
        let mut otherwise = format!("subrosa add FILE --client {} --kind {kind}", names::word(&typed));
        let mut say = |flag: &str, word: &str| otherwise += &format!(" --{flag} {}", names::word(word));
        // A tag may raise the label: nothing that was typed is lost on the way.
        args.tags.iter().for_each(|tag| say("tag", tag.as_str()));
        let date = args.date.map(|when| when.since(today, &zone)).transpose()?;
        date.iter().for_each(|date| say("date", &date.to_string()));
        title.iter().for_each(|title| say("title", title.as_str()));
        args.setting.iter().for_each(|setting| say("setting", setting.as_str()));
        reason.iter().for_each(|reason| say("setting-reason", reason.as_str()));
        session.may_type(now, label_of(kind, args.tags.iter().map(Tag::as_str)), &otherwise)?;
    }
    let (mut setting, mut date, mut title) = (args.setting.or(room), args.date, title);
    let mut asked = Asked::default();
    let mut outset = None;
    if !is_typed {
        setting = session.offered(setting, "In which room was it said (Enter: not told)")?;
        date = session.offered(date, "Of which date (Enter: today)")?;
        if sources.len() == 1 {
            title = session.offered(title, "A title (Enter: none)")?;
        }
        if sources.len() == 1 && kind.is_session() && session.is_interactive() {
            let (today, zone) = (session.today(&vault)?, session.zone(&vault)?);
            outset = noted::ask_outset(&details, (today, &zone), session)?;
            let now = Room { setting: room, is_needed: false, is_recorded: session.is_recorded() };
            // They are offers: what is filed from a file is filed anywhere.
            match session.may_type(now, Label::R, "") {
                Ok(()) => asked = noted::ask(session)?,
                Err(_) => {
                    session.note("how they were is not asked for here: the room, or the terminal, is not private")
                }
            }
        }
    }
    let room = setting.map(|setting| setting.to_string()).unwrap_or_default();
    let cure = format!(
        "subrosa add FILE --client {} --kind {kind} --setting {room} --setting-reason TEXT",
        names::word(&typed)
    );
    asked.setting_reason = match kind.is_session() {
        true => noted::reason_for(setting, reason, &cure, session)?,
        false => reason,
    };
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let date = date.map_or(Ok(today), |when| when.since(today, &zone))?;
    asked.limits_discussed = outset;
    let facts = |name: Option<FileName>| NewRecord {
        client: Some(client),
        kind,
        setting,
        date,
        title: title.clone(),
        tags: args.tags.clone(),
        name,
    };

    let total = total_size(&sources);
    let quiet = session.globals.quiet || session.globals.json;
    let Session { host, clock, .. } = &mut *session;
    let Host { stdin, stderr, rng, .. } = &mut **host;
    let mut stdin = Some(stdin);
    let items = sources.iter().map(|source| match source {
        Source::Stdin => {
            let stdin = stdin.take().expect("standard input stands once among the sources");
            let name = args.name.as_ref().map(|name| FileName::of(name.as_os_str().as_encoded_bytes()));
            let open: Open<'_> = Box::new(move || Ok(Box::new(stdin)));
            Incoming { facts: facts(name), source: "standard input".to_owned(), open }
        }
        Source::File(path) => {
            let name = path.file_name().map(OsStr::as_encoded_bytes).map(FileName::of);
            let open: Open<'_> = Box::new(move || Ok(Box::new(File::open(path)?)));
            Incoming { facts: facts(name), source: path.display().to_string(), open }
        }
    });
    let items: Vec<_> = items.collect();
    let mut progress = Progress::begin(stderr, quiet, "filing", Unit::Bytes, total);
    let committed = filing::add_session(&mut Desk { vault: &mut vault, clock, rng }, items, &asked, &mut |count| {
        progress.advance(count)
    })?;
    drop(progress);

    let exit = session.committed(&committed);
    let mut records = Vec::new();
    for (_, event) in &committed.entries {
        if let Body::RecordAdded(version) = &event.body {
            session.touch(&vault, version.record);
            records.push(Record::of(vault.catalog(), version)?);
        }
    }
    session.answer("add", &Added { records, head: (&committed.head).into() }, Some(&vault))?;
    Ok(exit)
}

/// Everything that is to be filed, directories walked.
fn sources(args: &Args, session: &mut Session<'_>) -> Result<Vec<Source>, Failure> {
    if args.files.is_empty() {
        if session.host.stdin_is_terminal {
            let hint = "subrosa add note.txt --client mk-01 --kind progress-note";
            return Err(Failure::usage("name a file, or - for what is typed until Ctrl-D").hint(hint));
        }
        return Ok(vec![Source::Stdin]);
    }
    let mut found = Vec::new();
    let mut skipped = 0;
    for file in &args.files {
        if file.as_os_str() == "-" {
            if found.iter().any(|source| matches!(source, Source::Stdin)) {
                return Err(Failure::usage("standard input can be filed once"));
            }
            found.push(Source::Stdin);
            continue;
        }
        let path = session.host.absolute(file);
        let facts = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if !facts.is_dir() {
            found.push(Source::File(path));
        } else if args.recursive {
            walk(&path, &mut found, &mut skipped)?;
        } else {
            return Err(Failure::usage(format!(
                "{} is a directory; --recursive takes the files below it",
                path.display()
            )));
        }
    }
    if skipped > 0 {
        session.note(&format!("{skipped} hidden files, links and special files were passed over"));
    }
    if found.is_empty() {
        return Err(Failure::not_found("there is no file to be filed there"));
    }
    let named = args.name.is_some() && !found.iter().any(|source| matches!(source, Source::Stdin));
    if named {
        return Err(Failure::usage("--name is for standard input; a file has its own"));
    }
    Ok(found)
}

/// The regular files below `dir`, in the order of their names; hidden ones, links and special files are counted.
fn walk(dir: &Path, found: &mut Vec<Source>, skipped: &mut u64) -> Result<(), Failure> {
    let entries = fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = entries.map_err(|error| unreadable(dir, &error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        match () {
            () if is_hidden => *skipped += 1,
            () if kind.is_dir() => walk(&path, found, skipped)?,
            () if kind.is_file() => found.push(Source::File(path)),
            () => *skipped += 1,
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_found(format!("there is no file {}", path.display())),
        _ => Failure::new(FailureCode::Failed, format!("{}: {}", path.display(), system(error))),
    }
}

/// Bytes of all regular files; `None` where something else is among the sources.
fn total_size(sources: &[Source]) -> Option<u64> {
    let size = |source: &Source| match source {
        Source::Stdin => None,
        Source::File(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|facts| facts.len()),
    };
    sources.iter().map(size).sum()
}
