//! The accounting as an object for a program. Every field is always there. Must not know where it goes.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::policy::accounting::Regime;
use crate::policy::accounting::Standing;
use crate::policy::accounting::plain as basis;
use crate::report::accounting::Accounting;
use crate::report::accounting::Audience;
use crate::report::accounting::Row;
use crate::report::accounting::SUSPENDED;
use crate::report::plain;

/// The fields of the object, but for its schema.
pub fn object(report: &Accounting) -> Map<String, Value> {
    let head = &report.head;
    let is_client = report.audience == Audience::Client;
    let profiles: Vec<&str> = head.profiles.iter().map(|profile| profile.as_str()).collect();
    let look_backs: Vec<Value> = report.look_backs.iter().map(|looked| {
        json!({"regime": looked.regime.as_str(), "years": looked.rule.years, "from": looked.from.to_string(), "source": looked.rule.source})
    }).collect();
    let exceptions: Vec<Value> = report.left_out.iter().map(|left| {
        let (regime, why) = (left.regime.as_str(), left.exception);
        json!({"regime": regime, "id": why.as_str(), "text": why.text(), "source": why.source(), "count": left.count})
    }).collect();
    let value = json!({
        "client": {"id": report.client.to_string(), "alias": report.alias.as_str()},
        "name": report.name,
        "practice": {"name": head.practice, "contact": head.contact, "time_zone": head.time_zone, "profiles": profiles},
        "made": head.made.to_string(),
        "actor": head.actor,
        "since": report.since.map(|day| day.to_string()),
        "as_of": report.as_of.to_string(),
        "for_client": is_client,
        "internal": report.audience == Audience::Internal,
        "statutory_only": report.statutory.map(Regime::as_str),
        "look_backs": look_backs,
        "rows": report.rows.iter().map(row).collect::<Vec<_>>(),
        "exceptions": exceptions,
        "totals": {
            "rows": report.rows.len(),
            "disclosures": report.disclosures(),
            "hipaa": report.marked(Some(Regime::Hipaa)),
            "part2": report.marked(Some(Regime::Part2)),
            "policy": report.marked(None),
        },
        "head": {"origin": head.origin, "size": head.size, "root": head.root},
    });
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("it is written as an object above"),
    }
}

/// The object as a file, its schema first.
pub fn file(report: &Accounting, schema: &str) -> String {
    let mut fields = Map::new();
    fields.insert("schema".to_owned(), schema.into());
    fields.extend(object(report));
    format!("{}\n", Value::Object(fields))
}

fn row(row: &Row) -> Value {
    let (basis_text, basis_source) = basis(row.basis);
    let recipient = row.alias.as_ref().map(|alias| json!({"id": row.recipient_id.to_string(), "alias": alias}));
    let [hipaa, part2] = row.standings.map(standing);
    let is_dated = |word: &String| word.starts_with(SUSPENDED);
    let flags = row.flag_words().into_iter().map(|word| if is_dated(&word) { SUSPENDED.to_owned() } else { word });
    let flags: Vec<String> = flags.collect();
    json!({
        "disclosures": row.disclosures.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "count": row.disclosures.len(),
        "time": row.time.to_string(),
        "date": row.first.to_string(),
        "last": row.last.to_string(),
        "recipient": recipient,
        "name": row.recipient,
        "organisation": row.organisation,
        "address": row.address,
        "description": row.what,
        "purpose": row.purpose.as_str(),
        "purpose_text": plain::purpose(row.purpose),
        "basis": row.basis.as_str(),
        "basis_text": basis_text,
        "basis_source": basis_source,
        "medium": row.medium.as_str(),
        "required_by": row.required.iter().map(|regime| regime.as_str()).collect::<Vec<_>>(),
        "hipaa": hipaa,
        "part2": part2,
        "flags": flags,
        "until": row.suspended.map(|until| until.to_string()),
        "why": row.why,
    })
}

/// `required`, the exception that leaves it out, or nothing where the law has nothing to say.
fn standing(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Required => Some("required"),
        Standing::Excepted(exception) => Some(exception.as_str()),
        Standing::Outside => None,
    }
}
