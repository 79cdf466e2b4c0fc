//! Judges: the ledger as programs and libraries read it that nobody here wrote. Theirs check ours, ours check theirs, and
//! where both make the same thing the bytes are the same. A judge that is not installed is left out, and said so aloud.

mod crates;
mod programs;
mod python;
mod witness;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand_core::OsRng;
use subrosa::digest::Digest;
use subrosa::keys::signer::Origin;
use subrosa::keys::signer::SigningKey;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;

/// One leaf, two, the edge of a tile from both sides, and a tree of three levels.
const SIZES: [u64; 6] = [1, 2, 255, 256, 257, 70_000];

/// A log in memory, as a vault would have it on disk.
struct Log {
    key: SigningKey,
    leaves: Vec<Leaf>,
    tiles: MemoryTiles,
    head: VerifiedCheckpoint,
}

impl Log {
    /// The log of each of [`SIZES`], made once.
    fn of(size: u64) -> &'static Self {
        static LOGS: [OnceLock<Log>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
        let at = SIZES.iter().position(|known| *known == size).expect("one of the sizes");
        LOGS[at].get_or_init(|| Self::grown(size))
    }

    fn grown(size: u64) -> Self {
        let key = SigningKey::generate(Origin::of("q5c3f7kz2m".parse().unwrap()), &mut OsRng);
        let genesis = Leaf::Genesis { public: *key.verifier().public(), next: None };
        let sealed = |index: u64| Leaf::Sealed { commitment: Digest::of(&index.to_be_bytes()) };
        let leaves: Vec<_> = std::iter::once(genesis).chain((1..size).map(sealed)).collect();
        // Two appends, so that the second one goes on from a partial edge.
        let mut tiles = MemoryTiles::default();
        let first = tree::append(&tiles, (0, tree::empty_root()), &leaves[..leaves.len().div_ceil(3)]).unwrap();
        tiles.apply(&first);
        let growth = tree::append(&tiles, (first.size, first.root), &leaves[leaves.len().div_ceil(3)..]).unwrap();
        tiles.apply(&growth);
        let head = Checkpoint { origin: key.origin().clone(), size, root: growth.root };
        let head = VerifiedCheckpoint::sign(head, &key).unwrap();
        Self { key, leaves, tiles, head }
    }

    fn size(&self) -> u64 {
        self.head.head().size
    }

    fn root(&self) -> Digest {
        self.head.head().root
    }

    /// The root that the log had at a smaller size, from its leaves alone.
    fn root_at(&self, size: u64) -> Digest {
        let leaves = &self.leaves[..size as usize];
        tree::append(&MemoryTiles::default(), (0, tree::empty_root()), leaves).unwrap().root
    }

    /// Every index of a small log; of a large one both ends, the borders of tiles, and some between.
    fn indices(&self) -> Vec<u64> {
        if self.size() <= 300 {
            return (0..self.size()).collect();
        }
        let mut indices: Vec<u64> = (0..self.size()).step_by(997).collect();
        indices.extend([1, 254, 255, 256, 257, 511, 512, 65_535, 65_536, self.size() - 2, self.size() - 1]);
        indices
    }

    /// The sizes that this log is compared with.
    fn earlier(&self) -> Vec<u64> {
        let sizes = [1, 2, 3, 128, 200, 255, 256, 257, 300, 512, 65_535, 65_536, 65_537, 69_888, 69_999];
        sizes.into_iter().filter(|size| *size < self.size()).collect()
    }

    fn listed_indices(&self) -> String {
        listed(&self.indices())
    }

    fn listed_earlier(&self) -> String {
        listed(&self.earlier())
    }

    /// Our proofs of those, as the judges print theirs: a line each.
    fn proofs(&self) -> String {
        let mut lines = String::new();
        let mut line = |kind: &str, number: u64, proof: Vec<Digest>| {
            lines.push_str(&format!("{kind} {number}"));
            proof.iter().for_each(|hash| lines.push_str(&format!(" {}", STANDARD.encode(hash.as_bytes()))));
            lines.push('\n');
        };
        for index in self.indices() {
            line("inclusion", index, tree::inclusion_proof(&self.tiles, index, self.size()).unwrap());
        }
        for old in self.earlier() {
            line("consistency", old, tree::consistency_proof(&self.tiles, old, self.size()).unwrap());
        }
        format!("{lines}whole {} {}\n", self.size(), STANDARD.encode(self.root().as_bytes()))
    }

    /// Writes the log into a directory as `ledger/<log id>` of a vault is.
    fn write(&self, directory: &Path) {
        for (path, bytes) in &self.tiles.files {
            let path = directory.join(path.to_string());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::write(directory.join("checkpoint"), self.head.bytes()).unwrap();
    }
}

fn listed(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}
