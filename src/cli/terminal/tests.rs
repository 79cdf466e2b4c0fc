//! The terminal in earnest: this test program runs itself under a pseudo-terminal. The tests marked `ignore` are the
//! inner halves; run alone they do nothing.

use std::process::Command;
use std::time::Duration;

use expectrl::Eof;
use expectrl::Expect;
use expectrl::Session;
use expectrl::process::Healthcheck;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;

use super::*;

/// Set in the inner process, so that the inner halves do nothing when somebody runs all ignored tests.
const INNER: &str = "SUBROSA_TEST_INNER";

fn inside(test: &str) -> OsSession {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let name = format!("cli::terminal::tests::{test}");
    command.args(["--ignored", "--exact", &name, "--nocapture", "--test-threads=1"]).env(INNER, "1");
    let mut session = Session::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(10)));
    session
}

fn tty() -> Option<Tty> {
    std::env::var_os(INNER).map(|_| Tty::open().unwrap())
}

fn all(session: &mut OsSession) -> String {
    let found = session.expect(Eof).unwrap();
    String::from_utf8_lossy(found.as_bytes()).into_owned()
}

#[test]
#[ignore = "the inner half of a test"]
fn inner_questions() {
    let Some(mut tty) = tty() else { return };
    let title = tty.ask("Title\x1b[2J", Some("untitled")).unwrap();
    let secret = tty.ask_secret("Passphrase").unwrap();
    let sure = tty.confirm("Sure?", false).unwrap();
    tty.tell(&format!("<{title}|{}|{sure}>", secret.reveal_secret().len())).unwrap();
}

#[test]
fn questions_are_asked_and_secrets_are_not_echoed() {
    let mut session = inside("inner_questions");
    session.expect("Title\\x1b[2J [untitled]: ").unwrap();
    session.send_line(" a title ").unwrap();
    session.expect("Passphrase: ").unwrap();
    session.send_line("open sesame").unwrap();
    let asked = session.expect("Sure? [y/N] ").unwrap();
    assert!(!String::from_utf8_lossy(asked.before()).contains("sesame"));
    session.send_line("y").unwrap();
    session.expect("<a title|11|true>").unwrap();
}

#[test]
#[ignore = "the inner half of a test"]
fn inner_screen() {
    let Some(mut tty) = tty() else { return };
    let before = TerminalMode::of(&tty.file).unwrap();
    let text: String = (1..=100).map(|n| format!("line {n}\n")).collect();
    tty.page("r-1", &text).unwrap();
    tty.show_once("the key").unwrap();
    let interrupted = matches!(tty.page("r-1", &text), Err(TerminalError::Interrupted));
    let same = format!("{:?}", TerminalMode::of(&tty.file).unwrap()) == format!("{before:?}");
    tty.tell(&format!("<{interrupted} {same}>")).unwrap();
}

#[test]
fn the_screen_is_given_back_after_paging_showing_and_ctrl_c() {
    let mut session = inside("inner_screen");
    session.expect("\x1b[?1049h").unwrap();
    session.expect("line 1\x1b[K").unwrap();
    session.send("G").unwrap();
    session.expect("line 100").unwrap();
    session.send("q").unwrap();
    session.expect("\x1b[?1049l").unwrap();
    session.expect("the key").unwrap();
    session.expect("Press a key").unwrap();
    session.send("x").unwrap();
    session.expect("\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l").unwrap();
    session.expect("line 1\x1b[K").unwrap();
    session.send("\x03").unwrap();
    session.expect("\x1b[?1049l").unwrap();
    session.expect("<true true>").unwrap();
}

#[test]
#[ignore = "the inner half of a test"]
fn inner_killed() {
    let Some(mut tty) = tty() else { return };
    interrupt::listen().unwrap();
    let half = std::env::temp_dir().join(format!("subrosa-test-half-{}", std::process::id()));
    std::fs::write(&half, b"half").unwrap();
    let _unfinished = interrupt::remove_unfinished(half.clone());
    let screen = tty.borrow_screen();
    tty.tell(&format!("<{}>", half.display())).unwrap();
    std::thread::sleep(Duration::from_secs(20));
    drop(screen);
}

#[test]
fn a_signal_gives_the_screen_back_removes_half_files_and_ends_with_130() {
    let mut session = inside("inner_killed");
    let found = session.expect(expectrl::Regex("<([^>]*)>")).unwrap();
    let half = String::from_utf8_lossy(found.get(1).unwrap()).into_owned();
    assert!(std::path::Path::new(&half).exists());
    let process = session.get_process_mut();
    process.kill(expectrl::process::unix::Signal::SIGTERM).unwrap();
    assert!(all(&mut session).contains("\x1b[?1049l"));
    assert!(!std::path::Path::new(&half).exists());
    for _ in 0..100 {
        match session.get_process().get_status() {
            Ok(WaitStatus::Exited(_, code)) => return assert_eq!(code, interrupt::EXIT_INTERRUPTED),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    panic!("it did not end");
}
