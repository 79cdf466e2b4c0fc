//! The help, as a person reads it: whole, in one tone, and of nothing that is not there.

use std::collections::BTreeSet;

use clap::Command;
use clap::CommandFactory as _;
use subrosa::cli::args::Cli;

use crate::practice::Practice;

/// Every command that is built, with what stands below it.
const BUILT: &[(&str, &[&str])] = &[
    ("ack", &[]),
    ("add", &[]),
    ("agreement", &["add", "end", "list", "show"]),
    ("card", &[]),
    ("check", &[]),
    ("client", &["add", "close", "edit", "list", "representative", "show"]),
    ("completions", &[]),
    ("concern", &["list", "open", "resolve"]),
    ("consent", &["complete", "form", "grant", "list", "mark-false", "receipt", "revoke", "show"]),
    ("disclose", &["oral", "paper"]),
    ("due", &[]),
    ("edit", &[]),
    ("excerpt", &[]),
    ("explain", &[]),
    ("followup", &["done", "list"]),
    ("group", &["close", "plan", "show", "start"]),
    ("help", &[]),
    ("here", &[]),
    ("info", &[]),
    ("init", &[]),
    ("inquiry", &["add"]),
    ("ledger", &["checkpoint", "cosign", "hand-over", "log", "prove", "recover", "rotate-key", "verify", "witness"]),
    ("list", &[]),
    ("lock", &[]),
    ("man", &[]),
    ("nudge", &[]),
    ("owner", &["add", "list", "remove"]),
    ("proof", &["verify"]),
    ("protocol", &["ack", "adopt", "check", "edit", "show"]),
    ("recipient", &["add", "edit", "invite", "list", "replace-key", "show", "suspend", "verify"]),
    ("report", &["access", "accounting", "outstanding", "overrides", "refusals", "suspend"]),
    ("restrict", &["add", "end", "list"]),
    ("rules", &[]),
    ("safety", &["disclose", "review"]),
    ("share", &[]),
    ("show", &[]),
    ("sweep", &[]),
    ("tag", &[]),
    ("team", &["add", "list", "remove", "show"]),
    ("training", &["add", "list"]),
    ("unlock", &[]),
    ("whoknows", &[]),
];

/// What the contract names and nobody has built yet: absent from the help, and a usage error.
const TO_COME: &[&str] = &["find", "receive"];

/// The options that hold everywhere (`docs/command-line.md`).
const EVERYWHERE: &[&str] = &[
    "accept-clock",
    "accept-head",
    "batch",
    "identity",
    "json",
    "lock-wait",
    "passphrase-file",
    "quiet",
    "vault",
    "yes",
];

/// Every command with its full name, the program itself among them.
fn every(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
    found.push((name.to_owned(), command.clone()));
    for below in command.get_subcommands() {
        every(below, &format!("{name} {}", below.get_name()), found);
    }
}

fn all() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    let mut cli = Cli::command();
    cli.build();
    every(&cli, "subrosa", &mut found);
    found
}

#[test]
fn every_command_that_is_built_is_in_the_help_and_no_other() {
    let names = |command: &Command| {
        command.get_subcommands().map(|below| below.get_name().to_owned()).collect::<BTreeSet<String>>()
    };
    let cli = Cli::command();
    assert_eq!(names(&cli), BUILT.iter().map(|(name, _)| (*name).to_owned()).collect());
    let practice = Practice::without_vault();
    let help = practice.ok(&["--help"]).stdout;
    for (name, below) in BUILT {
        assert!(help.contains(&format!("\n  {name} ")), "{name} is not in\n{help}");
        let command = cli.find_subcommand(name).unwrap();
        assert_eq!(names(command), below.iter().map(|name| (*name).to_owned()).collect(), "{name}");
    }
    for name in TO_COME {
        assert!(!help.contains(&format!("\n  {name} ")), "{name} is in the help, and not built");
        let said = practice.run(&[name]);
        assert_eq!((said.exit, said.stdout.as_str()), (2, ""), "{name}: {said:?}");
    }
}

#[test]
fn the_options_that_hold_everywhere_are_these() {
    let cli = Cli::command();
    let global: BTreeSet<_> =
        cli.get_arguments().filter(|arg| arg.is_global_set()).filter_map(|arg| arg.get_long()).collect();
    assert_eq!(global, EVERYWHERE.iter().copied().collect());
}

#[test]
fn every_help_text_is_there_and_in_one_tone() {
    let mut wrong = Vec::new();
    let mut lint = |what: String, text: Option<String>| {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return wrong.push(format!("{what} has no help"));
        };
        let first = text.chars().next().unwrap();
        if !first.is_uppercase() {
            wrong.push(format!("{what} does not begin with a capital: {text}"));
        }
        if text.contains("  ") || text.trim() != text {
            wrong.push(format!("{what} has blanks too many: {text:?}"));
        }
        if text.ends_with('.') {
            wrong.push(format!("{what} ends like a sentence: {text}"));
        }
        if text.chars().count() > 160 {
            wrong.push(format!("{what} is too long for its place: {text}"));
        }
    };
    for (name, command) in all() {
        lint(name.clone(), command.get_about().map(ToString::to_string));
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let own = ["help", "version"].contains(&argument.get_id().as_str());
            if !own {
                lint(format!("{name} {argument}"), argument.get_help().map(ToString::to_string));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn help_of_every_command_can_be_asked_for_in_both_ways() {
    let practice = Practice::without_vault();
    for (name, _) in all() {
        let words: Vec<&str> = name.split(' ').skip(1).collect();
        let by_option = practice.ok(&[&words[..], &["--help"]].concat()).stdout;
        let by_command = practice.ok(&[&["help"], &words[..]].concat()).stdout;
        assert!(by_option.contains("Usage: subrosa"), "{name}: {by_option}");
        assert!(by_command.contains("Usage: subrosa"), "{name}: {by_command}");
    }
}
