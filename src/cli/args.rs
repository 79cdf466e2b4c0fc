//! What can be typed: the options of every command, and what a word that is none of them leads to. The doc comments are
//! the help. Must not know what any of it does.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use clap::ColorChoice;
use clap::CommandFactory as _;
use clap::Parser;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::error::ContextKind;
use clap::error::ErrorKind;

use crate::cli::command::Command;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::host::Host;
use crate::time::Span;

/// A vault for session records: encrypted, shared to named recipients, every disclosure in a signed ledger.
#[derive(Debug, Parser)]
#[command(name = "subrosa", version, color = ColorChoice::Never, disable_help_subcommand = true)]
#[command(max_term_width = 100)]
#[command(after_help = "'subrosa help exit-codes' tells what the exit codes mean.")]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub globals: Globals,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// The options that every command takes, before or after its name.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Everywhere")]
pub struct Globals {
    /// The vault [env: SUBROSA_VAULT] [default: subrosa/vault in the data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub vault: Option<PathBuf>,
    /// An identity file that opens the vault; may be repeated [env: SUBROSA_IDENTITY, a path list] [default:
    /// subrosa/identity.txt in the configuration directory]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub identity: Vec<PathBuf>,
    /// A file whose first line is the passphrase [env: SUBROSA_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Answer with one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// Fewer words
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Yes to what may be answered
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Never ask anything
    #[arg(long, global = true)]
    pub batch: bool,
    /// How long to wait for another process that uses the vault [default: 30s]
    #[arg(long, global = true, value_name = "SPAN", value_parser = lock_wait)]
    pub lock_wait: Option<u64>,
    /// The head to accept on a computer that has not seen this vault before
    #[arg(long, global = true, value_name = "SIZE:ROOT", value_parser = head)]
    pub accept_head: Option<String>,
    /// Go on although the clock stands behind the ledger
    #[arg(long, global = true)]
    pub accept_clock: bool,
}

/// A head as checkpoints spell it: the size, a colon, and the root in base64.
fn head(text: &str) -> Result<String, String> {
    let is_root = |root: &str| STANDARD.decode(root).is_ok_and(|bytes| bytes.len() == 32);
    let is_size = |size: &str| size.parse::<u64>().is_ok_and(|number| number.to_string() == size);
    match text.split_once(':') {
        Some((size, root)) if is_size(size) && is_root(root) => Ok(text.to_owned()),
        _ => Err("a head is its size, a colon, and its root of 44 characters".to_owned()),
    }
}

/// The seconds of a span; months have no fixed number of them.
fn lock_wait(text: &str) -> Result<u64, String> {
    let span: Span = text.parse().map_err(|error: crate::time::TimeError| error.to_string())?;
    span.seconds().ok_or_else(|| format!("{text:?} has no fixed length; say it in s, min or h"))
}

/// The seconds of a while, for what is to end by itself the same day.
pub(super) fn a_while(text: &str) -> Result<u32, String> {
    const DAY: u32 = 24 * 60 * 60;
    let span: Span = text.parse().map_err(|error: crate::time::TimeError| error.to_string())?;
    let seconds = span.seconds().and_then(|seconds| u32::try_from(seconds).ok());
    let in_bounds = seconds.filter(|seconds| (1..=DAY).contains(seconds));
    in_bounds.ok_or_else(|| format!("{text:?} is no while between 1s and 24h"))
}

/// The words of a closed list of `vocabulary`: a wrong one is answered with the right ones, and completions know them.
pub fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: std::error::Error + Send + Sync> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

/// A word with one dash that stands after an option with a value is that value, unless it is a short option of the command:
/// only a word with two dashes is always an option (`docs/command-line.md`). Spelt `--option=-value`.
pub(super) fn join_values(args: Vec<OsString>) -> Vec<OsString> {
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let is_value = |word: &str| word.len() > 1 && word.starts_with('-') && !word.starts_with("--");
    let may_be = |at: usize| {
        let (option, word) = (args.get(at)?.to_str()?.strip_prefix("--")?, args.get(at + 1)?.to_str()?);
        (at + 1 < end && is_value(word)).then_some((option, word))
    };
    if (1..end).all(|at| may_be(at).is_none()) {
        return args;
    }
    let root = Cli::command();
    let mut commands = vec![&root];
    for word in args[..end].iter().skip(1).filter_map(|word| word.to_str()) {
        commands.extend(commands.last().and_then(|command| command.find_subcommand(word)));
    }
    let known = || commands.iter().flat_map(|command| command.get_arguments());
    let takes_it = |(option, word): &(&str, &str)| {
        let mut short = word.chars().skip(1);
        let short = short.next().filter(|_| short.next().is_none());
        let is_short = short.is_some_and(|c| "hV".contains(c) || known().any(|arg| arg.get_short() == Some(c)));
        !is_short && known().any(|arg| arg.get_long() == Some(option) && arg.get_action().takes_values())
    };
    let mut spelt = Vec::new();
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        let joined = may_be(at).filter(takes_it);
        at += if joined.is_some() { 2 } else { 1 };
        spelt.push(joined.map_or_else(|| arg.clone(), |(option, word)| format!("--{option}={word}").into()));
    }
    spelt
}

/// Answers a command line that was not understood, and the requests for help and version, which come the same way.
pub(super) fn refuse(mut error: clap::Error, args: &[OsString], host: &mut Host) -> u8 {
    // A word that is near in letters may be far in meaning: "therapy" is no "threat".
    error.remove(ContextKind::SuggestedValue);
    error.remove(ContextKind::Suggested);
    let mut text = error.render().to_string();
    // What is given to an option that takes nothing may be a passphrase, as in `--passphrase=…`: it is not repeated.
    if let (ErrorKind::TooManyValues, Some(option)) = (error.kind(), error.get(ContextKind::InvalidArg)) {
        text = format!("'{option}' takes no value");
    }
    let json = args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    let mut message = text.trim_start_matches("error: ");
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return host.stdout.say(&text).map_or(1, |()| 0),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if json => message = "a command is needed",
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = host.stderr.say(&text);
            return FailureCode::Usage.exit();
        }
        _ => {}
    }
    // What follows is for the eye: usage lines, and where help is; the hint says that better.
    let message = message.split("\n\nUsage:").next().unwrap_or(message);
    let message = message.split("\n\nFor more information").next().unwrap_or(message).trim_end();
    Failure::new(FailureCode::Usage, message).hint(help_of(args)).without_secrets(args).draw(json, host)
}

/// Whether identities stand both before and after the command's name: clap keeps the latter alone, and an identity that
/// is silently not tried would look like one that does not fit.
pub(super) fn lost_identities(args: &[OsString], globals: &Globals) -> Option<Failure> {
    let is_identity = |arg: &str| arg == "-i" || arg == "--identity" || arg.starts_with("--identity=");
    let typed = args.iter().skip(1).map_while(|arg| (*arg != "--").then(|| arg.to_string_lossy()));
    let lost = typed.filter(|arg| is_identity(arg)).count() > globals.identity.len();
    lost.then(|| Failure::usage("-i stands before and after the command's name; give all of them on one side"))
}

/// The command that tells about what was meant.
fn help_of(args: &[OsString]) -> String {
    let mut command = &Cli::command();
    let mut hint = "subrosa help".to_owned();
    for word in args.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(next) = command.find_subcommand(word) {
            hint = format!("{hint} {}", next.get_name());
            command = next;
        }
    }
    hint
}

/// The command as it was typed, with the options that it lacks. Each has a word for what belongs there (`--to RECIPIENT`), or where
/// the parser takes no such word, the one of `example`. `None` where that makes no command.
pub(super) fn completed(args: &[OsString], lacks: &[String], example: &str) -> Option<String> {
    let typed: Vec<&str> = args.iter().skip(1).map(|arg| arg.to_str()).collect::<Option<_>>()?;
    let typed = typed.into_iter().filter(|word| !["--json", "--batch"].contains(word));
    let mut words: Vec<String> = std::iter::once("subrosa").chain(typed).map(str::to_owned).collect();
    let mut command = &Cli::command();
    for word in &words[1..] {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    let examples = shlex::split(example)?;
    for flag in lacks.iter().filter_map(|lack| lack.split(' ').next()) {
        let Some(long) = flag.strip_prefix("--") else {
            words.push(flag.to_owned());
            continue;
        };
        let option = command.get_arguments().find(|option| option.get_long() == Some(long))?;
        let name = option.get_value_names().and_then(|names| names.first()).map_or("TEXT", |name| name.as_str());
        let of_example = examples.iter().skip_while(|word| *word != flag).nth(1);
        words.extend([flag.to_owned(), name.to_owned()]);
        if Cli::try_parse_from(&words).is_err() {
            words.pop();
            words.push(of_example?.clone());
        }
    }
    Cli::try_parse_from(&words).ok()?;
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
