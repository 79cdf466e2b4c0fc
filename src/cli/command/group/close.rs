//! `subrosa group close`: by files, or typed question by question.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::answer::Who;
use crate::cli::args::words;
use crate::cli::command::group::OfSlot;
use crate::cli::command::group::by_slot;
use crate::cli::failure::Failure;
use crate::cli::failure::named;
use crate::cli::names;
use crate::cli::names::Misses;
use crate::cli::noted;
use crate::cli::session::Session;
use crate::cli::session::missing;
use crate::filing::session::Asked;
use crate::groups;
use crate::groups::GroupsError;
use crate::groups::closing;
use crate::groups::closing::Closing;
use crate::groups::closing::Said;
use crate::practice::group::Group;
use crate::practice::words::Prose;
use crate::vault::Vault;
use crate::vocabulary::Comfort;
use crate::vocabulary::GroupState;
use crate::vocabulary::Setting;

/// The largest common part, in bytes: it is held in memory to look for names.
const LARGEST: usize = 16 << 20;
/// How often a common part that names somebody is typed anew.
const TRIES: usize = 3;

/// What `subrosa group close` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Whoever has no --part gets an empty one. File names are not kept: they would leave with the parts."
)]
pub struct Args {
    /// The group: the beginning of its id
    #[arg(value_name = "ID")]
    pub group: Option<String>,
    /// The room in which it met
    #[arg(long, value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// Why it met where others could hear; this opens a concern
    #[arg(long, value_name = "TEXT")]
    pub setting_reason: Option<String>,
    /// What is said of all, and names nobody: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub common: Option<PathBuf>,
    /// What is said of one alone: a file, or -; may be repeated
    #[arg(long = "part", value_name = "SLOT=FILE")]
    pub parts: Vec<OfSlot<PathBuf>>,
    /// How somebody seemed to be: ok, uneasy, distressed or not-observed; may be repeated
    #[arg(long = "comfort", value_name = "SLOT=COMFORT")]
    pub comfort: Vec<OfSlot<Comfort>>,
    /// It was not held, and will not be: why. Nothing is filed
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["setting", "setting_reason", "common", "parts", "comfort"])]
    pub not_held: Option<String>,
}

/// Closes one.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    if args.not_held.is_some() {
        return call_off(args, session);
    }
    let example = "subrosa group close g-0123 --setting closed-room --common common.txt --part 1=one.txt";
    let needed =
        [("ID", args.group.is_some()), ("--setting", args.setting.is_some()), ("--common", args.common.is_some())];
    session.must_have_all(&needed, example)?;
    let (parts, comfort) = (by_slot(args.parts, "--part")?, by_slot(args.comfort, "--comfort")?);
    let reason = session.word::<Prose>(args.setting_reason, "--setting-reason")?;
    let mut vault = session.open_to_append()?;
    if session.is_interactive() || session.is_typed(args.common.as_ref().and_then(|file| file.to_str())) {
        let typed = args.group.as_deref().unwrap_or("GROUP");
        let otherwise = format!("{} --batch", retyped(typed, args.setting, args.common.as_deref(), &parts, &comfort));
        session.room_to_type(&vault, None, &otherwise)?;
    }
    let typed = session.required(args.group, "ID", "Which group (the beginning of its id)", example)?;
    let group = names::group(vault.catalog(), &typed)?;
    if group.state() != GroupState::Started {
        return Err(GroupsError::State { group: group.id(), state: group.state() }.into());
    }
    for slot in parts.keys().chain(comfort.keys()) {
        groups::participant(&group, *slot)?;
    }
    let setting =
        session.required(args.setting, "--setting", "In which room did it meet (such as closed-room)", example)?;
    let id = group.id().to_string();
    let again = retyped(&id, Some(setting), args.common.as_deref(), &parts, &comfort);
    let is_typed = args.common.is_none();
    let (mut texts, mut misses) = (BTreeMap::new(), Misses::default());
    let common = match &args.common {
        Some(file) => misses.note(session.read_public(file, LARGEST))?,
        None => None,
    };
    for (slot, file) in parts {
        texts.extend(misses.note(source(&file, session))?.map(|source| (slot, source)));
    }
    misses.refuse()?;
    let reason = match noted::reason_for(Some(setting), reason, &format!("{again} --setting-reason TEXT"), session) {
        // Whoever has to say why is told of the names at once.
        Err(failure) => return Err(with_names(failure, &vault, common.as_deref(), &again)),
        Ok(reason) => reason,
    };
    let common = match common {
        Some(common) => common,
        None => typed_common(&vault, session, example)?,
    };
    if is_typed && texts.is_empty() {
        for (slot, who) in slots(&vault, &group)? {
            let question = format!("What is said of slot {slot} ({who}) alone, and goes with it to nobody else");
            texts.extend(session.written(&question)?.map(|text| (slot, Source::Typed(text.into_bytes()))));
        }
    }
    let asked = asked(&vault, &group, comfort, session)?;
    let parts = texts.iter().map(|(slot, source)| (*slot, source.said())).collect();
    let closing = Closing { group: group.id(), setting, reason, common: &common, parts, asked };
    let committed = match closing::close(&mut session.desk(&mut vault), closing) {
        Err(GroupsError::Named(hits)) => return Err(named(&again, &hits)),
        other => other?,
    };
    let exit = session.committed(&committed);
    let closed = vault.catalog().group(group.id())?.unwrap_or(group);
    if let Some((of, _)) = &closed.closed {
        session.touch(&vault, of.common);
    }
    let made = Made {
        id: closed.id().to_string(),
        state: GroupState::Closed.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!(
            "The group {} is closed ({}): one common part, and a part for each of the {} slots.",
            closed.planned.name,
            closed.id(),
            closed.planned.participants.len()
        ),
    };
    session.answer("group-close", &made, Some(&vault))?;
    Ok(exit)
}

/// Says that one was not held.
fn call_off(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa group close g-0123 --not-held TEXT";
    session.must_have_all(&[("ID", args.group.is_some())], example)?;
    let reason = session.word::<Prose>(args.not_held, "--not-held")?.ok_or_else(|| missing("--not-held", example))?;
    let mut vault = session.open_to_append()?;
    let typed = session.required(args.group, "ID", "Which group (its name, or the beginning of its id)", example)?;
    let group = names::group(vault.catalog(), &typed)?;
    let committed = groups::call_off(&mut session.desk(&mut vault), group.id(), reason)?;
    let exit = session.committed(&committed);
    let made = Made {
        id: group.id().to_string(),
        state: GroupState::CalledOff.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The group {} was not held ({}): nothing is asked of it.", group.planned.name, group.id()),
    };
    session.answer("group-close", &made, Some(&vault))?;
    Ok(exit)
}

/// The same command by files, with all that was typed.
fn retyped(
    group: &str,
    setting: Option<Setting>,
    common: Option<&Path>,
    parts: &BTreeMap<u64, PathBuf>,
    comfort: &BTreeMap<u64, Comfort>,
) -> String {
    let file = |path: &Path| names::word(&path.to_string_lossy());
    let common = common.filter(|common| *common != Path::new("-")).map_or_else(|| "FILE".to_owned(), file);
    let setting = setting.map_or("closed-room", Setting::as_str);
    let mut command = format!("subrosa group close {} --setting {setting} --common {common}", names::word(group));
    if parts.is_empty() {
        command.push_str(" --part 1=FILE");
    }
    command.extend(parts.iter().map(|(slot, path)| format!(" --part {slot}={}", file(path))));
    command.extend(comfort.iter().map(|(slot, word)| format!(" --comfort {slot}={word}")));
    command
}

/// With each place where the common part names somebody, if there is one already.
fn with_names(why: Failure, vault: &Vault, common: Option<&[u8]>, again: &str) -> Failure {
    match common.map(|common| closing::look(vault, common)) {
        Some(Err(GroupsError::Named(hits))) => {
            let message = why.message;
            let names = named(&format!("{again} --setting-reason TEXT"), &hits);
            let message = format!("{}; and {message}", names.message);
            Failure { message, ..names }
        }
        Some(Err(GroupsError::NotText)) => {
            let message = format!("{}; and {}", GroupsError::NotText, why.message);
            Failure { message, ..why }
        }
        _ => why,
    }
}

/// Where a part comes from.
enum Source {
    Typed(Vec<u8>),
    File(PathBuf),
}

impl Source {
    fn said(&self) -> Said<'_> {
        match self {
            Self::Typed(text) => {
                Said { source: "standard input".to_owned(), open: Box::new(move || Ok(Box::new(text.as_slice()))) }
            }
            Self::File(path) => {
                Said { source: path.display().to_string(), open: Box::new(move || Ok(Box::new(File::open(path)?))) }
            }
        }
    }
}

/// A part's file, which has to be there before anything is asked.
fn source(file: &Path, session: &mut Session<'_>) -> Result<Source, Failure> {
    if file.as_os_str() == "-" {
        return session.read_public(file, LARGEST).map(Source::Typed);
    }
    let path = session.host.absolute(file);
    match path.is_file() {
        true => Ok(Source::File(path)),
        false => Err(Failure::not_found(format!("there is no file {}", path.display()))),
    }
}

/// What is said of all, typed; typed anew where it names somebody.
fn typed_common(vault: &Vault, session: &mut Session<'_>, example: &str) -> Result<Vec<u8>, Failure> {
    let question = "What is said of all, and names nobody";
    for _ in 0..TRIES {
        let text = session.needed_text(None, "--common", question, example)?.into_bytes();
        let hits = match closing::look(vault, &text) {
            Err(GroupsError::Named(hits)) => hits,
            other => return other.map(|()| text).map_err(Failure::from),
        };
        for hit in hits {
            let told =
                format!("Line {}, column {}: this names or identifies somebody; leave it out", hit.line, hit.column);
            session.terminal().map(|terminal| terminal.tell(&told)).transpose()?;
        }
    }
    Err(Failure::usage("the common part still names somebody: nothing was filed").hint(example))
}

/// How each was, where somebody can be asked; whoever was not well may have a concern.
fn asked(
    vault: &Vault,
    group: &Group,
    mut comfort: BTreeMap<u64, Comfort>,
    session: &mut Session<'_>,
) -> Result<BTreeMap<u64, Asked>, Failure> {
    let mut all = BTreeMap::new();
    for (slot, who) in slots(vault, group)? {
        let question =
            format!("How did slot {slot} ({who}) seem: ok, uneasy, distressed, not-observed (Enter: not told)");
        let comfort = session.offered(comfort.remove(&slot), &question)?;
        let concern = noted::concern_of(comfort, &format!("Slot {slot}"), session)?;
        all.insert(slot, Asked { comfort, concern, ..Asked::default() });
    }
    Ok(all)
}

/// The slots, each with the alias by which whoever sits here knows the person.
fn slots(vault: &Vault, group: &Group) -> Result<Vec<(u64, String)>, Failure> {
    let who = |(slot, client)| Ok((slot, Who::client(vault.catalog(), client)?.alias));
    group.slots().map(who).collect()
}
