//! What is asked of every reader of the ledger's formats, whatever bytes it is given: it does not panic, and what it reads is
//! spelled again to the same bytes. One function a reader, listed in [`TARGETS`]: libFuzzer calls them through
//! `fuzz_targets/`, and the story `fuzzing` with changed known answers in every run of the tests.

use subrosa::digest::Digest;
use subrosa::jcs;
use subrosa::keys::signer::Origin;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::signer::VerifierKey;
use subrosa::keys::signer::WitnessVerifier;
use subrosa::ledger::audit;
use subrosa::ledger::card::Card;
use subrosa::ledger::card::VerifiedCard;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::cosignature;
use subrosa::ledger::journal;
use subrosa::ledger::journal::Line;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::note::NOTE_LIMIT;
use subrosa::ledger::note::Note;
use subrosa::ledger::opening::PER_FILE;
use subrosa::ledger::proof::Proof;
use subrosa::ledger::shown::Shown;
use subrosa::ledger::statement;
use subrosa::ledger::statement::Body;
use subrosa::ledger::successor::Successor;
use subrosa::ledger::tile;
use subrosa::ledger::tile::TilePath;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::ledger::witnessing::Request;
use subrosa::vault::evidence::Evidence;

/// A target: its name, and what is asked of the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("bundle", bundle),
    ("card", card),
    ("checkpoint", checkpoint),
    ("cosignature", cosignature),
    ("evidence", evidence),
    ("journal", journal),
    ("json", json),
    ("leaf", leaf),
    ("log", log),
    ("note", note),
    ("opening", opening),
    ("proof", proof),
    ("request", request),
    ("shown", shown),
    ("successor", successor),
    ("tile_path", tile_path),
    ("vkey", vkey),
];

/// The key of the known answers, whose seed is 32 bytes of 0x01.
pub fn key() -> SigningKey {
    let text = "PRIVATE+KEY+subrosa/q5c3f7kz2m+8803ed97+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
    SigningKey::parse_private(text).expect("a known answer")
}

fn text(data: &[u8]) -> &str {
    std::str::from_utf8(data).unwrap_or_default()
}

/// An entry bundle, or a hash tile, of the width that its first two bytes say.
pub fn bundle(data: &[u8]) {
    let Some((width, bytes)) = data.split_first_chunk() else { return };
    let width = u16::from_be_bytes(*width) % (tile::WIDTH + 2);
    if let Ok(entries) = tile::decode_entries(bytes, width) {
        let mut again = Vec::new();
        for entry in &entries {
            tile::encode_entry(entry, &mut again).expect("it came out of a bundle");
        }
        assert_eq!((again.as_slice(), entries.len()), (bytes, usize::from(width)));
    }
    if let Ok(hashes) = tile::decode_hashes(bytes, width) {
        assert_eq!(tile::encode_hashes(&hashes), bytes);
    }
}

/// A contact card.
pub fn card(data: &[u8]) {
    is_spelled_again::<Card>(data);
    if let Ok(verified) = VerifiedCard::open(data) {
        assert!(verified.card().safety_number().to_string().len() >= 30);
    }
}

/// The text of a checkpoint, and a signed one.
pub fn checkpoint(data: &[u8]) {
    if let Ok(head) = Checkpoint::parse(text(data)) {
        assert_eq!(head.text().as_bytes(), data);
        assert!(head.size > 0);
    }
    if let Ok(verified) = VerifiedCheckpoint::open(data, &key().verifier()) {
        assert_eq!((verified.bytes(), &verified.head().origin), (data, key().origin()));
        assert!(data.starts_with(verified.head().text().as_bytes()));
    }
}

/// A checkpoint with cosignatures, by the witness that the key of the known answers would be.
pub fn cosignature(data: &[u8]) {
    let Ok(note) = Note::parse(data, NOTE_LIMIT) else { return };
    let log = key().verifier();
    let witness = WitnessVerifier::from_public(log.origin().clone(), log.public()).expect("a sound key");
    if let Ok(counted) = cosignature::counted(&note, &[witness], &log) {
        assert!(counted.is_empty(), "the log's own key does not count");
    }
}

/// Evidence of a fork.
pub fn evidence(data: &[u8]) {
    if let Some(evidence) = Evidence::parse(data) {
        assert_eq!(evidence.to_bytes(), data);
        let [smaller, larger] = &evidence.claimed;
        assert!(smaller.size <= larger.size);
        let _ = evidence.why.is_some_and(|why| why.excludes(smaller, larger));
    }
}

/// A journal file.
pub fn journal(data: &[u8]) {
    if let Ok(openings) = journal::parse_journal(data, 0..PER_FILE) {
        let lines = openings.iter().map(|line| line.to_bytes().expect("it was read"));
        assert_eq!(lines.collect::<Vec<_>>().concat(), data);
        assert!(openings.is_sorted_by(|a, b| a.index() < b.index()));
    }
}

/// Canonical JSON.
pub fn json(data: &[u8]) {
    if let Ok(value) = jcs::parse(data) {
        assert_eq!(jcs::spell(&value).expect("it was read"), data);
    }
}

/// A leaf.
pub fn leaf(data: &[u8]) {
    if let Ok(leaf) = Leaf::parse(data) {
        assert_eq!(leaf.to_bytes(), data);
        assert!(leaf.may_stand_at(0) != leaf.may_stand_at(1));
    }
}

/// A log of 300 entries whose tiles are what is given, cut anywhere: an audit finds fault and ends.
pub fn log(data: &[u8]) {
    let key = key();
    let mut tiles = MemoryTiles::default();
    let mut rest = data;
    for path in tile::tiles_of(300) {
        let (length, bytes) =
            rest.split_first_chunk().map_or((0, rest), |(length, bytes)| (u16::from_be_bytes(*length), bytes));
        let (file, after) = bytes.split_at(usize::from(length).min(bytes.len()));
        tiles.files.insert(path, file.to_vec());
        rest = after;
    }
    let head = Checkpoint { origin: key.origin().clone(), size: 300, root: Digest::of(b"") };
    let head = VerifiedCheckpoint::sign(head, &key).expect("its own log");
    let (counts, findings) = audit::audit(&tiles, head.head(), &key.verifier(), |_, _| {});
    assert!(!findings.is_empty() && counts.leaves <= 300);
}

/// A signed note.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data, NOTE_LIMIT) {
        assert_eq!(note.to_bytes(), data);
        let text = note.text.clone();
        if let Ok(verified) = note.verify(&[key().verifier()]) {
            assert_eq!((verified.text(), verified.signers().len()), (text.as_str(), 1));
        }
    }
}

/// One line of a journal.
pub fn opening(data: &[u8]) {
    if let Ok(line) = Line::parse(data) {
        assert_eq!(line.to_bytes().expect("it was read"), data);
        let sealed = Leaf::Sealed { commitment: Digest::of(data) };
        assert!(!line.matches(key().origin(), &sealed));
    }
}

/// A proof of one entry, with its extra data.
pub fn proof(data: &[u8]) {
    if let Ok(proof) = Proof::parse(data) {
        assert_eq!(proof.to_bytes(), data);
        assert!(proof.index() < proof.claimed().size);
        let is_shown = proof.extra().map(Shown::parse);
        if let Some(Ok(shown)) = is_shown
            && let Ok(leaf) = shown.leaf(&proof.claimed().origin, proof.index())
        {
            let _ = proof.holds_for(&leaf);
        }
    }
}

/// A request to a witness.
pub fn request(data: &[u8]) {
    if let Ok(request) = Request::parse(data) {
        assert_eq!(request.to_bytes(), data);
        let head = request.claimed().expect("it was read");
        if let Ok(verified) = request.judge(&key().verifier(), None) {
            assert_eq!(*verified.head(), head);
        }
    }
}

/// What a proof shows of an event.
pub fn shown(data: &[u8]) {
    if let Ok(shown) = Shown::parse(data) {
        assert_eq!(shown.to_bytes().expect("it was read"), data);
        assert!(shown.shown().count() + shown.hidden().len() > 0);
        let _ = shown.leaf(key().origin(), 1);
    }
}

/// The link from one log to the next.
pub fn successor(data: &[u8]) {
    is_spelled_again::<Successor>(data);
    if let Ok(link) = Successor::open(data, &key().verifier()) {
        assert!(link.size > 0 && link.vkey.origin() != key().origin());
    }
}

/// A tile's path.
pub fn tile_path(data: &[u8]) {
    if let Ok(path) = text(data).parse::<TilePath>() {
        assert_eq!(path.to_string().as_bytes(), data);
    }
}

/// Keys and names.
pub fn vkey(data: &[u8]) {
    if let Ok(key) = text(data).parse::<VerifierKey>() {
        assert_eq!(key.to_string().as_bytes(), data);
    }
    if let Ok(key) = text(data).parse::<WitnessVerifier>() {
        assert_eq!(key.to_string().as_bytes(), data);
    }
    if let Ok(key) = SigningKey::parse_private(text(data)) {
        assert_eq!(key.private_text().reveal_secret().as_bytes(), data);
    }
    if let Ok(origin) = text(data).parse::<Origin>() {
        assert_eq!(origin.as_str().as_bytes(), data);
    }
}

/// A statement whose body has one spelling: signed again it has the same text.
fn is_spelled_again<T: Body>(data: &[u8]) {
    if let Ok(body) = statement::claimed::<T>(data) {
        let text = Note::parse(data, T::KIND.limit).expect("a statement is a note").text;
        let again = statement::sign(&body, &key()).expect("it was read");
        assert_eq!(Note::parse(&again, T::KIND.limit).expect("it was signed").text, text);
    }
}
