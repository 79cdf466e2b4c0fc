//! Rooms: where content may be drawn, who is asked for one, what recorders are found, and where a room stands written.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::cli::recorder::Ancestry;

use crate::machine::Machine;
use crate::machine::has;
use crate::practice::ANA;
use crate::practice::NOW;
use crate::practice::Practice;
use crate::practice::Said;
use crate::screen::PATIENCE;
use crate::screen::Screen;
use crate::skips::skip;

/// With a client and a record of that kind.
fn with_record(kind: &str) -> Practice {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.write("note.txt", "told in confidence\n");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", kind]);
    practice
}

/// What somebody at a terminal is told, who answers nothing.
fn drawn(practice: &Practice, args: &[&str]) -> Said {
    practice.at_terminal(&[], &[args, &["--batch"]].concat())
}

fn reasons(said: &Said) -> Vec<&str> {
    let words = said.stderr.split_whitespace();
    words.filter_map(|word| word.strip_suffix(':').filter(|word| word.starts_with("E-"))).collect()
}

#[test]
fn a_room_is_declared_told_and_left() {
    let mut practice = with_record("progress-note");
    let said = practice.ok(&["here"]);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", "subrosa: no room is declared here\n"));
    let said = practice.ok(&["here", "private-office", "--client", "mk-01"]);
    assert_eq!(said.stdout, "private-office\t2026-11-21T10:20:00Z\tmk-01\n");
    let told = practice.ok(&["here", "--json"]).json();
    assert_eq!(
        (&told["schema"], &told["setting"], &told["private"], &told["until"], &told["client"]["alias"]),
        (
            &"subrosa/here/1".into(),
            &"private-office".into(),
            &true.into(),
            &"2026-11-21T10:20:00Z".into(),
            &"mk-01".into()
        )
    );
    practice.now = NOW + 50 * 60;
    assert!(practice.ok(&["here", "--json"]).json()["setting"].is_null());
    practice.now = NOW - 60;
    assert!(practice.ok(&["here", "--json"]).json()["setting"].is_null(), "a clock that was put back");
    practice.now = NOW;
    let said = practice.at_terminal(&[], &["here", "semi-public", "--for", "10min"]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
You are in the room semi-public until 2026-11-21T09:40:00Z. Others can hear or see: nothing confidential is shown.

"#]]
    );
    practice.ok(&["here", "--end"]);
    assert!(practice.ok(&["here", "--json"]).json()["setting"].is_null());
    for wrong in [
        &["here", "cafe"][..],
        &["here", "--for", "5min"],
        &["here", "--client", "mk-01"],
        &["here", "public", "--end"],
    ] {
        assert_eq!(practice.run(wrong).exit, 2, "{wrong:?}");
    }
    // It is nobody's business where somebody is: no entry, and nothing in clear.
    practice.ok(&["here", "client-home-private", "--client", "mk-01"]);
    assert!(!practice.ok(&["ledger", "log"]).stdout.contains("here"));
    for file in Command::new("find")
        .arg(practice.path("home"))
        .args(["-type", "f"])
        .output()
        .unwrap()
        .stdout
        .split(|b| *b == b'\n')
    {
        let file = String::from_utf8_lossy(file).into_owned();
        let bytes = fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(11).any(|window| window == b"client-home"), "{file}");
    }
}

#[test]
fn content_is_drawn_in_a_private_room_alone_and_the_cure_is_one() {
    let mut practice = with_record("progress-note");
    let before = practice.files();
    let said = drawn(&practice, &["show", "@"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: r-[..] is not shown here
  E-SETTING-UNDECLARED: nobody said in which room this is done, and what is confidential is done in a private one
    by:  seed B: "quiet and closed"
    by:  NASW 1.07(i)
    try: subrosa here private-office --for 50min
-- exit 6 --

"#]]
    );
    let (host, ends) = practice.host();
    let edited = practice.run_in((host.at_terminal(&ends).with_var("EDITOR", "true"), ends), &["edit", "@", "--batch"]);
    assert_eq!((edited.exit, reasons(&edited)), (6, vec!["E-SETTING-UNDECLARED"]), "{edited:?}");
    // The interview draws content into the talk; passages that were named do not.
    let said = practice.at_terminal(&["1", ""], &["excerpt", "@"]);
    assert_eq!((said.exit, reasons(&said)), (6, vec!["E-SETTING-UNDECLARED"]), "{said:?}");
    assert_eq!(practice.files(), before);
    assert_eq!(drawn(&practice, &["excerpt", "@", "--lines", "1"]).exit, 0);
    // Without a terminal nothing is asked; a room that is named is judged there, too.
    assert_eq!(practice.ok(&["show", "@2"]).stdout, "told in confidence\n");
    let said = practice.refused(6, &["show", "@", "--setting", "semi-public"]);
    assert_eq!(reasons(&said), ["E-SETTING-PUBLIC"]);
    practice.refused(6, &["excerpt", "@", "--lines", "1", "--setting", "public"]);
    // A room that is named at the terminal is the room.
    assert_eq!(drawn(&practice, &["show", "@", "--setting", "vehicle-private"]).exit, 0);

    practice.ok(&["here", "private-office", "--for", "50min"]);
    let said = drawn(&practice, &["show", "@"]);
    assert!(said.exit == 0 && said.stdout.contains("told in confidence"), "{said:?}");
    let said = drawn(&practice, &["show", "@", "--setting", "public"]);
    assert_eq!((said.exit, reasons(&said)), (6, vec!["E-SETTING-PUBLIC"]));
    practice.now += 50 * 60;
    assert_eq!(reasons(&drawn(&practice, &["show", "@"])), ["E-SETTING-UNDECLARED"], "its time was over");
    for setting in ["public", "semi-public", "unknown"] {
        practice.ok(&["here", setting]);
        let said = drawn(&practice, &["show", "@"]);
        assert_eq!((said.exit, reasons(&said)), (6, vec!["E-SETTING-PUBLIC"]), "{setting}");
    }
    // Lost with the catalogue, it is asked for anew.
    practice.ok(&["here", "private-office"]);
    fs::remove_dir_all(practice.path("home/.cache")).unwrap();
    assert_eq!(reasons(&drawn(&practice, &["show", "@"])), ["E-SETTING-UNDECLARED"]);
}

#[test]
fn somebody_at_the_terminal_is_asked_once() {
    let mut practice = with_record("progress-note");
    let said = practice.at_terminal(&[""], &["show", "@"]);
    assert_eq!((said.exit, reasons(&said)), (6, vec!["E-SETTING-UNDECLARED"]), "{said:?}");
    let said = practice.at_terminal(&["office", "private-office"], &["show", "@"]);
    assert!(said.exit == 0 && said.terminal.contains("told in confidence"), "{said:?}");
    assert!(said.terminal.contains("In which room are you (word, Enter: not now): office\n"), "{said:?}");
    practice.now += 50 * 60 - 1;
    assert_eq!(practice.at_terminal(&[], &["show", "@"]).exit, 0, "as declared for 50 minutes");
    practice.now += 1;
    let said = practice.at_terminal(&["public"], &["show", "@"]);
    assert!(said.stderr.contains("the room that was declared, private-office, held until"), "{said:?}");
    assert_eq!((said.exit, reasons(&said)), (6, vec!["E-SETTING-PUBLIC"]), "{said:?}");
}

#[test]
fn what_is_restricted_is_not_drawn_on_a_terminal_that_is_recorded() {
    let refused = |kind: &str, variable: &str, ancestors: &[&str]| {
        let practice = with_record(kind);
        practice.here();
        let (host, ends) = practice.host();
        let mut host = host.at_terminal(&ends);
        host = if variable.is_empty() { host } else { host.with_var(variable, "1") };
        host.ancestry = Ancestry::Fixed(ancestors.iter().map(|name| (*name).to_owned()).collect());
        let said = practice.run_in((host, ends), &["show", "@", "--batch"]);
        if said.exit == 6 {
            let id = practice.ok(&["list"]).stdout[..18].to_owned();
            assert!(said.stderr.contains(&format!("try: subrosa show {id} -o FILE")), "{said:?}");
        }
        reasons(&said).join(" ")
    };
    assert_eq!(refused("progress-note", "ASCIINEMA_REC", &[]), "E-SETTING-RECORDED");
    assert_eq!(refused("psychotherapy-note", "", &["subrosa", "bash", "script"]), "E-SETTING-RECORDED");
    assert_eq!(refused("billing-item", "ASCIINEMA_SESSION", &["ttyrec"]), "", "label N");
    assert_eq!(refused("progress-note", "CI", &["bash", "tmux: server"]), "");
}

#[test]
fn where_the_terminal_is_recorded_each_command_names_a_way_that_is_its_own() {
    let practice = with_record("progress-note");
    let id = practice.ok(&["list"]).stdout[..18].to_owned();
    practice.here();
    let cure = |answers: &[&str], args: &[&str]| {
        let (host, ends) = practice.host();
        answers.iter().for_each(|answer| ends.terminal.will_answer(answer));
        let host = host.at_terminal(&ends).with_var("ASCIINEMA_REC", "1").with_var("EDITOR", "true");
        let said = practice.run_in((host, ends), &[args, &["--json"]].concat());
        assert_eq!(said.exit, 6, "{said:?}");
        let error = said.error();
        let reasons = error["reasons"].as_array().unwrap().iter();
        let recorded: Vec<_> = reasons.filter(|reason| reason["id"] == "E-SETTING-RECORDED").collect();
        recorded[0]["cure"].as_str().unwrap().replace(&id, "ID")
    };
    let batch = |args: &[&str]| cure(&[], &[args, &["--batch"]].concat());
    // What was typed stands in it: a label, a day or a name put out is not lost on the way.
    let add = ["add", "-", "--client", "mk-01", "--kind", "progress-note"];
    assert_eq!(batch(&add), "subrosa add FILE --client mk-01 --kind progress-note");
    let more = ["--tag", "psy", "--tag", "a b", "--date", "3d", "--title", "After all"];
    assert_eq!(
        batch(&[&add[..], &more[..2], &more[4..], &["--setting", "phone-private"]].concat()),
        "subrosa add FILE --client mk-01 --kind progress-note --tag psy --date 2026-11-18 --title 'After all' \
         --setting phone-private"
    );
    assert_eq!(batch(&["edit", "@"]), "subrosa edit ID  # at a terminal that is not recorded");
    let excerpt = ["excerpt", "@", "--redact", "--de-identify", "--title", "Sleep"];
    assert_eq!(cure(&[], &excerpt), "subrosa excerpt ID --lines 4-19 --redact --de-identify --title Sleep");
    let open = ["concern", "open", "--client", "mk-01", "--kind", "letter", "--record", "@"];
    assert_eq!(cure(&[], &open), "subrosa concern open --client mk-01 --kind letter --record @ --text FILE");
    assert_eq!(
        cure(&[], &["concern", "resolve", "o-0123", "--addressed", "no"]),
        "subrosa concern resolve o-0123 --response FILE --addressed no"
    );
    assert_eq!(
        cure(&[], &["group", "close", "g-0123", "--part", "1=one.txt"]),
        "subrosa group close g-0123 --setting closed-room --common FILE --part 1=one.txt --batch"
    );
    let tell = ["safety", "disclose", "--client", "mk-01", "--to", "crisis", "--excerpt", "@:1-1", "--medium", "oral"];
    assert_eq!(
        cure(&[], &tell),
        "subrosa safety disclose --client mk-01 --to crisis --excerpt @:1-1 --medium oral --answers FILE --batch"
    );
}

#[test]
fn a_look_says_in_which_room_it_was() {
    let practice = with_record("progress-note");
    practice.ok(&["owner", "add", ANA, "--alias", "ana"]);
    practice.ok(&["show", "@"]);
    practice.ok(&["here", "closed-room"]);
    assert_eq!(drawn(&practice, &["show", "@"]).exit, 0);
    practice.ok(&["excerpt", "@", "--lines", "1", "--setting", "phone-private"]);
    let log = practice.ok(&["ledger", "log", "--kind", "record.accessed", "--json"]).json();
    let settings: Vec<_> =
        log["entries"].as_array().unwrap().iter().map(|entry| entry["event"]["setting"].clone()).collect();
    let mut settings: Vec<_> = settings.iter().map(|word| word.as_str().unwrap_or("-")).collect();
    settings.sort_unstable();
    assert_eq!(settings, ["-", "closed-room", "phone-private"]);
}

#[test]
fn what_is_added_in_a_room_is_about_who_is_there() {
    let practice = with_record("progress-note");
    practice.ok(&["client", "add", "nn-7"]);
    practice.ok(&["here", "client-home-private", "--client", "nn-7"]);
    let added = practice.ok(&["add", "note.txt", "--kind", "letter", "--json"]).json()["records"][0].clone();
    assert_eq!((&added["client"]["alias"], &added["setting"]), (&"nn-7".into(), &"client-home-private".into()));
    let named = ["add", "note.txt", "--kind", "letter", "--client", "mk-01", "--setting", "phone-private", "--json"];
    let added = practice.ok(&named).json()["records"][0].clone();
    assert_eq!((&added["client"]["alias"], &added["setting"]), (&"mk-01".into(), &"phone-private".into()));
    // At a terminal the room is not asked for any more.
    let said = practice.at_terminal(&["", ""], &["add", "note.txt", "--kind", "letter"]);
    assert!(said.exit == 0 && !said.terminal.contains("In which room"), "{said:?}");
    practice.ok(&["here", "--end"]);
    assert_eq!(practice.run(&["add", "note.txt", "--kind", "letter"]).exit, 2);
}

/// What `show` ends with at a real terminal where nobody answers, and what was drawn.
fn shown(machine: &Machine, id: &str) -> (i32, String) {
    let ended = Screen::new(machine, &["show", id, "--batch"]).end();
    assert_eq!(ended.exit == 0, ended.all.contains("told in confidence"), "{ended:?}");
    (ended.exit, ended.all)
}

#[test]
fn a_real_terminal_without_a_room_with_a_public_one_and_with_one_that_is_over() {
    let machine = Machine::new();
    let id = machine.add("told in confidence\n");
    let (exit, all) = shown(&machine, &id);
    assert!(exit == 6 && all.contains("E-SETTING-UNDECLARED"), "{all}");
    machine.ok(&["here", "public"]);
    let (exit, all) = shown(&machine, &id);
    assert!(exit == 6 && all.contains("E-SETTING-PUBLIC"), "{all}");
    machine.ok(&["here", "private-office", "--for", "1s"]);
    thread::sleep(Duration::from_millis(1100));
    let (exit, all) = shown(&machine, &id);
    assert!(exit == 6 && all.contains("E-SETTING-UNDECLARED"), "{all}");
    let mut screen = Screen::new(&machine, &["show", &id]);
    screen.answer("In which room are you (word, Enter: not now): ", "private-office");
    screen.until("told in confidence");
    screen.press("q");
    screen.done();
    assert_eq!(shown(&machine, &id).0, 0);
}

#[test]
fn a_real_recorder_is_found() {
    let machine = Machine::new();
    let restricted = machine.add("told in confidence\n");
    let bill = machine.fed(&["add", "-", "--client", "mk-01", "--kind", "billing-item"], b"50 minutes\n");
    let bill = String::from_utf8(bill.stdout).unwrap().trim().to_owned();
    machine.here();
    assert_eq!(shown(&machine, &restricted).0, 0);
    if has("script") && cfg!(target_os = "linux") {
        let recorded = |id: &str| {
            let line = format!("{} show {id} --batch", env!("CARGO_BIN_EXE_subrosa"));
            let mut command = Command::new("script");
            command.args(["-qec", &line, "/dev/null"]).env_clear().envs(
                machine.command().get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
            );
            let output = command.env("TERM", "xterm").current_dir(machine.path(".")).output().unwrap();
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let (exit, all) = recorded(&restricted);
        assert!(exit == Some(6) && all.contains("E-SETTING-RECORDED") && !all.contains("told in"), "{all}");
        let (exit, all) = recorded(&bill);
        assert!(exit == Some(0) && all.contains("50 minutes"), "{all}");
    }
    if has("tmux") {
        in_tmux(&machine, &restricted);
    }
}

/// A pane of tmux is drawn on, unless tmux pipes it away.
fn in_tmux(machine: &Machine, id: &str) {
    let socket = machine.path("tmux.socket");
    let tmux = |args: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&socket).args(["-f", "/dev/null"]).args(args).env_clear();
        let envs = machine.command();
        let envs = envs.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        command.envs(envs.collect::<Vec<_>>()).env("TERM", "xterm").current_dir(machine.path(".")).output().unwrap()
    };
    let started = tmux(&["new-session", "-d", "-s", "x", "-x", "100", "-y", "30", "sh"]);
    if !started.status.success() {
        skip("tmux", &format!("does not start: {started:?}"));
        return;
    }
    let run = |name: &str| {
        let line = format!(
            "{} show {id} --batch 2>{name}.err; echo $? >{name}.new; mv {name}.new {name}",
            env!("CARGO_BIN_EXE_subrosa")
        );
        assert!(tmux(&["send-keys", "-t", "x", &line, "Enter"]).status.success());
        let deadline = Instant::now() + PATIENCE;
        while !machine.path(name).exists() {
            assert!(Instant::now() < deadline, "{:?}", tmux(&["capture-pane", "-p", "-t", "x"]));
            thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(machine.path(&format!("{name}.err"))).unwrap();
        (fs::read_to_string(machine.path(name)).unwrap().trim().to_owned(), said)
    };
    let plain = run("plain");
    tmux(&["pipe-pane", "-t", "x", "cat >/dev/null"]);
    let piped = run("piped");
    tmux(&["kill-server"]);
    assert_eq!(plain, ("0".to_owned(), String::new()));
    assert!(piped.0 == "6" && piped.1.contains("E-SETTING-RECORDED"), "{piped:?}");
}
