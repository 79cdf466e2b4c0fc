//! Ids that stand for one thing alone. No program writes one twice, but whoever has the log's key can: then a disclosure's
//! id would name whichever of the two suits.

use std::collections::BTreeMap;

use crate::id::DisclosureId;
use crate::id::LogId;
use crate::ledger::opening::PER_FILE;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::places;

/// The disclosures so far, each with the entry that made it.
#[derive(Debug, Default)]
pub(super) struct Disclosures(BTreeMap<DisclosureId, (LogId, u64)>);

impl Disclosures {
    /// The next one; what is wrong when there is one of that id already.
    pub fn made(&mut self, id: DisclosureId, log: LogId, index: u64) -> Option<Finding> {
        let Some((first_log, first)) = self.0.get(&id) else {
            self.0.insert(id, (log, index));
            return None;
        };
        let of = if *first_log == log { String::new() } else { format!(" of the ledger {first_log}") };
        let text = format!("its disclosure has the id {id}, which is that of entry {first}{of}");
        let file = Some(places::journal(log, index / PER_FILE));
        Some(Finding { fault: Fault::Malformed, index: Some(index), file, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_one_disclosure() {
        let mut made = Disclosures::default();
        let (one, other): (DisclosureId, DisclosureId) =
            ("d-0123456789abcdef".parse().unwrap(), "d-0123456789abcdeg".parse().unwrap());
        let log: LogId = "geehs5mm0z".parse().unwrap();
        assert_eq!((made.made(one, log, 3), made.made(other, log, 4)), (None, None));
        let found = made.made(one, log, 9).unwrap();
        assert_eq!((found.fault, found.index), (Fault::Malformed, Some(9)));
        assert!(found.text.ends_with("which is that of entry 3"), "{}", found.text);
    }
}
