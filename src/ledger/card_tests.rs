//! Cards and safety numbers.

use super::*;
use crate::ledger::note;
use crate::ledger::note::NoteError;
use proptest::prelude::*;
use rand_core::OsRng;

const VKEY: &str = "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const RECIPIENT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

fn key(log: u64) -> SigningKey {
    SigningKey::generate(format!("subrosa/{log:010}").parse().unwrap(), &mut OsRng)
}

fn card(key: &SigningKey) -> Card {
    Card {
        contact: Some("+351 210 000 000".to_owned()),
        created: Timestamp::from_unix(1_795_253_400),
        name: Some("Practice at the Rose".to_owned()),
        organisation: None,
        previous: None,
        recipient: RECIPIENT.to_owned(),
        vkey: key.verifier(),
    }
}

fn linked(old: &SigningKey, new: &SigningKey) -> Card {
    let head = crate::ledger::checkpoint::Checkpoint { origin: old.origin().clone(), size: 9, root: Digest::of(b"") };
    let link = Successor::new(&head, new.verifier(), Timestamp::MIN).sign(old).unwrap();
    Card { previous: Some(String::from_utf8(link).unwrap()), ..card(new) }
}

#[test]
fn the_known_answers_of_the_safety_number() {
    let vkey = VKEY.parse().unwrap();
    for (recipient, number) in [
        (RECIPIENT, "99584 41237 13343 11130 71156 50341"),
        ("age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg", "12896 02593 18743 89038 15443 15727"),
        ("y12", "00896 54170 28526 30339 75419 13525"),
        ("age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef", "70216 21754 24582 89226 94540 93366"),
    ] {
        assert_eq!(SafetyNumber::of(recipient, &vkey).to_string(), number, "{recipient}");
    }
}

#[test]
fn the_text_is_as_the_format_says() {
    let key = key(1);
    let note = String::from_utf8(card(&key).sign(&key).unwrap()).unwrap();
    let expected = format!(
        "subrosa/card/v1\n{{\"contact\":\"+351 210 000 000\",\"created\":\"2026-11-21T09:30:00Z\",\
        \"name\":\"Practice at the Rose\",\"organisation\":null,\"previous\":null,\"recipient\":\"{RECIPIENT}\",\
        \"vkey\":\"{}\"}}\n\n— subrosa/0000000001 ",
        key.verifier()
    );
    assert!(note.starts_with(&expected), "{note}");
    assert_eq!(VerifiedCard::open(note.as_bytes()).unwrap().card(), &card(&key));
}

#[test]
fn only_the_key_that_it_names_signs_a_card() {
    let (mine, other) = (key(1), key(2));
    assert_eq!(card(&mine).sign(&other), Err(CardError::OtherKey));
    let posing = statement::sign(&card(&mine), &other).unwrap();
    assert_eq!(VerifiedCard::open(&posing), Err(CardError::Statement(NoteError::Untrusted.into())));
    let twin = SigningKey::generate(mine.origin().clone(), &mut OsRng);
    let posing = statement::sign(&card(&mine), &twin).unwrap();
    assert_eq!(VerifiedCard::open(&posing), Err(CardError::Statement(NoteError::Untrusted.into())));
}

#[test]
fn no_byte_of_a_card_can_change() {
    let (old, new) = (key(1), key(2));
    let note = linked(&old, &new).sign(&new).unwrap();
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut changed = note.clone();
            changed[at] ^= 1 << bit;
            assert!(VerifiedCard::open(&changed).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn other_statements_of_the_same_key_are_no_cards() {
    let key = key(1);
    let body = serde_json::to_value(card(&key)).unwrap();
    for kind in [Kind::PACKAGE, Kind::SUCCESSOR, Kind { version: 2, ..Kind::CARD }] {
        let posing = statement::sign_value(kind, &body, &key).unwrap();
        let refused = StatementError::OtherKind { expected: Kind::CARD, found: kind.to_string() };
        assert_eq!(VerifiedCard::open(&posing), Err(refused.into()));
    }
    let large = Card { name: Some("x".repeat(note::NOTE_LIMIT)), ..card(&key) };
    assert!(matches!(large.sign(&key), Err(CardError::Statement(StatementError::Note(NoteError::TooLong { .. })))));
}

#[test]
fn a_link_is_to_the_cards_own_key_and_by_the_old_one() {
    let (old, new, third) = (key(1), key(2), key(3));
    let open = |card: &Card, key: &SigningKey| VerifiedCard::open(&card.sign(key).unwrap()).unwrap();
    let linked = linked(&old, &new);
    let verified = open(&linked, &new);
    assert_eq!(verified.continues(&old.verifier()), Ok(true));
    assert_eq!(verified.continues(&new.verifier()), Ok(true), "the same key needs no link");
    assert_eq!(verified.continues(&third.verifier()), Ok(false));
    assert_eq!(open(&card(&new), &new).continues(&old.verifier()), Ok(false));

    // A link that was signed for somebody else's new key.
    let stolen = Card { previous: linked.previous.clone(), ..card(&third) };
    assert_eq!(stolen.sign(&third), Err(CardError::Elsewhere));
    let stolen = statement::sign(&stolen, &third).unwrap();
    assert_eq!(VerifiedCard::open(&stolen), Err(CardError::Elsewhere));
    let junk = Card { previous: Some("junk".to_owned()), ..card(&third) };
    assert!(matches!(VerifiedCard::open(&statement::sign(&junk, &third).unwrap()), Err(CardError::Link(_))));

    // A link in the old key's name that the old key did not sign.
    let text = linked.previous.clone().unwrap();
    let forged = Card { previous: Some(text.replace("\"size\":9", "\"size\":8")), ..linked };
    assert!(matches!(open(&forged, &new).continues(&old.verifier()), Err(CardError::Link(_))));
}

proptest! {
    #[test]
    fn what_is_signed_is_read(
        texts in prop::array::uniform3(prop::option::of("[ -~\né—]{0,60}")),
        recipient in "[ -~]{0,80}",
        time in 0..4_000_000_000i64,
    ) {
        let key = key(1);
        let [contact, name, organisation] = texts;
        let created = Timestamp::from_unix(time);
        let made = Card { contact, created, name, organisation, recipient, previous: None, vkey: key.verifier() };
        let opened = VerifiedCard::open(&made.sign(&key).unwrap()).unwrap();
        prop_assert_eq!(opened.card().safety_number(), made.safety_number());
        prop_assert_eq!(opened.into_card(), made);
    }

    #[test]
    fn no_input_panics(bytes: Vec<u8>, body: String) {
        let _ = VerifiedCard::open(&bytes);
        let _ = VerifiedCard::open(format!("subrosa/card/v1\n{body}\n\n— a AAAAAAA=\n").as_bytes());
    }
}
