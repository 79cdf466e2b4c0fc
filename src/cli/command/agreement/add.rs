//! `subrosa agreement add`.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use super::terms::EXAMPLE;
use super::terms::Options;
use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::filing::Incoming;
use crate::filing::NewRecord;
use crate::filing::Open;
use crate::id::AgreementId;
use crate::papers::agreements;
use crate::papers::agreements::NewAgreement;
use crate::practice::file_name::FileName;
use crate::time::Date;
use crate::time::When;
use crate::vocabulary::AgreementState;
use crate::vocabulary::AgreementType;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Understood;

/// How often the party is asked to type the consequences back.
const TRIES: usize = 3;

/// What `subrosa agreement add` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Either --standard, or --may-share, --may-not-share and --consequences.")]
pub struct Args {
    /// Who promises
    pub recipient: Option<String>,
    /// What kind of agreement
    #[arg(long = "type", value_name = "TYPE", value_parser = words::<AgreementType>(AgreementType::WORDS))]
    pub agreement_type: Option<AgreementType>,
    /// When it was signed
    #[arg(long, value_name = "DATE")]
    pub signed_on: Option<When>,
    /// Its first day [default: the day of signing]
    #[arg(long, value_name = "DATE")]
    pub effective: Option<When>,
    /// Its last day; a span counts from its first day [default: the protocol's period, else none]
    #[arg(long, value_name = "DATE|SPAN")]
    pub ends: Option<When>,
    /// What it says.
    #[command(flatten)]
    pub terms: Options,
    /// How it was made sure that the party understood it
    #[arg(long, value_name = "HOW", value_parser = words::<Understood>(Understood::WORDS))]
    pub understood: Option<Understood>,
    /// The signed form, filed as a record of no client
    #[arg(long, value_name = "FILE")]
    pub form: Option<PathBuf>,
}

/// Files an agreement.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let needed = [
        ("ALIAS", args.recipient.is_some()),
        ("--type", args.agreement_type.is_some()),
        ("--signed-on", args.signed_on.is_some()),
    ];
    session.must_have_all(&needed, EXAMPLE)?;
    args.terms.check(session)?;
    let form = args.form.map(|form| session.host.absolute(&form));
    if let Some(form) = form.as_ref().filter(|form| !form.is_file()) {
        return Err(Failure::not_found(format!("there is no file {}", form.display())));
    }
    let mut vault = session.open_to_append()?;
    let typed = session.required(args.recipient, "ALIAS", "Who promises (alias)", EXAMPLE)?;
    let recipient = names::recipient(vault.catalog(), &typed)?;
    let question = "What kind of agreement (a word such as staff)";
    let agreement_type = session.required(args.agreement_type, "--type", question, EXAMPLE)?;
    let signed_on = session.required(args.signed_on, "--signed-on", "When was it signed (a date)", EXAMPLE)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let signed_on = days::happened(Some(signed_on), "--signed-on", today, &zone)?;
    let effective = args.effective.map_or(Ok(signed_on), |when| when.until(signed_on, &zone))?;
    let ends = days::last(args.ends, "--ends", effective, &zone)?;
    let terms = args.terms.read(agreement_type, session)?;
    let understood = match args.understood {
        None => typed_back(terms.consequences.as_str(), session)?,
        given => given,
    };
    let agreement = AgreementId::random(&mut session.host.rng);
    let recipient_id = recipient.id();
    let new = NewAgreement {
        agreement,
        recipient: recipient_id,
        agreement_type,
        signed_on,
        effective,
        ends,
        terms,
        understood,
    };
    let form = form.as_deref().map(|form| incoming(form, signed_on));
    let committed = agreements::add(&mut session.desk(&mut vault), new, form)?;
    let exit = session.committed(&committed);
    let filed = vault.catalog().agreement(agreement)?;
    let state = filed.map_or(AgreementState::Live, |filed| filed.state(today));
    let is_understood = understood.is_some();
    let alias = recipient.details.alias;
    let next = format!(
        "\nNobody has made sure that it was understood: nothing is shared on it. File it again with --understood HOW when \
         {alias} has typed the consequences back, answered questions about it, or heard it explained."
    );
    let made = Made {
        id: agreement.to_string(),
        state: state.as_str(),
        missing: if is_understood { Vec::new() } else { vec!["understood".to_owned()] },
        head: (&committed.head).into(),
        sentence: format!(
            "The agreement of {alias} is filed ({agreement}): {state}.{}",
            if is_understood { "" } else { &next }
        ),
    };
    session.answer("agreement-add", &made, Some(&vault))?;
    if !is_understood && !session.host.stdout.is_terminal() {
        session.note(next.trim_start());
    }
    Ok(if is_understood { exit } else { Exit::Due })
}

/// The signed form. It is the practice's own paper, and about no client.
fn incoming(form: &Path, signed_on: Date) -> Incoming<'_> {
    let facts = NewRecord {
        client: None,
        kind: RecordKind::AgreementDocument,
        setting: None,
        date: signed_on,
        title: None,
        tags: Vec::new(),
        name: form.file_name().map(OsStr::as_encoded_bytes).map(FileName::of),
    };
    let open: Open<'_> = Box::new(move || Ok(Box::new(File::open(form)?)));
    Incoming { facts, source: form.display().to_string(), open }
}

/// Where somebody can be asked, the party types the consequences back: whoever typed them has read them. Enter leaves it.
fn typed_back(consequences: &str, session: &mut Session<'_>) -> Result<Option<Understood>, Failure> {
    let Some(terminal) = session.terminal() else {
        return Ok(None);
    };
    terminal.tell(&format!("A breach leads to this: {consequences}"))?;
    for _ in 0..TRIES {
        let typed = terminal.ask("Let the party type that back (Enter: not now)", None)?;
        if typed.trim().is_empty() {
            return Ok(None);
        }
        if plain(&typed) == plain(consequences) {
            return Ok(Some(Understood::TypedBack));
        }
        terminal.tell("These are not the same words.")?;
    }
    Ok(None)
}

/// Words alone: no case, no punctuation, one blank between.
fn plain(text: &str) -> String {
    let letters: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_back_is_compared_word_by_word() {
        assert_eq!(
            plain("Access ends at once;\n the client  is told."),
            plain("access ends at once, the client is told")
        );
        assert_ne!(plain("Access ends"), plain("Access end"));
    }
}
