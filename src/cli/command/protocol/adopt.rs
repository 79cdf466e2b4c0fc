//! `subrosa protocol adopt`: a text becomes the next version. What changes is shown before it does.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::harmless;
use crate::practice::difference;
use crate::practice::protocol::Adopted;
use crate::practice::protocol::Protocol;
use crate::practice::words::Prose;
use crate::protocols;
use crate::vault::Vault;

/// No protocol is longer, in bytes.
const CAP: usize = 64 * 1024;

/// What `subrosa protocol adopt` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A material change asks something new of people: whoever shares, and whoever
receives in a role that needs training, has to acknowledge it first. Where
nobody can be asked and neither --material nor --minor is given, it is material.")]
pub struct Args {
    /// The whole new protocol, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Whether it is material
    #[command(flatten)]
    pub weight: Weight,
}

/// Whether a change is material.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Weight {
    /// It asks something new of people
    #[arg(long, conflicts_with = "minor")]
    pub material: bool,
    /// It asks nothing new of anybody
    #[arg(long)]
    pub minor: bool,
}

#[derive(Serialize)]
struct Changed {
    version: u64,
    changed: bool,
    material: bool,
    difference: Vec<String>,
    head: Head,
}

impl Answer for Changed {
    fn prose(&self, _: &Look<'_>) -> String {
        let version = self.version;
        match (self.changed, self.material) {
            (false, _) => format!("Nothing to do: this is version {version}, the present protocol.\n"),
            (true, true) => format!(
                "The protocol is at version {version}. It asks something new of people: subrosa protocol check tells who has to acknowledge it.\n"
            ),
            (true, false) => format!("The protocol is at version {version}.\n"),
        }
    }

    fn bare(&self) -> String {
        format!("{}\n", self.version)
    }
}

/// Reads a file as a protocol: what is wrong with it is a usage failure, with its line and key.
pub fn read(file: &Path, session: &mut Session<'_>) -> Result<(Prose, Protocol), Failure> {
    let bytes = session.read_public(file, CAP)?;
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    if bytes.len() > CAP {
        return Err(Failure::usage(format!("{name}: it is longer than {CAP} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| Failure::usage(format!("{name}: it is not text")))?;
    protocols::read(&text).map_err(|error| {
        let failure = Failure::from(error);
        Failure { message: format!("{name}: {}", failure.message), ..failure }
    })
}

/// Adopts a file.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let (text, protocol) = read(&args.file, session)?;
    let mut vault = session.open_to_append()?;
    let present = vault.catalog().protocol()?;
    adopt(session, &mut vault, &present, (&text, &protocol), args.weight, "protocol-adopt")
}

/// Adopts what was made from the version `present`: shows the difference, asks what it means for people.
pub fn adopt(
    session: &mut Session<'_>,
    vault: &mut Vault,
    present: &Adopted,
    (text, protocol): (&Prose, &Protocol),
    weight: Weight,
    words: &str,
) -> Result<Exit, Failure> {
    let difference = difference::told(present.text.trim_end(), text.as_str());
    if difference.is_empty() {
        let version = present.version;
        session.note(&format!("nothing to do: the text is that of version {version}, the present protocol"));
        let same = Changed { version, changed: false, material: false, difference, head: vault.head().into() };
        session.answer(words, &same, Some(vault))?;
        return Ok(Exit::Done);
    }
    protocols::may_follow(vault, protocol)?;
    if !session.globals.quiet && !session.globals.json {
        let told: String = difference.iter().map(|line| format!("{}\n", harmless(line))).collect();
        session.host.stderr.say(&told)?;
    }
    let question = "Does this ask something new of people (if unsure, yes)";
    let material = weight.material || (!weight.minor && session.confirm(question, true)?);
    let committed = protocols::adopt(&mut session.desk(vault), present.version, text, material)?;
    let exit = session.committed(&committed);
    let version = vault.catalog().protocol()?.version;
    let changed = Changed { version, changed: true, material, difference, head: (&committed.head).into() };
    session.answer(words, &changed, Some(vault))?;
    Ok(exit)
}
