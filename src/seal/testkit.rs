//! The CCTV age vectors (github.com/C2SP/CCTV), through [`open`]: every one that is not armored or hybrid.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use age_core::format::FileKey;
use age_core::format::Stanza;

use super::tests::skips::skip;
use super::*;
use crate::digest::Hashing;
use crate::keys::header::HeaderFault;
use crate::keys::opening::Opens;
use crate::keys::passphrase::PassphraseIdentity;
use crate::secret::SecretText;

/// Where the vectors are: the environment's word, or beside the checkout.
fn directory() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("SUBROSA_AGE_TESTKIT").map(PathBuf::from);
    let beside = ["../shared/age-testkit", "../../shared/age-testkit"].map(|path| root.join(path));
    named.into_iter().chain(beside).find(|path| path.is_dir())
}

struct Vector {
    fields: BTreeMap<String, Vec<String>>,
    file: Vec<u8>,
}

fn parse(bytes: &[u8]) -> Option<Vector> {
    let split = bytes.windows(2).position(|two| two == b"\n\n")?;
    let mut fields = BTreeMap::<_, Vec<_>>::new();
    for line in std::str::from_utf8(&bytes[..split]).ok()?.lines() {
        let (name, value) = line.split_once(": ")?;
        fields.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    let body = &bytes[split + 2..];
    let file = match fields.contains_key("compressed") {
        true => miniz_oxide::inflate::decompress_to_vec_zlib(body).ok()?,
        false => body.to_vec(),
    };
    Some(Vector { fields, file })
}

struct Several<'a>(Vec<Box<dyn age::Identity + 'a>>);

impl Opens for Several<'_> {
    fn age_identities(&self) -> Vec<&dyn age::Identity> {
        self.0.iter().map(|identity| &**identity).collect()
    }
}

struct Stranger;

impl age::Identity for Stranger {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        None
    }
}

/// The outcome in the vectors' words, and the digest of all plaintext that came out.
fn outcome(file: &[u8], by: &dyn Opens) -> (&'static str, Option<String>) {
    let opened = match open(file, by, None) {
        Ok(opened) => opened,
        Err(SealError::NoMatch) => return ("no match", None),
        Err(SealError::Damaged(Part::HeaderMac)) => return ("HMAC failure", None),
        Err(SealError::Damaged(Part::Header)) => return ("header failure", None),
        Err(SealError::NotAge(HeaderFault::FirstLine | HeaderFault::Version)) => return ("header failure", None),
        Err(SealError::WorkFactor { required: 23.., .. }) => return ("header failure", None),
        Err(other) => panic!("{other:?}"),
    };
    let mut opened = Hashing::new(opened);
    let mut sink = vec![0; 10_000];
    loop {
        match opened.read(&mut sink).map_err(SealError::from) {
            Ok(0) => return ("success", Some(opened.digest().to_string())),
            Ok(_) => {}
            Err(SealError::Damaged(Part::Payload)) => return ("payload failure", Some(opened.digest().to_string())),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_vector_has_its_expected_outcome() {
    let Some(directory) = directory() else {
        skip("age-testkit", "is not here: set SUBROSA_AGE_TESTKIT to the directory of its vectors");
        return;
    };
    let mut done = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "README.md" || name.starts_with("hybrid") || name.starts_with("armor") {
            continue;
        }
        let Vector { fields, file } = parse(&std::fs::read(&path).unwrap()).expect(&name);
        assert!(!fields.contains_key("armored"), "{name}");
        let one = |field: &str| fields.get(field).map(|values| values[0].as_str());
        let secrets = |field: &str| fields.get(field).cloned().unwrap_or_default();

        let passphrases: Vec<_> = secrets("passphrase").into_iter().map(SecretText::new).collect();
        let mut by: Vec<Box<dyn age::Identity + '_>> = vec![Box::new(Stranger)];
        for line in secrets("identity") {
            by.push(Box::new(line.parse::<age::x25519::Identity>().expect(&name)));
        }
        for passphrase in &passphrases {
            by.push(Box::new(PassphraseIdentity::new(passphrase)));
        }

        let (found, payload) = outcome(&file, &Several(by));
        // A payload nonce that is cut short is, to the vectors, no longer the header's fault.
        let expected = one("expect").unwrap();
        assert_eq!(found, expected, "{name}");
        if let Some(payload) = payload {
            assert_eq!(Some(payload.as_str()), one("payload"), "{name}");
        }
        done += 1;
    }
    assert!(done > 80, "only {done} vectors");
}
