//! `subrosa show`: a record's bytes. On a terminal text stands on the alternate screen, so nothing stays in the
//! scrollback; in a pipe or a file the bytes are exact. The seal is checked before the first byte, the content's digest
//! at the end.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::failure::unless_refused;
use crate::cli::interrupt;
use crate::cli::names;
use crate::cli::output;
use crate::cli::output::FileOutput;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::plain;
use crate::cli::plain::Plain;
use crate::cli::session::Session;
use crate::cli::text::harmless;
use crate::filing;
use crate::filing::media;
use crate::place::Contents;
use crate::place::Lifted;
use crate::practice::record::Access;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordVersion;
use crate::secret::Secret;
use crate::vault::Vault;
use crate::vault::error::VaultError;
use crate::vault::object;
use crate::vault::places;
use crate::vocabulary::Setting;

/// The largest text that is drawn on a terminal, in bytes.
const DRAWN: u64 = 64 << 20;

/// What `subrosa show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The record: the beginning of its id, or @ for the one last touched
    #[arg(value_name = "ID")]
    pub record: String,
    /// An older version
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
    /// The room in which this is done [default: the one declared by here]
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// Write it to a file that only you can read
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
    /// Write to a place that is synchronised, published or shared all the same
    #[arg(long)]
    pub allow_location: bool,
}

/// Shows a record.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.globals.json {
        return Err(Failure::usage("show writes the record itself, not JSON").hint("subrosa info @"));
    }
    let target = match args.output {
        Some(path) if path.as_os_str() != "-" => Target::File { path, force: args.force },
        _ => Target::Stdout,
    };
    // A copy in a file is written down first, so the ledger has to be one that can be added to.
    let mut vault = if target == Target::Stdout { session.open()? } else { session.open_to_append()? };
    let version = version_of(&vault, &args.record, args.version)?;
    let is_drawn = target == Target::Stdout && session.host.stdout.is_terminal();
    if is_drawn && !media::is_drawable(&version.media_type) {
        let message = format!("{} is {}, which a terminal cannot show", version.record, version.media_type);
        return Err(Failure::new(FailureCode::Unsafe, message).hint(format!("subrosa show {} -o FILE", version.record)));
    }
    if is_drawn && version.size > DRAWN {
        let message = format!("{} is too large to be drawn", version.record);
        return Err(Failure::new(FailureCode::Unsafe, message).hint(format!("subrosa show {} -o FILE", version.record)));
    }
    let risks = output::risks(&target, session.host, Some(vault.path()))?;
    let lifted = Lifted { location: args.allow_location, force: args.force };
    let judgement = Contents::Plain.judge(&risks, lifted);
    unless_refused("the record", &judgement)?;
    let lifted = judgement.lifted.iter().map(|risk| risk.id().to_owned()).collect();

    let room = session.room(&vault, args.setting, is_drawn)?;
    session.may_show(room, version.label, version.record, None)?;
    let setting = session.room_now(&vault, room)?;

    let access = filing::access(&version, Access::Show, setting, lifted);
    if let Target::File { path, force } = &target {
        return write_copy(session, &mut vault, (path, *force), &version, access);
    }
    let mut content = vault.read(&version)?;
    let exit = record_access(session, &mut vault, access)?;
    session.touch(&vault, version.record);
    if is_drawn {
        draw(session, content, &version)?;
        return Ok(exit);
    }
    let mut out = Output::open(&target, Contents::Plain, &session.host.cwd, &mut session.host.stdout)?;
    match copy(&mut content, &mut out) {
        Copied::Whole => out.finish().map(|_| exit).map_err(Failure::from),
        // Whoever reads a pipe and has enough goes away: nothing is wrong.
        Copied::NotWritten(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit),
        Copied::NotWritten(error) => {
            Err(Failure::new(FailureCode::Failed, format!("cannot write: {}", system(&error))))
        }
        Copied::NotRead(error) => Err(unread(&version, error)),
    }
}

/// Writes a record to a file, after the entry that says so.
fn write_copy(
    session: &mut Session<'_>,
    vault: &mut Vault,
    (path, force): (&Path, bool),
    version: &RecordVersion,
    access: RecordAccessed,
) -> Result<Exit, Failure> {
    let (cwd, mut content) = (session.host.cwd.clone(), vault.read(version)?);
    let seen = (!access.lifted.is_empty() || filing::keeps_access_log(vault)?).then_some(access);
    let mut file = FileOutput::create(path, &cwd, force)?;
    let of_record = Plain { of: Some((version.record, version.version)), sha256: version.sha256, size: version.size };
    let (recorded, exit) = plain::record(session, vault, &file, of_record, seen)?;
    session.touch(vault, version.record);
    let written = match copy(&mut content, &mut file) {
        Copied::Whole => file.finish().map(|_| exit).map_err(Failure::from),
        Copied::NotWritten(error) => {
            Err(Failure::new(FailureCode::Failed, format!("cannot write: {}", system(&error))))
        }
        Copied::NotRead(error) => Err(unread(version, error)),
    };
    written.inspect_err(|_| recorded.abandon(session, vault))
}

/// The version that was asked for, else the newest.
pub fn version_of(vault: &Vault, typed: &str, number: Option<u64>) -> Result<RecordVersion, Failure> {
    let id = names::record(vault.catalog(), typed)?;
    let missing = || Failure::not_found(format!("there is no record {id}"));
    let latest = vault.catalog().record(id)?.ok_or_else(missing)?.latest;
    let Some(number) = number else {
        return Ok(latest);
    };
    let found = vault.catalog().version(id, number)?;
    let newest = latest.version;
    Ok(found.ok_or_else(|| Failure::not_found(format!("{id} has versions 1 to {newest}, not {number}")))?.body)
}

/// With several owners, looking leaves an entry; and so does a place that was allowed against the rules. Where this
/// machine cannot write one, that is said and reading goes on, but to no such place.
pub fn record_access(session: &mut Session<'_>, vault: &mut Vault, access: RecordAccessed) -> Result<Exit, Failure> {
    if access.lifted.is_empty() && !filing::keeps_access_log(vault)? {
        return Ok(Exit::Done);
    }
    if let Err(error) = vault.may_append() {
        // Looking without a trace is allowed where none can be left; carrying content to an unsafe place is not.
        if !access.lifted.is_empty() {
            return Err(error.into());
        }
        session.warn(&format!("that you looked is not recorded: {error}"));
        return Ok(Exit::Done);
    }
    let committed = filing::accessed(&mut session.desk(vault), access)?;
    // What follows is reading, which may be stopped.
    interrupt::may_stop();
    Ok(session.committed(&committed))
}

/// A content that could not be read to its end.
pub fn unread(version: &RecordVersion, error: io::Error) -> Failure {
    let file = places::object(version.object);
    if !object::is_altered(&error) {
        return VaultError::io(file, error).into();
    }
    VaultError::altered(file, format!("{error}; what was written of {} is not to be relied on", version.record)).into()
}

/// How a copy ended: reading and writing fail for different reasons, and mean different things.
enum Copied {
    Whole,
    NotRead(io::Error),
    NotWritten(io::Error),
}

fn copy(from: &mut impl io::Read, to: &mut impl io::Write) -> Copied {
    let mut buffer = Secret::new(vec![0; 1 << 16]);
    loop {
        let piece = buffer.reveal_secret_mut();
        match from.read(piece) {
            Ok(0) => return Copied::Whole,
            Ok(n) => {
                if let Err(error) = to.write_all(&piece[..n]) {
                    return Copied::NotWritten(error);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Copied::NotRead(error),
        }
    }
}

fn draw(session: &mut Session<'_>, mut content: impl io::Read, version: &RecordVersion) -> Result<(), Failure> {
    let mut bytes = Secret::new(Vec::with_capacity(usize::try_from(version.size).unwrap_or(0)));
    content.read_to_end(bytes.reveal_secret_mut()).map_err(|error| unread(version, error))?;
    let text = String::from_utf8_lossy(bytes.reveal_secret());
    let title = version.title.as_ref().map(|title| title.to_string()).or(version.name.clone());
    let title = format!("{} {}", version.record, title.unwrap_or_default());
    if session.globals.batch {
        // Nobody turns pages: all of it at once.
        return Ok(session.host.stdout.say(&(harmless(&text).into_owned() + "\n"))?);
    }
    match session.host.terminal.as_deref_mut() {
        Some(terminal) => Ok(terminal.page(title.trim_end(), &text)?),
        None => {
            Err(Failure::new(FailureCode::Unsafe, "there is no terminal to draw on").hint("subrosa show @ -o FILE"))
        }
    }
}
