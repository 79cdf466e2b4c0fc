//! `subrosa ledger recover`: completes the vault from another copy of its files, joins what the history lacks, and else
//! continues the ledger on this computer, naming what is missing.

use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::command::ledger::recover::told::Brought;
use crate::cli::command::ledger::recover::told::Continued;
use crate::cli::command::ledger::recover::told::DONE_ALREADY;
use crate::cli::command::ledger::recover::told::LeftOut;
use crate::cli::command::ledger::recover::told::READS;
use crate::cli::command::ledger::recover::told::Recovered;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::unsettled;
use crate::cli::session::Session;
use crate::cli::session::no_next_key;
use crate::cli::session::state_of;
use crate::cli::verdict;
use crate::cli::verdict::Finding;
use crate::keys::signer::Origin;
use crate::practice::event::Body;
use crate::practice::words::Line;
use crate::vault::Vault;
use crate::vault::check::Fault;
use crate::vault::completion;
use crate::vault::error::VaultError;
use crate::vault::mending;
use crate::vault::rescue;
use crate::vault::root_text;
use crate::vault::standing::Standing;

mod told;

/// What `subrosa ledger recover` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Another copy of the vault, whose files are taken where they are missing here
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Why, for the ledger
    #[arg(long)]
    pub reason: Option<Line>,
    /// The file with the next key, where one was made with the vault; - is standard input
    #[arg(long, value_name = "FILE")]
    pub next_key: Option<PathBuf>,
}

/// Recovers.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut done = Recovered::default();
    if let Some(from) = &args.from {
        let from = session.host.absolute(from);
        if !from.is_dir() {
            return Err(Failure::not_found(format!("there is no directory {}", from.display())));
        }
        complete(session, &from, &mut done)?;
    }
    mend(session, &mut done)?;
    let mut vault = session.open_to_recover()?;
    let has_followed = vault.follow_successor()?;
    if has_followed {
        // What was named was the head of the log before.
        session.globals.accept_head = None;
        vault = session.open_to_recover()?;
    }
    if args.from.is_some() {
        // It was the copy's head, and has been compared: given twice, or again after a crash, it makes no writer.
        session.globals.accept_head = None;
    }
    if vault.was_continued() {
        session.warn("a new ledger goes on from that head already: this computer began it");
        session.globals.accept_head = None;
    }
    if args.next_key.is_some() && !vault.was_continued() && vault.promised()?.is_none() {
        return Err(no_next_key());
    }
    let is_forked = matches!(vault.may_append(), Err(VaultError::Forked { .. } | VaultError::SignedTwice { .. }));
    if is_forked && !vault.is_branched() {
        accept_fork(session, &mut vault)?;
    }
    let has_settled = vault.is_excluding() && accept_excluded(session, &mut vault)?;
    let writes = !matches!(vault.may_append(), Err(VaultError::ReadsOnly { .. } | VaultError::Unmarked(_)));
    let is_behind = matches!(vault.standing(), Standing::RolledBack(_) | Standing::Outlived | Standing::AtHand);
    let names_a_head = session.globals.accept_head.is_some();
    let is_branch_of_another = vault.is_branched() && !vault.is_writer();
    // A copy that was to be completed, and is, or had nothing: who writes the ledger is another question, and was not asked.
    let is_done =
        args.from.is_some() || has_followed || has_settled || ((done.mended > 0 || done.tidied > 0) && !names_a_head);
    if is_behind || is_branch_of_another || (!writes && !is_done) {
        vault = go_on_here(session, vault, &args, &mut done)?;
    }
    // What is joined may show the next one: a log that continues it.
    while vault.is_branched() {
        let committed = rescue::join(&mut session.desk(&mut vault))?;
        session.committed(&committed);
        let before = done.joined.len();
        done.joined.extend(committed.entries.into_iter().filter_map(|(_, event)| match event.body {
            Body::LogJoined(joined) => Some(joined.into()),
            _ => None,
        }));
        if done.joined.len() == before {
            break;
        }
    }
    if let Some(alarm) = vault.alarm() {
        return Err(alarm.into());
    }
    look_at(&mut vault, session, &mut done)
}

/// Says what was done, and what remains.
fn look_at(vault: &mut Vault, session: &mut Session<'_>, done: &mut Recovered) -> Result<Exit, Failure> {
    let report = vault.check(false, &mut |_| {})?;
    let found: Vec<_> = report.ledger.findings.iter().chain(&report.findings).collect();
    let of_loss = found.iter().filter(|finding| finding.fault.is_grave() || finding.fault == Fault::Gap);
    done.findings = of_loss.map(|finding| Finding::from(*finding)).collect();
    done.missing = vault.missing_entries()?;
    done.is_writer = vault.is_writer();
    done.head = Some(vault.head().into());
    // The bare answer is one line: what is wrong is told beside it.
    if !session.globals.json && !session.host.stdout.is_terminal() {
        for line in done.left_out.iter().map(LeftOut::line).chain(done.findings.iter().map(Finding::one_line)) {
            session.warn(&line);
        }
        if !done.is_writer {
            let is_done = done.is_nothing() && done.findings.is_empty() && done.left_out.is_empty();
            session.note(if is_done { DONE_ALREADY } else { READS });
        }
    }
    let exit = match verdict::exit(verdict::of(found.iter().copied(), verdict::INTACT)) {
        Exit::Done if !done.findings.is_empty() || !done.left_out.is_empty() => Exit::Due,
        other => other,
    };
    session.answer("ledger-recover", done, Some(vault))?;
    Ok(exit)
}

/// First what the copy has under keys that are not here, then what is missing under those that are.
fn complete(session: &mut Session<'_>, from: &Path, done: &mut Recovered) -> Result<(), Failure> {
    let adopted = session.adopt_from(from)?;
    let unlocked = session.unlock_to_recover()?;
    let wait = session.lock_wait();
    let completed = completion::complete_from(&unlocked, from, wait)?;
    let mut files = adopted.as_ref().map_or(0, |adopted| adopted.files);
    let mut head = adopted.map(|adopted| adopted.head);
    if let Some(completed) = completed {
        files += completed.files;
        head = Some(completed.head);
        done.left_out = completed.left_out.into_iter().map(|left_out| LeftOut::of(left_out, from)).collect();
    }
    done.completed = head.filter(|_| files > 0).map(|head| Brought { files, head: (&head).into() });
    Ok(())
}

fn mend(session: &mut Session<'_>, done: &mut Recovered) -> Result<(), Failure> {
    let unlocked = session.unlock_to_recover()?;
    let wait = session.lock_wait();
    done.tidied = mending::tidy(&unlocked, wait)?;
    done.mended = mending::mend(&unlocked, wait)?;
    Ok(())
}

/// The ledger goes on here, if somebody says so.
fn go_on_here(session: &mut Session<'_>, vault: Vault, args: &Args, done: &mut Recovered) -> Result<Vault, Failure> {
    if !session.may_continue_here(&vault)? {
        for left_out in &done.left_out {
            session.warn(&left_out.line());
        }
        let head = vault.head();
        let accept = format!("{}:{}", head.size, root_text(&head.root));
        let so_far = match &done.completed {
            Some(Brought { files: 1, .. }) => "1 file was brought, and nothing else was done".to_owned(),
            Some(Brought { files, .. }) => format!("{files} files were brought, and nothing else was done"),
            None => "nothing was done".to_owned(),
        };
        let message =
            format!("{} Nobody confirmed that a new ledger is to go on from here; {so_far}", state_of(&vault)?);
        session.raise(&vault);
        let beyond = vault.beyond().map(|(from, up_to, origin)| beyond(from, up_to, origin)).unwrap_or_default();
        let failure = Failure::new(FailureCode::Refused, message + &beyond);
        // A second end may be what is left of a taking over from that copy which did not come to its end.
        let is_lacking = vault.highest()?.size > head.size || *vault.standing() == Standing::Outlived;
        let failure = match args.from.is_none() && (is_lacking || vault.is_branched()) {
            true => failure.hint("subrosa ledger recover --from NEWER-COPY"),
            false => failure,
        };
        return Err(failure.hint(format!("subrosa --accept-head {accept} ledger recover")));
    }
    let (vault, made) = session.continue_here(vault, args.next_key.as_deref(), args.reason.clone())?;
    done.continued =
        Some(Continued { closed: (&made.closed).into(), have: (&made.have).into(), vkey: made.key.to_string() });
    Ok(vault)
}

/// What is to be done about entries that are beyond the link to what goes on from their ledger.
fn beyond(from: u64, up_to: u64, origin: &Origin) -> String {
    let (entries, are) = match up_to - from {
        1 => (format!("entry {from}"), "is"),
        _ => (format!("entries {from} to {}", up_to - 1), "are"),
    };
    format!(
        "; {entries} of {origin} {are} beyond the link to the ledger that goes on, and {are} joined to that by the computer \
         that writes it (there: subrosa ledger recover --from COPY-OF-THIS), or by a new one from here"
    )
}

/// What continues another branch lies here: whether this history holds is nothing that a program can know. Whether that was
/// all there is to do: where the branch is one of the present ledger, it goes on under another key.
fn accept_excluded(session: &mut Session<'_>, vault: &mut Vault) -> Result<bool, Failure> {
    let head = vault.head();
    let accept = format!("{}:{}", head.size, root_text(&head.root));
    if session.globals.accept_head.as_deref() != Some(&accept) {
        let message = vault.alarm().map(|alarm| alarm.to_string()).unwrap_or_default();
        return Err(unsettled(&message, vault.is_writer(), &accept));
    }
    for kept in vault.accept_excluded()? {
        session.warn(&format!("what shows it is kept as evidence in {}", kept.display()));
    }
    Ok(*vault.standing() != Standing::Unmarked)
}

/// Two histories under one key: which one holds is nothing that a program can know.
fn accept_fork(session: &mut Session<'_>, vault: &mut Vault) -> Result<(), Failure> {
    let head = vault.head();
    let accept = format!("{}:{}", head.size, root_text(&head.root));
    if session.globals.accept_head.as_deref() != Some(&accept) {
        let message =
            vault.may_append().err().map_or_else(|| "the ledger was forked".to_owned(), |error| error.to_string());
        return Err(unsettled(&message, vault.is_writer(), &accept));
    }
    let kept = vault.accept_fork()?;
    session.warn(&format!("both heads are kept as evidence in {}", kept.display()));
    Ok(())
}
