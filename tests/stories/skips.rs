//! What a computer cannot show is left out, and that is heard: it is said past the test harness, which keeps what passing
//! tests print; and where `SUBROSA_NO_SKIPS` names what is missing, the test fails.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;
use std::thread;

/// Leaves something out for want of `what`: once aloud in each test, and as a failure where it must be there.
pub fn skip(what: &str, how: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let thread = thread::current();
    let line = format!("SKIPPED in {}: {what} {how}", thread.name().unwrap_or("a thread of a test"));
    let asked = std::env::var("SUBROSA_NO_SKIPS").unwrap_or_default();
    assert!(!must_be_there(&asked, what), "{line}, and SUBROSA_NO_SKIPS asks for it");
    if SAID.lock().unwrap().insert(line.clone()) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

/// `1` asks for everything; else words do, each for what it names.
fn must_be_there(asked: &str, what: &str) -> bool {
    asked == "1" || asked.split_whitespace().any(|word| word == what)
}

#[test]
fn what_must_be_there_is_not_left_out() {
    assert!(must_be_there("1", "age") && must_be_there("go age", "age") && must_be_there("age", "age"));
    assert!(!must_be_there("", "age") && !must_be_there("go", "age") && !must_be_there("rage", "age"));
}
