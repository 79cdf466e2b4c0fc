//! Cosignatures (<https://c2sp.org/tlog-cosignature>, `cosignature/v1`): a witness says at what time a head was the
//! newest it knew, and that it continued all it had seen before. [`cosign`] makes one; [`counted`] tells which
//! cosignatures of a note count. Must not know where known witnesses are kept, or how many are enough.

use crate::keys::signer::VerifierKey;
use crate::keys::signer::WitnessKey;
use crate::keys::signer::WitnessVerifier;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::note::Note;
use crate::ledger::note::NoteError;
use crate::ledger::note::SignatureLine;
use crate::time::Timestamp;

/// A cosignature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Whose it is.
    pub witness: WitnessVerifier,
    /// When the witness knew no newer head.
    pub time: Timestamp,
}

/// What is signed: a header that keeps it apart from every other signed text, the time, and the checkpoint's text.
fn message(text: &str, unix: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {unix}\n{text}").into_bytes()
}

/// The line that says: at `time`, `head` is the newest head that the owner of `key` knows of this log. Whoever calls
/// this has compared it with what he held, and has stored it; a time before 1970 is said as its first second.
pub fn cosign(head: &VerifiedCheckpoint, time: Timestamp, key: &WitnessKey) -> SignatureLine {
    // No cosignature is made without a time (tlog-witness, add-checkpoint), and 0 is how one would be left out.
    let unix = u64::try_from(time.unix()).unwrap_or(0).max(1);
    let mut signature = unix.to_be_bytes().to_vec();
    signature.extend_from_slice(&key.sign(&message(&head.head().text(), unix)));
    SignatureLine { name: key.origin().clone(), key_id: key.verifier().key_id(), signature }
}

/// The time of a cosignature by `witness` over `text`, if it holds.
fn time_of(text: &str, signature: &[u8], witness: &WitnessVerifier) -> Option<Timestamp> {
    let (time, signature) = signature.split_first_chunk()?;
    let unix = u64::from_be_bytes(*time);
    let time = Timestamp::from_unix(i64::try_from(unix).ok()?);
    // 0 says nothing of a time; one that we cannot tell (after the year 9999) says nothing to us.
    let is_told = unix > 0 && time.unix().unsigned_abs() == unix;
    (is_told && witness.verify(&message(text, unix), signature)).then_some(time)
}

/// Those of the `known` witnesses that cosigned `note`, a checkpoint of `log`'s, each with the time it vouches for.
/// Lines by others are ignored. A known witness's line that does not hold or stands twice rejects the whole note, as
/// the signed-note specification wants it. Witnesses are told apart by their public keys alone: one that is known by
/// two names counts once, at the earlier time, and the log's own key never counts, since it would vouch for itself.
pub fn counted(note: &Note, known: &[WitnessVerifier], log: &VerifierKey) -> Result<Vec<Cosignature>, NoteError> {
    let mut seen: Vec<(&str, u32)> = Vec::new();
    let mut counted: Vec<Cosignature> = Vec::new();
    for line in &note.signatures {
        let is_named = |key: &&WitnessVerifier| *key.origin() == line.name && key.key_id() == line.key_id;
        if !known.iter().any(|key| is_named(&key)) {
            continue;
        }
        if seen.contains(&(line.name.as_str(), line.key_id)) {
            return Err(NoteError::Repeated(line.name.clone()));
        }
        seen.push((line.name.as_str(), line.key_id));
        // Two keys of one name may share an id, which is four bytes: the line is by whichever it holds for.
        let held =
            known.iter().filter(is_named).find_map(|key| Some((key, time_of(&note.text, &line.signature, key)?)));
        let (witness, time) = held.ok_or_else(|| NoteError::BadSignature(line.name.clone()))?;
        if witness.public() == log.public() {
            continue;
        }
        match counted.iter_mut().find(|other| other.witness.public() == witness.public()) {
            Some(other) if other.time <= time => {}
            Some(other) => *other = Cosignature { witness: witness.clone(), time },
            None => counted.push(Cosignature { witness: witness.clone(), time }),
        }
    }
    Ok(counted)
}

/// How many witnesses these are: as many as they have public keys, the log's own not among them.
pub fn witnesses(known: &[WitnessVerifier], log: &VerifierKey) -> usize {
    let mut keys: Vec<_> = known.iter().map(WitnessVerifier::public).filter(|key| *key != log.public()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The earliest time by which `quorum` witnesses had seen the head: the `quorum`-th of their times in order, the
/// earliest first. `None` where fewer counted, or none is wanted.
pub fn agreed_time(counted: &[Cosignature], quorum: usize) -> Option<Timestamp> {
    let mut times: Vec<_> = counted.iter().map(|cosignature| cosignature.time).collect();
    times.sort_unstable();
    times.get(quorum.checked_sub(1)?).copied()
}

/// How many witnesses had seen the head by a time, and that time. Both belong together: where `quorum` are wanted, it is
/// the time at which they all had, and how many had by then; where none is, all that counted and the latest of their
/// times. `None` where nobody counted, or fewer than are wanted.
pub fn vouched(counted: &[Cosignature], quorum: Option<usize>) -> Option<(usize, Timestamp)> {
    let time = agreed_time(counted, quorum.unwrap_or(counted.len()))?;
    Some((counted.iter().filter(|cosignature| cosignature.time <= time).count(), time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::keys::signer::SigningKey;
    use crate::ledger::checkpoint::Checkpoint;
    use crate::ledger::note::NOTE_LIMIT;
    use proptest::prelude::*;
    use rand_core::OsRng;

    fn signed() -> (SigningKey, VerifiedCheckpoint) {
        let key = SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng);
        let head = Checkpoint { origin: key.origin().clone(), size: 7, root: Digest::of(b"root") };
        let signed = VerifiedCheckpoint::sign(head, &key).unwrap();
        (key, signed)
    }

    fn witness(name: &str) -> WitnessKey {
        WitnessKey::generate(name.parse().unwrap(), &mut OsRng)
    }

    fn note(head: &VerifiedCheckpoint, lines: Vec<SignatureLine>) -> Note {
        let mut note = Note::parse(head.bytes(), NOTE_LIMIT).unwrap();
        note.signatures.extend(lines);
        note
    }

    fn at(unix: i64) -> Timestamp {
        Timestamp::from_unix(unix)
    }

    #[test]
    fn the_message_is_that_of_the_specification() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = format!("cosignature/v1\ntime 1679315147\n{text}");
        assert_eq!(message(text, 1_679_315_147), expected.as_bytes());
    }

    #[test]
    fn known_witnesses_count_by_their_key() {
        let (log, head) = signed();
        let log = log.verifier();
        let (one, two) = (witness("witness.example/w1"), witness("witness.example/w2"));
        let lines = || vec![cosign(&head, at(100), &one), cosign(&head, at(200), &two)];
        let known = [one.verifier(), two.verifier()];
        let all = counted(&note(&head, lines()), &known, &log).unwrap();
        assert_eq!(all.iter().map(|all| all.time).collect::<Vec<_>>(), [at(100), at(200)]);
        assert_eq!((agreed_time(&all, 1), agreed_time(&all, 2)), (Some(at(100)), Some(at(200))));
        assert_eq!((agreed_time(&all, 3), agreed_time(&all, 0)), (None, None));
        assert_eq!((vouched(&all, None), vouched(&all, Some(1))), (Some((2, at(200))), Some((1, at(100)))));
        assert_eq!((vouched(&all, Some(2)), vouched(&all, Some(3))), (Some((2, at(200))), None));
        assert_eq!(vouched(&[], None), None);
        assert_eq!(counted(&note(&head, lines()), &known[1..], &log).unwrap(), all[1..], "the unknown one is ignored");
        assert_eq!(counted(&note(&head, lines()), &[], &log), Ok(vec![]));

        // One key under two names.
        let alias = WitnessVerifier::from_public("else.example/w".parse().unwrap(), one.verifier().public()).unwrap();
        let mut line = cosign(&head, at(50), &one);
        (line.name, line.key_id) = (alias.origin().clone(), alias.key_id());
        let both = note(&head, vec![cosign(&head, at(100), &one), line]);
        let once = counted(&both, &[one.verifier(), alias.clone()], &log).unwrap();
        assert_eq!(once.iter().map(|once| once.time).collect::<Vec<_>>(), [at(50)]);
        assert_eq!(witnesses(&[one.verifier(), alias, two.verifier()], &log), 2);
    }

    #[test]
    fn the_log_does_not_witness_itself() {
        let (log, head) = signed();
        // The last part, which may hold a plus sign itself.
        let seed = log.private_text().reveal_secret().splitn(5, '+').last().unwrap().to_owned();
        let same = WitnessVerifier::from_public("w".parse().unwrap(), log.verifier().public()).unwrap();
        let mut bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, seed).unwrap();
        bytes[0] = 4;
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        let own = WitnessKey::parse_private(&format!("PRIVATE+KEY+w+{:08x}+{text}", same.key_id())).unwrap();
        let cosigned = note(&head, vec![cosign(&head, at(9), &own)]);
        assert_eq!(counted(&cosigned, std::slice::from_ref(&same), &log.verifier()), Ok(vec![]));
        assert_eq!(witnesses(&[same], &log.verifier()), 0);
        // Nor does a line of the log's own type, in a witness's name.
        let one = witness("w");
        let mut posing = Note::parse(head.bytes(), NOTE_LIMIT).unwrap().signatures[0].clone();
        posing.name = one.origin().clone();
        assert_eq!(counted(&note(&head, vec![posing.clone()]), &[one.verifier()], &log.verifier()), Ok(vec![]));
        posing.key_id = one.verifier().key_id();
        let posing = note(&head, vec![posing]);
        assert!(matches!(counted(&posing, &[one.verifier()], &log.verifier()), Err(NoteError::BadSignature(_))));
    }

    #[test]
    fn a_false_line_of_a_known_witness_rejects_the_note() {
        let (log, head) = signed();
        let one = witness("w");
        let good = cosign(&head, at(100), &one);
        let check = |lines| counted(&note(&head, lines), &[one.verifier()], &log.verifier());
        assert_eq!(check(vec![good.clone()]).unwrap().len(), 1);
        assert_eq!(check(vec![good.clone(), good.clone()]), Err(NoteError::Repeated("w".parse().unwrap())));
        for byte in 0..good.signature.len() {
            let mut forged = good.clone();
            forged.signature[byte] ^= 1;
            let wrong = Err(NoteError::BadSignature("w".parse().unwrap()));
            assert_eq!(check(vec![forged.clone()]), wrong, "byte {byte}");
            assert_eq!(check(vec![forged, good.clone()]), wrong, "before a good one");
        }
        for length in [0, 7, 8, 71, 73] {
            let mut cut = good.clone();
            cut.signature.resize(length, 0);
            assert!(check(vec![cut]).is_err(), "{length}");
        }
        // No time, and times that do not exist.
        for unix in [0, 1 << 63, u64::MAX, (1 << 63) - 1] {
            let mut line = good.clone();
            let signature = one.sign(&message(&head.head().text(), unix));
            line.signature = [&unix.to_be_bytes()[..], &signature].concat();
            assert!(check(vec![line]).is_err(), "{unix}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cosigned_holds_for_its_time_and_text_alone(unix in -5..=i64::from(u32::MAX), size in 1..1000u64) {
            let (log, _) = signed();
            let head = Checkpoint { origin: log.origin().clone(), size, root: Digest::of(b"r") };
            let head = VerifiedCheckpoint::sign(head, &log).unwrap();
            let one = witness("w");
            let line = cosign(&head, at(unix), &one);
            let found = counted(&note(&head, vec![line.clone()]), &[one.verifier()], &log.verifier()).unwrap();
            prop_assert_eq!(found[0].time, at(unix.max(1)));
            let (_, other) = signed();
            prop_assert!(counted(&note(&other, vec![line]), &[one.verifier()], &log.verifier()).is_err());
        }
    }
}
