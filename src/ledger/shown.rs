//! What is shown of an event, and what stays hidden: a field is its value with its own salt, or its digest alone
//! (docs/format.md, section 3). Either way it gives the field's digest, and all of them the commitment; so [`Shown`]
//! proves itself against a leaf. A proof's `extra` line is one; so is what erasing leaves of an opening. Must not know
//! which field may be shown to whom.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::digest::Digest;
use crate::jcs;
use crate::keys::signer::Origin;
use crate::ledger::commitment;
use crate::ledger::commitment::CommitmentError;
use crate::ledger::leaf::Leaf;
use crate::ledger::opening::Opening;

/// Why something shows no event. It never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShownError {
    /// Not JSON, or JSON in another spelling than RFC 8785.
    #[error("what it shows is not canonical JSON")]
    NotCanonical,
    /// Not an object of fields, each a value with its salt of 32 bytes, or a digest of 32 bytes.
    #[error("what it shows is not a list of fields, each with value and salt or with its digest")]
    Shape,
    /// A value that is said to be a field's is not the one behind the field's digest.
    #[error("the field {name:?} is not the one in the entry")]
    OtherField {
        /// The field.
        name: String,
    },
}

/// One field of an event.
#[derive(Clone, PartialEq, Eq)]
pub enum Field {
    /// Its value is shown.
    Shown {
        /// The value.
        value: Value,
        /// The field's own salt. It tells nothing of other fields.
        salt: [u8; 32],
    },
    /// Its digest alone.
    Hidden(Digest),
}

/// An event, parts of which are hidden.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    fields: BTreeMap<String, Field>,
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shown({:?}, hidden {:?})", self.shown().map(|(name, _)| name).collect::<Vec<_>>(), self.hidden())
    }
}

impl Shown {
    /// Of an opening, those fields whose names `shows` lets through.
    pub fn of(opening: &Opening, shows: impl Fn(&str) -> bool) -> Result<Self, CommitmentError> {
        let event_salt = opening.salt.reveal_secret();
        let digests = commitment::field_digests(event_salt, &opening.event)?;
        let field = |(name, digest): (String, Digest)| {
            let value = opening.event.get(&name).filter(|_| shows(&name));
            let field = value.map_or(Field::Hidden(digest), |value| Field::Shown {
                value: value.clone(),
                salt: commitment::field_salt(event_salt, &name),
            });
            (name, field)
        };
        Ok(Self { fields: digests.into_iter().map(field).collect() })
    }

    /// Of what is shown here, only that which `shows` lets through too.
    pub fn only(&self, shows: impl Fn(&str) -> bool) -> Result<Self, CommitmentError> {
        let field = |(name, field): (&String, &Field)| {
            let digest = digest_of(field).ok_or_else(|| CommitmentError::Value { name: name.clone() })?;
            Ok((name.clone(), if shows(name) { field.clone() } else { Field::Hidden(digest) }))
        };
        Ok(Self { fields: self.fields.iter().map(field).collect::<Result<_, _>>()? })
    }

    /// Reads the value of `fields`, as a proof and a partial opening hold it.
    pub fn from_value(value: &Value) -> Result<Self, ShownError> {
        let fields = value.as_object().filter(|fields| !fields.is_empty()).ok_or(ShownError::Shape)?;
        let fields: Option<_> = fields.iter().map(|(name, field)| Some((name.clone(), read(field)?))).collect();
        Ok(Self { fields: fields.ok_or(ShownError::Shape)? })
    }

    /// What [`Self::from_value`] reads.
    pub fn to_value(&self) -> Value {
        let spell = |field: &Field| match field {
            Field::Shown { value, salt } => json!({ "salt": STANDARD.encode(salt), "value": value }),
            Field::Hidden(digest) => json!({ "digest": STANDARD.encode(digest.as_bytes()) }),
        };
        Value::Object(self.fields.iter().map(|(name, field)| (name.clone(), spell(field))).collect())
    }

    /// Reads a proof's extra data, canonical to the byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, ShownError> {
        let value = jcs::parse(bytes).map_err(|_| ShownError::NotCanonical)?;
        match value.as_object() {
            Some(object) if object.len() == 1 => Self::from_value(object.get("fields").ok_or(ShownError::Shape)?),
            _ => Err(ShownError::Shape),
        }
    }

    /// What [`Self::parse`] reads.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ShownError> {
        jcs::spell(&json!({ "fields": self.to_value() })).map_err(|_| ShownError::NotCanonical)
    }

    /// The value of a field that is shown.
    pub fn value(&self, name: &str) -> Option<&Value> {
        match self.fields.get(name)? {
            Field::Shown { value, .. } => Some(value),
            Field::Hidden(_) => None,
        }
    }

    /// The fields that are shown, by name.
    pub fn shown(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().filter_map(|(name, field)| match field {
            Field::Shown { value, .. } => Some((name.as_str(), value)),
            Field::Hidden(_) => None,
        })
    }

    /// The names of those that are not.
    pub fn hidden(&self) -> Vec<&str> {
        let is_hidden = |field: &Field| matches!(field, Field::Hidden(_));
        self.fields.iter().filter(|(_, field)| is_hidden(field)).map(|(name, _)| name.as_str()).collect()
    }

    /// The leaf that commits to this event at `index` of the log `origin`. Whoever finds that leaf in the log knows that
    /// every shown field is true.
    pub fn leaf(&self, origin: &Origin, index: u64) -> Result<Leaf, CommitmentError> {
        let digest = |(name, field): (&String, &Field)| {
            let digest = digest_of(field).ok_or_else(|| CommitmentError::Value { name: name.clone() })?;
            Ok((name.clone(), digest))
        };
        let digests = self.fields.iter().map(digest).collect::<Result<_, _>>()?;
        Ok(Leaf::Sealed { commitment: commitment::commit(origin, index, &digests)? })
    }

    /// Shows more: `opening` holds {name: {value, salt}}, as a package's manifest does. Every one of them has to be
    /// behind its field's digest; if one is not, nothing changes. Returns the names that were hidden before.
    pub fn join(&mut self, opening: &Map<String, Value>) -> Result<Vec<String>, ShownError> {
        let mut fields = self.fields.clone();
        let mut new = Vec::new();
        for (name, shown) in opening {
            let field = read(shown).filter(|field| matches!(field, Field::Shown { .. })).ok_or(ShownError::Shape)?;
            let other = || ShownError::OtherField { name: name.clone() };
            let here = fields.get_mut(name).ok_or_else(other)?;
            let digest = digest_of(&field).ok_or_else(other)?;
            if digest_of(here) != Some(digest) {
                return Err(other());
            }
            if matches!(here, Field::Hidden(_)) {
                new.push(name.clone());
                *here = field;
            }
        }
        self.fields = fields;
        Ok(new)
    }
}

fn digest_of(field: &Field) -> Option<Digest> {
    match field {
        Field::Shown { value, salt } => commitment::field_digest(salt, value).ok(),
        Field::Hidden(digest) => Some(*digest),
    }
}

fn read(field: &Value) -> Option<Field> {
    let field = field.as_object()?;
    let bytes = |name: &str| -> Option<[u8; 32]> {
        let text = field.get(name)?.as_str().filter(|text| text.len() == 44)?;
        STANDARD.decode(text).ok()?.try_into().ok()
    };
    match (field.get("value"), field.len()) {
        (Some(value), 2) => Some(Field::Shown { value: value.clone(), salt: bytes("salt")? }),
        (None, 1) => Some(Field::Hidden(Digest::from_bytes(bytes("digest")?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::opening::Salt;
    use proptest::prelude::*;

    const SALT: [u8; 32] = [7; 32];

    fn origin() -> Origin {
        "subrosa/q5c3f7kz2m".parse().unwrap()
    }

    fn opening() -> Opening {
        let event = json!({"kind": "a", "none": null, "size": 5, "time": "2026-11-21T09:30:00Z", "why": "for Maria"});
        let Value::Object(event) = event else { unreachable!() };
        Opening { index: 3, event, salt: Salt::from_bytes(&SALT) }
    }

    fn leaf() -> Leaf {
        let Opening { index, event, salt } = opening();
        let commitment = commitment::commit_event(&origin(), index, &event, salt.reveal_secret()).unwrap();
        Leaf::Sealed { commitment }
    }

    #[test]
    fn whatever_is_shown_it_gives_the_same_leaf_and_hidden_values_are_not_in_it() {
        let names: Vec<_> = opening().event.keys().cloned().collect();
        for mask in 0..1u32 << names.len() {
            let is_shown = |name: &str| mask >> names.iter().position(|other| other == name).unwrap() & 1 == 1;
            let shown = Shown::of(&opening(), is_shown).unwrap();
            assert_eq!(shown.leaf(&origin(), 3).unwrap(), leaf());
            assert_eq!(Shown::parse(&shown.to_bytes().unwrap()), Ok(shown.clone()));
            assert_eq!(shown.hidden().len() + shown.shown().count(), 5);
            let text = String::from_utf8(shown.to_bytes().unwrap()).unwrap();
            assert_eq!(text.contains("Maria"), is_shown("why"));
            assert!(!text.contains(&STANDARD.encode(SALT)), "the event's salt is never shown");
        }
    }

    #[test]
    fn another_index_log_value_or_salt_gives_another_leaf() {
        let shown = Shown::of(&opening(), |name| name != "why").unwrap();
        assert_ne!(shown.leaf(&origin(), 4).unwrap(), leaf());
        assert_ne!(shown.leaf(&"subrosa/q5c3f7kz2n".parse().unwrap(), 3).unwrap(), leaf());
        let text = String::from_utf8(shown.to_bytes().unwrap()).unwrap();
        for (at, byte) in text.bytes().enumerate() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if byte == b'A' { b'B' } else { b'A' };
            if let Ok(read) = Shown::parse(&changed) {
                let same = read.leaf(&origin(), 3).is_ok_and(|other| other == leaf());
                assert!(!same, "byte {at} of {text}");
            }
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        use ShownError::*;
        let salt = STANDARD.encode(SALT);
        for (wrong, reason) in [
            ("".to_owned(), NotCanonical),
            ("{\"fields\": {}}".to_owned(), NotCanonical),
            ("{\"fields\":{}}".to_owned(), Shape),
            ("{}".to_owned(), Shape),
            ("[]".to_owned(), Shape),
            ("{\"fields\":{\"a\":1}}".to_owned(), Shape),
            (format!("{{\"fields\":{{\"a\":{{\"value\":1}}}},\"salt\":\"{salt}\"}}"), Shape),
            (format!("{{\"fields\":{{\"a\":{{\"salt\":\"{salt}\"}}}}}}"), Shape),
            (format!("{{\"fields\":{{\"a\":{{\"digest\":\"{salt}\",\"value\":1}}}}}}"), Shape),
            (format!("{{\"fields\":{{\"a\":{{\"digest\":\"{salt}\",\"salt\":\"{salt}\",\"value\":1}}}}}}"), Shape),
            ("{\"fields\":{\"a\":{\"digest\":\"BwcH\"}}}".to_owned(), Shape),
            (format!("{{\"fields\":{{\"a\":{{\"digest\":\"{}\"}}}}}}", salt.replace("c=", "d=")), Shape),
            (
                format!("{{\"fields\":{{\"a\":{{\"digest\":\"{salt}\"}},\"a\":{{\"digest\":\"{salt}\"}}}}}}"),
                NotCanonical,
            ),
        ] {
            assert_eq!(Shown::parse(wrong.as_bytes()).unwrap_err(), reason, "{wrong}");
        }
    }

    #[test]
    fn what_is_joined_has_to_be_behind_its_digest() {
        let all = Shown::of(&opening(), |_| true).unwrap().to_value();
        let some = |names: &[&str]| -> Map<String, Value> {
            names.iter().map(|name| ((*name).to_owned(), all[name].clone())).collect()
        };
        let hidden = Shown::of(&opening(), |name| name == "kind").unwrap();
        let mut joined = hidden.clone();
        assert_eq!(joined.join(&some(&["kind", "size", "why"])), Ok(vec!["size".to_owned(), "why".to_owned()]));
        assert_eq!((joined.hidden(), joined.leaf(&origin(), 3).unwrap()), (vec!["none", "time"], leaf()));

        let mut wrong = some(&["size", "why"]);
        wrong["why"]["value"] = json!("for others");
        let mut other = hidden.clone();
        assert_eq!(other.join(&wrong), Err(ShownError::OtherField { name: "why".to_owned() }));
        assert_eq!(other, hidden, "nothing changes");
        let unknown = Map::from_iter([("new".to_owned(), all["why"].clone())]);
        assert_eq!(other.join(&unknown), Err(ShownError::OtherField { name: "new".to_owned() }));
        let digest = Map::from_iter([("why".to_owned(), hidden.to_value()["why"].clone())]);
        assert_eq!(other.join(&digest), Err(ShownError::Shape));
    }

    proptest! {
        #[test]
        fn bytes_and_fields_are_inverse(
            fields in prop::collection::btree_map("[ -~]{0,8}", (any::<bool>(), "[ -~\n\té]{0,9}", any::<[u8; 32]>()), 1..6),
        ) {
            let field = |(is_shown, text, bytes): (bool, String, [u8; 32])| match is_shown {
                true => Field::Shown { value: Value::from(text), salt: bytes },
                false => Field::Hidden(Digest::from_bytes(bytes)),
            };
            let shown = Shown { fields: fields.into_iter().map(|(name, of)| (name, field(of))).collect() };
            prop_assert_eq!(Shown::parse(&shown.to_bytes().unwrap()), Ok(shown));
        }

        #[test]
        fn no_input_panics_and_what_is_read_is_spelled_the_same(at: prop::sample::Index, with: u8, bytes: Vec<u8>) {
            let mut changed = Shown::of(&opening(), |name| name != "why").unwrap().to_bytes().unwrap();
            let at = at.index(changed.len());
            changed[at] = with;
            for input in [changed, bytes] {
                if let Ok(shown) = Shown::parse(&input) {
                    prop_assert_eq!(shown.to_bytes().unwrap(), input);
                }
            }
        }
    }
}
