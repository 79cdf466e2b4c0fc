//! `subrosa disclose`: what is told, or handed over on paper, under the same decision as what is sent.

use clap::Subcommand;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::command::share::TRIES;
use crate::cli::failure::Failure;
use crate::cli::failure::records;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::policy;
use crate::practice::words::Prose;
use crate::sharing;
use crate::sharing::ShareError;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::vault::Vault;
use crate::vault::transaction::Committed;
use crate::vocabulary::Medium;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// How something is disclosed that is no package.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Tell somebody something: what is told is a disclosure like what is sent
    Oral(Args),
    /// Hand something over on paper
    Paper(Args),
}

/// What both take.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whom it is about
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// To whom
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Option<String>,
    /// What for
    #[arg(long, value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purpose: Option<Purpose>,
    /// The room in which it is told
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// What kinds of records it is about; without it, it may be about any
    #[arg(long = "kind", value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kinds: Vec<RecordKind>,
    /// What is told, in your own words; kept in the ledger
    #[arg(long, value_name = "TEXT")]
    pub about: Option<String>,
    /// You thought about whether the recipient could use it against the client; this is recorded
    #[arg(long)]
    pub adverse_use_reviewed: bool,
    /// You know of the recipient's conflict of interest; this is recorded
    #[arg(long)]
    pub acknowledge_conflict: bool,
}

/// Decides, and records it.
pub fn run(action: Action, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let (args, medium) = match action {
        Action::Oral(args) => (args, Medium::Oral),
        Action::Paper(args) => (args, Medium::Paper),
    };
    let example = format!(
        "subrosa disclose {medium} --client mk-01 --to dr-lee --purpose treat --setting phone-private --about TEXT"
    );
    session.must_have(args.client.as_ref(), "--client", &example)?;
    session.must_have(args.to.as_ref(), "--to", &example)?;
    session.must_have(args.purpose.as_ref(), "--purpose", &example)?;
    session.must_have(args.about.as_ref(), "--about", &example)?;
    let mut vault = session.open_to_append()?;
    let here = session.here(&vault)?.map(|here| here.setting);
    session.must_have(args.setting.or(here).as_ref(), "--setting", &example)?;
    let typed = session.required(args.client, "--client", "Whom is it about (alias)", &example)?;
    let client = names::client(vault.catalog(), &typed)?;
    let typed = session.required(args.to, "--to", "To whom (alias)", &example)?;
    let recipient = names::recipient(vault.catalog(), &typed)?;
    let purpose = session.required(args.purpose, "--purpose", "What for (a word such as treat)", &example)?;
    let question = "In which room (a word such as private-office)";
    let setting = session.required(args.setting.or(here), "--setting", question, &example)?;
    let about = match session.word::<Prose>(args.about, "--about")? {
        None => session.offered(None, "What is told, in your own words")?,
        about => about,
    };
    let about = about.ok_or_else(|| missing("--about", &example))?;

    let protocol = vault.catalog().protocol()?.protocol;
    let basis = policy::basis_towards(&recipient, &client, &protocol, session.today(&vault)?);
    let request = ShareRequest {
        records: Vec::new(),
        drawn: Vec::new(),
        recipients: vec![recipient.id()],
        ask: policy::Request {
            basis,
            has_reason: true,
            adverse_use_reviewed: args.adverse_use_reviewed,
            conflict_acknowledged: args.acknowledge_conflict,
            medium,
            ..policy::Request::new(purpose)
        },
        why: Some(about),
        expires: None,
        about: Circumstances {
            client: Some(client.id()),
            kinds: args.kinds,
            room: policy::Room { setting: Some(setting), is_needed: true, is_recorded: false },
            ..Circumstances::default()
        },
        group: None,
        redact: false,
    };
    let (id, committed) = carry_out(&request, &mut vault, session)?;
    let exit = session.committed(&committed);
    let (to, whom) = (&recipient.details.alias, &client.details.alias);
    let verb = if medium == Medium::Oral { "told" } else { "handed over on paper" };
    let made = Made {
        id: id.clone(),
        state: "disclosed",
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("What was {verb} of {whom} to {to} for {purpose} is in the ledger ({id})."),
    };
    session.answer(&format!("disclose-{medium}"), &made, Some(&vault))?;
    Ok(exit)
}

/// What was said already where others hear it may have been heard: that is a concern, about what was said (NASW 1.07(i)).
fn overheard(request: &ShareRequest, vault: &Vault) -> Option<String> {
    let about = &request.about;
    let is_heard = matches!(about.room.setting, Some(Setting::Public | Setting::SemiPublic));
    let client = Who::client(vault.catalog(), about.client?).ok()?.alias;
    let kinds: String = about.kinds.iter().map(|kind| format!("--kind {kind} ")).collect();
    let open = format!("subrosa concern open --client {client} --by staff {kinds}--text FILE");
    (is_heard && request.ask.medium == Medium::Oral).then(|| format!("{open}  # what was said there already"))
}

/// The id of the disclosure, and what was committed.
fn carry_out(
    request: &ShareRequest,
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(String, Committed), Failure> {
    for _ in 0..TRIES {
        let callbacks = session.callbacks();
        let plan = sharing::plan(vault, request.clone(), session.now(), &mut session.host.rng, &callbacks)?;
        let Some(planned) = plan.planned.first() else {
            let committed = sharing::sending::refuse(&mut session.desk(vault), &plan)?;
            session.committed(&committed);
            let refused = records::refused(vault.catalog(), &plan, session.today(vault)?);
            let refused = overheard(request, vault).into_iter().fold(refused, Failure::hint);
            return Err(match request.ask.purpose {
                // What a danger or a law compels has a way of its own.
                Purpose::Threat | Purpose::Emergency | Purpose::MandatedReport => {
                    refused.hint(format!("subrosa safety disclose --medium {} --answers FILE", request.ask.medium))
                }
                _ => refused,
            });
        };
        let id = planned.disclosure.to_string();
        match sharing::sending::send(&mut session.desk(vault), &plan, &callbacks, &mut |_| {}) {
            Err(ShareError::Moved) => continue,
            sent => return Ok((id, sent?)),
        }
    }
    Err(ShareError::Moved.into())
}
