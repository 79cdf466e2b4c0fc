//! What a page of the accounting says besides its rows, in words that the printed and the drawn form share. Must not know
//! how either looks.

use crate::policy::accounting::Regime;
use crate::report::accounting::Accounting;
use crate::report::accounting::Audience;
use crate::report::accounting::LeftOut;
use crate::report::accounting::Looked;
use crate::report::accounting::Row;
use crate::report::accounting::SUSPENDED;
use crate::vocabulary::Profile;

/// Its title.
pub const TITLE: &str = "Accounting of disclosures";
/// Instead of rows.
pub fn nothing(report: &Accounting) -> String {
    match report.statutory {
        Some(regime) => format!("In these days there is nothing that {} asks for.", regime.name()),
        None => "Nothing was disclosed in these days.".to_owned(),
    }
}

/// Whose it is, about whom, and what it was made from.
pub fn facts(report: &Accounting) -> Vec<(&'static str, String)> {
    let head = &report.head;
    let practice = [&head.practice, &head.contact].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    let mut facts = vec![("About", report.called().to_owned())];
    if !practice.is_empty() {
        facts.push(("From", practice));
    }
    facts.push(("Days", format!("{} ({})", report.range(), head.time_zone)));
    facts.extend(report.shown().map(|shown| ("Shown", shown)));
    facts.push(("Made", format!("{} by {}", head.made, head.actor)));
    facts.push(("Ledger", format!("{}, {} entries, root {}", head.origin, head.size, head.root)));
    facts
}

/// The day of a row, or the days of a series.
pub fn days(row: &Row) -> String {
    match row.first == row.last {
        true => row.first.to_string(),
        false => format!("{} to {}", row.first, row.last),
    }
}

/// What "required by" means here, a sentence a line.
pub fn marks(report: &Accounting) -> Vec<String> {
    let is_shown = |looked: &&Looked| report.statutory.is_none_or(|regime| regime == looked.regime);
    let mut lines: Vec<String> = report
        .look_backs
        .iter()
        .filter(is_shown)
        .map(|looked| {
            format!(
                "{}: {} asks that this is told, for {} years back: since {}. Rows so marked: {}.",
                looked.regime.name(),
                looked.rule.source,
                looked.rule.years,
                looked.from,
                report.marked(Some(looked.regime))
            )
        })
        .collect();
    if report.statutory.is_none() {
        lines.push(format!(
            "practice policy: no law asks for it; this practice tells it all the same: {}.",
            report.marked(None)
        ));
    }
    let adopted = |regime: Regime| match regime {
        Regime::Hipaa => report.head.profiles.contains(&Profile::Hipaa),
        Regime::Part2 => report.head.profiles.contains(&Profile::Part2),
    };
    if report.audience != Audience::Client {
        let shown = Regime::ALL.into_iter().filter(|regime| report.statutory.is_none_or(|only| only == *regime));
        for regime in shown.filter(|regime| !adopted(*regime)) {
            lines.push(format!(
                "This practice has not adopted the profile {}: the mark says what the law would ask of one that is under it.",
                regime.as_str()
            ));
        }
    }
    if report.rows.iter().any(|row| row.suspended.is_some()) {
        lines.push(format!(
            "{SUSPENDED}: an agency stated that the client is not to be told yet (45 CFR 164.528(a)(2)). The client's copy \
             has no trace of it until that day is over."
        ));
    }
    if report.rows.iter().any(|row| row.disclosures.len() > 1) {
        lines.push(
            "SERIES: several disclosures to one recipient for one purpose, told as the first, how many, and the last \
                    (45 CFR 164.528(b)(3))."
                .to_owned(),
        );
    }
    lines
}

/// What the laws that are shown leave out. They are counted among all that was disclosed in these days.
pub fn left_out(report: &Accounting) -> impl Iterator<Item = &LeftOut> {
    report.left_out.iter().filter(|left| report.statutory.is_none_or(|regime| regime == left.regime))
}

/// Among what they are counted, where less than that is shown.
pub fn counted(report: &Accounting) -> Option<&'static str> {
    report.statutory.map(|_| "Counted among all that was disclosed in these days, of which this page shows a part.")
}

/// What stands at the end.
pub fn foot(report: &Accounting) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(contact) = report.head.contact.as_ref().filter(|_| report.audience == Audience::Client) {
        lines.push(format!("If anything here surprises you, please ask: {contact}."));
    }
    lines.push(
        "Recipients stand here as they were known on the day. Each row is an entry of a signed ledger, which can be \
                proved; this page applies rules and is no legal advice."
            .to_owned(),
    );
    lines
}
