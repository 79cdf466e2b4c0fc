//! The real program before a real pseudo-terminal: what is asked, what is echoed, what is drawn where, and how the terminal
//! is left.

mod pager;

use std::fs;

use rustix::process::Signal;

use crate::machine::Machine;
use crate::practice::mode;
use crate::screen::*;

/// How many entries the ledger has.
fn entries(machine: &Machine) -> usize {
    machine.ok(&["ledger", "log"]).lines().count()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_passphrase_is_typed_twice_opens_the_vault_and_is_never_seen() {
    let (right, other) = ("Xylophone-Quasar-77", "Marzipan-Trombone-31");
    let machine = Machine::bare();
    let mut screen = Screen::keyless(&machine, &["init", "--name", "Rose"]);
    screen.answer("passphrase or key file? [passphrase]: ", "");
    screen.answer_secretly("New passphrase: ", right);
    screen.answer_secretly("The same again: ", other);
    screen.until("The two are not the same.");
    screen.answer_secretly("New passphrase: ", right);
    screen.answer_secretly("The same again: ", right);
    screen.answer("Make a key on paper too, should this one be lost? [Y/n] ", "n");
    screen.until("Its verifier key is ");
    let mut runs = vec![screen.done()];

    let mut screen = Screen::keyless(&machine, &["client", "list"]);
    screen.answer_secretly("Passphrase of the vault: ", right);
    screen.until("there are no clients yet");
    runs.push(screen.done());

    let mut screen = Screen::keyless(&machine, &["client", "list"]);
    screen.answer_secretly("Passphrase of the vault: ", other);
    let ended = screen.end();
    assert_eq!(ended.exit, 12, "{ended:?}");
    assert!(ended.all.contains("the passphrase is wrong"), "{ended:?}");
    runs.push(ended);

    let mut screen = Screen::keyless(&machine, &["client", "list"]);
    screen.until("Passphrase of the vault: ");
    screen.wait_for_silence();
    screen.press("Xylophone\x03");
    let ended = screen.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    runs.push(ended);

    let mut screen = Screen::keyless(&machine, &["client", "list"]);
    screen.until("Passphrase of the vault: ");
    screen.wait_for_silence();
    // Nothing is typed: what is still on its way to a program that has ended is the terminal's to echo.
    screen.signal(Signal::TERM);
    let ended = screen.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    runs.push(ended);

    let ended = Screen::keyless(&machine, &["client", "list", "--batch"]).end();
    assert_eq!(ended.exit, 12, "{ended:?}");
    assert!(!ended.all.contains("Passphrase"), "{ended:?}");

    for run in runs {
        assert!(!run.all.contains("Xylophone") && !run.all.contains("Marzipan"), "{run:?}");
    }
    for file in machine.files(".") {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(9).any(|window| window == b"Xylophone"), "{}", file.display());
    }
}

#[test]
fn without_two_typings_alike_there_is_no_vault() {
    let machine = Machine::bare();
    let mut screen = Screen::keyless(&machine, &["init"]);
    screen.answer("passphrase or key file?", "p");
    screen.answer_secretly("New passphrase: ", "");
    screen.until("It is empty.");
    for _ in 0..2 {
        screen.answer_secretly("New passphrase: ", "one typing");
        screen.answer_secretly("The same again: ", "another typing");
        screen.until("The two are not the same.");
    }
    let ended = screen.end();
    assert_eq!(ended.exit, 2, "{ended:?}");
    assert!(!ended.all.contains("typing"), "{ended:?}");
    assert!(!machine.vault().exists());
}

#[test]
fn a_key_file_on_this_computer_is_made_once_and_opens_the_vault() {
    let machine = Machine::bare();
    let file = machine.path(".config/subrosa/identity.txt");
    let mut screen = Screen::keyless(&machine, &["init"]);
    screen.answer("passphrase or key file?", "what?");
    screen.until("Please answer passphrase, or key file.");
    screen.answer("passphrase or key file?", "key file");
    screen.answer("Make a key on paper too, should this one be lost? [Y/n] ", "n");
    let ended = screen.done();
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    let key = fs::read_to_string(&file).unwrap();
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap();
    assert!(ended.all.contains("identity.txt opens it") && !ended.all.contains(secret), "{ended:?}");
    // It opens without a question.
    let ended = Screen::keyless(&machine, &["client", "list"]).done();
    assert!(ended.all.contains("there are no clients yet") && !ended.all.contains("assphrase"), "{ended:?}");

    // A second vault: the key that is there is used when that is wanted, and never replaced.
    let other = machine.path("other");
    let init = ["init", "--vault", other.to_str().unwrap()];
    let mut screen = Screen::keyless(&machine, &init);
    screen.answer("passphrase or key file?", "key");
    screen.answer("already. Use it? [Y/n] ", "n");
    assert_eq!(screen.end().exit, 6);
    assert!(!other.exists());
    let mut screen = Screen::keyless(&machine, &init);
    screen.answer("passphrase or key file?", "key");
    screen.answer("already. Use it? [Y/n] ", "");
    screen.answer("Make a key on paper too", "n");
    screen.done();
    assert_eq!(fs::read_to_string(&file).unwrap(), key);
    Screen::keyless(&machine, &["client", "list", "--vault", other.to_str().unwrap()]).done();
}

#[test]
fn a_paper_key_is_shown_once_on_the_alternate_screen_and_opens_the_vault() {
    let machine = Machine::bare();
    let owner = machine.public_key("me.txt");
    let mut screen = Screen::new(&machine, &["init", "--owner", &owner, "--paper"]);
    screen.until(ENTER);
    screen.until("Press a key when you have it.");
    screen.press("x");
    screen.until(LEAVE);
    let ended = screen.done();
    let shown = ended.alternate();
    let secret: Vec<_> = shown.split_whitespace().filter(|word| word.starts_with("AGE-SECRET-KEY-1")).collect();
    assert_eq!(secret.len(), 1, "{shown:?}");
    let secret = secret[0];
    assert_eq!(secret.len(), 74, "{secret:?}");
    assert!(!ended.scrollback().contains("AGE-SECRET-KEY-"), "{ended:?}");
    // Cleared before it is left: some terminals keep what stood there.
    assert!(shown.rfind("\x1b[2J").unwrap() > shown.find(secret).unwrap(), "{shown:?}");
    for file in machine.files(".") {
        assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(secret), "{}", file.display());
    }
    machine.write("paper.txt", format!("{secret}\n").as_bytes());
    machine.ok(&["-i", "paper.txt", "client", "add", "mk-01"]);

    // Interrupted before it was written down: no owner, no entry, and the screen is given back.
    let before = entries(&machine);
    let mut screen = Screen::new(&machine, &["owner", "add", "--paper", "--alias", "safe"]);
    screen.until("Press a key when you have it.");
    screen.press("\x03");
    let ended = screen.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    assert!(!ended.scrollback().contains("AGE-SECRET-KEY-"), "{ended:?}");
    assert_eq!(entries(&machine), before);
}

#[test]
fn what_add_offers_is_taken_by_enter_or_typed() {
    let machine = Machine::new();
    machine.write("note.txt", b"a note\n");
    let room = "In which room was it said (Enter: not told): ";
    let date = "Of which date (Enter: today): ";
    let title = "A title (Enter: none): ";
    let last = || json(&machine.ok(&["info", "@", "--json"]))["record"].clone();
    let add = ["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"];

    let limits = "When were the limits of confidentiality talked about with mk-01 (a date, or Enter): ";
    let mut screen = Screen::new(&machine, &add);
    let session = [
        limits,
        "Were they asked for concerns about their privacy, yes or no (Enter: not told): ",
        "How did they seem: ok, uneasy, distressed, not-observed (Enter: not told): ",
        "What would they rather not talk about, with commas between (Enter: nothing): ",
    ];
    [room, date, title].iter().chain(&session).for_each(|question| screen.answer(question, ""));
    screen.until("Filed r-");
    screen.done();
    let plain = last();
    assert_eq!((&plain["setting"], &plain["title"]), (&serde_json::Value::Null, &serde_json::Value::Null));

    // Once it was said when the limits were talked about, nobody is asked again.
    for outset in [Some("2024-02-28"), None] {
        let mut screen = Screen::new(&machine, &add);
        [room, date, title].iter().for_each(|question| screen.answer(question, ""));
        if let Some(day) = outset {
            // A day to come is a slip, and asked again.
            screen.answer(limits, "2999-01-01");
            screen.until("2999-01-01 is still to come");
            screen.answer(limits, day);
        }
        session[1..].iter().for_each(|question| screen.answer(question, ""));
        let ended = screen.done();
        assert_eq!(ended.all.contains("limits of confidentiality"), outset.is_some(), "{ended:?}");
    }
    assert_eq!(json(&machine.ok(&["client", "show", "mk-01", "--json"]))["client"]["limits_discussed"], "2024-02-28");

    // What is required is asked for first, and a word that cannot be meant is asked for again.
    let mut screen = Screen::new(&machine, &["add", "note.txt"]);
    screen.answer("Whom is it about (alias): ", "mk-01");
    screen.answer("What is it (a word such as progress-note): ", "novel");
    screen.answer("What is it (a word such as progress-note): ", "letter");
    screen.answer(room, "on the moon");
    screen.answer(room, "private-office");
    screen.answer(date, "2024-02-29");
    screen.answer(title, "  A typed title ");
    screen.done();
    let typed = last();
    assert_ne!(typed["id"], plain["id"]);
    for (field, value) in
        [("kind", "letter"), ("setting", "private-office"), ("date", "2024-02-29"), ("title", "A typed title")]
    {
        assert_eq!(typed[field], value, "{typed}");
    }

    // What was given is not asked for, nor what only a session has.
    let given =
        [&add[..5], &["letter", "--setting", "closed-room", "--date", "2024-03-01", "--title", "Given"]].concat();
    let ended = Screen::new(&machine, &given).done();
    assert!(!ended.all.contains("Enter:"), "{ended:?}");
    assert_eq!(last()["title"], "Given");
}

#[test]
fn under_batch_nothing_is_asked_at_a_terminal() {
    let machine = Machine::new();
    machine.write("note.txt", b"a note\n");
    machine.consent("dr-lee");
    let quiet = |args: &[&str], exit: i32| {
        let ended = Screen::new(&machine, args).end();
        assert_eq!(ended.exit, exit, "{args:?}: {ended:?}");
        assert!(!ended.all.contains("]: ") && !ended.all.contains("(Enter"), "{args:?}: {ended:?}");
        ended
    };
    quiet(&["add", "note.txt", "--client", "mk-01", "--kind", "letter", "--batch"], 0);
    quiet(&["client", "add", "ab-02", "--batch"], 0);
    quiet(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--batch"], 0);
    let before = entries(&machine);
    for (args, flag) in [
        (&["client", "add", "--batch"][..], "ALIAS"),
        (&["add", "note.txt", "--batch"], "--client"),
        (&["add", "note.txt", "--client", "mk-01", "--batch"], "--kind"),
        (&["share", "@", "--to", "dr-lee", "--batch"], "--purpose"),
        (&["share", "@", "--purpose", "treat", "--batch"], "--to"),
        (&["init", "--vault", "other", "--batch"], "--owner"),
        (&["owner", "add", "--paper", "--alias", "safe", "--batch"], "--paper"),
    ] {
        let ended = quiet(args, 2);
        assert!(ended.all.contains(flag), "{args:?}: {ended:?}");
    }
    assert_eq!(entries(&machine), before);
    assert!(!machine.path("other").exists());
}

#[test]
fn share_wants_the_alias_again_and_a_wrong_one_shares_nothing() {
    let machine = Machine::new();
    let id = machine.add("told in confidence\n");
    machine.consent("dr-lee");
    fs::create_dir(machine.path("out")).unwrap();
    crate::practice::chmod(&machine.path("out"), 0o700);
    let share = ["share", &id, "--to", "dr-lee", "--purpose", "treat", "-o", "out"];
    let question = "1 record of mk-01 with dr-lee, for treat: type the recipient's alias again, or Enter [dr-lee]: ";
    let before = entries(&machine);

    let mut screen = Screen::new(&machine, &share);
    screen.answer(question, "dr-leigh");
    let ended = screen.end();
    assert_eq!(ended.exit, 2, "{ended:?}");
    assert!(ended.all.contains("nothing was shared"), "{ended:?}");
    let mut screen = Screen::new(&machine, &share);
    screen.until(question);
    screen.press("\x03");
    assert_eq!(screen.end().exit, 130);
    assert_eq!(entries(&machine), before);
    assert!(machine.files("out").is_empty());

    for (typed, shared) in [("Dr-Lee", 1), ("", 2)] {
        let mut screen = Screen::new(&machine, &share);
        screen.answer(question, typed);
        screen.done();
        assert_eq!(entries(&machine), before + shared);
    }
    let packages = machine.files("out");
    assert_eq!(packages.iter().filter(|path| path.extension().is_some_and(|ending| ending == "age")).count(), 2);
    // --yes answers it.
    let ended = Screen::new(&machine, &[&share[..], &["--yes"]].concat()).done();
    assert!(!ended.all.contains("again"), "{ended:?}");
}

#[test]
fn an_interrupted_question_ends_with_130_and_leaves_nothing() {
    let machine = Machine::new();
    machine.write("note.txt", b"a note\n");
    let before = entries(&machine);
    let asked = |keys: &str| {
        let mut screen = Screen::new(&machine, &["client", "add"]);
        screen.until("What shall the client be called here: ");
        screen.press(keys);
        screen.end()
    };
    assert_eq!(asked("ab\x03").exit, 130);
    // Ctrl-D is no answer.
    assert_eq!(asked("\x04").exit, 2);
    let mut screen = Screen::new(&machine, &["add", "note.txt", "--client", "mk-01", "--kind", "letter"]);
    screen.answer("In which room was it said", "private-office");
    screen.until("Of which date");
    screen.signal(Signal::TERM);
    assert_eq!(screen.end().exit, 130);
    assert_eq!(entries(&machine), before);
    machine.ok(&["client", "add", "ab-02"]);
    assert_eq!(machine.run(&["check"]).status.code(), Some(0));
}

#[test]
fn a_client_is_named_in_an_interview() {
    let machine = Machine::new();
    let limits = "When were the limits of confidentiality talked about (a date, or Enter): ";
    let born = "When was the client born (a date, or adult or minor; or Enter): ";
    let mut screen = Screen::new(&machine, &["client", "add"]);
    screen.answer("What shall the client be called here: ", "everyone");
    screen.until("would mean everyone");
    screen.answer("What shall the client be called here: ", "Ab-02");
    screen.answer(limits, "last week");
    screen.until("last week");
    screen.answer(limits, "2024-05-06");
    screen.answer(born, "1987-03-04");
    screen.until("Client ab-02 is named (c-");
    screen.done();
    let shown = json(&machine.ok(&["client", "show", "ab-02", "--json"]));
    assert!(shown.to_string().contains("\"limits_discussed\":\"2024-05-06\""), "{shown}");
    assert!(shown.to_string().contains("\"birth\":\"1987-03-04\""), "{shown}");

    let mut screen = Screen::new(&machine, &["client", "add", "cd-03"]);
    screen.answer(limits, "");
    screen.answer(born, "");
    screen.done();
    let shown = json(&machine.ok(&["client", "show", "cd-03", "--json"]));
    assert!(shown.to_string().contains("\"limits_discussed\":null"), "{shown}");
}

#[test]
fn in_the_editor_ctrl_c_is_the_editors() {
    let machine = Machine::new();
    let id = machine.add("first\n");
    let editor = "#!/bin/sh\ntrap 'echo \"<caught>\"' INT\necho '<editing>'\nwhile [ -z \"$a\" ]; do read a; done\necho \"$a\" >> \"$1\"\n";
    machine.write("editor", editor.as_bytes());
    crate::practice::chmod(&machine.path("editor"), 0o700);
    let path = machine.path("editor");
    machine.here();
    let mut screen = Screen::with(&machine, &[("EDITOR", path.to_str().unwrap())], &["edit", &id]);
    screen.until("<editing>");
    screen.press("\x03");
    screen.until("<caught>");
    screen.press("second\n");
    screen.done();
    assert_eq!(machine.ok(&["show", &id]), "first\nsecond\n");
}
