//! The README, as a stranger follows it. A `console` block is a session at a terminal: each command is typed, each question
//! is answered as the block answers it, and what is drawn has to be what the block shows. An `sh` block is run as it stands,
//! in a home of its own. And the page on the command line, whose tables the program has to agree with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use expectrl::session::OsSession;
use serde_json::Value;
use subrosa::vocabulary;

use crate::machine::Machine;
use crate::machine::has;

/// What is typed in a clone of the repository: it cannot be run within a test.
const IN_A_CLONE: [&str; 2] = ["cargo install --path . --locked", TESTS];
/// The command that runs every test.
const TESTS: &str = "cargo test --locked";
/// Stock tools of the README that may not be there.
const TOOLS: [&str; 4] = ["age", "age-keygen", "jq", "flock"];
/// The home of the README.
const HOME: &str = "/home/ana";
/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the share of the page's JSON stands on.
const CONSENT: [&str; 14] = [
    "consent",
    "grant",
    "--client",
    "mk-01",
    "--to",
    "ana",
    "--kind",
    "letter",
    "--purpose",
    "treat",
    "--signed-on",
    "1d",
    "--signed-by",
    "client",
];
/// A representative.
const MOTHER: [&str; 11] = [
    "client",
    "representative",
    "mk-01",
    "--recipient",
    "ana",
    "--relationship",
    "mother",
    "--authority",
    "parent",
    "--evidence",
    "seen",
];

/// A fenced block.
struct Block {
    language: String,
    text: String,
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn blocks(page: &str) -> Vec<Block> {
    let text = fs::read_to_string(repository().join(page)).unwrap();
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => open = Some(Block { language: language.to_owned(), text: String::new() }),
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(block)) => open = Some(Block { text: block.text + line + "\n", ..block }),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page}: a block is not closed");
    blocks
}

fn of(language: &str) -> Vec<Block> {
    blocks("README.md").into_iter().filter(|block| block.language == language).collect()
}

/// `sh -c script` in the machine's home, with the program in the path and nothing else of this computer.
fn shell(machine: &Machine, script: &str) -> Command {
    let mut paths = vec![Path::new(env!("CARGO_BIN_EXE_subrosa")).parent().unwrap().to_path_buf()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", script]).env_clear().current_dir(machine.path(""));
    command.env("HOME", machine.path("")).env("PATH", std::env::join_paths(paths).unwrap()).env("LC_ALL", "C");
    command
}

#[test]
fn one_command_installs_and_one_tests() {
    let blocks: Vec<_> = of("sh").into_iter().map(|block| block.text.trim_end().to_owned()).collect();
    assert_eq!(blocks.len(), 3);
    assert_eq!(blocks[..2], IN_A_CLONE);
    let gate = fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(gate.lines().any(|line| line.ends_with(&format!(" && {TESTS}"))), "the gate runs other tests: {gate}");
}

#[test]
fn the_third_block_ends_with_a_verified_ledger() {
    let machine = Machine::bare();
    let block = of("sh").pop().unwrap();
    let output = shell(&machine, &block.text).env("TMPDIR", machine.path("")).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().last().unwrap().starts_with("CONTINUOUS\tsubrosa/"), "{said}");
    assert!(said.contains("\tdisclosure.made\tmk-01\tdr-lee\td-"), "{said}");
    assert_eq!(output.stderr, b"", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_tour_is_what_happens() {
    if TOOLS.into_iter().filter(|tool| !has(tool)).count() > 0 {
        return;
    }
    let machine = Machine::bare();
    // What a shell keeps from one command to the next.
    let mut kept = String::new();
    for block in of("console") {
        let (mut shown, mut drawn) = (String::new(), String::new());
        for (command, output) in steps(&block.text) {
            shown.push_str(&format!("$ {command}\n{output}"));
            let said = session(&machine, &format!("{kept}{command}"), &output);
            drawn.push_str(&format!("$ {command}\n{said}"));
            if command.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase())) {
                kept.push_str(&format!("{command}\n"));
            }
        }
        compare(&shown, &drawn, &machine);
    }
}

/// The rows of the page's blocks of text: a first word, and the words after it.
fn rows() -> Vec<(String, Vec<String>)> {
    let mut rows = Vec::new();
    for block in blocks("docs/command-line.md").into_iter().filter(|block| block.language == "text") {
        for line in block.text.lines() {
            let mut words = line.split_whitespace().map(str::to_owned);
            rows.push((words.next().unwrap(), words.collect()));
        }
    }
    rows
}

fn row(name: &str) -> Vec<String> {
    let found = rows().into_iter().find(|row| row.0 == name);
    found.unwrap_or_else(|| panic!("the page does not tell of {name}")).1
}

#[test]
fn the_page_has_every_word_and_exit_code() {
    let lists: [(&str, &[&str]); 18] = [
        ("kind", vocabulary::RecordKind::WORDS),
        ("purpose", vocabulary::Purpose::WORDS),
        ("basis", vocabulary::Basis::WORDS),
        ("role", vocabulary::Role::WORDS),
        ("relationship", vocabulary::Relationship::WORDS),
        ("setting", vocabulary::Setting::WORDS),
        ("how", vocabulary::VerifiedHow::WORDS),
        ("minor-rule", vocabulary::MinorRule::WORDS),
        ("capacity", vocabulary::Capacity::WORDS),
        ("profile", vocabulary::Profile::WORDS),
        ("label", vocabulary::Label::WORDS),
        ("type", vocabulary::AgreementType::WORDS),
        ("understood", vocabulary::Understood::WORDS),
        ("comfort", vocabulary::Comfort::WORDS),
        ("raised-by", vocabulary::RaisedBy::WORDS),
        ("addressed", vocabulary::Addressed::WORDS),
        ("authority", vocabulary::Authority::WORDS),
        ("by", vocabulary::EndedBy::WORDS),
    ];
    for (name, words) in lists {
        assert_eq!(row(name), words, "{name}");
    }
    let codes = Machine::bare().ok(&["help", "exit-codes"]);
    assert!(blocks("docs/command-line.md").iter().any(|block| block.text == codes), "{codes}");
}

/// What is told to ana, by both means.
const TOLD: [[&str; 12]; 2] = {
    const fn told(medium: &'static str) -> [&'static str; 12] {
        [
            "disclose",
            medium,
            "--client",
            "mk-01",
            "--to",
            "ana",
            "--purpose",
            "treat",
            "--setting",
            "private-office",
            "--about",
            "when the next session is",
        ]
    }
    [told("oral"), told("paper")]
};

#[test]
fn the_page_names_every_field_of_the_json() {
    let machine = Machine::bare();
    let public = |name: &str| {
        machine.make_key(name);
        machine.public_key(name)
    };
    let (me, lee, ana, eve, deputy) =
        (machine.public_key("me.txt"), public("lee"), public("ana"), public("eve"), public("deputy"));
    machine.write("note.txt", b"Sleeps better since 13 May 2024.\n");
    let consent = crate::practice::consent("ana");
    machine.write("answers.toml", crate::safety::answers(&[]).as_bytes());
    let commands: [&[&str]; 66] = [
        &["init", "--owner", &me],
        &["protocol", "show"],
        &["protocol", "check"],
        &["protocol", "edit"],
        &["protocol", "ack"],
        &["rules"],
        &["explain", "E-CONSENT-NONE"],
        &["client", "add", "mk-01"],
        &["client", "edit", "mk-01", "--adult"],
        &["client", "list", "--names"],
        &["client", "show", "mk-01"],
        &["recipient", "add", "ana"],
        &["recipient", "invite", "ana", "-o", "page.txt"],
        &["recipient", "replace-key", "ana", "--key", &ana],
        &["recipient", "edit", "ana", "--role", "family"],
        &["recipient", "verify", "ana", "--how", "in-person"],
        &["recipient", "add", "lee", "--key", &lee],
        &["recipient", "list"],
        &["recipient", "show", "lee"],
        &["add", "note.txt", "--client", "mk-01", "--kind", "letter"],
        &consent,
        &["tag", "@", "+sleep"],
        &["list"],
        &["info", "@"],
        &["here", "private-office"],
        &["edit", "@"],
        &["lock"],
        &["share", "@", "--to", "ana", "--to", "lee", "--partial", "--purpose", "treat"],
        &["whoknows", "@"],
        &["recipient", "add", "crisis", "--role", "crisis-team"],
        &["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--medium", "oral", "--answers", "answers.toml"],
        &["followup", "list"],
        &["followup", "done", "F", "--text", "note.txt"],
        &["safety", "review", "D", "--result", "justified", "--text", "note.txt"],
        &TOLD[0],
        &TOLD[1],
        &["inquiry", "add", "--from", "a caller"],
        &["ack", "--pending"],
        &["ack", "S", "--code", "-"],
        &["excerpt", "@", "--lines", "1", "--de-identify"],
        &MOTHER,
        &["agreement", "add", "ana", "--type", "staff", "--signed-on", "1d", "--standard", "--understood", "explained"],
        &["agreement", "list"],
        &["training", "add", "ana", "--course", "privacy"],
        &["training", "list"],
        &["restrict", "add", "--client", "mk-01", "--role", "family"],
        &["restrict", "list"],
        &["team", "add", "night", "--member", "ana", "--member", "lee"],
        &["team", "list"],
        &["team", "show", "night"],
        &["team", "remove", "night", "--member", "lee"],
        &["agreement", "show", "A"],
        &["agreement", "end", "A", "--reason", "left"],
        &["restrict", "end", "X", "--by", "client"],
        &["recipient", "suspend", "lee", "--reason", "left"],
        &["due"],
        &["nudge", "ana", "--about", "talk"],
        &["ledger", "log"],
        &["ledger", "verify"],
        &["ledger", "checkpoint", "-o", "head"],
        &["ledger", "prove", "1", "-o", "proof"],
        &["card", "-o", "card"],
        &["check"],
        &["owner", "add", &deputy, "--alias", "deputy"],
        &["owner", "list"],
        &["client", "close", "mk-01"],
    ];
    let mut seen = vec!["error".to_owned(), "man".to_owned()];
    let mut answers: BTreeMap<String, Value> = BTreeMap::new();
    for command in commands {
        if command[0] == "share" {
            machine.ok(&CONSENT);
        }
        // The one there is of each.
        let id = |word: &str| match word {
            "A" => answers["agreement-add"]["id"].as_str().unwrap().to_owned(),
            "X" => answers["restrict-add"]["id"].as_str().unwrap().to_owned(),
            "D" => answers["safety-disclose"]["id"].as_str().unwrap().to_owned(),
            "F" => answers["followup-list"]["followups"][0]["id"].as_str().unwrap().to_owned(),
            "S" => answers["share"]["disclosures"][0]["id"].as_str().unwrap().to_owned(),
            word => word.to_owned(),
        };
        let command: Vec<String> = command.iter().map(|word| id(word)).collect();
        let mut run = machine.command();
        run.env("EDITOR", "true").args(&command).arg("--json");
        if command[0] == "ack" {
            // The code on the page of the package to ana.
            let package = answers["share"]["disclosures"][0]["package"]["path"].as_str().unwrap();
            let page = fs::read_to_string(machine.unpack(Path::new(package), "ana").join("NOTICE.txt")).unwrap();
            let code = page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap();
            machine.write("code.txt", code.as_bytes());
            run.stdin(fs::File::open(machine.path("code.txt")).unwrap());
        }
        let output = run.output().unwrap();
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{command:?}: {output:?}"));
        let name = answer["schema"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
        let mut fields = row(&name);
        fields.insert(0, "schema".to_owned());
        assert_eq!(keys(&answer), sorted(fields), "{name}");
        seen.push(name.clone());
        answers.insert(name, answer);
    }
    // Not everywhere can a vault be unlocked; its answer has the fields that the answer to `lock` has.
    assert_eq!(row("unlock"), row("lock"));
    seen.push("unlock".to_owned());
    machine.ok(&["show", "@", "-o", "copy.txt"]);
    let swept: Value = serde_json::from_str(&machine.ok(&["sweep", "--json"])).unwrap();
    assert_eq!(keys(&swept), sorted([row("sweep"), vec!["schema".to_owned()]].concat()));
    seen.push("sweep".to_owned());
    // The same protocol once more, from a file.
    machine.write("protocol.toml", answers["protocol-show"]["text"].as_str().unwrap().as_bytes());
    let adopted: Value = serde_json::from_str(&machine.ok(&["protocol", "adopt", "protocol.toml", "--json"])).unwrap();
    assert_eq!(keys(&adopted), sorted([vec!["schema".to_owned()], row("protocol-adopt")].concat()));
    seen.push("protocol-adopt".to_owned());
    // A stranger's head to be witnessed, and a witness's answer about our own.
    let (log, witness) = (crate::witnesses::Stranger::new(), crate::witnesses::witness("w"));
    machine.write("theirs.txt", log.checkpoint(5, 1).bytes());
    let head = crate::witnesses::published_in(&machine.vault());
    machine.write("answer.txt", crate::witnesses::answer(&head, &[(&witness, 1_800_000_000)]).as_bytes());
    for command in [
        ["ledger", "witness", "theirs.txt", "--key", &log.vkey(), "-o", "theirs.answer"].as_slice(),
        &["ledger", "cosign", "answer.txt", "--witness", &witness.verifier().to_string()],
    ] {
        let answer: Value = serde_json::from_str(&machine.ok(&[command, &["--json"]].concat())).unwrap();
        let name = answer["schema"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
        assert_eq!(keys(&answer), sorted([vec!["schema".to_owned()], row(&name)].concat()), "{name}");
        seen.push(name.clone());
        answers.insert(name, answer);
    }
    let man: Value = serde_json::from_str(&machine.ok(&["man", "-o", "man", "--json"])).unwrap();
    assert_eq!(keys(&man), ["pages", "schema"]);
    machine.ok(&["ledger", "prove", "1", "-o", "entry"]);
    let key = answers["init"]["verifier"].as_str().unwrap();
    let verify = ["proof", "verify", "entry", "--key", key, "--package", "note.txt", "--json"];
    let verified: Value = serde_json::from_slice(&machine.run(&verify).stdout).unwrap();
    seen.push("proof-verify".to_owned());
    let mut fields = row("proof-verify");
    fields.insert(0, "schema".to_owned());
    assert_eq!(keys(&verified), sorted(fields));
    let refused = machine.run(&["recipient", "add", "eve", "--key", &eve, "--role", "spy", "--json"]);
    let refused: Value = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!(keys(&refused["error"]), sorted(row("error")));
    // What ends a log, or the right to write it, comes last.
    for command in [
        ["owner", "remove", "deputy"].as_slice(),
        &["ledger", "rotate-key"],
        &["ledger", "recover"],
        &["ledger", "hand-over", "0123456789abcdef"],
    ] {
        let answer: Value = serde_json::from_str(&machine.ok(&[command, &["--json"]].concat())).unwrap();
        let name = answer["schema"].as_str().unwrap().split('/').nth(1).unwrap().to_owned();
        assert_eq!(keys(&answer), sorted([vec!["schema".to_owned()], row(&name)].concat()), "{name}");
        seen.push(name);
    }

    let disclosure = &answers["share"]["disclosures"][0];
    let parts = [
        ("Who", &disclosure["recipient"]),
        ("Head", &answers["share"]["head"]),
        ("Record", &answers["add"]["records"][0]),
        ("Version", &answers["info"]["versions"][0]),
        ("Disclosure", disclosure),
        ("Agreement", &answers["agreement-show"]["agreement"]),
        ("Training", &answers["training-list"]["trainings"][0]),
        ("Restriction", &answers["restrict-list"]["restrictions"][0]),
        ("Team", &answers["team-show"]["team"]),
        ("Told", &answers["whoknows"]["disclosures"][0]),
        ("Had", &answers["whoknows"]["disclosures"][0]["records"][0]),
        ("Copy", &swept["copies"][0]),
        ("Package", &disclosure["package"]),
        ("Obligation", &disclosure["obligations"][0]),
        ("Due", &answers["safety-disclose"]["followups"][0]),
        ("Followup", &answers["followup-list"]["followups"][0]),
        ("Unanswered", &answers["ack-pending"]["pending"][0]),
        ("Excerpt", &answers["excerpt"]["record"]["excerpt_of"]),
        ("Removed", &answers["excerpt"]["removed"][0]),
        ("Refused", &answers["share"]["refused"][0]),
        ("Reason", &answers["share"]["refused"][0]["reasons"][0]),
        ("Entry", &answers["ledger-log"]["entries"][0]),
        ("Checked", &answers["ledger-verify"]["checked"]),
        ("Witnesses", &answers["ledger-verify"]["witnesses"]),
        ("Kept", &answers["ledger-cosign"]["kept"][0]),
        ("Compared", &verified["package"]),
    ];
    for (name, part) in parts {
        assert_eq!(keys(part), sorted(row(name)), "{name}");
        seen.push(name.to_owned());
    }
    for (name, fields) in crate::consents::shapes().into_iter().chain(crate::groups::shapes()) {
        assert_eq!(fields, sorted(row(&name)), "{name}");
        seen.push(name);
    }
    // Every row between the first and the last of them was looked at.
    let names: Vec<_> = rows().into_iter().map(|row| row.0).collect();
    let (first, last) = (names.iter().position(|name| name == "init"), names.iter().position(|name| name == "error"));
    let unseen: Vec<_> = names[first.unwrap()..=last.unwrap()].iter().filter(|name| !seen.contains(name)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

fn keys(value: &Value) -> Vec<String> {
    sorted(value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().cloned().collect())
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

#[test]
fn every_link_leads_somewhere() {
    for page in ["README.md", "docs/command-line.md"] {
        let text = fs::read_to_string(repository().join(page)).unwrap();
        let base = repository().join(page).parent().unwrap().to_path_buf();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_there = link.is_empty() || link.starts_with("https://") || base.join(link).exists();
            assert!(is_there, "{page}: {link} is not there");
        }
    }
}

/// The commands of a block, each with what is shown after it.
fn steps(text: &str) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let within = steps.last_mut();
        match (line.strip_prefix("$ "), within) {
            (Some(command), _) => steps.push((command.to_owned(), String::new())),
            (None, Some((command, output))) if command.ends_with('\\') && output.is_empty() => {
                command.push_str(&format!("\n{line}"));
            }
            (None, Some((_, output))) => output.push_str(&format!("{line}\n")),
            (None, None) => panic!("a console block begins with a command: {line}"),
        }
    }
    steps
}

/// Runs a command at a terminal of its own. A question is a last line that waits; its answer is the rest of the line of
/// `shown` that begins with it.
fn session(machine: &Machine, script: &str, shown: &str) -> String {
    let mut terminal = OsSession::spawn(shell(machine, script)).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    let (started, mut answered) = (Instant::now(), 0);
    loop {
        match terminal.try_read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => bytes.extend(&buffer[..n]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(5)),
            Err(_) => break, // how Linux says that the other end is closed
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(started.elapsed() < PATIENCE, "{script}: it waits after {text:?}");
        let question = text.rsplit('\n').next().unwrap_or_default().trim_end();
        let waits = bytes.len() > answered && (question.ends_with(':') || question.ends_with(']'));
        let answer = shown.lines().find_map(|line| line.strip_prefix(question)).filter(|_| waits);
        if let Some(answer) = answer.map(|answer| format!("{}\n", answer.trim())) {
            std::io::Write::write_all(&mut terminal, answer.as_bytes()).unwrap();
            // The terminal does not echo: what was typed is drawn here.
            bytes.extend(answer.as_bytes());
            answered = bytes.len();
        }
    }
    let text = String::from_utf8(bytes).unwrap().replace('\r', "");
    let exit = terminal.get_process().wait().unwrap();
    // A refusal is an answer too, where the page shows one.
    let wanted = if shown.contains("  E-") { 3 } else { 0 };
    let is_done = matches!(exit, expectrl::process::unix::WaitStatus::Exited(_, code) if code == wanted);
    assert!(is_done, "{script}: {exit:?}\n{text}");
    text
}

/// Ids, keys, digests and times differ each time; everything else is as shown, and `[..]` stands for anything in a line.
fn compare(shown: &str, drawn: &str, machine: &Machine) {
    let home = machine.path("");
    let drawn = drawn.replace(home.to_str().unwrap().trim_end_matches('/'), HOME);
    let (shown, drawn) = (settled(shown), settled(&drawn));
    let fits = shown.lines().count() == drawn.lines().count()
        && shown.lines().zip(drawn.lines()).all(|(shown, drawn)| matches(shown, drawn));
    assert!(fits, "the README shows:\n{shown}\nand this is what happened:\n{drawn}");
}

fn matches(shown: &str, drawn: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == drawn,
        Some((before, after)) => {
            let Some(rest) = drawn.strip_prefix(before) else { return false };
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| matches(after, &rest[at..]))
        }
    }
}

/// The text with a star for each word that differs from one run to the next.
fn settled(text: &str) -> String {
    let mut settled = String::new();
    for line in text.lines() {
        // Words of a line between blanks and brackets; a path's names are words too.
        let line = line.split_inclusive([' ', '(', ')']).map(word).collect::<String>();
        settled.push_str(line.trim_end());
        settled.push('\n');
    }
    settled
}

fn word(word: &str) -> String {
    let core = word.trim_end_matches([' ', '(', ')', '.', ':', ',']);
    let end = &word[core.len()..];
    format!("{}{end}", fixed(core).unwrap_or_else(|| core.to_owned()))
}

fn fixed(word: &str) -> Option<String> {
    let is_id = |body: &str| (4..=16).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_shaped = |shape: &str| {
        word.len() == shape.len()
            && word.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    match word.split_once('-') {
        Some((letter @ ("r" | "c" | "p" | "d" | "k"), body)) if is_id(body) => return Some(format!("{letter}-*")),
        _ => {}
    }
    if word.starts_with("age1") {
        return Some("age1*".to_owned());
    }
    if let Some(log) = word.strip_prefix("subrosa/").filter(|log| log.starts_with(|c: char| c.is_ascii_alphanumeric()))
    {
        let is_log = log.split('+').next().is_some_and(|log| log.len() == 10);
        return is_log.then(|| "subrosa/*".to_owned());
    }
    let is_digest = word.len() == 44 && word.ends_with('=');
    (is_digest || is_shaped("0000-00-00T00:00:00Z"))
        .then(|| "*".to_owned())
        .or_else(|| is_shaped("0000-00-00").then(|| "DATE".to_owned()))
}
