//! What is drawn: on the alternate screen, with nothing of it left behind, and nothing in it that could do harm.

use std::fs;

use rustix::process::Signal;

use crate::machine::Machine;
use crate::practice::mode;
use crate::screen::*;

/// A hundred numbered lines, so long that no number is part of another's line.
fn hundred() -> String {
    (1..=100).map(|n| format!("told-in-confidence-{n:03}\n")).collect()
}

#[test]
fn a_text_is_paged_on_the_alternate_screen_and_nothing_of_it_stays() {
    let machine = Machine::new();
    let id = machine.add(&hundred());
    machine.here();
    let mut screen = Screen::new(&machine, &["show", &id]);
    screen.until(ENTER);
    // 24 rows, the last of which is the status.
    let page = screen.until("q to leave");
    assert!(page.contains("confidence-001") && page.contains("confidence-023"), "{page:?}");
    assert!(!page.contains("confidence-024"), "{page:?}");
    screen.press(" ");
    let page = screen.until("q to leave");
    assert!(page.contains("confidence-024") && !page.contains("confidence-023"), "{page:?}");
    screen.press("b");
    let page = screen.until("q to leave");
    assert!(page.contains("confidence-001") && !page.contains("confidence-024"), "{page:?}");
    screen.press("/CONFIDENCE-9\n");
    screen.until("not found");
    screen.press("/confidence-09\n");
    let page = screen.until("q to leave");
    let first = page.rsplit("\x1b[H").next().unwrap();
    assert!(first.starts_with("told-in-confidence-090\x1b[K"), "{page:?}");
    screen.press("q");
    screen.until(LEAVE);
    let ended = screen.done();
    assert!(!ended.scrollback().contains("told-in"), "{ended:?}");
    // In a pipe there is no pager: the bytes alone.
    assert_eq!(machine.ok(&["show", &id]), hundred());
}

#[test]
fn whatever_ends_the_pager_the_screen_is_given_back() {
    let machine = Machine::new();
    let id = machine.add(&hundred());
    machine.here();
    let paging = || {
        let mut screen = Screen::new(&machine, &["show", &id]);
        screen.until("q to leave");
        screen
    };
    let given_back = |screen: Screen| {
        let ended = screen.end();
        assert_eq!(ended.exit, 130, "{ended:?}");
        let last = ended.all.rsplit("q to leave").next().unwrap();
        assert!(last.contains("\x1b[?7h") && last.contains(LEAVE), "{last:?}");
        assert!(!ended.scrollback().contains("told-in"), "{ended:?}");
    };
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let screen = paging();
        screen.signal(signal);
        given_back(screen);
    }
    let mut screen = paging();
    screen.press("\x03");
    given_back(screen);
}

#[test]
fn escape_sequences_in_what_others_wrote_are_spelt_out() {
    let machine = Machine::new();
    // Lines so short that none is wrapped within a sequence.
    let text = "one\x1b]0;title\ntwo\x1b[6nthree\x1b[31mfour\nsix\u{202e}\nseven\x1bPeight\x1b\\\n\rover\u{8}\u{8}\n";
    machine.write("tame.txt", b"tame\n");
    let add = ["--client", "mk-01", "--kind", "letter"];
    let refused = machine.run(&[&["add", "tame.txt", "--title", "Evil \x1b]0;owned"], &add[..]].concat());
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(!refused.stderr.contains(&0x1b), "{refused:?}");
    // A file name is not typed: it comes as it is.
    let name = "\x1b]0;name\u{202e}\x07.txt";
    fs::rename(machine.path("tame.txt"), machine.path(name)).unwrap();
    let named = machine.ok(&[&["add", name], &add[..]].concat());
    // A C1 control makes the first bytes no text; behind them they are not looked at.
    let long = format!("{}C1\u{9b}5m\x07\n{text}", "plain text\n".repeat(1000));
    let ids = [machine.add(text), machine.add(&long), named.trim().to_owned()];

    machine.here();
    let only_own_sequences = |drawn: &str| {
        let mut left = drawn.replace("\x1b[0m", "");
        OWN_SEQUENCES.iter().for_each(|own| left = left.replace(own, ""));
        let harmful = |c: char| (c.is_control() && !"\r\n\t".contains(c)) || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!left.contains(harmful), "{left:?}");
    };
    for id in &ids {
        let mut screen = Screen::new(&machine, &["show", id]);
        screen.until(FRAME_END);
        screen.press("G");
        screen.until(FRAME_END);
        screen.press("q");
        let ended = screen.done();
        let expected = if *id == ids[2] { "tame" } else { "two\\x1b[6nthree\\x1b[31mfour" };
        assert!(ended.alternate().contains(expected), "{ended:?}");
        only_own_sequences(&ended.all);
    }
    // A carriage return would let a line rewrite itself.
    let mut screen = Screen::new(&machine, &["show", &ids[0]]);
    screen.until("\\x0dover\\x08\\x08");
    screen.press("q");
    screen.done();
    for args in [&["list"][..], &["info", &ids[2]], &["tag", &ids[2], "+x"]] {
        let ended = Screen::new(&machine, args).done();
        only_own_sequences(&ended.all);
        assert_eq!(ended.all.contains("name\\xe2\\x80\\xae"), args[0] != "tag", "{ended:?}");
    }
    let ended = Screen::new(&machine, &["show", "r-\x1b]0;title\x07"]).end();
    assert_eq!(ended.exit, 4, "{ended:?}");
    only_own_sequences(&ended.all);
}

#[test]
fn what_is_no_text_is_not_drawn() {
    let machine = Machine::new();
    let mut png = b"\x89PNG\r\n\x1a\n\0\0".to_vec();
    png.extend_from_slice(b"pixels-of-a-face");
    let added = machine.fed(&["add", "-", "--client", "mk-01", "--kind", "scan"], &png);
    let id = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    let ended = Screen::new(&machine, &["show", &id]).end();
    assert_eq!(ended.exit, 6, "{ended:?}");
    assert!(ended.all.contains("image/png") && ended.all.contains("-o FILE"), "{ended:?}");
    assert!(!ended.all.contains("pixels") && !ended.all.contains(ENTER), "{ended:?}");
    // Into a file it goes, also from a terminal.
    Screen::new(&machine, &["show", &id, "-o", "face.png"]).done();
    assert_eq!(fs::read(machine.path("face.png")).unwrap(), png);
    assert_eq!(mode(&machine.path("face.png")), 0o600);
}
