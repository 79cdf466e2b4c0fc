//! Talks with each participant alone, before a group meets and after it ("holding private, individual conversations before and
//! after group interventions"; domain row 33): what counts as one, and by when it is due. Nobody books them: a session that
//! is filed is one. Must not know the records.

use crate::id::ClientId;
use crate::id::RecordId;
use crate::practice::group::Group;
use crate::time::Date;
use crate::time::Span;
use crate::time::Timestamp;
use crate::time::Zone;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Before the group meets.
    Before,
    /// After it met.
    After,
}

impl Which {
    /// In their order.
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];

    /// Its spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A talk with one participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    /// The participant's slot, counted from 1.
    pub slot: u64,
    /// The participant.
    pub client: ClientId,
    /// Which of the two.
    pub which: Which,
    /// The day by which it is due.
    pub due: Date,
    /// The session that was it.
    pub done: Option<RecordId>,
}

/// What an individual session has to be to count as a talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Option<Date>,
    /// Filed then or later.
    pub filed_from: Option<Timestamp>,
}

impl Window {
    /// Whether a session of that day, filed then, is let through.
    pub fn admits(&self, day: Date, filed: Timestamp) -> bool {
        day >= self.from
            && self.until.is_none_or(|until| day <= until)
            && self.filed_from.is_none_or(|from| filed >= from)
    }
}

/// What counts; nothing does as a talk after a group that is not closed.
pub fn window(group: &Group, which: Which, zone: &Zone) -> Option<Window> {
    let closed = group.closed.as_ref().map(|(_, at)| *at);
    let met = group.planned.date;
    match which {
        Which::Before => Some(Window { from: group.filed.date_in(zone).min(met), until: Some(met), filed_from: None }),
        Which::After => Some(Window { from: met, until: None, filed_from: Some(closed?) }),
    }
}

/// By when it is due: on the day of the group, or so long after it (`periods.talk`). What would lead beyond the calendar is
/// due on the day itself.
pub fn due(group: &Group, which: Which, period: Span) -> Date {
    let met = group.planned.date;
    match which {
        Which::Before => met,
        Which::After => period.from_date(met, false).unwrap_or(met),
    }
}

#[cfg(test)]
mod tests {
    use rand_core::OsRng;

    use super::*;
    use crate::id::GroupId;
    use crate::practice::group::GroupClosed;
    use crate::practice::group::GroupPlanned;
    use crate::vocabulary::Setting;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn what_counts_lies_between_planning_and_meeting_or_after_both_meeting_and_closing() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let planned = GroupPlanned {
            date: date("2026-11-28"),
            facilitators: Vec::new(),
            group: GroupId::random(&mut OsRng),
            name: "Family".parse().unwrap(),
            participants: vec![ClientId::random(&mut OsRng)],
        };
        let zone: Zone = "America/Bogota".parse().unwrap();
        let mut group = Group::planned(planned, at("2026-11-22T03:00:00Z"));
        let before = window(&group, Which::Before, &zone).unwrap();
        // It was the 21st there.
        assert_eq!((before.from, before.until), (date("2026-11-21"), Some(date("2026-11-28"))));
        assert_eq!(window(&group, Which::After, &zone), None);
        let closed = GroupClosed {
            common: RecordId::random(&mut OsRng),
            group: group.id(),
            parts: Vec::new(),
            setting: Setting::ClosedRoom,
        };
        group.close(closed, at("2026-11-28T18:00:00Z"));
        // What was held in time may be filed late.
        assert!(before.admits(date("2026-11-28"), at("2026-12-01T18:00:00Z")));
        assert!(!before.admits(date("2026-11-29"), at("2026-11-28T12:00:00Z")));
        let after = window(&group, Which::After, &zone).unwrap();
        assert_eq!((after.from, after.filed_from), (date("2026-11-28"), Some(at("2026-11-28T18:00:00Z"))));
        let week = "7d".parse().unwrap();
        assert_eq!(due(&group, Which::Before, week), date("2026-11-28"));
        assert_eq!(due(&group, Which::After, week), date("2026-12-05"));
    }
}
