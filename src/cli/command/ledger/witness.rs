//! `subrosa ledger witness`: the answer to a request, exactly as a witness of C2SP gives it.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::names;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::verdict;
use crate::keys::signer::VerifierKey;
use crate::ledger::witnessing;
use crate::ledger::witnessing::REQUEST_LIMIT;
use crate::ledger::witnessing::Request;
use crate::receiving::fork;
use crate::receiving::proof::Trust;
use crate::vault::Vault;
use crate::vault::evidence::Evidence;
use crate::vault::witness::Asked;

/// What `subrosa ledger witness` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A request to witnesses, or a checkpoint alone; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The verifier key of that ledger, or @FILE with it, the first time; later the one that was used before holds
    #[arg(long, value_name = "VKEY")]
    pub key: Option<String>,
    /// Where the answer goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// What this witness reads.
const OURS: &str = "only those of three lines, with at least one entry and at most 64 signatures, by a log that has the \
                    name of its key";

#[derive(Serialize)]
struct Witnessed {
    path: String,
    head: Head,
    witness: String,
    time: String,
}

impl Answer for Witnessed {
    fn prose(&self, _: &Look<'_>) -> String {
        let Head { origin, size, .. } = &self.head;
        format!("The cosignature over {size} entries of {} is in {}\n", bare(origin), bare(&self.path))
    }

    fn bare(&self) -> String {
        crate::cli::text::row([&*self.path])
    }
}

/// The ledgers of recipients whose cards were made sure of.
fn keys_of_recipients(vault: &Vault) -> Result<Vec<VerifierKey>, Failure> {
    let recipients = vault.catalog().recipients()?.into_iter();
    let sure = recipients.filter(|recipient| recipient.given.verified.is_some() && recipient.suspended.is_none());
    Ok(sure.filter_map(|recipient| recipient.given.vkey?.parse().ok()).collect())
}

/// Evidence of a fork is no head to cosign. With the key of its ledger it is told whether it holds.
fn of_evidence(file: &str, evidence: &Evidence, key: Option<&VerifierKey>) -> Failure {
    let is_no_head = "it is evidence of a fork, and no head of a ledger: nothing is cosigned";
    let key_text = key.map_or("VKEY".to_owned(), ToString::to_string);
    let hint = format!("subrosa proof verify {} --key {key_text}", names::word(file));
    let trust = Trust { logs: key.cloned().into_iter().collect(), ..Trust::default() };
    let failure = match fork::examine(file, evidence, &trust).findings.first() {
        Some(found) if key.is_some() => Failure::new(
            FailureCode::Integrity,
            format!("{}: {file}: {is_no_head}; {}", verdict::word(found.fault), found.text),
        ),
        _ => Failure::refused(format!("{file}: {is_no_head}")),
    };
    failure.hint(hint)
}

/// Checks, keeps, and only then answers.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    public::refuse_json_to_stdout(&target, session, "subrosa ledger witness FILE --json -o FILE")?;
    let key: Option<VerifierKey> = args.key.as_deref().map(|key| session.key(key, "--key")).transpose()?;
    let bytes = session.read_public(&args.file, REQUEST_LIMIT)?;
    if let Some(evidence) = Evidence::parse(&bytes) {
        return Err(of_evidence(&args.file.display().to_string(), &evidence, key.as_ref()));
    }
    let request = Request::of_file(&bytes).map_err(|error| match witnessing::is_of_another_kind(&bytes) {
        // It may be as good a checkpoint as any: that we do not read it speaks against nobody.
        true => {
            Failure::refused(format!("{}: this witness does not cosign such checkpoints: {OURS}", args.file.display()))
        }
        false => error.into(),
    })?;
    let mut vault = session.open()?;
    let known = keys_of_recipients(&vault)?;
    let asked = Asked { request: &request, key: key.as_ref(), known: &known };
    let now = session.now();
    let cosigned = vault.witness(&asked, now, &mut session.host.rng)?;
    let (head, witness) = (&cosigned.head, cosigned.witness.to_string());
    let fresh = if cosigned.is_new { ", a key made just now" } else { "" };
    session.note(&format!("cosigned {} entries of {} as {witness}{fresh}", head.size, head.origin));
    let path = public::write(session, &target, "the cosignature", &cosigned.line, Some(vault.path()))?;
    if let Some(path) = path {
        let (path, time) = (path.display().to_string(), cosigned.time.to_string());
        session.answer("ledger-witness", &Witnessed { path, head: head.into(), witness, time }, None)?;
    }
    Ok(Exit::Done)
}
