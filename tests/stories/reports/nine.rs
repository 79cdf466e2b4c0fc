//! A client asks who has seen the record: nine rows, three of them asked for by HIPAA, four by Part 2, two told all the same.
//! Most of these bases cannot be named in a command yet, so their entries are written as the library does.

use rand_core::OsRng;
use serde_json::Value;
use subrosa::id::DisclosureId;
use subrosa::practice::disclosure::DisclosureMade;
use subrosa::practice::disclosure::Listed;
use subrosa::practice::disclosure::RecordRef;
use subrosa::practice::event::Body;
use subrosa::time::Timestamp;
use subrosa::vault::desk::Desk;
use subrosa::vault::error::VaultError;
use subrosa::vocabulary::Basis;
use subrosa::vocabulary::Label;
use subrosa::vocabulary::Medium;
use subrosa::vocabulary::Purpose;

use super::DAY;
use super::report;
use super::told;
use crate::forger::open_vault;
use crate::practice::Practice;

/// Appends a disclosure of mk-01's letter to Dr Lee.
pub(super) fn disclose(practice: &Practice, basis: Basis, purpose: Purpose, medium: Medium) {
    let mut vault = open_vault(practice);
    let catalog = vault.catalog();
    let client = catalog.client_by_alias("mk-01").unwrap().unwrap().id();
    let recipient = catalog.recipient_by_alias("dr-lee").unwrap().unwrap().id();
    let record = catalog.touched(1).unwrap().unwrap();
    let records = if medium == Medium::Oral { vec![] } else { vec![RecordRef { record, version: 1 }] };
    let made = DisclosureMade {
        basis,
        client: Some(client),
        consent: None,
        disclosure: DisclosureId::random(&mut OsRng),
        expires: None,
        group: None,
        label: Label::R,
        medium,
        notice: vec![],
        package: None,
        purpose,
        receipt: None,
        recipient,
        recipient_key: None,
        records: Listed::Here(records),
        series: None,
        setting: None,
        size: None,
        verified: None,
        why: None,
    };
    let now = Timestamp::from_unix(practice.now);
    let mut desk = Desk { vault: &mut vault, clock: &|| now, rng: &mut OsRng };
    desk.append(|_| Ok::<_, VaultError>(vec![Body::DisclosureMade(made).into()])).unwrap();
}

#[test]
fn nine_rows_three_for_hipaa_four_for_part_2_and_two_told_all_the_same() {
    let mut practice = told();
    practice.now += 6 * 365 * DAY;
    for (basis, purpose, medium) in [
        (Basis::CourtOrder, Purpose::Legal, Medium::Paper),
        (Basis::Threat, Purpose::Threat, Medium::Oral),
        (Basis::RequiredByLaw, Purpose::MandatedReport, Medium::Paper),
        (Basis::SelfSame, Purpose::ClientRequest, Medium::Paper),
    ] {
        disclose(&practice, basis, purpose, medium);
        practice.now += DAY;
    }
    practice.ok(&["client", "edit", "mk-01", "--part2"]);
    for purpose in [Purpose::Treat, Purpose::Coordinate, Purpose::Supervise, Purpose::SupportNetwork] {
        disclose(&practice, Basis::Consent, purpose, Medium::Paper);
        practice.now += DAY;
    }
    let all = report(&practice, &[]);
    assert_eq!(
        all["totals"],
        serde_json::json!({"rows": 9, "disclosures": 9, "hipaa": 3, "part2": 4, "policy": 2}),
        "{all}"
    );
    let row = |at: usize, name: &str| all["rows"][at][name].clone();
    assert_eq!(row(1, "flags"), serde_json::json!(["NO-CONSENT"]));
    assert_eq!(row(2, "flags"), serde_json::json!(["SAFETY", "NO-CONSENT"]));
    assert_eq!(row(2, "description"), "what was needed to avert harm, told by mouth");
    assert_eq!((row(2, "required_by"), row(2, "part2")), (serde_json::json!(["hipaa"]), Value::Null));
    assert_eq!((row(4, "hipaa"), row(4, "flags")), ("individual".into(), serde_json::json!([])));
    assert_eq!((row(5, "hipaa"), row(5, "part2")), ("authorised".into(), "required".into()));
    for (law, rows) in [("hipaa", 3), ("part2", 4)] {
        assert_eq!(report(&practice, &["--statutory-only", law, "--for-client"])["totals"]["rows"], rows);
    }
    // What was made for safety, or without the client, is an override.
    let overrides = practice.ok(&["report", "overrides"]).stdout;
    assert_eq!(overrides.matches("NO-CONSENT").count(), 3, "{overrides}");
    assert!(practice.ok(&["ledger", "verify"]).stdout.starts_with("CONTINUOUS"));
}
