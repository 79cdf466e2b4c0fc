//! Days as people type them: of what has happened, and until when something holds (`docs/command-line.md`, "Dates").
//! Must not know what happened.

use crate::cli::failure::Failure;
use crate::time::Date;
use crate::time::When;
use crate::time::Zone;

/// The day on which something happened, `today` where nobody said; a span counts back. One that is still to come is a slip.
pub fn happened(given: Option<When>, flag: &str, today: Date, zone: &Zone) -> Result<Date, Failure> {
    let day = given.map_or(Ok(today), |when| when.since(today, zone))?;
    if day > today {
        return Err(Failure::usage(format!("{flag}: {day} is still to come")));
    }
    Ok(day)
}

/// The last day of something that begins on `first`; a span counts on from there. A last day before the first is a slip.
pub fn last(given: Option<When>, flag: &str, first: Date, zone: &Zone) -> Result<Option<Date>, Failure> {
    let day = given.map(|when| when.until(first, zone)).transpose()?;
    if let Some(day) = day.filter(|day| *day < first) {
        return Err(Failure::usage(format!("{flag}: {day} is before its first day, {first}")));
    }
    Ok(day)
}
