//! `subrosa consent receipt`: the client's copy, in words or for a program. That it was given is an entry, with the digest
//! of the very bytes.

use std::path::PathBuf;

use serde::Serialize;

use super::pages;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Made;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::output::Target;
use crate::cli::plain;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::harmless;
use crate::consenting;
use crate::consenting::ConsentingError;
use crate::consenting::Judged;
use crate::digest::Digest;
use crate::practice::consent::ConsentReceiptGiven;

/// What `subrosa consent receipt` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json the copy itself is an object for a program, after ISO/IEC TS 27560.
That it was given is an entry of the ledger; where no copy was given before, this
is the one.")]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
    /// Where the copy goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Given {
    #[serde(flatten)]
    made: Made,
    path: String,
    sha256: String,
}

impl Answer for Given {
    fn prose(&self, look: &Look<'_>) -> String {
        self.made.prose(look)
    }

    fn bare(&self) -> String {
        format!("{}\n", bare(&self.path))
    }
}

/// Writes it, then records that it was given: an entry for a copy that nobody has would be untrue.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if session.globals.json && args.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        return Err(Failure::usage("with --json, standard output holds the copy without -o -")
            .hint("subrosa --json consent receipt k-5m2p -o receipt.json"));
    }
    let target = public::target(args.output.as_deref(), args.force);
    let mut vault = session.open_to_append()?;
    let id = names::consent(vault.catalog(), &args.consent)?.id();
    let today = super::today(session, &vault)?;
    let before = Judged::find(&vault, id, today)?;
    if before.consent.terms.signed_on.is_none() || before.consent.terms.signed_by.is_empty() {
        return Err(ConsentingError::NotSigned(id).into());
    }
    // The copy tells of itself: it is what may have been missing.
    let protocol = vault.catalog().protocol()?.protocol;
    let mut consent = before.consent;
    consent.give_receipt(&ConsentReceiptGiven { consent: id, on: today, sha256: Digest::of(b"") });
    let sources =
        pages::Sources::of(&vault, Judged::of(vault.catalog(), consent, before.client, &protocol, today)?, today)?;
    let state = sources.judged.state;
    let page = if session.globals.json {
        format!("{}\n", sources.matter().receipt_json(state, sources.adopted.version))
    } else {
        harmless(&sources.matter().receipt(state)).into_owned()
    };
    let written = plain::write_page(session, &mut vault, &target, "consent", &page)?;
    let sha256 = Digest::of(page.as_bytes());
    let given = ConsentReceiptGiven { consent: id, on: today, sha256 };
    let committed = consenting::give_receipt(&mut session.desk(&mut vault), given)?;
    let sentence = format!("The copy of {id} is in {}.", bare(&shown(written.as_deref())));
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    if matches!(target, Target::File { .. }) {
        let given = Given { made, path: shown(written.as_deref()), sha256: sha256.to_string() };
        session.answer("consent-receipt", &given, Some(&vault))?;
    }
    Ok(exit)
}

fn shown(path: Option<&std::path::Path>) -> String {
    path.map(|path| path.display().to_string()).unwrap_or_default()
}
