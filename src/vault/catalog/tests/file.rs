//! The file: whatever is no sound catalogue is begun anew, and nothing can be read from it without the key.

use std::fs;
use std::path::Path;

use super::*;
use crate::practice::event::Body;

fn story() -> Vec<Folded> {
    let mut bodies =
        vec![created(), Body::ClientAdded(client(1, "larkspur")), Body::RecipientAdded(recipient(1, "dr-lee", None))];
    bodies.extend((1..=200).map(|n| Body::RecordAdded(version(n, 1, Some(1)))));
    bodies.push(disclosed(1, 1, 1, Listed::Here(refs(&[1, 2]))));
    (1..).zip(bodies).map(|(index, body)| folded(index, body)).collect()
}

fn open(path: &Path) -> Catalog {
    Catalog::open(path, &key(), machine(1)).unwrap()
}

/// A directory with the story's catalogue in it; whether its write-ahead log was emptied into the database.
fn told(emptied: bool) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.db");
    let mut catalog = open(&path);
    fold(&mut catalog, 300, &story());
    if emptied {
        catalog.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }
    (directory, path)
}

/// Removes what stands beside the database, so that another one can take its place.
fn without_log(path: &Path) {
    fs::remove_file(path.with_extension("db-wal")).unwrap();
    fs::remove_file(path.with_extension("db-shm")).unwrap();
}

fn is_whole(catalog: &Catalog) -> bool {
    let mut count = 0;
    let read = catalog.records(&RecordFilter::default(), |_| {
        count += 1;
        Ok::<_, CatalogError>(true)
    });
    catalog.verify_pages().is_ok() && read.is_ok() && count == 200
}

#[test]
fn it_is_found_again() {
    for emptied in [false, true] {
        let (_directory, path) = told(emptied);
        let mut memory = Catalog::in_memory(machine(1)).unwrap();
        fold(&mut memory, 300, &story());
        let catalog = open(&path);
        assert_eq!(catalog.position().unwrap(), Some(to(300)));
        assert!(is_whole(&catalog));
        assert_eq!(dump(&catalog), dump(&memory));
    }
}

#[cfg(unix)]
#[test]
fn its_files_are_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (directory, path) = told(false);
    let _catalog = open(&path);
    let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn no_word_of_it_stands_in_its_files() {
    for emptied in [false, true] {
        let (directory, _path) = told(emptied);
        let bytes: Vec<u8> =
            fs::read_dir(&directory).unwrap().flat_map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
        assert!(bytes.len() > 100_000);
        let holds = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        let record = version(1, 1, None);
        let (record, object) = (record.record.to_string(), record.object.to_string());
        for word in ["larkspur", "Larkspur", "Marisol", "dr-lee", "Wetherby", "Hydrangea", "bereavement", "notes.txt"] {
            assert!(!holds(word), "{word}");
        }
        for word in [&*record, &object, "supervis", "record.added", "CREATE TABLE", "SQLite format"] {
            assert!(!holds(word), "{word}");
        }
    }
}

#[test]
fn another_key_another_machine_and_another_version_begin_anew() {
    let begun_anew = |catalog: Catalog| catalog.position().unwrap().is_none() && dump(&catalog).len() == 1;
    let (_directory, path) = told(true);
    assert!(begun_anew(Catalog::open(&path, &Key::new([8; 32]), machine(1)).unwrap()));
    let (_directory, path) = told(false);
    assert!(begun_anew(Catalog::open(&path, &key(), machine(2)).unwrap()));
    let (_directory, path) = told(false);
    open(&path).db.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    assert!(begun_anew(open(&path)));
}

#[test]
fn garbage_begins_anew() {
    let (_directory, path) = told(true);
    for garbage in [&b"garbage"[..], &[0; 4096], &[0xa5; 20_000], b"SQLite format 3\0 and then nothing of the kind"] {
        fs::write(&path, garbage).unwrap();
        let mut catalog = open(&path);
        assert_eq!(catalog.position().unwrap(), None);
        fold(&mut catalog, 300, &story());
        assert!(is_whole(&catalog));
        drop(catalog);
        without_log(&path);
    }
}

/// What a caller does: opens it, and when it is damaged or behind, resets it and folds from the start.
fn mended(path: &Path) -> Catalog {
    let mut catalog = open(path);
    if catalog.position().ok().flatten() != Some(to(300)) || !is_whole(&catalog) {
        catalog.reset().unwrap();
        fold(&mut catalog, 300, &story());
    }
    catalog
}

#[test]
fn every_damage_is_noticed_and_mended() {
    // A byte of every third page; of every fifteenth in the ordinary run.
    let step = option_env!("SUBROSA_SCALE").map_or(15, |_| 3) * 4096 - 97;
    let (_directory, path) = told(true);
    let whole = fs::read(&path).unwrap();
    let mut memory = Catalog::in_memory(machine(1)).unwrap();
    fold(&mut memory, 300, &story());
    let memory = dump(&memory);
    let damages = (0..whole.len()).step_by(step).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    });
    let cuts = [0, 1, 100, 4095, 4096, 5000, 8192, whole.len() / 2, whole.len() - 4096, whole.len() - 1];
    for bytes in damages.chain(cuts.map(|length| whole[..length].to_vec())) {
        fs::write(&path, &bytes).unwrap();
        let catalog = open(&path);
        let unnoticed = catalog.position().is_ok_and(|position| position.is_some()) && is_whole(&catalog);
        assert!(!unnoticed, "a file of {} bytes", bytes.len());
        drop(catalog);
        assert!(dump(&mended(&path)) == memory);
        without_log(&path);
    }
}

#[test]
fn a_query_on_a_broken_page_says_that_it_is_damaged() {
    let (_directory, path) = told(true);
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    // The tables' own descriptions, in the first pages, stay: a file without them is begun anew when it is opened.
    bytes[length / 2..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let catalog = open(&path);
    let read = catalog.entries(&EntryFilter::default(), |_| Ok::<_, CatalogError>(true));
    assert!(matches!(read, Err(CatalogError::Damaged { .. })), "{read:?}");
    let mut catalog = open(&path);
    let again = catalog.fold(to(301), [Ok::<_, Infallible>(folded(300, owner_added("bea")))].into_iter());
    assert!(matches!(again, Err(FoldError::Catalog(CatalogError::Damaged { .. }))), "{again:?}");
}

#[test]
fn a_place_that_cannot_be_written_is_no_damage() {
    let directory = tempfile::tempdir().unwrap();
    for path in [directory.path().join("missing/catalog.db"), directory.path().to_owned()] {
        let error = Catalog::open(&path, &key(), machine(1)).err().unwrap();
        assert!(matches!(error, CatalogError::Unusable { .. }), "{error:?}");
    }
    assert!(directory.path().exists());
}

#[test]
fn two_may_have_it_open() {
    let (_directory, path) = told(false);
    let (one, mut other) = (open(&path), open(&path));
    fold(&mut other, 301, &[folded(300, owner_added("bea"))]);
    assert_eq!(one.position().unwrap(), Some(to(301)));
    one.touch(id("r-", 3)).unwrap();
    assert_eq!(other.touched(1).unwrap(), Some(id("r-", 3)));
}
