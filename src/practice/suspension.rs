//! Suspensions: for as long as an agency says, a disclosure to it does not stand in the accounting that the client is given
//! (45 CFR 164.528(a)(2)). Must not know what an accounting looks like.

use serde::Deserialize;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::DisclosureId;
use crate::practice::words::Line;
use crate::time::Date;
use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vocabulary::AgencyStatement;

/// So long an oral statement holds at most, from its day on, where no written one follows (45 CFR 164.528(a)(2)(ii)).
const ORAL: &str = "30d";

/// `accounting.suspended`: an agency stated that telling the client would impede its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountingSuspended {
    /// The agency.
    pub agency: Line,
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Who stated it for the agency.
    pub official: Line,
    /// How.
    pub statement: AgencyStatement,
    /// The last day of it.
    pub until: Date,
}

/// `accounting.end-noted`: somebody knows of the end, and needs no reminder of it. The end is what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountingEndNoted {
    /// The disclosure.
    pub disclosure: DisclosureId,
}

/// What agencies stated of one disclosure so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// Whom it is about.
    pub client: Option<ClientId>,
    /// The statements, and when each was filed; the last one holds.
    pub statements: Vec<(AccountingSuspended, Timestamp)>,
    /// When its end was noted, since the last statement.
    pub noted: Option<Timestamp>,
}

impl Suspension {
    /// After the first `accounting.suspended`.
    pub fn begun(client: Option<ClientId>, suspended: AccountingSuspended, at: Timestamp) -> Self {
        Self { disclosure: suspended.disclosure, client, statements: vec![(suspended, at)], noted: None }
    }

    /// After a later one, which takes the place of those before.
    pub fn replace(&mut self, suspended: AccountingSuspended, at: Timestamp) {
        self.statements.push((suspended, at));
        self.noted = None;
    }

    /// After `accounting.end-noted`.
    pub fn note_end(&mut self, at: Timestamp) {
        self.noted = Some(at);
    }

    /// The statement that was the last one at an instant.
    pub fn stated(&self, by: Timestamp) -> Option<&AccountingSuspended> {
        self.statements.iter().rev().find(|(_, at)| *at <= by).map(|(suspended, _)| suspended)
    }

    /// The last day of the suspension, if the client is not told on `day`, by what had been stated at its end.
    pub fn holds(&self, day: Date, zone: &Zone) -> Result<Option<Date>, TimeError> {
        let stated = self.stated(zone.end_of(day)?);
        Ok(stated.map(|stated| stated.until).filter(|until| day <= *until))
    }

    /// The day of the first oral statement: later ones give no more time.
    pub fn first_oral(&self, zone: &Zone) -> Option<Date> {
        let oral = self.statements.iter().find(|(stated, _)| stated.statement == AgencyStatement::Oral);
        oral.map(|(_, at)| at.date_in(zone))
    }
}

/// The last day that an oral statement of `day` can name.
pub fn last_of_oral(day: Date) -> Result<Date, TimeError> {
    ORAL.parse::<Span>()?.from_date(day, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    fn day(text: &str) -> Date {
        parse_date(text).unwrap()
    }

    fn stated(statement: AgencyStatement, until: &str) -> AccountingSuspended {
        AccountingSuspended {
            agency: "County police".parse().unwrap(),
            disclosure: "d-0123456789abcdef".parse().unwrap(),
            official: "Sgt Vale".parse().unwrap(),
            statement,
            until: day(until),
        }
    }

    #[test]
    fn an_oral_statement_holds_for_thirty_days_at_most() {
        assert_eq!(last_of_oral(day("2026-11-21")).unwrap(), day("2026-12-21"));
        assert_eq!(last_of_oral(day("2028-01-30")).unwrap(), day("2028-02-29"));
    }

    #[test]
    fn the_last_statement_holds_through_its_last_day_on_the_practices_calendar() {
        let zone: Zone = "America/Bogota".parse().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // At 04:00 in Greenwich it is still the 20th there.
        let oral = stated(AgencyStatement::Oral, "2026-12-01");
        let mut suspension = Suspension::begun(None, oral, at("2026-11-21T04:00:00Z"));
        let holds = |suspension: &Suspension, text: &str| suspension.holds(day(text), &zone).unwrap();
        assert_eq!(suspension.first_oral(&zone), Some(day("2026-11-20")));
        assert_eq!(holds(&suspension, "2026-11-19"), None);
        assert_eq!(holds(&suspension, "2026-11-20"), Some(day("2026-12-01")));
        assert_eq!(holds(&suspension, "2026-12-01"), Some(day("2026-12-01")));
        assert_eq!(holds(&suspension, "2026-12-02"), None);
        suspension.note_end(at("2026-11-22T04:00:00Z"));
        suspension.replace(stated(AgencyStatement::Written, "2027-02-01"), at("2026-11-25T12:00:00Z"));
        assert_eq!((suspension.noted, suspension.first_oral(&zone)), (None, Some(day("2026-11-20"))));
        assert_eq!(holds(&suspension, "2026-11-24"), Some(day("2026-12-01")), "as it was said then");
        assert_eq!(holds(&suspension, "2027-02-01"), Some(day("2027-02-01")));
        assert_eq!(holds(&suspension, "2027-02-02"), None);
        // Ended early: its last day is the day on which that is said.
        suspension.replace(stated(AgencyStatement::Written, "2026-11-30"), at("2026-11-30T12:00:00Z"));
        assert_eq!((holds(&suspension, "2026-11-30").is_some(), holds(&suspension, "2026-12-01")), (true, None));
    }
}
