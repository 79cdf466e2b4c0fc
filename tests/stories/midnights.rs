//! The midnight at which a consent ends and a child comes of age is the practice's own, wherever the clock stands.

use subrosa::time::Timestamp;

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;

const DAY: i64 = 86_400;

fn at(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().unix()
}

/// A practice in this zone, ten days before an instant, with a recipient and a note of the client kid-1.
fn practice(zone: &str, moment: &str, client: &[&str]) -> Practice {
    let mut practice = Practice::without_vault();
    practice.now = at(moment) - 10 * DAY;
    practice.ok(&["init", "--owner", OWNER, "--time-zone", zone, "--batch"]);
    practice.ok(&[&["client", "add", "kid-1", "--name", "Tom Kestrel"], client].concat());
    for (alias, key, role) in [("dr-lee", LEE, "treating-provider"), ("mum", ANA, "family")] {
        practice.ok(&["recipient", "add", alias, "--key", key, "--role", role, "--verified", "in-person"]);
    }
    practice.write("note.txt", "Slept better.\n");
    practice.ok(&["add", "note.txt", "--client", "kid-1", "--kind", "progress-note"]);
    practice
}

fn signed(practice: &Practice, by: &str, more: &[&str]) -> String {
    let consent = ["consent", "grant", "--client", "kid-1", "--to", "dr-lee", "--kind", "progress-note"];
    let signed = ["--purpose", "treat", "--signed-on", "0d", "--signed-by", by];
    let said = practice.run(&[&consent[..], &signed, more].concat());
    assert!([0, 7].contains(&said.exit), "{said:?}");
    said.stdout.trim_end().to_owned()
}

/// The reasons why the note is not shared now; none where it would be.
fn reasons(practice: &Practice) -> Vec<String> {
    let said = practice.run(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "--dry-run", "--json"]);
    if said.exit == 0 {
        return Vec::new();
    }
    assert_eq!(said.exit, 3, "{said:?}");
    let error = said.error();
    let reasons = error["reasons"].as_array().unwrap().iter();
    reasons.map(|reason| reason["id"].as_str().unwrap().to_owned()).collect()
}

fn state(practice: &Practice, consent: &str) -> String {
    practice.ok(&["consent", "show", consent, "--json"]).json()["consent"]["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_consent_is_live_to_the_end_of_its_last_day_in_the_practice() {
    // Zone, last day, the instant at which it is dead.
    for (zone, until, dead) in [
        ("America/Bogota", "2026-12-31", "2027-01-01T05:00:00Z"),
        ("Etc/GMT+5", "2026-12-31", "2027-01-01T05:00:00Z"),
        ("UTC", "2026-12-31", "2027-01-01T00:00:00Z"),
        ("Asia/Tokyo", "2026-12-31", "2026-12-31T15:00:00Z"),
        ("Asia/Kathmandu", "2027-02-28", "2027-02-28T18:15:00Z"),
        ("Europe/Lisbon", "2027-06-30", "2027-06-30T23:00:00Z"),
        ("America/New_York", "2028-02-29", "2028-03-01T05:00:00Z"),
    ] {
        let mut practice = practice(zone, dead, &["--adult"]);
        let consent = signed(&practice, "client", &["--until", until]);
        for minute in [60, 1] {
            practice.now = at(dead) - minute;
            assert_eq!(reasons(&practice), [""; 0], "{zone} {until}");
            assert_eq!(state(&practice, &consent), "live", "{zone} {until}");
        }
        practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]);
        practice.now = at(dead);
        assert_eq!(reasons(&practice), ["E-CONSENT-EXPIRED"], "{zone} {until}");
        assert_eq!(state(&practice, &consent), "expired", "{zone} {until}");
        let said = practice.run(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]);
        assert_eq!(said.exit, 3, "{said:?}");
        practice.ok(&["ledger", "verify"]);
    }
}

#[test]
fn a_year_after_a_signing_on_a_leap_day_is_the_last_of_february() {
    let mut practice = practice("America/Bogota", "2028-02-29T12:00:00Z", &["--adult"]);
    practice.now = at("2028-02-29T12:00:00Z");
    let consent = signed(&practice, "client", &[]);
    let shown = practice.ok(&["consent", "show", &consent, "--json"]).json();
    assert_eq!(shown["consent"]["until"], "2029-02-28");
    practice.now = at("2029-03-01T04:59:59Z");
    assert_eq!(reasons(&practice), [""; 0]);
    practice.now = at("2029-03-01T05:00:00Z");
    assert_eq!(reasons(&practice), ["E-CONSENT-EXPIRED"]);
}

#[test]
fn a_child_is_of_age_from_local_midnight_on() {
    // Zone, birth, what the protocol adds, the first instant of age.
    let at_20 = "[override]\nmajority_age = 20\ncitation = \"Civil Code, art. 4\"\n";
    for (zone, birth, protocol, of_age) in [
        ("Europe/Lisbon", "2008-11-22", "", "2026-11-22T00:00:00Z"),
        ("Europe/Lisbon", "2008-07-01", "", "2026-06-30T23:00:00Z"),
        ("America/Bogota", "2008-11-22", "", "2026-11-22T05:00:00Z"),
        ("Pacific/Auckland", "2008-12-01", "", "2026-11-30T11:00:00Z"),
        // There is no 29 February in 2026: the later choice.
        ("America/Bogota", "2008-02-29", "", "2026-03-01T05:00:00Z"),
        ("Europe/Lisbon", "2008-02-29", "", "2026-03-01T00:00:00Z"),
        // There is one in 2028.
        ("America/Bogota", "2008-02-29", at_20, "2028-02-29T05:00:00Z"),
        // No midnight: the clocks go from the end of the fifth to one o'clock.
        ("America/Santiago", "2008-09-06", "", "2026-09-06T04:00:00Z"),
    ] {
        let mut practice = practice(zone, of_age, &["--birth", birth, "--minor-rule", "guardian-signs"]);
        if !protocol.is_empty() {
            let text = practice.ok(&["protocol", "show"]).stdout;
            practice.write("protocol.toml", &format!("{text}\n{protocol}"));
            practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
        }
        let seen = ["--relationship", "mother", "--authority", "parent", "--evidence", "birth certificate seen"];
        practice.ok(&[&["client", "representative", "kid-1", "--recipient", "mum"], &seen[..]].concat());
        signed(&practice, "mum", &[]);
        for second in [60, 1] {
            practice.now = at(of_age) - second;
            assert_eq!(reasons(&practice), [""; 0], "{zone} {birth}");
        }
        practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat"]);
        practice.now = at(of_age);
        assert_eq!(reasons(&practice), ["E-CONSENT-SIGNATORY"], "{zone} {birth}");
        signed(&practice, "client", &[]);
        assert_eq!(reasons(&practice), [""; 0], "{zone} {birth}");
        practice.ok(&["ledger", "verify"]);
    }
}

#[test]
fn what_a_child_signs_alone_on_the_last_day_is_not_enough() {
    let mut practice = practice("America/Bogota", "2026-03-01T05:00:00Z", &["--birth", "2008-02-29"]);
    practice.now = at("2026-03-01T04:59:59Z");
    signed(&practice, "client", &[]);
    assert_eq!(reasons(&practice), ["E-CONSENT-SIGNATORY"]);
}

#[test]
fn a_clock_that_is_set_back_revives_no_consent() {
    let mut practice = practice("UTC", "2027-01-01T00:00:00Z", &["--adult"]);
    signed(&practice, "client", &["--until", "2026-12-31"]);
    let share = ["share", "@", "--to", "dr-lee", "--purpose", "treat"];
    practice.now = at("2027-01-01T00:00:30Z");
    assert_eq!(practice.run(&share).exit, 3);
    // Entries of then would be of the last one's time: what they say is judged at that time, too.
    for (clock, accepted) in [("2026-12-31T23:59:00Z", &[][..]), ("2026-12-25T00:00:00Z", &["--accept-clock"])] {
        practice.now = at(clock);
        for dry in [&["--dry-run"][..], &[]] {
            let said = practice.run(&[accepted, &share[..], dry].concat());
            assert_eq!((said.exit, said.stdout.as_str()), (3, ""), "{clock} {dry:?}: {said:?}");
            assert!(said.stderr.contains("E-CONSENT-EXPIRED"), "{clock} {dry:?}: {said:?}");
        }
    }
}
