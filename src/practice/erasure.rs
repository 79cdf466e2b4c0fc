//! Erasing: which fields of an event may go, and what the fold takes in their place (`docs/format.md`, 3). Everything
//! else is always kept, so that ids keep resolving, objects stay checked, and the logs stay one history. Must not know
//! how a journal is rewritten.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

use crate::practice::words::Line;

/// `event.erased`: fields of an earlier event are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventErased {
    /// Their names, sorted.
    pub fields: Vec<String>,
    /// The entry.
    pub index: u64,
    /// The log it stands in.
    pub origin: String,
    /// Why, where somebody said so.
    pub reason: Option<Line>,
}

/// What the fold takes in place of a field that is gone: always something that a field of its type may be, and of words
/// that permit something, the strictest.
#[derive(Clone, Copy, Debug)]
enum Stead {
    /// Null.
    Null,
    /// A list of nothing.
    Empty,
    /// Yes or no.
    Truth(bool),
    /// This word.
    Word(&'static str),
    /// An alias made from the id in this field: aliases tell people apart.
    AliasOf(&'static str),
    /// The day of the event itself.
    Day,
}

use Stead::AliasOf;
use Stead::Day;
use Stead::Empty;
use Stead::Null;
use Stead::Truth;
use Stead::Word;

/// What may be erased of every kind.
const OF_ANY: &[(&str, Stead)] = &[("actor", Word("erased"))];

const OF_CLIENTS: &[(&str, Stead)] = &[
    ("age", Null),
    ("alias", AliasOf("client")),
    ("also_known", Empty),
    ("birth", Null),
    ("email", Empty),
    ("limits_discussed", Null),
    ("minor_rule", Null),
    ("name", Null),
    ("part2", Truth(true)),
    ("phone", Empty),
];

const OF_RECIPIENTS: &[(&str, Stead)] = &[
    ("alias", AliasOf("recipient")),
    ("conflict", Null),
    ("contact", Null),
    ("max_label", Word("N")),
    ("medical_personnel", Truth(false)),
    ("name", Null),
    ("organisation", Null),
    ("relationships", Empty),
    ("role", Word("other")),
];

const OF_RECORDS: &[(&str, Stead)] = &[
    ("date", Day),
    ("excerpt_of", Null),
    ("group", Null),
    ("label", Word("V")),
    ("media_type", Word("application/octet-stream")),
    ("name", Null),
    ("name_bytes", Null),
    ("record_kind", Word("other")),
    ("setting", Null),
    ("tags", Empty),
    ("title", Null),
];

const OF_AGREEMENTS: &[(&str, Stead)] = &[
    ("consequences", Word("erased")),
    ("duties", Empty),
    ("form", Null),
    ("may_not_share", Empty),
    ("may_share", Empty),
    ("understood", Null),
];

const OF_CONSENTS: &[(&str, Stead)] = &[
    ("copy_given", Null),
    ("describe", Null),
    ("form", Null),
    ("method", Word("verbal")),
    ("on_event", Null),
    ("statements", Null),
];

const OF_SAFETY: &[(&str, Stead)] = &[
    ("alternatives", Word("erased")),
    ("authority", Word("erased")),
    ("client_told_why", Null),
    ("consulted_with", Null),
    ("facility", Null),
    ("facts", Word("erased")),
    ("least_information", Word("erased")),
    ("nature_of_emergency", Null),
    ("why_recipient", Word("erased")),
];

/// What may be erased of each kind besides; of kinds that are not here, nothing.
const OF_KINDS: &[(&str, &[(&str, Stead)])] = &[
    ("accounting.suspended", &[("agency", Word("erased")), ("official", Word("erased"))]),
    ("agreement.added", OF_AGREEMENTS),
    ("agreement.ended", &[("reason", Word("erased"))]),
    ("client.added", OF_CLIENTS),
    ("client.edited", OF_CLIENTS),
    ("colleague.nudged", &[("owner", Null)]),
    ("concern.opened", &[("text", Word("erased"))]),
    ("concern.resolved", &[("response", Word("erased"))]),
    ("consent.completed", OF_CONSENTS),
    ("consent.granted", OF_CONSENTS),
    ("consent.marked-false", &[("reason", Word("erased"))]),
    (
        "disclosure.made",
        &[
            ("consent", Null),
            ("expires", Null),
            ("group", Null),
            ("label", Word("V")),
            ("notice", Empty),
            ("receipt", Null),
            ("recipient_key", Null),
            ("series", Null),
            ("setting", Null),
            ("verified", Null),
            ("why", Null),
        ],
    ),
    ("disclosure.refused", &[("reasons", Empty)]),
    ("disclosure.told", &[("dates", Empty), ("kinds", Empty), ("tags", Null)]),
    ("event.erased", &[("reason", Null)]),
    ("export.made", &[("path", Word("erased")), ("path_bytes", Null)]),
    ("followup.done", &[("text", Null)]),
    ("group.called-off", &[("reason", Word("erased"))]),
    ("group.planned", &[("name", Word("erased"))]),
    ("inquiry.logged", &[("asks", Null), ("claims_relation", Null), ("from", Word("erased"))]),
    ("log.closed", &[("reason", Null)]),
    ("log.continued", &[("reason", Null)]),
    ("recipient.added", OF_RECIPIENTS),
    ("recipient.edited", OF_RECIPIENTS),
    ("recipient.key-replaced", &[("previous", Null)]),
    ("recipient.suspended", &[("reason", Word("erased"))]),
    ("record.accessed", &[("lifted", Empty), ("setting", Null)]),
    ("record.added", OF_RECORDS),
    ("record.tagged", &[("added", Empty), ("label", Word("V")), ("removed", Empty)]),
    ("record.versioned", OF_RECORDS),
    ("representative.added", &[("evidence", Word("erased"))]),
    ("safety.disclosed", OF_SAFETY),
    ("safety.reviewed", &[("text", Word("erased"))]),
    ("session.noted", &[("declined", Empty), ("setting_reason", Null)]),
    ("training.added", &[("course", Word("erased"))]),
    ("vault.created", &[("contact", Null), ("name", Null)]),
    ("vault.rekeyed", &[("reason", Null)]),
];

fn of_kind(kind: &str) -> impl Iterator<Item = &'static (&'static str, Stead)> {
    let own = OF_KINDS.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, fields)| fields);
    OF_ANY.iter().chain(own)
}

/// Whether this field of an event of this kind may be erased.
pub fn may_be_erased(kind: &str, field: &str) -> bool {
    of_kind(kind).any(|(name, _)| *name == field)
}

/// Puts something in the place of every field that may be erased and is not there.
pub(super) fn fill(kind: &str, fields: &mut Map<String, Value>) {
    for (name, stead) in of_kind(kind) {
        if !fields.contains_key(*name) {
            let value = value_of(*stead, fields);
            fields.insert((*name).to_owned(), value);
        }
    }
}

fn value_of(stead: Stead, fields: &Map<String, Value>) -> Value {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    match stead {
        Null => Value::Null,
        Empty => Value::Array(Vec::new()),
        Truth(truth) => Value::Bool(truth),
        Word(word) => Value::from(word),
        AliasOf(id) => Value::from(format!("erased-{}", text(id).split('-').next_back().unwrap_or_default())),
        Day => Value::from(text("time").split('T').next().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::practice::event::Body;
    use crate::practice::event::Event;
    use serde_json::json;

    /// What is always kept, whatever the kind.
    const KEPT: [&str; 13] = [
        "kind",
        "time",
        "client",
        "recipient",
        "record",
        "records",
        "disclosure",
        "object",
        "seal",
        "sha256",
        "size",
        "origin",
        "index",
    ];

    #[test]
    fn the_table_names_fields_that_there_are_and_none_that_are_kept() {
        for (kind, fields) in OF_KINDS {
            let names = Body::names(kind).unwrap_or_else(|| panic!("{kind}"));
            for (name, _) in fields.iter() {
                assert!(names.contains(name), "{kind} has no {name}");
                assert!(!KEPT.contains(name), "{kind}: {name}");
            }
            assert!(fields.is_sorted_by(|a, b| a.0 < b.0), "{kind}");
        }
        assert!(OF_KINDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(Body::KINDS.iter().all(|kind| may_be_erased(kind, "actor") && !may_be_erased(kind, "time")));
    }

    /// An event of which everything is there that cannot go.
    fn least(kind: &str) -> Map<String, Value> {
        let fields = json!({
            "accounting.suspended": {"disclosure": "d-0123456789abcdef", "statement": "oral", "until": "2026-12-21"},
            "agreement.added": {"agreement": "a-0123456789abcdef", "agreement_type": "supervision",
                "effective": "2026-11-21", "ends": null, "protocol": 1, "recipient": "p-0123456789abcdef",
                "signed_on": "2026-11-21"},
            "agreement.ended": {"agreement": "a-0123456789abcdef", "on": "2026-11-21"},
            "colleague.nudged": {"about": "talk", "recipient": null},
            "concern.opened": {"by": "staff", "client": null, "concern": "o-0123456789abcdef", "due": "2026-11-28",
                "group": null, "kinds": [], "recipients": [], "records": [], "slot": null},
            "concern.resolved": {"addressed": "yes", "concern": "o-0123456789abcdef"},
            "export.made": {"expires": "2026-11-22T09:30:00Z", "machine": "0123456789abcdef",
                "path_sha256": "00".repeat(32), "record": null, "sha256": "00".repeat(32), "size": 5, "version": null},
            "followup.done": {"followup": "f-0123456789abcdef"},
            "group.called-off": {"group": "g-0123456789abcdef"},
            "group.planned": {"date": "2026-11-28", "facilitators": [], "group": "g-0123456789abcdef",
                "participants": []},
            "inquiry.logged": {"inquiry": "q-0123456789abcdef"},
            "safety.disclosed": {"client": "c-0123456789abcdef", "client_told": "no",
                "disclosure": "d-0123456789abcdef", "followups": [], "imminent": "yes", "serious": "yes",
                "threat_to": "self"},
            "safety.reviewed": {"disclosure": "d-0123456789abcdef", "followups": [], "result": "justified"},
            "session.noted": {"comfort": null, "concerns_asked": null, "record": "r-0123456789abcdef"},
            "consent.completed": consent(),
            "consent.granted": consent(),
            "consent.marked-false": {"consent": "k-0123456789abcdef"},
            "representative.added": {"authority": "parent", "client": "c-0123456789abcdef",
                "from": "2026-11-21", "recipient": "p-0123456789abcdef", "relationship": "parent", "until": null},
            "training.added": {"on": "2026-11-21", "recipient": "p-0123456789abcdef",
                "training": "t-0123456789abcdef", "valid_until": "2027-11-21"},
            "vault.created": {"capacity": "professional", "epoch": 1, "key_files": [], "lifted": [],
                "machine": "0123456789abcdef", "owners": [], "profiles": [], "recipient": "age1", "time_zone": "UTC",
                "verifier": "v"},
            "client.added": {"client": "c-0123456789abcdef"},
            "client.edited": {"client": "c-0123456789abcdef"},
            "recipient.added": {"key": null, "previous": null, "recipient": "p-0123456789abcdef", "verified": null,
                "vkey": null},
            "recipient.edited": {"recipient": "p-0123456789abcdef"},
            "recipient.key-replaced": {"key": "age1", "recipient": "p-0123456789abcdef", "vkey": null},
            "recipient.suspended": {"on": "2026-11-21", "recipient": "p-0123456789abcdef"},
            "record.added": version(),
            "record.versioned": version(),
            "record.tagged": {"record": "r-0123456789abcdef"},
            "record.accessed": {"how": "show", "record": "r-0123456789abcdef", "version": 1},
            "disclosure.made": {"basis": "consent", "client": null, "disclosure": "d-0123456789abcdef",
                "medium": "package", "package": null, "purpose": "treat", "recipient": "p-0123456789abcdef",
                "records": [], "size": null},
            "disclosure.refused": {"basis": "consent", "client": null, "purpose": "treat",
                "recipient": "p-0123456789abcdef", "records": []},
            "disclosure.told": {"de_identified": false, "disclosure": "d-0123456789abcdef"},
            "event.erased": {"fields": ["title"], "index": 3, "origin": "subrosa/q5c3f7kz2m"},
            "log.closed": {"header": "00".repeat(32), "vkey": "v"},
            "log.continued": {"have": {"root": "00".repeat(32), "size": 3}, "machine": "0123456789abcdef",
                "origin": "subrosa/q5c3f7kz2m", "root": "00".repeat(32), "size": 3, "vkey": "v"},
            "vault.rekeyed": {"epoch": 2, "key_files": [], "recipient": "age1"},
        });
        let mut fields = fields[kind].as_object().unwrap_or_else(|| panic!("{kind}")).clone();
        fields.insert("kind".to_owned(), json!(kind));
        fields.insert("time".to_owned(), json!("2026-11-21T09:30:00Z"));
        fields
    }

    fn consent() -> Value {
        json!({"client": "c-0123456789abcdef", "consent": "k-0123456789abcdef", "de_identified": false,
            "disclosers": [], "effective": null, "kinds": [], "legal_proceedings": false, "no_expiry": false,
            "note_class": null, "purposes": [], "recipients": [], "service_from": null, "service_to": null,
            "signed_by": [], "signed_on": null, "tags": [], "until": null})
    }

    fn version() -> Value {
        json!({"client": null, "object": "0123456789abcdef", "record": "r-0123456789abcdef",
            "seal": "00".repeat(32), "sha256": "00".repeat(32), "size": 5, "version": 1})
    }

    #[test]
    fn an_event_of_which_all_went_that_may_go_is_one_still() {
        for (kind, _) in OF_KINDS {
            let left = least(kind);
            assert!(Event::from_fields(left.clone()).is_err(), "{kind}: as a whole one it is refused");
            let event = Event::from_rest(left.clone()).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!((event.body.kind(), event.actor.as_str()), (*kind, "erased"));
            assert!(left.iter().all(|(name, value)| event.to_fields()[name] == *value), "{kind}: what is left counts");
            for name in left.keys() {
                let mut less = left.clone();
                less.remove(name);
                assert!(Event::from_rest(less).is_err(), "{kind}: {name} is kept");
            }
        }
    }

    #[test]
    fn whose_alias_is_gone_has_one_of_his_own() {
        let fields = Event::from_rest(least("client.added")).unwrap().to_fields();
        assert_eq!((&fields["alias"], &fields["part2"]), (&json!("erased-0123456789abcdef"), &json!(true)));
        let fields = Event::from_rest(least("record.added")).unwrap().to_fields();
        assert_eq!((&fields["date"], &fields["label"]), (&json!("2026-11-21"), &json!("V")));
    }
}
