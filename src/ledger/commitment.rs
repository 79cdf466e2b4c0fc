//! Commitments: how a leaf binds an event without saying it, field by field, so that one field can be shown later while
//! the others stay hidden (docs/format.md, section 3). Must not know which fields there are.

use std::collections::BTreeMap;

use serde_json::Map;
use serde_json::Value;

use crate::digest::Digest;
use crate::digest::hmac_sha256;
use crate::jcs;
use crate::jcs::JcsError;
use crate::keys::signer::Origin;

/// Why an event has no commitment. Names are told, values never.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitmentError {
    /// The name is longer than 65,535 bytes, or not ASCII.
    #[error("a field's name is ASCII and at most 65,535 bytes")]
    Name,
    /// The value has no canonical spelling.
    #[error("the value of {name:?} has no canonical spelling")]
    Value {
        /// The field.
        name: String,
    },
}

/// The salt of one field, from its event's salt. It may be shown with the field; the event's salt may not.
pub fn field_salt(salt: &[u8; 32], name: &str) -> [u8; 32] {
    hmac_sha256(salt, &[b"subrosa/field-salt/v1\n", name.as_bytes()])
}

/// The digest that stands for a field whose value stays hidden.
pub fn field_digest(field_salt: &[u8; 32], value: &Value) -> Result<Digest, JcsError> {
    Ok(Digest::from_bytes(hmac_sha256(field_salt, &[&jcs::spell(value)?])))
}

/// The digests of every field of `event`, in bytewise order of their names.
pub fn field_digests(salt: &[u8; 32], event: &Map<String, Value>) -> Result<BTreeMap<String, Digest>, CommitmentError> {
    let digest = |(name, value): (&String, &Value)| {
        let digest = field_digest(&field_salt(salt, name), value);
        // The reason is left out: it quotes the value.
        let digest = digest.map_err(|_| CommitmentError::Value { name: name.clone() })?;
        Ok((name.clone(), digest))
    };
    event.iter().map(digest).collect()
}

/// The commitment to the `fields` of the event at `index` of the log `origin`. Origin and index are in it, so that no
/// leaf can be moved or copied to another log.
pub fn commit(origin: &Origin, index: u64, fields: &BTreeMap<String, Digest>) -> Result<Digest, CommitmentError> {
    let mut out = format!("subrosa/event/v1\n{origin}\n").into_bytes();
    out.extend_from_slice(&index.to_be_bytes());
    for (name, digest) in fields {
        // A length that wrapped would let two different events share one commitment.
        let length = u16::try_from(name.len()).ok().filter(|_| name.is_ascii()).ok_or(CommitmentError::Name)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(digest.as_bytes());
    }
    Ok(Digest::of(&out))
}

/// The commitment to `event` under `salt`.
pub fn commit_event(
    origin: &Origin,
    index: u64,
    event: &Map<String, Value>,
    salt: &[u8; 32],
) -> Result<Digest, CommitmentError> {
    commit(origin, index, &field_digests(salt, event)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::SigningKey;
    use crate::ledger::checkpoint::Checkpoint;
    use crate::ledger::checkpoint::VerifiedCheckpoint;
    use crate::ledger::leaf::Leaf;
    use crate::ledger::tree;
    use crate::ledger::tree::MemoryTiles;
    use serde_json::json;

    const EVENT: &str = r#"{"actor":"owner","kind":"record.added","none":null,"ok":true,"record":"r-0123456789abcdef","size":1234,"tags":["intake","família"],"time":"2026-11-21T09:30:00Z","title":"A \"quoted\"\ttitle"}"#;
    const CHECKPOINT: &str = "subrosa/q5c3f7kz2m\n2\nvGXR6CignLRKP7LtwiBRzfl2z67K+rGXeTr3o43GMy0=\n\n\
        — subrosa/q5c3f7kz2m iAPtl/mE9dXtl9ZdavdUsigc0ytMKwi7R9QEm6c24EL38HSj1D1iHNQ/smp7KKsZkR/TOEp/dIcOcgjIIjI8ctrD6wQ=\n";

    fn salt() -> [u8; 32] {
        std::array::from_fn(|n| n as u8)
    }

    fn event() -> Map<String, Value> {
        jcs::parse_as(EVENT.as_bytes()).unwrap()
    }

    #[test]
    fn the_known_answers_of_the_format() {
        let key = SigningKey::parse_private(
            "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
        );
        let key = key.unwrap();
        let digests = field_digests(&salt(), &event()).unwrap();
        for (name, digest) in [
            ("actor", "58bc821be0bc32642c0f59cc4d05ab44edbc17bed81b82f57bafe0c158c84d9a"),
            ("none", "13a6c6aeebdf5513bd224d4ed815bf9f9067e3b7c9a42988b6d7b2e38b39c457"),
            ("tags", "7c4d3a1d2e02e866666782b53d95f9367254290367dca60ffc8be284a4c6b825"),
        ] {
            assert_eq!(digests[name].to_string(), digest, "{name}");
        }
        let commitment = commit_event(key.origin(), 1, &event(), &salt()).unwrap();
        assert_eq!(commitment.to_string(), "5b67a2bd2bd8ca52330c3aa7c5c6a3080c6e931e618d8c7163053ac978409f19");
        let leaf = Leaf::Sealed { commitment };
        assert_eq!(leaf.hash().to_string(), "c4964d82f322c71034f09f5fd344f39792ed6cbbf8b79043f482c4b0b48ff202");

        let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None };
        let growth = tree::append(&MemoryTiles::default(), (0, tree::empty_root()), &[genesis, leaf]).unwrap();
        let head = Checkpoint { origin: key.origin().clone(), size: growth.size, root: growth.root };
        let signed = VerifiedCheckpoint::sign(head, &key).unwrap();
        assert_eq!(String::from_utf8(signed.bytes().to_vec()).unwrap(), CHECKPOINT);
        assert!(VerifiedCheckpoint::open(CHECKPOINT.as_bytes(), &key.verifier()).is_ok());
    }

    #[test]
    fn everything_is_bound() {
        let origin: Origin = "subrosa/q5c3f7kz2m".parse().unwrap();
        let right = commit_event(&origin, 1, &event(), &salt()).unwrap();
        let mut all = vec![right];
        all.push(commit_event(&"subrosa/q5c3f7kz2n".parse().unwrap(), 1, &event(), &salt()).unwrap());
        all.push(commit_event(&origin, 2, &event(), &salt()).unwrap());
        all.push(commit_event(&origin, 1, &event(), &[0; 32]).unwrap());
        for name in event().keys() {
            let mut changed = event();
            changed[name] = json!("changed");
            all.push(commit_event(&origin, 1, &changed, &salt()).unwrap());
            let value = changed.remove(name).unwrap();
            all.push(commit_event(&origin, 1, &changed, &salt()).unwrap());
            changed.insert(format!("{name}2"), value);
            all.push(commit_event(&origin, 1, &changed, &salt()).unwrap());
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn what_cannot_be_framed_or_spelled_is_refused() {
        let origin: Origin = "subrosa/q5c3f7kz2m".parse().unwrap();
        let event = |name: &str, value| Map::from_iter([(name.to_owned(), value)]);
        let commit = |event| commit_event(&origin, 1, &event, &salt());
        assert!(commit(event(&"n".repeat(65_535), json!(1))).is_ok());
        assert_eq!(commit(event(&"n".repeat(65_536), json!(1))), Err(CommitmentError::Name));
        assert_eq!(commit(event("é", json!(1))), Err(CommitmentError::Name));
        assert_eq!(commit(event("n", json!(1.5))), Err(CommitmentError::Value { name: "n".to_owned() }));
    }
}
