//! `subrosa tag`: puts tags on records and takes tags off.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Record;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::filing;
use crate::practice::words::Tag;
use crate::vault::catalog::IdKind;

/// The options of one letter: tags of these names are taken off with --remove.
const OPTIONS: [&str; 4] = ["h", "i", "q", "y"];

/// What `subrosa tag` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Records, +TAG for each tag to put on, -TAG for each to take off
    #[arg(value_name = "ID|+TAG|-TAG", required = true)]
    pub words: Vec<String>,
    /// A tag to take off; may be repeated
    #[arg(long, value_name = "TAG")]
    pub remove: Vec<Tag>,
}

#[derive(Serialize)]
struct Tagged {
    records: Vec<Record>,
    head: Head,
}

impl Answer for Tagged {
    fn prose(&self, look: &Look<'_>) -> String {
        let tags = |record: &Record| if record.tags.is_empty() { "no tags".to_owned() } else { record.tags.join(" ") };
        let line =
            |record: &Record| format!("{} {}: {}\n", look.id(IdKind::Record, &record.id), record.label, tags(record));
        self.records.iter().map(line).collect()
    }

    fn bare(&self) -> String {
        String::new()
    }
}

/// Tags records.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let mut ids = Vec::new();
    let mut add: Vec<Tag> = Vec::new();
    let mut remove = args.remove;
    for word in &args.words {
        match word.strip_prefix('+') {
            Some(tag) => add.push(tag.parse()?),
            None if word.starts_with('-') => remove.push(word[1..].parse()?),
            None => ids.push(word),
        }
    }
    if ids.is_empty() {
        return Err(Failure::usage("name a record").hint("subrosa tag @ +intake"));
    }
    if add.is_empty() && remove.is_empty() {
        return Err(Failure::usage("name a tag: +TAG puts it on, -TAG takes it off").hint("subrosa tag @ +intake"));
    }
    if let Some(both) = add.iter().find(|tag| remove.contains(tag)) {
        return Err(Failure::usage(format!("{both} cannot be put on and taken off at once")));
    }
    let mut vault = session.open_to_append()?;
    let ids: Result<Vec<_>, _> = ids.iter().map(|typed| names::record(vault.catalog(), typed)).collect();
    let ids = ids?;
    let committed = filing::tag(&mut session.desk(&mut vault), &ids, (&add, &remove))?;
    let exit = session.committed(&committed);
    let mut records = Vec::new();
    for id in ids {
        session.touch(&vault, id);
        if let Some(record) = vault.catalog().record(id)? {
            records.push(Record::of(vault.catalog(), &record.latest)?);
        }
    }
    session.answer("tag", &Tagged { records, head: (&committed.head).into() }, Some(&vault))?;
    Ok(exit)
}

/// Spells `-TAG` as `--remove=TAG` in the arguments of `subrosa tag`, so that a tag is not taken for a bundle of short
/// options. The options of one letter stay options; words with two dashes always are, and what follows `--` is left
/// alone.
pub fn spell_removals(args: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    let Some(command) = args.iter().position(|arg| arg == "tag") else {
        return args;
    };
    let removal = |arg: &std::ffi::OsString| {
        let word = arg.to_str()?.strip_prefix('-')?;
        let is_option = word.starts_with('-') || OPTIONS.contains(&word);
        let is_tag = !is_option && word.parse::<Tag>().is_ok();
        is_tag.then(|| std::ffi::OsString::from(format!("--remove={word}")))
    };
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let within = |at: usize| at > command && at < end;
    args.iter()
        .enumerate()
        .map(|(at, arg)| removal(arg).filter(|_| within(at)).unwrap_or_else(|| arg.clone()))
        .collect()
}
