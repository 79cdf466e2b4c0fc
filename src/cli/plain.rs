//! Writing plain content: to a terminal, a pipe, or a file. A file is a plain copy: its entry is in the ledger before a byte of
//! it is on the disk; a crash leaves an entry whose file is missing, never a file without its entry. Every command that writes
//! what a vault holds, of records or people, does it here. Must not know what is written.

use std::io;
use std::io::Write as _;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::unless_refused;
use crate::cli::interrupt;
use crate::cli::output;
use crate::cli::output::FileOutput;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::cli::text::harmless;
use crate::copies;
use crate::copies::NewCopy;
use crate::digest::Digest;
use crate::id::RecordId;
use crate::place::Contents;
use crate::place::Lifted;
use crate::practice::record::RecordAccessed;
use crate::vault::Vault;

/// What of a vault is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Plain {
    /// A record and its version; nothing for a page made of several.
    pub of: Option<(RecordId, u64)>,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many they are.
    pub size: u64,
}

/// A copy that stands in the ledger, and is not written yet.
#[must_use]
pub struct Recorded(copies::Ended);

/// Writes down that `plain` goes to `file`, with the look at the record that comes with it. What can be refused is refused
/// again, when nobody else can write down anything; and not a byte has been written to it yet.
pub fn record(
    session: &mut Session<'_>,
    vault: &mut Vault,
    file: &FileOutput,
    plain: Plain,
    seen: Option<RecordAccessed>,
) -> Result<(Recorded, Exit), Failure> {
    let path = file.path().as_os_str().as_encoded_bytes().to_vec();
    let new = NewCopy { path, of: plain.of, sha256: plain.sha256, size: plain.size };
    let is_free = || file.may_take().map_err(Failure::from);
    let (committed, ended) = copies::made(&mut session.desk(vault), &new, seen, is_free)?;
    let exit = session.committed(&committed);
    // Whatever stops it from here on leaves an entry without its file, which a sweep finds.
    interrupt::may_stop();
    Ok((Recorded(ended), exit))
}

impl Recorded {
    /// The copy was not written after all: that is written down too, or found by the next sweep.
    pub fn abandon(self, session: &mut Session<'_>, vault: &mut Vault) {
        let _ = copies::abandoned(&mut session.desk(vault), &self.0);
    }
}

/// Writes a page as it is; on a terminal it stands on the alternate screen, under `title`, and is made harmless. For a file the
/// vault is one that was opened to append. Returns the path of a file.
pub fn write_page(
    session: &mut Session<'_>,
    vault: &mut Vault,
    target: &Target,
    title: &str,
    page: &str,
) -> Result<Option<PathBuf>, Failure> {
    if *target == Target::Stdout && session.host.stdout.is_terminal() && !session.globals.batch && !session.globals.json
    {
        let Some(terminal) = session.host.terminal.as_deref_mut() else {
            return Err(Failure::new(FailureCode::Unsafe, "there is no terminal to draw on; -o FILE writes a file"));
        };
        terminal.page(title, &harmless(page))?;
        return Ok(None);
    }
    write_bytes(session, vault, target, page.as_bytes())
}

/// Writes bytes that are held in memory. For a file the vault is one that was opened to append. Returns the path of a file.
pub fn write_bytes(
    session: &mut Session<'_>,
    vault: &mut Vault,
    target: &Target,
    bytes: &[u8],
) -> Result<Option<PathBuf>, Failure> {
    let risks = output::risks(target, session.host, Some(vault.path()))?;
    let lifted = Lifted { location: false, force: matches!(target, Target::File { force: true, .. }) };
    unless_refused("the page", &Contents::Plain.judge(&risks, lifted))?;
    let cwd = session.host.cwd.clone();
    if let Target::File { path, force } = target {
        return write_copy(session, vault, FileOutput::create(path, &cwd, *force)?, bytes).map(Some);
    }
    let mut output = Output::open(target, Contents::Plain, &cwd, &mut session.host.stdout)?;
    match output.write_all(bytes).and_then(|()| output.flush()) {
        // A reader that has gone has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(None),
        other => other?,
    }
    Ok(output.finish()?)
}

fn write_copy(
    session: &mut Session<'_>,
    vault: &mut Vault,
    mut file: FileOutput,
    bytes: &[u8],
) -> Result<PathBuf, Failure> {
    let plain = Plain { of: None, sha256: Digest::of(bytes), size: bytes.len() as u64 };
    let (recorded, _) = record(session, vault, &file, plain, None)?;
    let written = file.write_all(bytes).map_err(Failure::from).and_then(|()| Ok(file.finish()?));
    written.inspect_err(|_| recorded.abandon(session, vault))
}
