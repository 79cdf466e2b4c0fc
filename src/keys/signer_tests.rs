//! Note keys: known answers, and every other spelling refused.

use super::*;
use proptest::prelude::*;
use rand_core::OsRng;

const VKEY: &str = "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const PRIVATE_TEXT: &str = "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";

#[test]
fn the_known_answers_of_the_format() {
    let key = SigningKey::parse_private(PRIVATE_TEXT).unwrap();
    assert_eq!(key.verifier().to_string(), VKEY);
    assert_eq!(key.private_text().reveal_secret(), PRIVATE_TEXT);
    assert_eq!(VKEY.parse(), Ok(key.verifier()));
    assert_eq!(key.origin().log_id().unwrap().to_string(), "q5c3f7kz2m");
    assert_eq!(Origin::of("q5c3f7kz2m".parse().unwrap()), *key.origin());
    assert!(!format!("{key:?}").contains("AQEB"));
}

#[test]
fn a_key_of_the_signed_note_specification() {
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
}

/// The public key of VKEY, as a witness.
fn as_witness() -> WitnessVerifier {
    let log: VerifierKey = VKEY.parse().unwrap();
    WitnessVerifier::from_public("witness.example/w1".parse().unwrap(), log.public()).unwrap()
}

#[test]
fn a_witness_key_is_told_by_its_type() {
    let text = as_witness().to_string();
    assert!(text.contains("+BIqI49"), "base64 of 0x04 and the key: {text}");
    assert_eq!(text.parse(), Ok(as_witness()));
    assert_eq!(text.parse::<VerifierKey>(), Err(SignerError::Type { found: 0x04, expected: 0x01 }));
    assert_eq!(VKEY.parse::<WitnessVerifier>(), Err(SignerError::Type { found: 0x01, expected: 0x04 }));
    // One name and key, and yet two ids: the type is hashed too (https://c2sp.org/tlog-cosignature, Format).
    let log = VerifierKey::from_public("witness.example/w1".parse().unwrap(), as_witness().public()).unwrap();
    assert_ne!(log.key_id(), as_witness().key_id());
    // Either type under the other's id.
    let (a, b) = (log.to_string(), as_witness().to_string());
    let id = |text: &str| text.split('+').nth(1).unwrap().to_owned();
    assert_eq!(a.replace(&id(&a), &id(&b)).parse::<VerifierKey>(), Err(SignerError::KeyId));
    assert_eq!(b.replace(&id(&b), &id(&a)).parse::<WitnessVerifier>(), Err(SignerError::KeyId));

    let key = WitnessKey::generate("witness.example/w1".parse().unwrap(), &mut OsRng);
    let text = key.private_text();
    assert_eq!(WitnessKey::parse_private(text.reveal_secret()).unwrap().verifier(), key.verifier());
    assert!(SigningKey::parse_private(text.reveal_secret()).is_err());
}

#[test]
fn a_changed_character_is_refused() {
    for text in [VKEY, PRIVATE_TEXT] {
        for at in 0..text.len() {
            for with in ["0", "+", "A", "=", "\n"] {
                let mut changed = text.to_owned();
                changed.replace_range(at..=at, with);
                if changed != text {
                    assert!(changed.parse::<VerifierKey>().is_err(), "{changed}");
                    assert!(SigningKey::parse_private(&changed).is_err(), "{changed}");
                }
            }
        }
        assert!(format!("{text}\n").parse::<VerifierKey>().is_err());
        assert!(SigningKey::parse_private(&format!("{text}\n")).is_err());
    }
}

#[test]
fn unsound_points_are_refused() {
    let origin = || Origin("example.org/log".to_owned());
    let mut identity = [0; 32];
    identity[0] = 1;
    // y = p + 3: the same point as y = 3 where that is on the curve, in a second spelling; y = p + 1: the identity.
    let second = |low: u8| {
        let mut bytes = [0xff; 32];
        bytes[0] = low;
        bytes[31] = 0x7f;
        bytes
    };
    for public in [identity, [0; 32]] {
        assert_eq!(VerifierKey::from_public(origin(), &public), Err(SignerError::Point));
        assert_eq!(WitnessVerifier::from_public(origin(), &public), Err(SignerError::Point));
    }
    let mut on_curve = 0;
    for low in 0xed..=0xff {
        on_curve += u32::from(ed25519_dalek::VerifyingKey::from_bytes(&second(low)).is_ok());
        assert_eq!(VerifierKey::from_public(origin(), &second(low)), Err(SignerError::Point));
    }
    assert!(on_curve > 2, "some of them decode, and are refused for their spelling alone");
}

#[test]
fn other_types_are_named() {
    let text = VKEY.replace("+AY", "+BI");
    assert_eq!(text.parse::<VerifierKey>(), Err(SignerError::Type { found: 0x04, expected: 0x01 }));
}

proptest! {
    #[test]
    fn signatures_hold_for_their_message_alone(message: Vec<u8>, other: Vec<u8>, at in 0..64usize, bit in 0..8u32) {
        let key = SigningKey::generate("example.org/log".parse().unwrap(), &mut OsRng);
        let mut signature = key.sign(&message);
        prop_assert!(key.verifier().verify(&message, &signature));
        prop_assert!(message == other || !key.verifier().verify(&other, &signature));
        signature[at] ^= 1u8 << bit;
        prop_assert!(!key.verifier().verify(&message, &signature));
        prop_assert!(!key.verifier().verify(&message, &signature[..63]));
    }

    #[test]
    fn no_text_panics_and_what_is_read_is_spelled_the_same(text: String) {
        if let Ok(origin) = text.parse::<Origin>() {
            prop_assert_eq!(origin.as_str(), &text);
        }
        prop_assert!(text.parse::<VerifierKey>().is_err());
        prop_assert!(SigningKey::parse_private(&text).is_err());
    }
}
