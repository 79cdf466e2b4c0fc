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

/// So long after a group was closed nobody asks for a talk before it any more.
const MADE_UP: &str = "30d";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// What counts: before the group, from its planning on. One that was not held until its day is made up for later, but not
/// for ever once the group is closed. Nothing counts as a talk after a group that is not closed, nor for one that was called off.
pub fn window(group: &Group, which: Which, zone: &Zone) -> Option<Window> {
    let closed = group.closed.as_ref().map(|(_, at)| *at);
    let met = group.met(zone);
    match which {
        _ if group.called_off.is_some() => None,
        Which::Before => {
            let until = closed.map(|at| at.date_in(zone).max(met));
            let until = until.and_then(|day| MADE_UP.parse::<Span>().ok()?.from_date(day, false).ok());
            Some(Window { from: group.filed.date_in(zone).min(met), until, filed_from: None })
        }
        Which::After => Some(Window { from: met, until: None, filed_from: Some(closed?) }),
    }
}

/// An individual session: which, of what day, and when it was filed.
pub type Session = (RecordId, Date, Timestamp);

/// Which session was which of the talks, each of one: as many talks as there can be, and of those that compete the first. So
/// each session that is filed counts for the first talk that is still wanting, and takes none from those before it.
pub fn matched(wanted: &[Window], sessions: &[Session]) -> Vec<Option<RecordId>> {
    let mut held: Vec<Option<usize>> = vec![None; sessions.len()];
    for talk in 0..wanted.len() {
        find(talk, wanted, sessions, &mut held, &mut vec![false; sessions.len()]);
    }
    let session = |talk| held.iter().position(|one| *one == Some(talk)).map(|session| sessions[session].0);
    (0..wanted.len()).map(session).collect()
}

/// Finds a session for a talk; whoever has it finds another.
fn find(talk: usize, wanted: &[Window], sessions: &[Session], held: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for (n, (_, day, filed)) in sessions.iter().enumerate() {
        if seen[n] || !wanted[talk].admits(*day, *filed) {
            continue;
        }
        seen[n] = true;
        let is_free = match held[n] {
            None => true,
            Some(other) => find(other, wanted, sessions, held, seen),
        };
        if is_free {
            held[n] = Some(talk);
            return true;
        }
    }
    false
}

/// By when it is due: on the day of the group, or so long after it (`periods.talk`). What would lead beyond the calendar is
/// due on the day itself.
pub fn due(group: &Group, which: Which, period: Span, zone: &Zone) -> Date {
    let met = group.met(zone);
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
    use crate::practice::group::GroupCalledOff;
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
        assert_eq!((before.from, before.until), (date("2026-11-21"), None));
        assert_eq!(window(&group, Which::After, &zone), None);
        let closed = GroupClosed {
            common: RecordId::random(&mut OsRng),
            group: group.id(),
            parts: Vec::new(),
            setting: Setting::ClosedRoom,
        };
        group.close(closed, at("2026-11-28T18:00:00Z"));
        // What was held in time may be filed late, and what was not held is made up for.
        let before = window(&group, Which::Before, &zone).unwrap();
        assert!(before.admits(date("2026-11-28"), at("2026-12-01T18:00:00Z")));
        assert!(before.admits(date("2026-12-28"), at("2026-12-28T12:00:00Z")));
        assert!(!before.admits(date("2026-12-29"), at("2026-12-29T12:00:00Z")));
        let after = window(&group, Which::After, &zone).unwrap();
        assert_eq!((after.from, after.filed_from), (date("2026-11-28"), Some(at("2026-11-28T18:00:00Z"))));
        let week = "7d".parse().unwrap();
        assert_eq!(due(&group, Which::Before, week, &zone), date("2026-11-28"));
        assert_eq!(due(&group, Which::After, week, &zone), date("2026-12-05"));
        group
            .call_off(GroupCalledOff { group: group.id(), reason: "ill".parse().unwrap() }, at("2026-11-28T19:00:00Z"));
        assert_eq!(Which::BOTH.map(|which| window(&group, which, &zone)), [None, None]);
    }

    #[test]
    fn a_session_is_one_talk_the_first_that_is_wanting_and_takes_none_from_another() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let window =
            |from: &str, until: Option<&str>| Window { from: date(from), until: until.map(date), filed_from: None };
        let session = |day: &str| (RecordId::random(&mut OsRng), date(day), at("2026-12-31T12:00:00Z"));
        let wanted = [window("2026-12-01", None), window("2026-12-01", Some("2026-12-03")), window("2026-12-05", None)];
        let (one, two, three) = (session("2026-12-02"), session("2026-12-04"), session("2026-12-06"));
        assert_eq!(matched(&wanted, &[]), [None, None, None]);
        assert_eq!(matched(&wanted, &[one]), [Some(one.0), None, None]);
        // The first makes room for what nothing else could be.
        assert_eq!(matched(&wanted, &[one, two]), [Some(two.0), Some(one.0), None]);
        assert_eq!(matched(&wanted, &[one, two, three]), [Some(two.0), Some(one.0), Some(three.0)]);
        assert_eq!(matched(&wanted[2..], &[one, two]), [None]);
    }
}
