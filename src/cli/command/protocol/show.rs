//! `subrosa protocol show`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::harmless;

/// What `subrosa protocol show` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is shown can be changed and adopted:
  subrosa protocol show > protocol.toml
  subrosa protocol adopt protocol.toml")]
pub struct Args {
    /// An older version [default: the present one]
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
}

#[derive(Serialize)]
struct Shown {
    version: u64,
    present: bool,
    /// Null for a vault that never adopted one.
    adopted: Option<String>,
    material: bool,
    text: String,
}

impl Answer for Shown {
    fn prose(&self, _: &Look<'_>) -> String {
        let adopted = self.adopted.as_ref().map(|time| format!(", adopted {time}")).unwrap_or_default();
        format!("# Version {}{adopted}\n\n{}\n", self.version, harmless(&self.text))
    }

    fn bare(&self) -> String {
        format!("{}\n", self.text)
    }
}

/// Shows it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let catalog = vault.catalog();
    let present = catalog.protocol()?;
    let version = args.version.unwrap_or(present.version);
    let text = match catalog.protocol_text(version)? {
        Some(text) => text,
        None if version == present.version => present.text,
        None => {
            let message =
                format!("there is no version {version} of the protocol; the present one is {}", present.version);
            return Err(Failure::not_found(message));
        }
    };
    let adopted = catalog.protocol_adopted(version)?;
    let shown = Shown {
        version,
        present: version == present.version,
        adopted: adopted.map(|(time, _)| time.to_string()),
        material: adopted.is_some_and(|(_, material)| material),
        text: text.trim_end().to_owned(),
    };
    session.answer("protocol-show", &shown, Some(&vault))?;
    Ok(Exit::Done)
}
