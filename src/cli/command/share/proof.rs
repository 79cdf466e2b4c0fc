//! The proof beside a package: `<package>.tlog-proof`, public, so that whoever has both can check that the package stands
//! in the ledger. Written once the package is at its place; one that could not be written is made by `ledger prove`.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::id::DisclosureId;
use crate::keys::signer::Origin;
use crate::place::Contents;
use crate::sharing::audience;
use crate::sharing::audience::Audience;
use crate::vault::Vault;
use crate::vault::catalog::Disclosure;

/// Where the proof of a package goes.
pub fn beside(package: &Path) -> PathBuf {
    let mut name = package.as_os_str().to_owned();
    name.push(".tlog-proof");
    PathBuf::from(name)
}

/// What is to be done about a proof that was not written.
pub fn cure(disclosure: DisclosureId, package: &Path) -> String {
    format!("subrosa ledger prove {disclosure} -o {}", names::word(&beside(package).display().to_string()))
}

/// Writes the proof of a disclosure.
pub fn write(
    vault: &Vault,
    disclosure: &Disclosure,
    package: &Path,
    force: bool,
    session: &mut Session<'_>,
) -> Result<PathBuf, Failure> {
    let missing = || Failure::not_found(format!("there is no entry {}", disclosure.index));
    let of = vault.signed_log(&Origin::of(disclosure.log))?.ok_or_else(missing)?;
    let opening = vault.opening(&of, disclosure.index)?.ok_or_else(missing)?;
    let (proof, _) = vault.prove(&of, &opening, |name| Audience::Anybody.sees(audience::DISCLOSURE, name))?;
    let target = Target::File { path: beside(package), force };
    let mut output = Output::open(&target, Contents::Sealed, &session.host.cwd, &mut session.host.stdout)?;
    output.write_all(&proof.to_bytes()).and_then(|()| output.flush())?;
    Ok(output.finish()?.unwrap_or_else(|| beside(package)))
}
