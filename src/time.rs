//! Time as values: instants in whole seconds, dates, spans, zones, and what people type for them.
//! Must not know the clock: what time it is, is always an argument.

use std::fmt;
use std::str::FromStr;

pub use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;

/// An instant in whole seconds, spelled in RFC 3339 with `Z`: `2026-11-21T09:30:00Z`. From the year 0000 to 9999-12-30.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// Why a text is no instant, date, span or zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not RFC 3339 in UTC with whole seconds.
    #[error("{0:?} is not a time like 2026-11-21T09:30:00Z")]
    Timestamp(String),
    /// Not a date, an instant or a span.
    #[error("{0:?} is neither a date (2026-11-21), a time (2026-11-21T09:30:00Z) nor a span (30d 6w 12m 2y 50min)")]
    When(String),
    /// Not a date.
    #[error("{0:?} is not a date like 2026-11-21")]
    Date(String),
    /// Not a span.
    #[error("{0:?} is not a span like 30d 6w 12m 2y 50min 30s")]
    Span(String),
    /// No such zone in the time zone database.
    #[error("{0:?} is not a time zone like Europe/Lisbon")]
    Zone(String),
    /// The calculation leaves the years 0000 to 9999.
    #[error("that lies outside the years 0000 to 9999")]
    Range,
}

impl Timestamp {
    /// The first instant there is, for "no lower bound".
    pub const MIN: Self = Self(-62_167_219_200);
    /// The last instant there is.
    pub const MAX: Self = Self(253_402_207_200);

    /// Seconds since 1970-01-01T00:00:00Z, held within the years 0000 to 9999.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// The date on the wall calendar of `zone`.
    pub fn date_in(self, zone: &Zone) -> Date {
        self.instant().to_zoned(zone.0.clone()).date()
    }

    /// `seconds` later; earlier when negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).expect("from_unix keeps it in range")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.instant().strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Reads only what `Display` writes.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Timestamp(text.to_owned());
        let read = Self::from_unix(text.parse::<jiff::Timestamp>().map_err(|_| wrong())?.as_second());
        if read.to_string() == text { Ok(read) } else { Err(wrong()) }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// A time zone of the IANA database.
#[derive(Clone, Debug)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(jiff::tz::TimeZone::UTC);

    /// The zone of this computer, UTC where it tells none by name.
    pub fn of_system() -> Self {
        let zone = jiff::tz::TimeZone::system();
        if zone.iana_name().is_some() { Self(zone) } else { Self::UTC }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The first instant of `date`.
    pub fn start_of(&self, date: Date) -> Result<Timestamp, TimeError> {
        let midnight = date.to_zoned(self.0.clone()).map_err(|_| TimeError::Range)?;
        Ok(Timestamp::from_unix(midnight.timestamp().as_second()))
    }

    /// The last second of `date`: a bare date as an end lasts to the end of that day.
    pub fn end_of(&self, date: Date) -> Result<Timestamp, TimeError> {
        Ok(self.start_of(date.tomorrow().map_err(|_| TimeError::Range)?)?.plus_seconds(-1))
    }
}

impl FromStr for Zone {
    type Err = TimeError;

    fn from_str(name: &str) -> Result<Self, TimeError> {
        jiff::tz::TimeZone::get(name).map(Self).map_err(|_| TimeError::Zone(name.to_owned()))
    }
}

/// Reads `2026-11-21`, and nothing else.
pub fn parse_date(text: &str) -> Result<Date, TimeError> {
    let wrong = || TimeError::Date(text.to_owned());
    let date: Date = text.parse().map_err(|_| wrong())?;
    if date.to_string() == text { Ok(date) } else { Err(wrong()) }
}

/// A span as people type it: a number and one of `s min h d w m y`. Months and years are the calendar's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span {
    amount: i32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Seconds(i32),
    Days(i32),
    Months(i32),
}

const UNITS: [(&str, Unit); 7] = [
    ("s", Unit::Seconds(1)),
    ("min", Unit::Seconds(60)),
    ("h", Unit::Seconds(3600)),
    ("d", Unit::Days(1)),
    ("w", Unit::Days(7)),
    ("m", Unit::Months(1)),
    ("y", Unit::Months(12)),
];

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Span(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, word) = text.split_at(digits);
        let amount = number.parse().ok().filter(|n| *n <= 1_000_000).ok_or_else(wrong)?;
        let unit = UNITS.iter().find(|(name, _)| *name == word).ok_or_else(wrong)?.1;
        Ok(Self { amount, unit })
    }
}

impl TryFrom<String> for Span {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl Span {
    /// The moment this span after `now`: days and longer lead to the same time of day in `zone`.
    pub fn after(self, now: Timestamp, zone: &Zone) -> Result<Timestamp, TimeError> {
        if let Unit::Seconds(each) = self.unit {
            return Ok(now.plus_seconds(i64::from(self.amount) * i64::from(each)));
        }
        let day = now.date_in(zone);
        let into_day = now.unix() - zone.start_of(day)?.unix();
        Ok(zone.start_of(self.from_date(day, false)?)?.plus_seconds(into_day))
    }

    /// The date this span after `date` (before it, when `back`); days for what is shorter than a day are none.
    pub fn from_date(self, date: Date, back: bool) -> Result<Date, TimeError> {
        let sign = if back { -1 } else { 1 };
        let span = match self.unit {
            Unit::Seconds(each) => {
                jiff::Span::new().try_days(i64::from(sign) * (i64::from(self.amount) * i64::from(each)) / 86_400)
            }
            Unit::Days(each) => jiff::Span::new().try_days(i64::from(sign) * i64::from(self.amount) * i64::from(each)),
            Unit::Months(each) => {
                jiff::Span::new().try_months(i64::from(sign) * i64::from(self.amount) * i64::from(each))
            }
        };
        span.and_then(|span| date.checked_add(span)).map_err(|_| TimeError::Range)
    }

    /// Its length in seconds, for spans that do not depend on the calendar.
    pub fn seconds(self) -> Option<u64> {
        let each = match self.unit {
            Unit::Seconds(each) => i64::from(each),
            Unit::Days(each) => 86_400 * i64::from(each),
            Unit::Months(_) => return None,
        };
        u64::try_from(i64::from(self.amount) * each).ok()
    }
}

/// A date, an instant or a span, as flags such as `--since` take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// `2026-11-21`
    Date(Date),
    /// `2026-11-21T09:30:00Z`
    Instant(Timestamp),
    /// `30d`
    Span(Span),
}

impl FromStr for When {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Ok(date) = parse_date(text) {
            return Ok(Self::Date(date));
        }
        if let Ok(span) = text.parse() {
            return Ok(Self::Span(span));
        }
        let instant = text.parse::<jiff::Timestamp>().map_err(|_| TimeError::When(text.to_owned()))?;
        Ok(Self::Instant(Timestamp::from_unix(instant.as_second())))
    }
}

impl When {
    /// The first date it means, a span counting back from `today`.
    pub fn since(self, today: Date, zone: &Zone) -> Result<Date, TimeError> {
        self.date(today, zone, true)
    }

    /// The last date it means, a span counting on from `today`.
    pub fn until(self, today: Date, zone: &Zone) -> Result<Date, TimeError> {
        self.date(today, zone, false)
    }

    fn date(self, today: Date, zone: &Zone, back: bool) -> Result<Date, TimeError> {
        match self {
            Self::Date(date) => Ok(date),
            Self::Instant(instant) => Ok(instant.date_in(zone)),
            Self::Span(span) => span.from_date(today, back),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_is_read_back(seconds in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let time = Timestamp::from_unix(seconds);
            prop_assert_eq!(time.to_string().parse(), Ok(time));
        }

        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = text.parse::<Timestamp>();
            let _ = text.parse::<When>();
        }
    }

    #[test]
    fn one_spelling_of_an_instant() {
        for wrong in [
            "2026-11-21T09:30:00.5Z",
            "2026-11-21T09:30:00+00:00",
            "2026-11-21 09:30:00Z",
            "2026-11-21T09:30:00z",
            "2026-11-21",
        ] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans_follow_the_calendar() {
        let date = |text| parse_date(text).unwrap();
        let after = |span: &str, from| span.parse::<Span>().unwrap().from_date(date(from), false).unwrap();
        assert_eq!(after("1m", "2026-01-31"), date("2026-02-28"));
        assert_eq!(after("2y", "2024-02-29"), date("2026-02-28"));
        assert_eq!(after("6w", "2026-11-21"), date("2027-01-02"));
        assert_eq!("30d".parse::<Span>().unwrap().from_date(date("2026-11-21"), true).unwrap(), date("2026-10-22"));
        for wrong in ["", "d", "3", "-3d", "3 d", "3x", "99999999d"] {
            assert!(wrong.parse::<Span>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_ends_with_its_own_midnight() {
        let lisbon: Zone = "Europe/Lisbon".parse().unwrap();
        let day = parse_date("2026-07-01").unwrap();
        assert_eq!(lisbon.end_of(day).unwrap().to_string(), "2026-07-01T22:59:59Z");
        assert_eq!("2026-07-01T23:00:00Z".parse::<Timestamp>().unwrap().date_in(&lisbon).to_string(), "2026-07-02");
    }
}
