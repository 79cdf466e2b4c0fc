//! Whether what is shown of an entry is that of an event: the names of its fields, shown and hidden, are those of its
//! kind. A key can sign anything; what no vault writes is called so. Must not know where the entry stands.

use serde_json::Value;

use crate::ledger::shown::Shown;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::time::Timestamp;

/// Compares the fields with the list of the kind. `Ok(false)` for a kind that is not known here, of which nothing can be
/// told; else the reason why it is no event.
pub fn check(shown: &Shown) -> Result<bool, String> {
    let Some(kind) = shown.value("kind").and_then(Value::as_str) else {
        return Err("the proof does not show of which kind its entry is".to_owned());
    };
    let Some(names) = Body::names(kind) else { return Ok(false) };
    let mut there: Vec<&str> = shown.shown().map(|(name, _)| name).chain(shown.hidden()).collect();
    there.sort_unstable();
    if let Some(missing) = names.iter().find(|name| !there.contains(name)) {
        return Err(format!("its entry has no field {missing}, which every {kind} has"));
    }
    if let Some(surplus) = there.iter().find(|name| !names.contains(name)) {
        return Err(format!("its entry has a field {surplus:?}, which no {kind} has"));
    }
    let is_time = |time: &Value| time.as_str().is_some_and(|time| time.parse::<Timestamp>().is_ok());
    if shown.value("time").is_some_and(|time| !is_time(time)) {
        return Err("the time in its entry is none".to_owned());
    }
    if shown.hidden().is_empty() {
        let fields = shown.shown().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        Event::from_fields(fields).map_err(|error| error.to_string())?;
    }
    Ok(true)
}
