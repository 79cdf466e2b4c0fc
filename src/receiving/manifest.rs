//! A package beside the entry that a proof shows: whether it is that very file, and whether its manifest, which the same
//! key signed, says the same as the entry wherever both speak (`docs/format.md`, 6). Must not know how it was opened.

use serde_json::Map;
use serde_json::Value;

use crate::digest::Digest;
use crate::ledger::bounds::SLACK;
use crate::ledger::shown::Shown;
use crate::practice::disclosure::OPENED;
use crate::receiving::proof::Examined;
use crate::time::Timestamp;
use crate::vault::check::Fault;
use crate::vocabulary::Label;

/// What is said of a package that no given identity opens. It is no word against the proof.
pub const NOT_OPENED: &str = "not proved: what is in the package, which no identity that was given opens";

/// Fields that the manifest says twice: to people, and under the commitment.
const TWICE: [&str; 5] = ["basis", "disclosure", "expires", "notice", "purpose"];

impl Examined {
    /// How large the package in the entry is, where that is shown: no more of a file need be read.
    pub fn package_size(&self) -> Option<u64> {
        self.shown.as_ref()?.value("size")?.as_u64()
    }

    /// Compares a package with what the entry says of one: whether it is that very file. Without a digest it was longer,
    /// and not read to its end.
    pub fn compare_package(&mut self, name: &str, sha256: Option<Digest>, size: u64) -> bool {
        let Some(shown) = &self.shown else { return false };
        let (named, length) = (shown.value("package"), shown.value("size"));
        let (Some(named), Some(length)) = (named, length) else {
            let text = "not proved: the proof does not show which package its entry is about";
            self.find(Fault::Incomplete, name, text.to_owned());
            return false;
        };
        let Some(sha256) = sha256 else {
            let text = format!("it is not the package in the entry: it is longer than {length} bytes");
            self.find(Fault::OpeningMismatch, name, text);
            return false;
        };
        if *named != sha256.to_string() || *length != size {
            let text = format!("it is not the package in the entry: its SHA-256 is {sha256}, its size {size}");
            self.find(Fault::OpeningMismatch, name, text);
            return false;
        }
        true
    }

    /// Joins what the package's manifest opens, which its log's key signed, and compares the two. `opened_by` are the
    /// public keys of the identities that were given, `None` where one of them does not tell its own. Returns the fields
    /// that were hidden before.
    pub fn join(&mut self, name: &str, manifest: &Map<String, Value>, opened_by: Option<&[String]>) -> Vec<String> {
        let (Some(shown), Some(head)) = (&mut self.shown, &self.head) else { return Vec::new() };
        if manifest.get("origin").and_then(Value::as_str) != Some(head.origin.as_str()) {
            self.find(Fault::WrongLog, name, "its manifest names another log".to_owned());
            return Vec::new();
        }
        let Some(opening) = manifest.get("opening").and_then(Value::as_object) else {
            self.find(Fault::Malformed, name, "its manifest opens nothing".to_owned());
            return Vec::new();
        };
        let joined = match shown.join(opening) {
            Ok(joined) => joined,
            Err(error) => {
                self.find(Fault::OpeningMismatch, name, format!("its manifest: {error}"));
                return Vec::new();
            }
        };
        let mut differs: Vec<String> = differences(shown, opening, manifest);
        if let (Some(to), Some(by)) = (shown.value("recipient_key").and_then(Value::as_str), opened_by)
            && !by.iter().any(|key| key == to)
        {
            differs.push("it was opened by another key than the recipient's in the entry".to_owned());
        }
        let vkey = manifest.get("sender").and_then(|sender| sender.get("vkey")).and_then(Value::as_str);
        if self.key.as_ref().is_some_and(|key| vkey != Some(key.to_string().as_str())) {
            differs.push("its manifest names another key of the sender than the one that signed it".to_owned());
        }
        for text in differs {
            self.find(Fault::OpeningMismatch, name, text);
        }
        self.compare_times(name, manifest);
        self.remarks
            .push("what NOTICE.txt in the package says: nobody signed it; the manifest is what counts".to_owned());
        joined
    }

    /// The entry holds the package's digest: it cannot be older than the package.
    fn compare_times(&mut self, name: &str, manifest: &Map<String, Value>) {
        let created = manifest.get("created").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
        let Some(created) = created else {
            return self.find(Fault::Malformed, name, "its manifest does not say when it was made".to_owned());
        };
        let Some(said) = self.said_time() else { return };
        if created > said.plus_seconds(SLACK) {
            let text = format!("the entry says {said}, and names a package that was made at {created}");
            self.find(Fault::BackDated, name, text);
        } else if said > created.plus_seconds(SLACK) {
            self.remarks.push(format!("why the package says that it was made at {created}, and its entry {said}"));
        }
    }
}

/// Where the manifest and the entry do not say the same.
fn differences(shown: &Shown, opening: &Map<String, Value>, manifest: &Map<String, Value>) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(missing) = OPENED.iter().find(|name| !opening.contains_key(**name)) {
        said.push(format!("its manifest does not open {missing}, which the recipient may see"));
    }
    let mut is = |name: &str, value: Option<&Value>| {
        if shown.value(name).is_some_and(|entry| Some(entry) != value) {
            said.push(format!("its manifest says another {name} than the entry"));
        }
    };
    TWICE.iter().for_each(|name| is(name, manifest.get(*name)));
    let recipient = manifest.get("recipient");
    is("recipient", recipient.and_then(|recipient| recipient.get("id")));
    is("recipient_key", recipient.and_then(|recipient| recipient.get("key")));
    for (name, value) in [("kind", "disclosure.made"), ("medium", "package")] {
        if shown.value(name).is_some_and(|entry| entry != value) {
            said.push(format!("the {name} in the entry is not {value}: it is about no package"));
        }
    }
    let empty = Vec::new();
    let records = manifest.get("records").and_then(Value::as_array).unwrap_or(&empty);
    let label = |value: &Value| serde_json::from_value::<Label>(value.clone()).ok();
    let highest = records.iter().filter_map(|record| label(record.get("label")?)).max();
    if highest > shown.value("label").and_then(label) && shown.value("label").is_some() {
        said.push("a record in it has a higher label than the entry".to_owned());
    }
    let named = |list: &[Value]| -> Vec<_> {
        list.iter().map(|of| (of.get("record").cloned(), of.get("version").cloned())).collect()
    };
    let same = match shown.value("records") {
        None => true,
        Some(Value::Array(entry)) => named(entry) == named(records),
        // A long list is apart from its entry, which tells how long it is.
        Some(entry) => entry.get("count").and_then(Value::as_u64) == Some(records.len() as u64),
    };
    if !same {
        said.push("the records in it are not those in the entry".to_owned());
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::signer::VerifierKey;
    use crate::ledger::checkpoint::Checkpoint;
    use crate::ledger::opening::Opening;
    use crate::ledger::opening::Salt;
    use crate::ledger::shown::Shown;
    use serde_json::json;

    const SALT: [u8; 32] = [7; 32];

    fn opening() -> Opening {
        let event = json!({
            "actor": "owner", "basis": "treatment", "disclosure": "d-1", "expires": null, "kind": "disclosure.made",
            "label": "R", "medium": "package", "notice": ["general"], "package": Digest::of(b"p").to_string(),
            "purpose": "treat", "recipient": "p-1", "recipient_key": "age1", "records": [{"record": "r-1", "version": 2}],
            "size": 1, "time": "2026-11-21T09:30:00Z", "verified": null, "why": null,
        });
        let Value::Object(event) = event else { unreachable!() };
        Opening { index: 3, event, salt: Salt::from_bytes(&SALT) }
    }

    fn key() -> VerifierKey {
        "subrosa/q5c3f7kz2m+8803ed97+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c".parse().unwrap()
    }

    /// An entry that was found, and of which the purpose is hidden.
    fn included() -> Examined {
        let origin = key().origin().clone();
        Examined {
            shown: Some(Shown::of(&opening(), |name| name != "purpose" && name != "why").unwrap()),
            head: Some(Checkpoint { origin, size: 5, root: Digest::of(b"") }),
            key: Some(key()),
            ..Examined::default()
        }
    }

    /// The manifest of its package, changed.
    fn manifest(change: impl Fn(&mut Value)) -> Map<String, Value> {
        let all = Shown::of(&opening(), |_| true).unwrap().to_value();
        let opened: Map<String, Value> = OPENED.iter().map(|name| ((*name).to_owned(), all[name].clone())).collect();
        let mut manifest = json!({
            "basis": "treatment", "created": "2026-11-21T09:29:00Z", "disclosure": "d-1", "expires": null,
            "notice": ["general"], "opening": opened, "origin": "subrosa/q5c3f7kz2m", "purpose": "treat",
            "recipient": {"id": "p-1", "key": "age1", "name": "Lee"},
            "records": [{"label": "R", "record": "r-1", "version": 2}], "sender": {"vkey": key()},
        });
        change(&mut manifest);
        let Value::Object(manifest) = manifest else { unreachable!() };
        manifest
    }

    fn joined(change: impl Fn(&mut Value)) -> (Vec<String>, Vec<Fault>) {
        let mut examined = included();
        let joined = examined.join("p.age", &manifest(change), Some(&["age1".to_owned()]));
        (joined, examined.findings.iter().map(|finding| finding.fault).collect())
    }

    #[test]
    fn what_the_manifest_opens_is_shown() {
        let mut examined = included();
        assert_eq!(examined.join("p.age", &manifest(|_| ()), None), ["purpose"]);
        assert_eq!((examined.findings.len(), examined.shown.unwrap().hidden()), (0, vec!["why"]));
    }

    #[test]
    fn a_manifest_that_is_not_of_this_entry_is_named() {
        let purpose = || vec!["purpose".to_owned()];
        assert_eq!(joined(|of| of["origin"] = json!("subrosa/q5c3f7kz2n")), (vec![], vec![Fault::WrongLog]));
        assert_eq!(joined(|of| of["opening"] = json!(null)), (vec![], vec![Fault::Malformed]));
        let other = |of: &mut Value| of["opening"]["purpose"]["value"] = json!("train");
        assert_eq!(joined(other), (vec![], vec![Fault::OpeningMismatch]));
        assert_eq!(joined(|of| of["purpose"] = json!("train")), (purpose(), vec![Fault::OpeningMismatch]));
        // A package cannot be made after the entry that holds its digest; clocks may be some minutes apart.
        assert_eq!(joined(|of| of["created"] = json!("2026-11-21T09:34:00Z")), (purpose(), vec![]));
        assert_eq!(joined(|of| of["created"] = json!("2026-11-21T10:30:00Z")), (purpose(), vec![Fault::BackDated]));
    }

    #[test]
    fn whatever_both_say_is_the_same() {
        type Change = fn(&mut Value);
        let changes: [(&str, Change); 15] = [
            ("basis", |of| of["basis"] = json!("consent")),
            ("disclosure", |of| of["disclosure"] = json!("d-2")),
            ("expires", |of| of["expires"] = json!("2027-01-01")),
            ("notice", |of| of["notice"] = json!([])),
            ("purpose", |of| of["purpose"] = json!("train")),
            ("recipient", |of| of["recipient"]["id"] = json!("p-2")),
            ("its key", |of| of["recipient"]["key"] = json!("age2")),
            ("no recipient", |of| of["recipient"] = json!(null)),
            ("sender", |of| of["sender"]["vkey"] = json!("another")),
            ("no sender", |of| of["sender"] = json!(null)),
            ("another record", |of| of["records"][0]["record"] = json!("r-2")),
            ("another version", |of| of["records"][0]["version"] = json!(3)),
            ("one record more", |of| of["records"].as_array_mut().unwrap().push(json!({"record": "r-3"}))),
            ("a higher label", |of| of["records"][0]["label"] = json!("V")),
            ("a field not opened", |of| drop(of["opening"].as_object_mut().unwrap().remove("verified"))),
        ];
        for (name, change) in changes {
            assert!(joined(change).1.contains(&Fault::OpeningMismatch), "{name}");
        }
        let mut examined = included();
        examined.join("p.age", &manifest(|_| ()), Some(&["age2".to_owned()]));
        assert_eq!(examined.findings[0].fault, Fault::OpeningMismatch, "opened by somebody else");
        assert_eq!(joined(|of| of["created"] = json!("yesterday")).1, [Fault::Malformed]);
        // Sealed long before it was entered: no lie, but said.
        let mut examined = included();
        examined.join("p.age", &manifest(|of| of["created"] = json!("2026-11-20T09:29:00Z")), None);
        assert_eq!((examined.findings.len(), examined.remarks.len()), (0, 2));
    }

    #[test]
    fn a_package_is_the_one_or_not() {
        let compared = |sha256: Digest, size| {
            let mut examined = included();
            (
                examined.compare_package("p", Some(sha256), size),
                examined.findings.iter().map(|f| f.fault).collect::<Vec<_>>(),
            )
        };
        assert_eq!(compared(Digest::of(b"p"), 1), (true, vec![]));
        assert_eq!(compared(Digest::of(b"q"), 1), (false, vec![Fault::OpeningMismatch]));
        assert_eq!(compared(Digest::of(b"p"), 2), (false, vec![Fault::OpeningMismatch]));
        assert!(!included().compare_package("p", None, 2), "longer");
    }
}
