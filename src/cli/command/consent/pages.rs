//! The client's own pages on their way: what they are made of, and where they may go. They name people by name, so they
//! are plain content.

use std::io;
use std::io::Write as _;
use std::path::PathBuf;

use crate::cli::copies;
use crate::cli::copies::Plain;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::unless_refused;
use crate::cli::output;
use crate::cli::output::FileOutput;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::cli::text::harmless;
use crate::consenting::Judged;
use crate::consenting::page::Matter;
use crate::place::Contents;
use crate::place::Lifted;
use crate::practice::consent::Signatory;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol::Adopted;
use crate::practice::recipient::Recipient;
use crate::time::Date;
use crate::vault::Vault;

/// All that a page is made of.
pub struct Sources {
    /// The consent.
    pub judged: Judged,
    /// The protocol in force.
    pub adopted: Adopted,
    people: Vec<Recipient>,
    practice: VaultCreated,
    today: Date,
}

impl Sources {
    /// Gathers it.
    pub fn of(vault: &Vault, judged: Judged, today: Date) -> Result<Self, Failure> {
        let catalog = vault.catalog();
        let terms = &judged.consent.terms;
        let signed = terms.signed_by.iter().filter_map(|one| match one {
            Signatory::Client => None,
            Signatory::Representative(id) => Some(*id),
        });
        let standing = judged.client.representatives.iter().map(|one| one.recipient);
        let mut people = Vec::new();
        for id in terms.recipients.iter().copied().chain(signed).chain(standing) {
            people.extend(catalog.recipient(id)?);
        }
        Ok(Self { adopted: catalog.protocol()?, people, practice: catalog.practice()?, today, judged })
    }

    /// The same, borrowed.
    pub fn matter(&self) -> Matter<'_> {
        Matter {
            consent: &self.judged.consent,
            client: &self.judged.client,
            people: &self.people,
            practice: &self.practice,
            protocol: &self.adopted.protocol,
            today: self.today,
        }
    }
}

/// Writes a page, its text made harmless already or not; on a terminal it stands on the alternate screen. Returns the
/// path of a file.
pub fn write(
    session: &mut Session<'_>,
    vault: &mut Vault,
    target: &Target,
    page: &str,
) -> Result<Option<PathBuf>, Failure> {
    let risks = output::risks(target, session.host, Some(vault.path()))?;
    let lifted = Lifted { location: false, force: matches!(target, Target::File { force: true, .. }) };
    unless_refused("the page", &Contents::Plain.judge(&risks, lifted))?;
    let page = harmless(page);
    if *target == Target::Stdout && session.host.stdout.is_terminal() && !session.globals.batch && !session.globals.json
    {
        let Some(terminal) = session.host.terminal.as_deref_mut() else {
            return Err(Failure::new(FailureCode::Unsafe, "there is no terminal to draw on; -o FILE writes a file"));
        };
        terminal.page("consent", &page)?;
        return Ok(None);
    }
    let cwd = session.host.cwd.clone();
    if let Target::File { path, force } = target {
        return write_copy(session, vault, FileOutput::create(path, &cwd, *force)?, page.as_bytes()).map(Some);
    }
    let mut output = Output::open(target, Contents::Plain, &cwd, &mut session.host.stdout)?;
    match output.write_all(page.as_bytes()).and_then(|()| output.flush()) {
        // A reader that has gone has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(None),
        other => other?,
    }
    Ok(output.finish()?)
}

/// Writes a page to a file, after the entry that says so.
fn write_copy(
    session: &mut Session<'_>,
    vault: &mut Vault,
    mut file: FileOutput,
    page: &[u8],
) -> Result<PathBuf, Failure> {
    let place = file.path().to_owned();
    let (recorded, _) = copies::record(session, vault, &place, Plain::page(page), None)?;
    let written = file.write_all(page).map_err(Failure::from).and_then(|()| Ok(file.finish()?));
    written.inspect_err(|_| recorded.abandon(session, vault))
}
