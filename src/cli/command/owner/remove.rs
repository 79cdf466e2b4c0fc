//! `subrosa owner remove`: the vault gets a new identity that the removed owner cannot open, and what the old one opened
//! is sealed anew, which may be stopped and taken up again at any point. Who stays is `remaining`'s.

use std::path::PathBuf;

use serde::Serialize;

use super::remaining;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::host::Host;
use crate::cli::interrupt;
use crate::cli::progress;
use crate::cli::progress::Unit;
use crate::cli::session::Session;
use crate::cli::text::row;
use crate::practice::owner::Owner;
use crate::practice::words::Line;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::rekey;
use crate::vault::rekey::Removal;
use crate::vault::reseal;
use crate::vault::reseal::Progress;
use crate::vocabulary::OwnerMeans;

/// What `subrosa owner remove` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The owner, by alias or id
    #[arg(value_name = "ID", required_unless_present = "resume", conflicts_with = "resume")]
    pub owner: Option<String>,
    /// Go on sealing anew where it was stopped
    #[arg(long, conflicts_with_all = ["reason", "next_key", "also_remove"])]
    pub resume: bool,
    /// Why, as it stands in the ledger
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// An owner to be removed as well, such as one whose passphrase is not at hand; may be repeated
    #[arg(long, value_name = "ID")]
    pub also_remove: Vec<String>,
    /// The file with the next key, where one was made with the vault; - is standard input
    #[arg(long, value_name = "FILE")]
    pub next_key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Removed {
    removed: Vec<Who>,
    done: u64,
    of: u64,
    finished: bool,
    head: Head,
}

impl Removed {
    fn sealed(&self) -> String {
        let rest = if self.done == self.of { ", and not yet all entries" } else { "" };
        format!("{} of {} objects are sealed anew{rest}", self.done, self.of)
    }
}

impl Answer for Removed {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = String::new();
        for owner in &self.removed {
            text.push_str(&format!("{} opens the vault no more.\n", owner.alias));
        }
        if !self.removed.is_empty() {
            text.push_str(TRUE_WORDS);
        }
        match self.finished {
            true if self.of == 0 && self.removed.is_empty() => text.push_str("Nothing is left to be sealed anew.\n"),
            true => text.push_str(&format!("All {} objects are sealed anew.\n", self.of)),
            false => text.push_str(&format!("{}. Next: {RESUME}\n", self.sealed())),
        }
        text
    }

    fn bare(&self) -> String {
        row([&*self.done.to_string(), &self.of.to_string()])
    }
}

/// What goes on.
const RESUME: &str = "subrosa owner remove --resume";
/// What a removal cannot do.
const TRUE_WORDS: &str = "\
What was readable until now may have been kept, and old copies and backups still open with the old keys.
Whoever was removed knows the ledger's old key: give others your new card, and compare its safety number
(subrosa card). Other computers with this vault ask once whether its new key is right.
";

/// Removes one, or goes on.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let Some(name) = args.owner else {
        let mut vault = session.open_to_append()?;
        return finish(session, &mut vault, Vec::new(), Exit::Done);
    };
    let reason: Option<Line> = session.word(args.reason, "--reason")?;
    let mut vault = session.open_to_append()?;
    let acting = vault.acting_owner()?;
    let owners = vault.catalog().owners()?;
    let mut removed: Vec<Owner> = Vec::new();
    for name in std::iter::once(&name).chain(&args.also_remove) {
        let owner = named(&owners, name)?;
        if owner == acting {
            return Err(refused_himself(&acting, &owners));
        }
        if !removed.contains(&owner) {
            removed.push(owner);
        }
    }
    session.must_be_sure(&question(&removed))?;
    let (remaining, more) = remaining::settle(session, &vault, &owners, &removed, &name)?;
    removed.extend(more);
    only_paper(session, &remaining.iter().map(|(owner, _)| owner).collect::<Vec<_>>())?;
    let example = format!("subrosa owner remove {} --next-key FILE", crate::cli::names::word(&name));
    let key = session.next_key(&vault, args.next_key.as_deref(), &example)?;

    let gone: Vec<Who> = removed.iter().map(who).collect();
    let removal = Removal { removed, remaining, key, reason };
    let renewed = rekey::remove_owners(&mut session.desk(&mut vault), removal)?;
    let exit = session.committed(&renewed.committed);
    drop(vault);
    let names: Vec<&str> = gone.iter().map(|owner| owner.alias.as_str()).collect();
    let names = names.join(", ");
    let went_on = session.reopen(&renewed.identity, &acting.file);
    let went_on = went_on.and_then(|mut vault| finish(session, &mut vault, gone, exit));
    went_on.map_err(|mut failure| {
        // What failed is the sealing; the removal is committed, and whoever hears of a failure has to hear that, too.
        failure.message = format!("{names} was removed, but not everything is sealed anew: {}", failure.message);
        failure.hint(RESUME)
    })
}

/// Seals anew what is left, and answers.
fn finish(session: &mut Session<'_>, vault: &mut Vault, removed: Vec<Who>, exit: Exit) -> Result<Exit, Failure> {
    let progress = if vault.is_being_resealed() { reseal_as_far(session, vault)? } else { Progress::default() };
    let (Progress { done, of, .. }, finished) = (progress, progress.is_finished());
    let answer = Removed { removed, done, of, finished, head: vault.head().into() };
    let is_drawn = session.host.stdout.is_terminal() && !session.globals.quiet && !session.globals.json;
    if !is_drawn {
        match finished {
            true if of == 0 && answer.removed.is_empty() => session.note("nothing is left to be sealed anew"),
            true => {}
            false => session.warn(&format!("{}; next: {RESUME}", answer.sealed())),
        }
        if !answer.removed.is_empty() {
            TRUE_WORDS.lines().for_each(|line| session.note(line));
        }
    }
    session.answer("owner-remove", &answer, None)?;
    Ok(if finished { exit } else { Exit::Due })
}

/// A disk that fails or is full stops it like an interrupt: what is committed is done, and the rest can be resumed.
fn reseal_as_far(session: &mut Session<'_>, vault: &mut Vault) -> Result<Progress, Failure> {
    match reseal(session, vault) {
        Err(failure) if failure.code == FailureCode::Failed => {
            session.warn(&format!("not everything is sealed anew: {}", failure.message));
            let progress = vault.reseal_progress()?;
            // Objects may all be sealed and a journal file not: it is not finished.
            Ok(Progress { has_journals: true, ..progress })
        }
        other => other,
    }
}

/// An interrupt stops it between two objects, or two files of entries; what is done by then is committed.
fn reseal(session: &mut Session<'_>, vault: &mut Vault) -> Result<Progress, Failure> {
    let quiet = session.globals.quiet || session.globals.json;
    let Session { host, clock, .. } = session;
    let Host { stderr, rng, .. } = &mut **host;
    let steps = interrupt::in_steps();
    let (mut stderr, mut line, mut before) = (Some(stderr), None, 0);
    let progress = reseal::reseal(&mut Desk { vault, clock: &**clock, rng }, &mut |now: Progress| {
        if let Some(stderr) = stderr.take() {
            line = Some(progress::Progress::begin(stderr, quiet, "seal anew", Unit::Things("objects"), Some(now.of)));
        }
        if let Some(line) = &mut line {
            line.advance(now.done - before);
            before = now.done;
        }
        !steps.is_stopping()
    })?;
    Ok(progress)
}

/// The owner of an alias, or of an id as `owner list` tells it.
fn named(owners: &[Owner], name: &str) -> Result<Owner, Failure> {
    let typed = name.to_lowercase();
    let found = owners.iter().find(|owner| owner.alias.as_str() == typed || super::id(&owner.file) == typed);
    found.cloned().ok_or_else(|| Failure::not_found(format!("there is no owner {name:?}")).hint("subrosa owner list"))
}

fn who(owner: &Owner) -> Who {
    Who { id: super::id(&owner.file), alias: owner.alias.to_string() }
}

fn refused_himself(acting: &Owner, owners: &[Owner]) -> Failure {
    let alias = &acting.alias;
    if owners.len() == 1 {
        return Failure::refused(format!("{alias} is the last owner: nobody could open the vault any more"));
    }
    let has_passphrase = owners.iter().any(|other| other != acting && other.means == OwnerMeans::Passphrase);
    let opens = if has_passphrase { "--passphrase-file FILE" } else { "-i IDENTITY-FILE" };
    Failure::refused(format!("{alias} is whose key opened the vault: another owner has to remove {alias}"))
        .hint(format!("subrosa {opens} owner remove {alias}"))
}

fn question(removed: &[Owner]) -> String {
    let names: Vec<&str> = removed.iter().map(|owner| owner.alias.as_str()).collect();
    format!(
        "Is {} to open the vault no more? It gets new keys, and everything is sealed anew, which may take long.",
        names.join(", ")
    )
}

/// A vault that only paper opens is opened by typing.
fn only_paper(session: &mut Session<'_>, remaining: &[&Owner]) -> Result<(), Failure> {
    if remaining.iter().any(|owner| owner.means != OwnerMeans::Paper) {
        return Ok(());
    }
    let question = "Only a key on paper will open the vault then. Is that meant?";
    match session.confirm(question, false)? {
        true => Ok(()),
        false => Err(Failure::refused("only a key on paper would open the vault then; --yes says that it is meant")),
    }
}
