//! Public keys: one spelling, every type, no secret repeated.

use super::*;
use proptest::prelude::*;

const X25519: &str = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef";
const TAG: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
const SECRET: &str = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

fn error(text: &str) -> PublicKeyError {
    text.parse::<PublicKey>().unwrap_err()
}

#[test]
fn types_and_their_canonical_text() {
    for (given, kind) in [(X25519, Kind::X25519), (TAG, Kind::Tag)] {
        let key: PublicKey = format!("  {}\n", given.to_uppercase()).parse().unwrap();
        assert_eq!((key.to_string().as_str(), key.kind()), (given, kind));
        assert!(key.seals_to(&Callbacks::none()).is_ok());
    }
    let plugin = encoded("age1no-such-plugin", b"anything");
    let key: PublicKey = plugin.parse().unwrap();
    assert_eq!(key.kind(), Kind::Plugin);
    let missing = PublicKeyError::PluginMissing { binary: "age-plugin-no-such-plugin".to_owned() };
    assert_eq!(key.seals_to(&Callbacks::none()).unwrap_err(), missing);
}

#[test]
fn file_stems_are_hashes_of_the_text() {
    // printf %s age1xmww... | sha256sum
    assert_eq!(X25519.parse::<PublicKey>().unwrap().file_stem(), "9e9cf52b19daa549");
}

#[test]
fn refusals_state_facts() {
    assert_eq!(error(" \n"), PublicKeyError::Empty);
    assert_eq!(error(&format!("{X25519}\n{X25519}")), PublicKeyError::SeveralLines);
    assert_eq!(error(&encoded("age1pq", &[1; 100])), PublicKeyError::HybridNotSupported);
    assert_eq!(error(&encoded("npub", &[1; 32])), PublicKeyError::UnknownType { prefix: "npub".to_owned() });
    assert_eq!(error("ssh-dss AAAAB3NzaC1kc3MAAACBAJ"), PublicKeyError::UnknownType { prefix: "ssh-dss".to_owned() });
    assert_eq!(error(&encoded("age", &[1; 31])), PublicKeyError::Malformed { reason: "not 32 bytes" });
    assert_eq!(error(&"a".repeat(MAX_TEXT + 1)), PublicKeyError::TooLong);
    assert!(matches!(error("age1Xmwwc06"), PublicKeyError::Malformed { .. }));
    assert!(matches!(error(&X25519.replace("xmwwc", "xmwwd")), PublicKeyError::Malformed { .. }));
}

#[test]
fn one_key_has_one_spelling() {
    // The same 32 bytes, one of the four padding bits set, under a right checksum.
    assert_eq!(
        error("age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4pggh3ym"),
        PublicKeyError::Malformed { reason: "not canonical bech32" }
    );
}

#[test]
fn points_of_small_order_are_refused() {
    let mut points = vec![[0; 32], [0xff; 32], [0xff; 32], [0xff; 32]];
    points.push(std::array::from_fn(|i| u8::from(i == 0)));
    for (point, first) in points[1..4].iter_mut().zip(0xec..) {
        (point[0], point[31]) = (first, 0x7f);
    }
    for point in points {
        let mut high = point;
        high[31] |= 0x80;
        assert_eq!(error(&encoded("age", &point)), PublicKeyError::SmallOrder);
        assert_eq!(error(&encoded("age", &high)), PublicKeyError::SmallOrder);
    }
    assert_eq!(error("age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9"), PublicKeyError::SmallOrder);
}

#[test]
fn private_keys_are_recognised_and_never_repeated() {
    let texts = [
        SECRET.to_owned(),
        SECRET.to_lowercase(),
        format!("# public key: {X25519}\n{SECRET}\n"),
        "AGE-PLUGIN-FOOBAR-1QVHULF".to_owned(),
        "AGE-SECRET-KEY-PQ-1ABC".to_owned(),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n".to_owned(),
        "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEB".to_owned(),
    ];
    for text in texts {
        assert_eq!(error(&text), PublicKeyError::SecretKey);
    }
}

#[test]
fn stored_keys_are_canonical() {
    let key: PublicKey = X25519.parse().unwrap();
    let stored = serde_json::to_string(&key).unwrap();
    assert_eq!(stored, format!("\"{X25519}\""));
    assert_eq!(serde_json::from_str::<PublicKey>(&stored).unwrap(), key);
    assert!(serde_json::from_str::<PublicKey>(&stored.to_uppercase()).is_err());
}

#[cfg(not(feature = "ssh"))]
#[test]
fn ssh_is_a_matter_of_the_build() {
    assert_eq!(error("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW me"), PublicKeyError::SshNotBuilt);
}

#[cfg(feature = "ssh")]
#[test]
fn ssh_keys_lose_their_comment() {
    let text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";
    let key: PublicKey = format!("{text} alice@rust").parse().unwrap();
    assert_eq!((key.as_str(), key.kind()), (text, Kind::Ssh));
    assert!(key.seals_to(&Callbacks::none()).is_ok());
    // ssh-ed25519 and the neutral element.
    let weak = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(error(weak), PublicKeyError::SmallOrder);
}

/// bech32, by way of the age crate's own encoder.
fn encoded(prefix: &str, bytes: &[u8]) -> String {
    // The encoder's prefix type is not ours to name; it is taken from a decoded text of that prefix.
    let seed = checksummed(prefix);
    age_core::primitives::bech32_decode(
        &seed,
        |_| (),
        |_| Ok(()),
        |hrp, _| Ok::<_, ()>(age_core::primitives::bech32_encode(hrp, bytes)),
    )
    .unwrap()
}

/// The bech32 text (BIP 173) of `prefix` and no data.
fn checksummed(prefix: &str) -> String {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.bytes().map(|byte| u32::from(byte >> 5));
    let low = prefix.bytes().map(|byte| u32::from(byte & 31));
    let residue = high.chain([0]).chain(low).chain([0; 6]).fold(1u32, |sum, value| {
        let next = (sum & 0x01ff_ffff) << 5 ^ value;
        (0..5).filter(|bit| sum >> 25 >> bit & 1 == 1).fold(next, |next, bit| next ^ GENERATOR[bit])
    }) ^ 1;
    let checksum = (0..6).map(|i| char::from(ALPHABET[(residue >> (5 * (5 - i)) & 31) as usize]));
    format!("{prefix}1").chars().chain(checksum).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_x25519_key_is_read_back(point: [u8; 32]) {
        let text = encoded("age", &point);
        let key: PublicKey = text.parse().unwrap();
        prop_assert_eq!(key.to_string(), text);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        if let Ok(key) = text.parse::<PublicKey>() {
            prop_assert_eq!(key.to_string().parse::<PublicKey>().unwrap(), key);
        }
    }

    #[test]
    fn no_payload_panics(which in 0..5usize, bytes in proptest::collection::vec(any::<u8>(), 0..1300)) {
        let prefix = ["age", "age1tag", "age1tagpq", "age1plug", "other"][which];
        let text = encoded(prefix, &bytes);
        if let Ok(key) = text.parse::<PublicKey>() {
            prop_assert_eq!(key.to_string(), text);
            let _ = key.seals_to(&Callbacks::none());
        }
    }

    #[test]
    fn errors_never_hold_the_secret(before in "[ -~\n]{0,10}", from in 0..40usize, after in "[ -~\n]{0,10}") {
        // Whole, cut at the front, or with something around it: whatever it is taken for, no eight characters come
        // back.
        let text = format!("{before}{}{after}", &SECRET[from..]);
        let error = error(&text);
        let said = format!("{error} {error:?}").to_uppercase();
        for window in SECRET.as_bytes()["AGE-SECRET-KEY-1".len()..].windows(8) {
            prop_assert!(!said.contains(std::str::from_utf8(window).unwrap()), "{}", said);
        }
    }
}
