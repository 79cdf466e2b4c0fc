//! `subrosa consent revoke`: as easy as granting (GDPR Art. 7(3)), and at once. Tells what was sent before: that cannot
//! be called back.

use serde::Serialize;

use super::sent::Sent;
use super::terms;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting;
use crate::consenting::Judged;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentRevoked;
use crate::time::Date;
use crate::time::When;
use crate::vault::Vault;
use crate::vocabulary::ConsentState;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::RevokedHow;

/// What `subrosa consent revoke` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without --to, --kind and --purpose all of it is taken back.")]
pub struct Args {
    /// The consent: the beginning of its id
    pub consent: String,
    /// For this recipient, or team:NAME; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// For this kind of record; may be repeated
    #[arg(long, value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kind: Vec<RecordKind>,
    /// For this purpose; may be repeated
    #[arg(long, value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purpose: Vec<Purpose>,
    /// When the client said so [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
    /// How the client said so
    #[arg(long, value_name = "HOW", value_parser = words::<RevokedHow>(RevokedHow::WORDS))]
    pub how: Option<RevokedHow>,
}

#[derive(Serialize)]
struct Revoked {
    #[serde(flatten)]
    made: Made,
    /// What was sent under it, as far as it is taken back.
    disclosures: Vec<Sent>,
}

impl Answer for Revoked {
    fn prose(&self, look: &Look<'_>) -> String {
        let sent = match self.disclosures.is_empty() {
            true => "Nothing was sent under it before.\n".to_owned(),
            false => "Sent before, and not to be called back by this:\n".to_owned(),
        };
        self.made.prose(look) + &sent + &Sent::prose(&self.disclosures, look)
    }

    fn bare(&self) -> String {
        Sent::bare(&self.disclosures)
    }
}

/// Takes it back.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut vault = session.open_to_append()?;
    let consent = names::consent(vault.catalog(), &args.consent)?;
    let id = consent.id();
    let mut recipients = terms::recipients(vault.catalog(), &args.to)?;
    if args.to.iter().any(|typed| typed.starts_with(terms::TEAM)) {
        // Whoever joined the team since the grant was never named.
        recipients.retain(|id| consent.terms.recipients.contains(id));
        if recipients.is_empty() {
            return Err(Failure::usage(format!("{id} names nobody of {}", args.to.join(", "))));
        }
    }
    let zone = vault.catalog().protocol()?.protocol.zone();
    let today = session.now().date_in(&zone);
    let on = args.on.map_or(Ok(today), |on| on.since(today, &zone))?;
    let revoked =
        ConsentRevoked { consent: id, how: args.how, kinds: args.kind, on, purposes: args.purpose, recipients };
    let before = consenting::taken_back(&consent, &revoked).map(|before| before.on);
    let committed = consenting::revoke(&mut session.desk(&mut vault), revoked.clone())?;
    let what = if revoked.is_whole() { "" } else { " as far as that was asked" };
    let sentence = match before {
        None => format!(
            "{id} is taken back{what}. Nothing more is shared under it{}.",
            if what.is_empty() { "" } else { " so" }
        ),
        Some(day) => format!("{id} was taken back{what} already on {day}."),
    };
    if let Some(day) = before {
        session.note(&format!("{id} was taken back{what} already on {day}"));
    }
    for still in still_given(&vault, &consent, &revoked, today)? {
        session.warn(&still);
    }
    let (exit, made) = super::made(session, &vault, &committed, id, &sentence)?;
    let disclosures = Sent::under(&vault, id, Some(&revoked))?;
    session.answer("consent-revoke", &Revoked { made, disclosures }, Some(&vault))?;
    Ok(exit)
}

/// Other consents of the client that still give what was taken back, each with what takes it back there too.
fn still_given(
    vault: &Vault,
    consent: &Consent,
    revoked: &ConsentRevoked,
    today: Date,
) -> Result<Vec<String>, Failure> {
    let catalog = vault.catalog();
    let mut still = Vec::new();
    for other in catalog.consents(Some(consent.terms.client))?.into_iter().filter(|other| other.id() != consent.id()) {
        let Some(scope) = other.gives_of(&consent.taken_by(revoked)) else { continue };
        let judged = Judged::find(vault, other.id(), today)?;
        if !matches!(judged.state, ConsentState::Live | ConsentState::Early) {
            continue;
        }
        let who = scope.recipients.iter().map(|id| Ok(Who::recipient(catalog, *id)?.alias));
        let who = who.collect::<Result<Vec<_>, Failure>>()?;
        let mut command = format!("subrosa consent revoke {}", other.id());
        who.iter().for_each(|alias| command += &format!(" --to {alias}"));
        if scope.kinds.len() < other.terms.kinds.len() {
            scope.kinds.iter().for_each(|kind| command += &format!(" --kind {kind}"));
        }
        if scope.purposes.len() < other.terms.purposes.len() {
            scope.purposes.iter().for_each(|purpose| command += &format!(" --purpose {purpose}"));
        }
        still.push(format!("{} still lets {} have some of that: {command}", other.id(), who.join(" and ")));
    }
    Ok(still)
}
