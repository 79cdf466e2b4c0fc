//! When an entry can have been made. Its own time is a claim; two things bound it from outside, and no other is used. A
//! cosignature at T over a head of s entries shows that all of those were there at T. An entry that holds the hash of
//! something made at T cannot be older, nor can any after it. [`Bounds`] is shown the entries in order and finds the
//! first whose claim cannot be true, and the first that was there before the time it claims. Must not know events, or where bounds come from.

use std::fmt;

use crate::time::Timestamp;

/// How far two honest clocks may differ, in seconds: as much as a clock may stand behind the last entry before anybody
/// is asked. Without it a clock two minutes ahead of a witness's would be called a lie.
pub const SLACK: i64 = 300;

/// What is said of times that are further apart.
pub const APART: &str = "honest clocks differ by 5 minutes at most";

/// All entries below `size` were there at `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upper {
    /// The size of the head that was cosigned.
    pub size: u64,
    /// When.
    pub time: Timestamp,
}

/// An entry whose time cannot be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The entry.
    pub index: u64,
    /// The time it claims.
    pub time: Timestamp,
    /// What says otherwise.
    pub against: Against,
}

/// What an entry's time is contradicted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The entry before it has this later time.
    Before(Timestamp),
    /// It stands on something that was made only then: it was dated back.
    Made(Timestamp),
    /// It was seen already then: it was dated ahead.
    Seen(Timestamp),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, against, .. } = self;
        match against {
            Against::Before(before) => write!(f, "it is dated {time}, but the entry before it {before}"),
            Against::Made(made) => {
                write!(f, "it is dated {time}, but it stands on what was made only at {made}: {APART}")
            }
            Against::Seen(seen) => write!(f, "it is dated {time}, but it was witnessed at {seen} already: {APART}"),
        }
    }
}

/// The walk along the entries of one log.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// By size, the largest last; of each the earliest time of it and all larger ones.
    uppers: Vec<Upper>,
    /// What the latest thing that an entry so far stands on was made at.
    made: Timestamp,
    last: Timestamp,
    /// The latest time that is declared to be that of a wrong clock.
    declared: Timestamp,
    first: Option<Violation>,
    /// The first entry dated ahead, unless a later one declares that.
    forward: Option<Violation>,
}

impl Bounds {
    /// A walk under these upper bounds.
    pub fn new(mut uppers: Vec<Upper>) -> Self {
        uppers.sort_unstable_by_key(|upper| (upper.size, upper.time));
        let mut earliest = Timestamp::MAX;
        for upper in uppers.iter_mut().rev() {
            earliest = earliest.min(upper.time);
            upper.time = earliest;
        }
        let (made, last, declared) = (Timestamp::MIN, Timestamp::MIN, Timestamp::MIN);
        Self { uppers, made, last, declared, first: None, forward: None }
    }

    /// The next entry holds the hash of something that was made at `time`. Told before [`Self::entry`] of it.
    pub fn stands_on(&mut self, time: Timestamp) {
        self.made = self.made.max(time);
    }

    /// The next entry says itself that times up to `last` are those of a clock that ran ahead (`clock.stepped`): entries
    /// so dated are no lie, they are told in the ledger. Told before [`Self::entry`] of it.
    pub fn declares(&mut self, last: Timestamp) {
        self.declared = self.declared.max(last);
        self.forward = self.forward.filter(|violation| violation.time > self.declared);
    }

    /// The latest time that was so declared.
    pub fn declared(&self) -> Timestamp {
        self.declared
    }

    /// The next entry. Entries without a time are left out.
    pub fn entry(&mut self, index: u64, time: Timestamp) {
        let seen = self.uppers.partition_point(|upper| upper.size <= index);
        let seen = self.uppers.get(seen).map_or(Timestamp::MAX, |upper| upper.time);
        let violation = |against| Violation { index, time, against };
        if time < self.last {
            self.first = self.first.or(Some(violation(Against::Before(self.last))));
        }
        if time.plus_seconds(SLACK) < self.made {
            self.first = self.first.or(Some(violation(Against::Made(self.made))));
        }
        if time > seen.plus_seconds(SLACK) && time > self.declared {
            self.forward = self.forward.or(Some(violation(Against::Seen(seen))));
        }
        self.last = self.last.max(time);
    }

    /// The first entry that is older than it says, and speaks against whoever made it.
    pub fn back_dated(&self) -> Option<Violation> {
        self.first
    }

    /// The first entry dated after a time at which it was there already, unless a clock that ran ahead is declared. It
    /// was not made later than it was seen, so nothing is gained by it; which clock was wrong, nobody can tell.
    pub fn dated_ahead(&self) -> Option<Violation> {
        self.forward
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(unix: i64) -> Timestamp {
        Timestamp::from_unix(unix)
    }

    fn walk(uppers: &[(u64, i64)], times: &[i64]) -> Option<(u64, Against)> {
        let uppers = uppers.iter().map(|&(size, time)| Upper { size, time: at(time) }).collect();
        let mut bounds = Bounds::new(uppers);
        for (index, time) in (1..).zip(times) {
            bounds.entry(index, at(*time));
        }
        let found = [bounds.back_dated(), bounds.dated_ahead()].into_iter().flatten();
        found.min_by_key(|violation| violation.index).map(|violation| (violation.index, violation.against))
    }

    #[test]
    fn times_never_run_backwards() {
        assert_eq!(walk(&[], &[10, 10, 900_000, 900_000]), None, "a clock that jumps forward is no alarm");
        assert_eq!(walk(&[], &[10, 9, 8]), Some((2, Against::Before(at(10)))));
    }

    #[test]
    fn what_was_seen_is_not_younger() {
        // Size 3 at 1000 is the entries 1 and 2.
        assert_eq!(walk(&[(3, 1000)], &[900, 1000 + SLACK, 5000]), None);
        assert_eq!(walk(&[(3, 1000)], &[900, 1001 + SLACK, 5000]), Some((2, Against::Seen(at(1000)))));
        // A later head's earlier cosignature bounds the entries of the smaller one too.
        assert_eq!(walk(&[(2, 9000), (3, 1000)], &[2000]), Some((1, Against::Seen(at(1000)))));
        assert_eq!(walk(&[(2, 1000), (9, 9000)], &[900, 5000]), None);
        assert_eq!(walk(&[(2, 1000), (2, 9000)], &[5000]), Some((1, Against::Seen(at(1000)))));
    }

    #[test]
    fn what_stands_on_something_is_not_older() {
        let mut bounds = Bounds::new(Vec::new());
        bounds.entry(1, at(10));
        bounds.stands_on(at(1000));
        bounds.entry(2, at(1000 - SLACK));
        assert_eq!(bounds.back_dated(), None);
        bounds.stands_on(at(5000));
        bounds.entry(3, at(4699));
        bounds.entry(4, at(6000));
        let found = bounds.back_dated().unwrap();
        assert_eq!(bounds.dated_ahead(), None);
        assert_eq!((found.index, found.against), (3, Against::Made(at(5000))));
        assert!(
            found.to_string().contains("made only at 1970-01-01T01:23:20Z: honest clocks differ by 5 minutes"),
            "{found}"
        );
    }

    #[test]
    fn a_clock_that_ran_ahead_and_says_so_is_no_lie() {
        let run = |declared: Option<i64>| {
            let mut bounds = Bounds::new(vec![Upper { size: 9, time: at(1000) }]);
            bounds.entry(1, at(100_000));
            if let Some(last) = declared {
                bounds.declares(at(last));
            }
            bounds.entry(2, at(100_000));
            bounds.dated_ahead().map(|violation| violation.index)
        };
        assert_eq!((run(None), run(Some(99_999)), run(Some(100_000))), (Some(1), Some(1), None));
    }

    proptest! {
        #[test]
        fn the_walk_agrees_with_its_definition(
            uppers in prop::collection::vec((0..9u64, 0..5000i64), 0..4),
            times in prop::collection::vec(0..5000i64, 0..8),
        ) {
            let is_wrong = |(at, &time): (usize, &i64)| {
                let index = at as u64 + 1;
                uppers.iter().any(|&(size, seen)| index < size && time > seen + SLACK)
                    || times[..at].iter().any(|&before| before > time)
            };
            let expected = times.iter().enumerate().position(is_wrong).map(|at| at as u64 + 1);
            prop_assert_eq!(walk(&uppers, &times).map(|(index, _)| index), expected);
        }
    }
}
