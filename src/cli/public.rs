//! Writing what anybody may read: checkpoints, man pages. It may go anywhere but into the vault, through a link or over
//! a file (`docs/command-line.md`, "Where output may go"). Must not know what is written.

use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::failure::unless_refused;
use crate::cli::output;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::place::Contents;
use crate::place::Lifted;

/// Where `--output` says that something goes: a file, or standard output for `-` and for none.
pub fn target(output: Option<&Path>, force: bool) -> Target {
    match output {
        Some(path) if path != Path::new("-") => Target::File { path: path.to_owned(), force },
        _ => Target::Stdout,
    }
}

/// Standard output holds either the bytes or the object that tells of them. `example` is a command that does both.
pub fn refuse_json_to_stdout(target: &Target, session: &Session<'_>, example: &str) -> Result<(), Failure> {
    if session.globals.json && *target == Target::Stdout {
        return Err(Failure::usage("--json needs -o FILE here: the bytes would stand among the answer").hint(example));
    }
    Ok(())
}

/// Writes `bytes`; `what` names them in a refusal. Returns the path of a file.
pub fn write(
    session: &mut Session<'_>,
    target: &Target,
    what: &str,
    bytes: &[u8],
    vault: Option<&Path>,
) -> Result<Option<PathBuf>, Failure> {
    let risks = output::risks(target, session.host, vault)?;
    let lifted = Lifted { location: false, force: matches!(target, Target::File { force: true, .. }) };
    let judgement = Contents::Sealed.judge(&risks, lifted);
    unless_refused(what, &judgement)?;
    for risk in &judgement.warned {
        session.warn(&risk.to_string());
    }
    let cwd = session.host.cwd.clone();
    let mut output = Output::open(target, Contents::Sealed, &cwd, &mut session.host.stdout)?;
    match output.write_all(bytes).and_then(|()| output.flush()) {
        // A reader that has gone has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(None),
        other => other?,
    }
    Ok(output.finish()?)
}
