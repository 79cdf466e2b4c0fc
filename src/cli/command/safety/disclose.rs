//! `subrosa safety disclose`: the questions, the one decision, and what is sent, told or handed over, with its entries.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::args::words;
use crate::cli::command::excerpt::Passage;
use crate::cli::command::safety::answers;
use crate::cli::command::share::TRIES;
use crate::cli::command::share::answer::Shared;
use crate::cli::command::share::before;
use crate::cli::command::share::kept_until;
use crate::cli::command::share::release;
use crate::cli::command::share::release::Targets;
use crate::cli::failure::Failure;
use crate::cli::failure::records;
use crate::cli::names;
use crate::cli::progress::Progress;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::id::DisclosureId;
use crate::id::RecordId;
use crate::policy;
use crate::practice::client::Client;
use crate::practice::recipient::Recipient;
use crate::practice::words::Prose;
use crate::safeguarding;
use crate::sharing;
use crate::sharing::ShareError;
use crate::sharing::SharePlan;
use crate::sharing::ShareRequest;
use crate::sharing::facts::Circumstances;
use crate::vault::Vault;
use crate::vault::catalog::IdKind;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vocabulary::Basis;
use crate::vocabulary::Label;
use crate::vocabulary::Medium;
use crate::vocabulary::Purpose;
use crate::vocabulary::Setting;

/// What `subrosa safety disclose` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
FILE is TOML, with a text for each of: threat_to serious imminent facts why_recipient alternatives
authority client_told client_told_why consulted_with least_information; and, in a medical
emergency, facility nature_of_emergency.")]
pub struct Args {
    /// Whom it is about
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// To whom; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub to: Vec<String>,
    /// These lines of a record, such as @:10-22; may be repeated
    #[arg(long = "excerpt", value_name = "RECORD:A-B", conflicts_with = "records")]
    pub excerpts: Vec<String>,
    /// This whole record, which needs a reason (--why); may be repeated
    #[arg(long = "record", value_name = "RECORD")]
    pub records: Vec<String>,
    /// Why the whole of it, in your own words; kept in the ledger, not sent
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// What you answer to the questions, as TOML; - for standard input [default: they are asked]
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// How it travels
    #[arg(long, value_name = "MEDIUM", default_value = "package", value_parser = words::<Medium>(Medium::WORDS))]
    pub medium: Medium,
    /// The room in which this is done
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// Send it although nobody has made sure that the key is the recipient's; this is recorded
    #[arg(long)]
    pub unverified: bool,
    /// A file, a directory, or - for standard output [default: the current directory]
    #[arg(short, long, value_name = "FILE|DIR|-")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Disclosed {
    /// The first disclosure.
    id: String,
    state: &'static str,
    missing: [&'static str; 0],
    #[serde(flatten)]
    shared: Shared,
    followups: Vec<Due>,
}

#[derive(Serialize)]
struct Due {
    id: String,
    disclosure: String,
    task: &'static str,
    due: String,
}

impl Answer for Disclosed {
    fn prose(&self, look: &Look<'_>) -> String {
        let mut text = self.shared.prose(look);
        for one in &self.followups {
            let id = look.id(IdKind::Followup, &one.id);
            text.push_str(&format!("To do until {}: {} ({id})\n", one.due, one.task));
        }
        text
    }

    fn bare(&self) -> String {
        self.shared.bare()
    }
}

/// What was typed, looked up.
struct Asked {
    client: Client,
    recipients: Vec<Recipient>,
    records: Vec<RecordId>,
    passages: Vec<(RecordId, [u64; 2])>,
    why: Option<Prose>,
    stands_on: (Basis, Purpose),
}

/// The same with its answers in a file.
fn from_file(args: &Args) -> String {
    let mut flags = vec![("--client", args.client.as_deref().unwrap_or("CLIENT"))];
    flags.extend(args.to.iter().map(|to| ("--to", to.as_str())));
    flags.extend(args.to.is_empty().then_some(("--to", "RECIPIENT")));
    flags.extend(args.excerpts.iter().map(|excerpt| ("--excerpt", excerpt.as_str())));
    flags.extend(args.records.iter().map(|record| ("--record", record.as_str())));
    let is_nothing = args.excerpts.is_empty() && args.records.is_empty() && args.medium == Medium::Package;
    flags.extend(is_nothing.then_some(("--excerpt", "@:10-22")));
    flags.extend(args.why.as_deref().map(|why| ("--why", why)));
    flags.extend((args.medium != Medium::Package).then_some(("--medium", args.medium.as_str())));
    flags.extend(args.setting.map(|setting| ("--setting", setting.as_str())));
    let flags: String = flags.iter().map(|(flag, word)| format!("{flag} {} ", names::word(word))).collect();
    format!("subrosa safety disclose {flags}--answers FILE --batch")
}

/// Discloses.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let is_package = args.medium == Medium::Package;
    if !is_package && args.output.is_some() {
        return Err(Failure::usage(format!(
            "-o is for a package, and nothing is written for --medium {}",
            args.medium
        )));
    }
    let example = from_file(args);
    let what = args.excerpts.first().or(args.records.first());
    let needed = [
        ("--client", args.client.is_some()),
        ("--to", !args.to.is_empty()),
        ("--excerpt", what.is_some() || !is_package),
        ("--answers", args.answers.is_some()),
    ];
    session.must_have_all(&needed, &example)?;
    let targets = Targets::of(args.output.clone(), args.force, session)?;
    let is_typed = session.is_typed(args.answers.as_ref().and_then(|file| file.to_str()));
    let file = args.answers.as_ref().filter(|_| !is_typed);
    let given = file.map(|file| answers::read(file, session)).transpose()?;

    let mut vault = session.open_to_append()?;
    // Before the first question: what was typed is on the screen, and in the recording, when the rules are asked.
    // Where somebody is told something a declared room counts without a terminal, too.
    let declared = session.here(&vault)?.map(|here| here.setting).filter(|_| !is_package);
    let room = session.room(&vault, args.setting.or(declared), is_typed || session.is_interactive())?;
    if is_typed {
        session.may_type(room, Label::R, &example)?;
    }
    let asked = look_up(args, &example, &vault, session)?;
    if is_package {
        targets.check_count(asked.recipients.len())?;
    }
    let answers = match (given, &args.answers) {
        (Some(answers), _) => answers,
        (None, Some(typed)) => answers::read(typed, session)?,
        (None, None) => answers::ask(asked.stands_on.0 == Basis::MedicalEmergency, session)?,
    };
    let output = if is_package { targets.risks(&vault, session)? } else { Vec::new() };
    let about = Circumstances {
        client: Some(asked.client.id()),
        safety: Some(answers),
        room,
        output,
        ..Circumstances::default()
    };
    let request = request(args, &asked, about, &vault, session)?;
    let (plan, committed) = carry_out(&request, &asked.passages, &mut vault, session)?;

    let done = session.committed(&committed);
    let ids: Vec<DisclosureId> = plan.planned.iter().map(|planned| planned.disclosure).collect();
    let (released, exit) =
        if is_package { release::hand_over(&vault, &ids, &targets, done, session) } else { (Vec::new(), done) };
    for id in plan.request.on_file() {
        session.touch(&vault, id);
    }
    let shared = Shared::made(&vault, std::slice::from_ref(&plan), (&committed, &released), session.today(&vault)?)?;
    if is_package && targets.is_stdout() {
        if exit == Exit::Done {
            session.note(&format!("disclosed as {}", shared.ids().join(", ")));
        }
        return Ok(exit);
    }
    let answer = Disclosed {
        id: ids.first().map(ToString::to_string).unwrap_or_default(),
        state: "disclosed",
        missing: [],
        shared,
        followups: followups(&plan),
    };
    session.answer("safety-disclose", &answer, Some(&vault))?;
    Ok(exit)
}

fn followups(plan: &SharePlan) -> Vec<Due> {
    let entries = plan.planned.iter().filter_map(|planned| planned.safety.as_ref());
    let due = entries.flat_map(|entry| {
        entry.followups.iter().map(|one| Due {
            id: one.followup.to_string(),
            disclosure: entry.disclosure.to_string(),
            task: one.task.as_str(),
            due: one.due.to_string(),
        })
    });
    due.collect()
}

/// Looks up who and what was typed, and asks for what is missing.
fn look_up(args: &Args, example: &str, vault: &Vault, session: &mut Session<'_>) -> Result<Asked, Failure> {
    let catalog = vault.catalog();
    let typed = session.required(args.client.clone(), "--client", "Whom is it about (alias)", example)?;
    let client = names::client(catalog, &typed)?;
    let mut to = args.to.clone();
    if to.is_empty() {
        to.push(session.required(None, "--to", "To whom (alias)", example)?);
    }
    let mut recipients: Vec<Recipient> = Vec::new();
    for typed in &to {
        names::not_everyone(typed)?;
        let recipient = names::recipient(catalog, typed)?;
        if recipients.iter().all(|other| other.id() != recipient.id()) {
            recipients.push(recipient);
        }
    }
    let mut excerpts = args.excerpts.clone();
    if excerpts.is_empty() && args.records.is_empty() {
        let question = "Which words (a record and its lines, such as @:10-22)";
        match args.medium {
            Medium::Package => excerpts.push(session.required(None, "--excerpt", question, example)?),
            // What is told at once may be on no record yet.
            Medium::Oral | Medium::Paper => {
                excerpts.extend(session.offered::<String>(None, &format!("{question}; Enter: of no record"))?);
            }
        }
    }
    let mut passages = Vec::new();
    for typed in &excerpts {
        let wrong = || {
            let message = format!("--excerpt: {typed:?} is no record with lines, such as @:10-22");
            Failure::usage(message).hint(example)
        };
        let (record, lines) = typed.rsplit_once(':').ok_or_else(wrong)?;
        let lines: Passage = lines.parse().map_err(|_| wrong())?;
        passages.push((names::record(catalog, record)?, lines.lines()));
    }
    let mut records: Vec<RecordId> = Vec::new();
    for typed in &args.records {
        records.push(names::record(catalog, typed)?);
    }
    let all: Vec<RecordId> = records.iter().copied().chain(passages.iter().map(|(id, _)| *id)).collect();
    for id in &all {
        if catalog.record(*id)?.is_some_and(|record| record.latest.client != Some(client.id())) {
            return Err(Failure::not_found(format!("{id} is not a record of {typed}")));
        }
    }
    let mut why = session.word::<Prose>(args.why.clone(), "--why")?;
    if why.is_none() && !records.is_empty() {
        why = session.offered(None, "Why the whole of it, and not some lines")?;
    }
    let stands_on = one_basis(vault, &client, &recipients, &all)?;
    Ok(Asked { client, recipients, records, passages, why, stands_on })
}

/// What all of it stands on: a report that the law asks for is no warning to somebody else at the same time.
fn one_basis(
    vault: &Vault,
    client: &Client,
    recipients: &[Recipient],
    records: &[RecordId],
) -> Result<(Basis, Purpose), Failure> {
    let mut one = None;
    for recipient in recipients {
        let found = safeguarding::stands_on(vault, client, recipient, records)?;
        if one.is_some_and(|before| before != found) {
            let message = "these recipients get it on different bases: disclose to each by a command of its own";
            return Err(Failure::usage(message));
        }
        one = Some(found);
    }
    one.ok_or_else(|| missing("--to", "subrosa safety disclose --client CLIENT --to RECIPIENT --answers FILE"))
}

fn request(
    args: &Args,
    asked: &Asked,
    about: Circumstances,
    vault: &Vault,
    session: &Session<'_>,
) -> Result<ShareRequest, Failure> {
    let (basis, purpose) = asked.stands_on;
    let is_package = args.medium == Medium::Package;
    Ok(ShareRequest {
        records: asked.records.clone(),
        drawn: Vec::new(),
        recipients: asked.recipients.iter().map(Recipient::id).collect(),
        ask: policy::Request {
            basis,
            has_reason: asked.why.as_ref().is_some_and(Prose::says_something),
            unverified: args.unverified,
            medium: args.medium,
            ..policy::Request::new(purpose)
        },
        why: asked.why.clone(),
        expires: if is_package { kept_until(vault, session.today(vault)?)? } else { None },
        about,
        group: None,
        redact: false,
    })
}

/// Takes the words, asks for the decision, and sends or tells, with all entries under one head.
fn carry_out(
    request: &ShareRequest,
    passages: &[(RecordId, [u64; 2])],
    vault: &mut Vault,
    session: &mut Session<'_>,
) -> Result<(SharePlan, Committed), Failure> {
    let mut is_confirmed = false;
    for _ in 0..TRIES {
        let callbacks = session.callbacks();
        let drawn = safeguarding::draw(vault, passages, &mut session.host.rng)?;
        let request = ShareRequest { drawn, ..request.clone() };
        let plan = match sharing::plan(vault, request, session.now(), &mut session.host.rng, &callbacks) {
            Err(ShareError::Moved) => continue,
            plan => plan?,
        };
        if !plan.refused.is_empty() {
            let committed = sharing::sending::refuse(&mut session.desk(vault), &plan)?;
            session.committed(&committed);
            return Err(records::refused(vault.catalog(), &plan, session.today(vault)?));
        }
        if !is_confirmed && plan.request.ask.medium == Medium::Package {
            before::tell_unscanned(std::slice::from_ref(&plan), session);
            before::confirm(std::slice::from_ref(&plan), session)?;
        }
        is_confirmed = true;
        let quiet = session.globals.quiet || session.globals.json;
        let Session { host, clock, .. } = &mut *session;
        let crate::cli::host::Host { stderr, rng, .. } = &mut **host;
        let mut progress = Progress::begin(stderr, quiet, "sealing", Unit::Bytes, None);
        let sent = sharing::sending::send(&mut Desk { vault, clock, rng }, &plan, &callbacks, &mut |count| {
            progress.advance(count)
        });
        drop(progress);
        match sent {
            Err(ShareError::Moved) => continue,
            sent => return Ok((plan, sent?)),
        }
    }
    Err(ShareError::Moved.into())
}
