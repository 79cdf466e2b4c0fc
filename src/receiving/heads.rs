//! Signed heads of one log beside each other: which contradict each other, and which are known to belong to one history.
//! Two heads belong together when both are the beginning of one tree; that one proof does not hold shows nothing. Must
//! not know where a head came from.

use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::checkpoint::VerifiedCheckpoint;
use crate::ledger::tree;
use crate::ledger::witnessing::Step;

/// What became of a proof that a head continues another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It holds for a head that is at hand.
    Holds,
    /// There is a head of the size where it begins, and it does not hold.
    Fails,
    /// There is none: it shows nothing.
    Apart,
}

/// Heads whose signatures held, all of one log.
#[derive(Debug, Default)]
pub struct Heads {
    heads: Vec<VerifiedCheckpoint>,
    /// The tree of the first is known to be the beginning of that of the second.
    edges: Vec<(usize, usize)>,
}

impl Heads {
    /// Adds a head; the same one again is told by the same number.
    pub fn add(&mut self, head: VerifiedCheckpoint) -> usize {
        let known = self.heads.iter().position(|other| other.head() == head.head());
        known.unwrap_or_else(|| {
            self.heads.push(head);
            self.heads.len() - 1
        })
    }

    /// What the head `at` says.
    pub fn head(&self, at: usize) -> &Checkpoint {
        self.heads[at].head()
    }

    /// Takes a proof that `to` continues a tree of some size. It says something about those heads of that size for
    /// which it holds.
    pub fn link(&mut self, step: &Step, to: usize) -> Link {
        let new = self.heads[to].head();
        let holds =
            |old: &Checkpoint| tree::verify_consistency((old.size, &old.root), (new.size, &new.root), &step.proof);
        let of_size = self.heads.iter().enumerate().filter(|(_, head)| head.head().size == step.old);
        let of_size: Vec<_> = of_size.map(|(at, head)| (at, holds(head.head()))).collect();
        let edges = of_size.iter().filter(|(_, holds)| *holds).map(|(at, _)| (*at, to));
        let known = self.edges.len();
        self.edges.extend(edges);
        match () {
            () if self.edges.len() > known => Link::Holds,
            () if of_size.is_empty() => Link::Apart,
            () => Link::Fails,
        }
    }

    /// Pairs of heads of one size with different roots. Nobody who only appends signs two such.
    pub fn forks(&self) -> Vec<(&VerifiedCheckpoint, &VerifiedCheckpoint)> {
        let mut forks = Vec::new();
        for (at, one) in self.heads.iter().enumerate() {
            let others = self.heads[at + 1..].iter();
            forks.extend(others.filter(|other| other.head().size == one.head().size).map(|other| (one, other)));
        }
        forks
    }

    /// Whether the two are known to be the beginnings of one tree.
    #[must_use]
    pub fn agree(&self, one: usize, other: usize) -> bool {
        let beyond = self.beyond(other);
        self.beyond(one).iter().any(|at| beyond.contains(at))
    }

    /// Every head whose tree is known to begin with that of `from`, itself among them.
    fn beyond(&self, from: usize) -> Vec<usize> {
        let mut found = vec![from];
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            next += 1;
            for (_, to) in self.edges.iter().filter(|(from, _)| *from == at) {
                if !found.contains(to) {
                    found.push(*to);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::keys::signer::SigningKey;
    use crate::ledger::leaf::Leaf;
    use crate::ledger::tree::MemoryTiles;
    use rand_core::OsRng;

    /// A tree whose entries differ from `differs` on.
    fn tree_of(size: u64, differs: u64) -> (MemoryTiles, Digest) {
        let leaf = |index| match index {
            0 => Leaf::Genesis { public: [9; 32], next: None },
            _ => Leaf::Sealed { commitment: Digest::of(&[index as u8, u8::from(index >= differs)]) },
        };
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let mut tiles = MemoryTiles::default();
        let growth = tree::append(&tiles, (0, tree::empty_root()), &leaves).unwrap();
        tiles.apply(&growth);
        (tiles, growth.root)
    }

    #[test]
    fn heads_agree_over_a_third_and_a_failed_proof_is_no_fork() {
        let key = SigningKey::generate("subrosa/q5c3f7kz2m".parse().unwrap(), &mut OsRng);
        let sign = |size, differs| {
            let head = Checkpoint { origin: key.origin().clone(), size, root: tree_of(size, differs).1 };
            VerifiedCheckpoint::sign(head, &key).unwrap()
        };
        let step = |old, new, differs| Step {
            old,
            proof: tree::consistency_proof(&tree_of(new, differs).0, old, new).unwrap(),
        };
        let mut heads = Heads::default();
        let [five, nine, twelve, other] =
            [(5, 99), (9, 99), (12, 99), (12, 7)].map(|(size, at)| heads.add(sign(size, at)));
        assert_eq!(heads.add(sign(9, 99)), nine);
        assert!(!heads.agree(five, nine) && heads.agree(nine, nine));
        assert_eq!(heads.link(&step(4, 12, 99), twelve), Link::Apart);
        assert_eq!(heads.link(&step(5, 12, 99), twelve), Link::Holds);
        heads.link(&step(9, 12, 99), twelve);
        assert!(heads.agree(five, nine) && heads.agree(nine, five));
        // Both are continued by five's entries; they themselves contradict each other.
        heads.link(&step(5, 12, 7), other);
        assert!(heads.agree(five, other) && !heads.agree(twelve, other));
        assert_eq!(heads.link(&step(9, 12, 7), other), Link::Fails);
        assert!(!heads.agree(nine, other), "it does not hold for that head");
        let forks: Vec<_> = heads.forks().iter().map(|(one, other)| (one.head().size, other.head().size)).collect();
        assert_eq!(forks, [(12, 12)]);
    }
}
