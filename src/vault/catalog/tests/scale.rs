//! What it costs. `SUBROSA_SCALE=1000000 cargo test --release scale -- --nocapture` tells the times at the design size;
//! without it the same questions are asked of a thousand records.

use std::io::Write as _;
use std::time::Instant;

use super::*;
use crate::practice::event::Body;
use crate::practice::record::RecordVersion;
use crate::vocabulary::RecordKind;

const SCALE: Option<&str> = option_env!("SUBROSA_SCALE");

/// Fifty people over thirty years: clients with some hundred records each, tags common and rare, a disclosure now and
/// then.
fn event_at(index: u64) -> Folded {
    let record = |n| RecordVersion {
        date: day(n / 91),
        record_kind: RecordKind::ALL[usize::try_from(n % 23).unwrap()],
        tags: match n % 1000 {
            501 => tags(&["intake", "rare"]),
            n if n % 2 == 0 => tags(&["hiv"]),
            _ => tags(&["bereavement", "intake"]),
        },
        ..version(n, 1, Some(n % 10_000))
    };
    let body = match index {
        1 => created(),
        2..=201 => Body::ClientAdded(client(index, &format!("x{index}"))),
        n if n % 50 == 0 => disclosed(n, n % 10_000, 1, Listed::Here(refs(&[n + 1, n + 2]))),
        n if n % 50 == 49 => tagged(n - 3, &["sdv"], &["hiv"]),
        n => Body::RecordAdded(record(n)),
    };
    folded(index, body)
}

fn tell(what: &str, since: Instant) {
    if SCALE.is_some() {
        let _ = writeln!(std::io::stderr(), "{what}: {:.1} ms", since.elapsed().as_secs_f64() * 1000.0);
    }
}

#[test]
fn scale() {
    let scale: u64 = SCALE.map_or(1000, |scale| scale.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.db");
    let now = Instant::now();
    let mut catalog = Catalog::open(&path, &key(), machine(1)).unwrap();
    tell("begin", now);
    let now = Instant::now();
    (1..=scale).for_each(|index| drop(event_at(index)));
    tell("make the events, without folding", now);
    let now = Instant::now();
    catalog.fold(to(scale + 1), (1..=scale).map(event_at).map(Ok::<_, Infallible>)).unwrap();
    tell("fold, with making the events", now);
    let now = Instant::now();
    fold(&mut catalog, scale + 3, &[folded(scale + 1, accessed(205)), folded(scale + 2, tagged(205, &["late"], &[]))]);
    tell("fold two more", now);
    let now = Instant::now();
    drop(catalog);
    tell("close", now);
    let now = Instant::now();
    let catalog = Catalog::open(&path, &key(), machine(1)).unwrap();
    assert_eq!(catalog.position().unwrap(), Some(to(scale + 3)));
    tell("open and ask the position", now);

    let list = |what: &str, filter: RecordFilter, most: usize| {
        let now = Instant::now();
        let mut count = 0;
        let each = |_| {
            count += 1;
            Ok::<_, CatalogError>(true)
        };
        catalog.records(&RecordFilter { limit: Some(50), ..filter }, each).unwrap();
        tell(&format!("list of {count}, {what}"), now);
        assert!(count > 0 && count <= most);
    };
    let any = RecordFilter::default;
    list("all", any(), 50);
    list("common tag", RecordFilter { tags: tags(&["hiv"]), ..any() }, 50);
    list("rare and common tag", RecordFilter { tags: tags(&["intake", "rare"]), ..any() }, 50);
    list("tag of one", RecordFilter { tags: tags(&["late"]), ..any() }, 1);
    list("one client's", RecordFilter { client: Some(id("c-", 203)), tags: tags(&["intake"]), ..any() }, 50);
    list("kind and tag", RecordFilter { kind: Some(RecordKind::Letter), tags: tags(&["hiv"]), ..any() }, 50);
    list("until early", RecordFilter { until: Some(day(3)), tags: tags(&["intake"]), ..any() }, 50);

    let now = Instant::now();
    let mut count = 0;
    let filter = EntryFilter { kind: Some("disclosure.made".to_owned()), limit: Some(50), ..EntryFilter::default() };
    let each = |_| {
        count += 1;
        Ok::<_, CatalogError>(true)
    };
    catalog.entries(&filter, each).unwrap();
    tell(&format!("log of {count}"), now);
    let now = Instant::now();
    let record = catalog.touched(1).unwrap().unwrap();
    let shortest = catalog.shortest_prefix(IdKind::Record, &record.to_string()).unwrap();
    let prefix = record.body()[..shortest].to_owned();
    assert_eq!(catalog.ids_with_prefix(IdKind::Record, &prefix, 2).unwrap(), [record.to_string()]);
    catalog.record(record).unwrap().unwrap();
    catalog.versions(record).unwrap();
    catalog.disclosures_of(record).unwrap();
    tell("one record by prefix, its versions and disclosures", now);
    let now = Instant::now();
    let mut count = 0;
    let each = |_| {
        count += 1;
        Ok::<_, CatalogError>(())
    };
    catalog.each_object(each).unwrap();
    tell(&format!("all {count} objects"), now);
    let now = Instant::now();
    catalog.verify_pages().unwrap();
    tell("verify pages", now);
    let size = std::fs::metadata(&path).unwrap().len();
    tell(&format!("a file of {} MB; then nothing", size / 1_000_000), Instant::now());
}
