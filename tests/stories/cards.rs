//! Contact cards: written by one practice, read by another, compared over the telephone.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;
use snapbox::assert_data_eq;
use snapbox::str;
use subrosa::digest::Digest;
use subrosa::keys::signer::SigningKey;
use subrosa::ledger::card::Card;
use subrosa::ledger::card::VerifiedCard;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::note;
use subrosa::ledger::statement;
use subrosa::ledger::statement::Kind;
use subrosa::ledger::successor::Successor;
use subrosa::time::Timestamp;

use crate::machine::has;
use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;

/// Another practice, with keys of its own.
fn lees() -> Practice {
    let practice = Practice::without_vault();
    practice.ok(&["help"]); // other randomness than the first practice's
    practice.ok(&["init", "--owner", OWNER, "--name", "Dr. Ursula Lee", "--contact", "+351 2 999", "--batch"]);
    practice
}

/// The log key of somebody who uses another program.
fn signer(log: u8) -> SigningKey {
    SigningKey::generate(format!("subrosa/{log:010}").parse().unwrap(), &mut rand_core::OsRng)
}

fn card_of(key: &SigningKey, recipient: &str) -> Card {
    Card {
        contact: Some("+44 20 1234".to_owned()),
        created: Timestamp::from_unix(crate::practice::NOW),
        name: Some("Ursula Lee".to_owned()),
        organisation: Some("Ward 3".to_owned()),
        previous: None,
        recipient: recipient.to_owned(),
        vkey: key.verifier(),
    }
}

fn link(old: &SigningKey, new: &SigningKey) -> Option<String> {
    let last = Checkpoint { origin: old.origin().clone(), size: 9, root: Digest::of(b"root") };
    let link = Successor::new(&last, new.verifier(), Timestamp::from_unix(0)).sign(old).unwrap();
    Some(String::from_utf8(link).unwrap())
}

fn put(practice: &Practice, name: &str, bytes: &[u8]) {
    fs::write(practice.path(name), bytes).unwrap();
}

fn give(practice: &Practice, name: &str, card: &Card, key: &SigningKey) {
    put(practice, name, &card.sign(key).unwrap());
}

fn shown(practice: &Practice, alias: &str) -> Value {
    practice.ok(&["recipient", "show", alias, "--json"]).json()["recipient"].clone()
}

#[test]
fn a_card_is_written_taken_and_compared() {
    let (ours, theirs) = (Practice::new(), lees());
    let made = theirs.ok(&["card", "--json", "-o", "lee.card"]).json();
    assert_eq!((&made["schema"], &made["path"]), (&"subrosa/card/1".into(), &"[HERE]/lee.card".into()));
    assert_eq!((&made["name"], &made["previous"]), (&"Dr. Ursula Lee".into(), &Value::Null));
    let number = made["safety_number"].as_str().unwrap().to_owned();
    let groups: Vec<&str> = number.split(' ').collect();
    assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == 5), "{number}");
    let bytes = fs::read(theirs.path("lee.card")).unwrap();
    let card = VerifiedCard::open(&bytes).unwrap().into_card();
    assert_eq!(made["vkey"], card.vkey.to_string());
    assert!(fs::read_to_string(theirs.vault().join("vault.toml")).unwrap().contains(&card.vkey.to_string()));

    fs::copy(theirs.path("lee.card"), ours.path("lee.card")).unwrap();
    let said = ours.at_terminal(&[], &["recipient", "add", "dr-lee", "--card", "lee.card", "--contact", "ward phone"]);
    assert_data_eq!(
        said.whole().replace(&number, "[NUMBER]"),
        str![[r#"
Recipient dr-lee is named (p-[..]).
Safety number: [NUMBER]
Next: make sure of the key, then: subrosa recipient verify dr-lee --how HOW
-- exit 0 --

"#]]
    );
    let page = shown(&ours, "dr-lee");
    assert_eq!((&page["key"], &page["vkey"]), (&made["recipient"], &made["vkey"]));
    assert_eq!(page["safety_number"], number);
    // What was typed goes before what the card says.
    assert_eq!((&page["name"], &page["contact"]), (&"Dr. Ursula Lee".into(), &"ward phone".into()));
    assert_eq!((&page["verified"], &page["max_label"]), (&Value::Null, &"N".into()));

    let said = ours.at_terminal(&["in-person"], &["recipient", "verify", "dr-lee"]);
    assert!(said.terminal.contains(&format!("The safety number to compare is {number}\n")), "{said:?}");
    let said = ours.ok(&["recipient", "show", "dr-lee"]);
    assert!(said.stdout.contains(&format!("safety number\t{number}\n")), "{said:?}");
    assert!(said.stdout.contains("max label\tR\n"), "{said:?}");

    // Back the other way, by pipes: the card on standard output, the number beside it.
    let said = ours.ok(&["card"]);
    let card = VerifiedCard::open(said.stdout.as_bytes()).unwrap().into_card();
    let number = card.safety_number();
    assert_eq!(said.stderr, format!("subrosa: the safety number of this card is {number}\n"));
    assert_eq!(ours.ok(&["-q", "card"]).stderr, "");
    put(&theirs, "ours.card", said.stdout.as_bytes());
    let said = theirs.ok(&["recipient", "add", "ruhe", "--card", "ours.card", "--verified", "in-person"]);
    assert_eq!(said.stderr, format!("subrosa: the safety number of ruhe is {number}\n"));
    let said = theirs.ok(&["recipient", "edit", "ruhe", "--role", "supervisor", "--json"]);
    assert_eq!(said.json()["safety_number"], number.to_string());
}

#[test]
fn a_card_goes_where_public_things_may() {
    let practice = Practice::new();
    let said = practice.ok(&["card", "-o", "a.card"]);
    let (path, number) = said.stdout.trim_end().split_once('\t').unwrap();
    assert_eq!((path, number.len()), ("[HERE]/a.card", 35));
    practice.refused(6, &["card", "-o", "a.card"]);
    practice.ok(&["card", "-o", "a.card", "--force"]);
    practice.refused(6, &["card", "-o", "vault/a.card"]);
    practice.refused(2, &["card", "--json"]);
    practice.refused(2, &["card", "--json", "-o", "-"]);
    let said = practice.at_terminal(&[], &["card", "-o", "b.card"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
The card is in [HERE]/b.card
Safety number: [..]
Read it to whoever gets the card, over a number that was known before.
-- exit 0 --

"#]]
    );
}

#[test]
fn a_code_for_a_camera_fits_a_terminal() {
    let practice = Practice::new();
    let said = practice.at_terminal(&[], &["card", "--qr"]);
    let drawing: Vec<&str> = said.stdout.lines().take_while(|line| !line.starts_with("The code")).collect();
    let columns: Vec<usize> = drawing.iter().map(|line| line.chars().count()).collect();
    // 45 modules and four of quiet on each side, two rows to a line.
    assert_eq!(columns, [53; 27], "{}", said.stdout);
    assert!(said.stdout.contains("Safety number: "), "{said:?}");
    let said = practice.ok(&["card", "--qr", "-o", "a.card"]);
    assert_eq!(said.stdout.lines().count(), 28);
    assert!(practice.path("a.card").exists());
    let said = practice.ok(&["card", "--qr"]);
    assert!(said.stderr.contains("the safety number of this card is "), "{said:?}");
    practice.refused(2, &["card", "--qr", "-o", "-"]);
    practice.refused(2, &["card", "--qr", "--json", "-o", "b.card"]);
}

#[test]
fn what_is_no_card_to_rely_on_is_refused_and_the_vault_stays() {
    let practice = Practice::new();
    let (mine, other) = (signer(1), signer(2));
    let card = card_of(&mine, LEE);
    let good = String::from_utf8(card.sign(&mine).unwrap()).unwrap();
    let body = serde_json::to_value(&card).unwrap();
    let own = |change: &dyn Fn(&mut Value)| {
        let mut body = body.clone();
        change(&mut body);
        statement::sign_value(Kind::CARD, &body, &mine).unwrap()
    };
    let two_lines = format!("subrosa/card/v1\n{}\n", serde_json::to_string(&body).unwrap());
    for (bytes, says) in [
        (good.replace("Ward 3", "Ward 4").into_bytes(), "does not hold"),
        (good.replace(LEE, ANA).into_bytes(), "does not hold"),
        (statement::sign(&card, &other).unwrap(), "the key that the card names did not sign it"),
        (
            note::sign("subrosa/0000000001\n7\nvGXR6CignLRKP7LtwiBRzfl2z67K+rGXeTr3o43GMy0=\n", &mine).unwrap(),
            "two lines",
        ),
        (
            statement::sign_value(Kind::PACKAGE, &body, &mine).unwrap(),
            "it is a subrosa/package/v1, not a subrosa/card/v1",
        ),
        (link(&mine, &other).unwrap().into_bytes(), "it is a subrosa/successor/v1, not a subrosa/card/v1"),
        (own(&|body| body["zoo"] = json!(1)), "the fields of its kind"),
        (own(&|body| drop(body.as_object_mut().unwrap().remove("previous"))), "canonical form"),
        (own(&|body| body["previous"] = json!("junk")), "its link to an older key is wrong"),
        (own(&|body| body["previous"] = json!(link(&mine, &other))), "does not lead to its own key"),
        (own(&|body| body["recipient"] = json!(LEE.to_uppercase())), "in a second way"),
        (own(&|body| body["name"] = json!("")), "the card's name: it is empty"),
        (good.replace('\n', "\r\n").into_bytes(), "line ends were changed on the way"),
        (format!("\u{feff}{good}").into_bytes(), ""),
        (good.trim_end().to_owned().into_bytes(), "no newline at its end"),
        (format!("{good}\n").into_bytes(), ""),
        (two_lines.into_bytes(), "no empty line before the signatures"),
        ([good.as_bytes(), &vec![b' '; note::NOTE_LIMIT]].concat(), "larger than 262144 bytes"),
        (Vec::new(), "it is not a signed note"),
        (vec![0xff; 300], "it is not UTF-8"),
    ] {
        put(&practice, "bad.card", &bytes);
        let said = practice.refused(5, &["recipient", "add", "dr-lee", "--card", "bad.card"]);
        assert!(said.stderr.contains("bad.card") && said.stderr.contains(says), "{says}: {said:?}");
    }
    practice.refused(4, &["recipient", "add", "dr-lee", "--card", "none.card"]);
    let (mut host, ends) = practice.host();
    host.stdin = Box::new(std::io::Cursor::new(good.replace("Ward", "ward")));
    assert_eq!(practice.run_in((host, ends), &["recipient", "add", "dr-lee", "--card", "-"]).exit, 5);
    let (mut host, ends) = practice.host();
    host.stdin = Box::new(std::io::Cursor::new(good.clone()));
    assert_eq!(practice.run_in((host, ends), &["recipient", "add", "by-pipe", "--card", "-"]).exit, 0);
    put(&practice, "good.card", good.as_bytes());
    practice.refused(2, &["recipient", "add", "dr-lee", "--card", "good.card", "--key", LEE]);
    practice.refused(2, &["recipient", "add", "dr-lee", "--verified", "in-person"]);
    // A sound card with a key that cannot be used here ends as that key does when it is typed.
    for (recipient, says) in
        [("age1pq1qqqqqqqqec4yr7", "hybrid"), ("AGE-SECRET-KEY-1QQ", "private key"), ("age1!", "public key")]
    {
        put(&practice, "odd.card", &own(&|body| body["recipient"] = json!(recipient)));
        let said = practice.refused(2, &["recipient", "add", "dr-lee", "--card", "odd.card"]);
        assert!(said.stderr.contains("odd.card") && said.stderr.contains(says), "{said:?}");
        assert!(!said.stderr.contains(recipient), "{said:?}");
    }
}

#[test]
fn a_card_by_a_known_ledger_key_continues_it_and_another_is_told_apart() {
    let practice = Practice::new();
    let (first, second, stranger) = (signer(1), signer(2), signer(3));
    let fresh = || {
        let (_, key) = subrosa::keys::identity::generate_owner();
        String::from(key)
    };
    give(&practice, "1.card", &card_of(&first, LEE), &first);
    practice.ok(&["recipient", "add", "dr-lee", "--card", "1.card", "--verified", "in-person"]);
    let replace = |file: &str| practice.ok(&["recipient", "replace-key", "dr-lee", "--card", file, "--json"]);

    // The same ledger key for another recipient key. People make sure of it all the same.
    give(&practice, "same.card", &card_of(&first, &fresh()), &first);
    let said = replace("same.card");
    assert_eq!((&said.json()["continuity"], &said.json()["missing"][0]), (&"same".into(), &"verified".into()));

    let linked = Card { previous: link(&first, &second), ..card_of(&second, &fresh()) };
    give(&practice, "linked.card", &linked, &second);
    let said = replace("linked.card");
    assert_eq!(said.json()["continuity"], "linked");
    assert_eq!(said.json()["safety_number"], linked.safety_number().to_string());
    assert_eq!(shown(&practice, "dr-lee")["vkey"], second.verifier().to_string());
    assert_eq!(shown(&practice, "dr-lee")["verified"], Value::Null);

    // Who kept the old key, or an old file, does not bring the old key back.
    let said = practice.refused(3, &["recipient", "replace-key", "dr-lee", "--card", "1.card"]);
    assert!(said.stderr.contains("older than the one that dr-lee gave"), "{said:?}");

    // A link in the known key's name that it did not sign.
    let text = link(&second, &stranger).unwrap().replace("\"size\":9", "\"size\":8");
    let forged = Card { previous: Some(text), ..card_of(&stranger, &fresh()) };
    give(&practice, "forged.card", &forged, &stranger);
    let said = practice.refused(5, &["recipient", "replace-key", "dr-lee", "--card", "forged.card"]);
    assert!(said.stderr.contains("its link to an older key is wrong"), "{said:?}");

    // No link at all: a new key like any other, and said aloud.
    give(&practice, "stranger.card", &card_of(&stranger, &fresh()), &stranger);
    let said = practice.at_terminal(&[], &["recipient", "replace-key", "dr-lee", "--card", "stranger.card"]);
    assert!(said.stderr.contains("nothing links this card to the ledger key that dr-lee had"), "{said:?}");
    assert!(said.stdout.contains("Safety number: "), "{said:?}");

    // A key that is typed brings no ledger key, and takes the old one away.
    practice.ok(&["recipient", "replace-key", "dr-lee", "--key", LEE]);
    let page = shown(&practice, "dr-lee");
    assert_eq!((&page["vkey"], &page["safety_number"]), (&Value::Null, &Value::Null));
    assert_eq!(replace("stranger.card").json()["continuity"], Value::Null, "no ledger key was known");
}

#[test]
fn the_card_of_somebody_who_is_known_names_nobody_else() {
    let practice = Practice::new();
    let (first, second) = (signer(1), signer(2));
    give(&practice, "1.card", &card_of(&first, LEE), &first);
    practice.ok(&["recipient", "add", "dr-lee", "--card", "1.card"]);
    give(&practice, "other key.card", &card_of(&first, ANA), &first);
    let linked = Card { previous: link(&first, &second), ..card_of(&second, ANA) };
    give(&practice, "linked.card", &linked, &second);
    for file in ["1.card", "other key.card", "linked.card"] {
        let said = practice.refused(3, &["recipient", "add", "lee-2", "--card", file]);
        assert!(said.stderr.contains("this key is dr-lee's already"), "{said:?}");
        assert!(said.stderr.contains("try: subrosa recipient replace-key dr-lee --card "), "{said:?}");
    }
    let text = link(&first, &second).unwrap().replace("\"size\":9", "\"size\":8");
    let forged = Card { previous: Some(text), ..card_of(&second, ANA) };
    give(&practice, "forged.card", &forged, &second);
    let said = practice.refused(5, &["recipient", "add", "lee-2", "--card", "forged.card"]);
    assert!(said.stderr.contains("in the name of dr-lee's ledger key, which did not sign it"), "{said:?}");
    practice.ok(&["card", "-o", "own.card"]);
    let said = practice.refused(3, &["recipient", "add", "me", "--card", "own.card"]);
    assert!(said.stderr.contains("the vault's own"), "{said:?}");
}

#[test]
fn openssl_verifies_a_card() {
    use std::process::Command;
    if !has("openssl") {
        return;
    }
    let practice = Practice::new();
    let said = practice.ok(&["card"]).stdout;
    let (text, signatures) = said.split_once("\n\n").unwrap();
    put(&practice, "text", format!("{text}\n").as_bytes());
    let decode = |base64: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
    };
    let signature = decode(signatures.trim_end().rsplit(' ').next().unwrap());
    put(&practice, "signature", &signature[4..]);
    let vkey = VerifiedCard::open(said.as_bytes()).unwrap().into_card().vkey;
    // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410).
    let header = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    put(&practice, "key.der", &[&header[..], vkey.public()].concat());
    let verify = |text: &Path| {
        let mut command = Command::new("openssl");
        command.args(["pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey"]);
        command.arg(practice.path("key.der")).arg("-sigfile").arg(practice.path("signature")).arg("-in").arg(text);
        command.output().unwrap().status.success()
    };
    assert!(verify(&practice.path("text")));
    put(&practice, "other", format!("{text}\n").replace("Praxis", "praxis").as_bytes());
    assert!(!verify(&practice.path("other")));
}
