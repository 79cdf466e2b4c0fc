//! The crates `ct-merkle` (trees and proofs), `signed_note`, and `tlog_tiles` (checkpoints, tiles, proofs from tiles).

use ct_merkle::ConsistencyProof;
use ct_merkle::InclusionProof;
use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2_11::Sha256;
use signed_note::Verifiers as _;
use subrosa::digest::Digest;
use subrosa::ledger::note;
use subrosa::ledger::tile::TilePath;
use subrosa::ledger::tile::tiles_of;
use subrosa::ledger::tree;
use tlog_tiles::Error;
use tlog_tiles::Hash;
use tlog_tiles::HashReader;
use tlog_tiles::Tile;
use tlog_tiles::TileHashReader;
use tlog_tiles::TileReader;

use super::Log;
use super::SIZES;

fn joined(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn parted(bytes: &[u8]) -> Vec<Digest> {
    bytes.as_chunks::<32>().0.iter().map(|hash| Digest::from_bytes(*hash)).collect()
}

fn root_hash(root: Digest, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

/// The trees of ct-merkle, over the same leaves.
#[test]
fn ct_merkle_gives_the_same_roots_and_proofs() {
    for size in SIZES {
        let log = Log::of(size);
        let mut theirs: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
        log.leaves.iter().for_each(|leaf| theirs.push(leaf.to_bytes()));
        let root = theirs.root();
        assert_eq!(root.as_bytes()[..], log.root().as_bytes()[..], "{size}");
        for index in log.indices() {
            let leaf = &log.leaves[index as usize];
            let mine = tree::inclusion_proof(&log.tiles, index, size).unwrap();
            let their_proof = theirs.prove_inclusion(index as usize);
            assert_eq!(joined(&mine), their_proof.as_bytes(), "{index} of {size}");
            let proof = InclusionProof::from_bytes(joined(&mine));
            assert!(root.verify_inclusion(&leaf.to_bytes(), index, &proof).is_ok(), "{index} of {size}");
            let proof = parted(their_proof.as_bytes());
            assert!(tree::verify_inclusion(&leaf.hash(), index, size, &proof, &log.root()), "{index} of {size}");
            if let Some(first) = mine.first() {
                let flipped = [&[Digest::of(first.as_bytes())], &mine[1..]].concat();
                let proof = InclusionProof::from_bytes(joined(&flipped));
                assert!(root.verify_inclusion(&leaf.to_bytes(), index, &proof).is_err());
                assert!(!tree::verify_inclusion(&leaf.hash(), index, size, &flipped, &log.root()));
            }
        }
        for old in log.earlier() {
            let old_root = log.root_at(old);
            let mine = tree::consistency_proof(&log.tiles, old, size).unwrap();
            let their_proof = theirs.prove_consistency((size - old) as usize);
            assert_eq!(joined(&mine), their_proof.as_bytes(), "{old} in {size}");
            let proof = ConsistencyProof::try_from_bytes(joined(&mine)).unwrap();
            assert!(root.verify_consistency(&root_hash(old_root, old), &proof).is_ok(), "{old} in {size}");
            assert!(root.verify_consistency(&root_hash(Digest::of(b""), old), &proof).is_err(), "{old} in {size}");
            let proof = parted(their_proof.as_bytes());
            assert!(tree::verify_consistency((old, &old_root), (size, &log.root()), &proof), "{old} in {size}");
        }
    }
}

/// Notes, signed and read on both sides.
#[test]
fn signed_note_reads_and_writes_the_same_notes() {
    for size in SIZES {
        let log = Log::of(size);
        let text = log.head.head().text();
        let verifier = signed_note::StandardVerifier::new(&log.key.verifier().to_string()).unwrap();
        let known = signed_note::VerifierList::new(vec![Box::new(verifier)]);
        assert!(known.verifier(log.key.origin().as_str(), log.key.verifier().key_id()).is_ok());
        let theirs = signed_note::Note::from_bytes(log.head.bytes()).unwrap();
        assert_eq!((theirs.text(), theirs.to_bytes()), (text.as_bytes(), log.head.bytes().to_vec()));
        let (by_us, by_others) = theirs.verify(&known).unwrap();
        assert_eq!((by_us.len(), by_others.len()), (1, 0));

        // Ed25519 draws nothing: the same key over the same text is the same note.
        let signer = signed_note::StandardSigner::new(log.key.private_text().reveal_secret()).unwrap();
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&signer]).unwrap();
        assert_eq!(theirs.to_bytes(), log.head.bytes());
        assert_eq!(note::open(&theirs.to_bytes(), &[log.key.verifier()]).unwrap().text(), text);

        // A changed byte is refused by both.
        for at in (0..log.head.bytes().len()).step_by(7) {
            let mut changed = log.head.bytes().to_vec();
            changed[at] ^= 1;
            let theirs = signed_note::Note::from_bytes(&changed).ok().and_then(|note| note.verify(&known).ok());
            assert!(theirs.is_none() && note::open(&changed, &[log.key.verifier()]).is_err(), "byte {at}");
        }
    }
    // A key that they make and a note that they sign are read here.
    let (private, vkey) = signed_note::generate_key(&mut rand_core::OsRng, "example.org/log");
    let mut theirs = signed_note::Note::new(b"one\n\ntwo\n", &[]).unwrap();
    theirs.add_sigs(&[&signed_note::StandardSigner::new(&private).unwrap()]).unwrap();
    assert_eq!(note::open(&theirs.to_bytes(), &[vkey.parse().unwrap()]).unwrap().text(), "one\n\ntwo\n");
    assert_eq!(subrosa::keys::signer::SigningKey::parse_private(&private).unwrap().verifier().to_string(), vkey);
}

/// Reads our tiles for theirs: full ones where the partial ones are gone.
struct OurTiles<'l>(&'l Log);

fn our_path(tile: &Tile) -> TilePath {
    TilePath::Hash { level: tile.level(), index: tile.level_index(), width: tile.width() as u16 }
}

impl TileReader for OurTiles<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| {
            let path = our_path(tile);
            // Their paths name the height as well; the rest is spelled as ours.
            assert_eq!(tile.path().strip_prefix("tile/8/"), path.to_string().strip_prefix("tile/"));
            let files = &self.0.tiles.files;
            let found = files.get(&path).or_else(|| files.get(&path.with_width(256))).expect("a tile of the tree");
            found[..usize::from(path.width()) * 32].to_vec()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// The hashes of all complete subtrees, as they compute and number them.
struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

fn theirs(digest: &Digest) -> Hash {
    Hash(*digest.as_bytes())
}

/// Checkpoints, tiles byte for byte, and proofs drawn from our tiles by their reader, which checks each against the root.
#[test]
fn tlog_tiles_reads_the_checkpoint_and_gives_the_same_tiles_and_proofs() {
    for size in SIZES {
        let log = Log::of(size);
        let text = log.head.head().text();
        let checkpoint = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.size()), (log.key.origin().as_str(), size));
        assert_eq!((checkpoint.hash().0, checkpoint.extension()), (*log.root().as_bytes(), ""));
        assert_eq!(checkpoint.to_bytes(), text.as_bytes());

        let mut stored = Stored(Vec::new());
        for (index, leaf) in log.leaves.iter().enumerate() {
            let more = tlog_tiles::stored_hashes(index as u64, &leaf.to_bytes(), &stored).unwrap();
            stored.0.extend(more);
        }
        assert_eq!(tlog_tiles::tree_hash(size, &stored).unwrap(), *checkpoint.hash());
        let mut expected: Vec<_> = tiles_of(size).filter(|path| matches!(path, TilePath::Hash { .. })).collect();
        for tile in Tile::new_tiles(8, 0, size) {
            assert_eq!(tile.read_data(&stored).unwrap(), log.tiles.files[&our_path(&tile)], "{}", tile.path());
            expected.retain(|path| *path != our_path(&tile));
        }
        assert_eq!(expected, [], "tiles that they do not have");

        let ours = OurTiles(log);
        let reader = TileHashReader::new(size, theirs(&log.root()), &ours);
        for index in log.indices() {
            let hash = theirs(&log.leaves[index as usize].hash());
            let mine = tree::inclusion_proof(&log.tiles, index, size).unwrap();
            let their_proof = tlog_tiles::prove_record(size, index, &reader).unwrap();
            assert_eq!(mine.iter().map(theirs).collect::<Vec<_>>(), their_proof, "{index} of {size}");
            let root = theirs(&log.root());
            assert!(tlog_tiles::check_record(&their_proof, size, root, index, hash).is_ok(), "{index} of {size}");
        }
        for old in log.earlier() {
            let mine = tree::consistency_proof(&log.tiles, old, size).unwrap();
            let their_proof = tlog_tiles::prove_tree(size, old, &reader).unwrap();
            assert_eq!(mine.iter().map(theirs).collect::<Vec<_>>(), their_proof, "{old} in {size}");
            let (root, old_root) = (theirs(&log.root()), theirs(&log.root_at(old)));
            assert!(tlog_tiles::check_tree(&their_proof, size, root, old, old_root).is_ok(), "{old} in {size}");
            assert!(tlog_tiles::check_tree(&their_proof, size, root, old, root).is_err(), "{old} in {size}");
        }
    }
}

/// A tile that was changed is refused by their reader.
#[test]
fn tlog_tiles_refuses_a_changed_tile() {
    for at in [0, 31, 32 * 200] {
        let mut log = Log::grown(257);
        let tile = TilePath::Hash { level: 0, index: 0, width: 256 };
        log.tiles.files.get_mut(&tile).unwrap()[at] ^= 1;
        let ours = OurTiles(&log);
        let reader = TileHashReader::new(257, theirs(&log.root()), &ours);
        assert!(tlog_tiles::prove_record(257, 3, &reader).is_err());
    }
}
