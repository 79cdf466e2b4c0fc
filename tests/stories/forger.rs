//! What the attacks on vaults are made with: prepared vaults, a fresh copy of one for each attack, and the means of
//! somebody who has the log's key.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rand_core::OsRng;
use serde_json::Value;
use subrosa::keys::identity::IdentityFile;
use subrosa::keys::keyring::Keyring;
use subrosa::keys::opening::Opens;
use subrosa::keys::plugin::Callbacks;
use subrosa::keys::signer::SigningKey;
use subrosa::keys::vault_identity::VaultIdentity;
use subrosa::ledger::checkpoint::Checkpoint;
use subrosa::ledger::checkpoint::VerifiedCheckpoint;
use subrosa::ledger::commitment;
use subrosa::ledger::journal::Line;
use subrosa::ledger::journal::parse_journal;
use subrosa::ledger::leaf;
use subrosa::ledger::leaf::Leaf;
use subrosa::ledger::opening::Opening;
use subrosa::ledger::opening::PER_FILE;
use subrosa::ledger::opening::Salt;
use subrosa::ledger::tile;
use subrosa::ledger::tile::TilePath;
use subrosa::ledger::tree;
use subrosa::ledger::tree::MemoryTiles;
use subrosa::practice::erasure::EventErased;
use subrosa::seal;
use subrosa::time::Timestamp;
use subrosa::vault::Options;
use subrosa::vault::Vault;
use subrosa::vault::desk::Desk;
use subrosa::vault::erasing;
use subrosa::vault::error::VaultError;
use subrosa::vault::places::Places;
use subrosa::vault::unlock::Found;

use crate::integrity::copy_tree;
use crate::ledger::eventful;
use crate::practice::Practice;

/// Which vault is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Of eight entries.
    Small,
    /// Of more than 256, so that it has full tiles and two levels.
    Large,
    /// Of two logs: the key was rotated. The first one's key is still in `old-key.age`.
    Rotated,
}

/// The same practice elsewhere: its computer has seen the vault, and its catalogue is in step.
pub fn copy_of(prepared: &Practice) -> Practice {
    let mut practice = Practice::without_vault();
    copy_tree(&prepared.path(""), &practice.path(""));
    practice.now = prepared.now;
    // The pin is of a path, and this is another one.
    practice.ok(&["client", "list"]);
    practice
}

/// A vault to make copies of.
pub fn prepare(site: Site) -> Practice {
    let practice = eventful();
    match site {
        Site::Small => {}
        Site::Large => {
            fs::create_dir(practice.path("letters")).unwrap();
            for n in 0..256 {
                practice.write(&format!("letters/{n}.txt"), &format!("letter {n}\n"));
            }
            practice.ok(&["add", "letters", "--recursive", "--client", "mk-01", "--kind", "letter"]);
        }
        Site::Rotated => {
            let key = practice.vault().join(format!("keys/signing-{}.age", active(&practice)));
            fs::copy(key, practice.path("old-key.age")).unwrap();
            fs::copy(practice.vault().join("vault.toml"), practice.path("old.toml")).unwrap();
            practice.ok(&["ledger", "rotate-key", "--batch"]);
            practice.ok(&["client", "add", "cd-03"]);
        }
    }
    practice
}

/// Declares fields of entries erased, as the library does: first the event, then the lines.
pub fn erase(practice: &Practice, log: &str, entries: &[(u64, &[&str])]) -> Result<(), VaultError> {
    let erased = entries.iter().map(|(index, fields)| EventErased {
        fields: fields.iter().map(|name| (*name).to_owned()).collect(),
        index: *index,
        origin: format!("subrosa/{log}"),
        reason: None,
    });
    let mut vault = open_vault(practice);
    let now = Timestamp::from_unix(practice.now);
    let mut desk = Desk { vault: &mut vault, clock: &|| now, rng: &mut OsRng };
    erasing::erase(&mut desk, erased.collect()).map(|done| assert!(done.late.is_none(), "{:?}", done.late))
}

/// The vault, opened by its owner without the program.
pub fn open_vault(practice: &Practice) -> Vault {
    let at = |name: &str| practice.path("home").join(name).join("subrosa");
    let places = Places { vault: practice.vault(), state: at(".local/state"), cache: at(".cache") };
    let me = fs::read(practice.path("me.txt")).unwrap();
    let me = IdentityFile::read(&me, "me.txt", &mut |_| None, &Callbacks::none()).unwrap();
    let unlocked = Found::at(places).unwrap().with_identities(&me).unwrap();
    let options = Options {
        lock_wait: Duration::from_secs(5),
        accept_head: None,
        accept_clock: false,
        at_hand: false,
        committing: || {},
    };
    Vault::open(unlocked, options, &mut OsRng).unwrap()
}

/// The log that `vault.toml` names.
pub fn active(practice: &Practice) -> String {
    let header = fs::read_to_string(practice.vault().join("vault.toml")).unwrap();
    let line = header.lines().find_map(|line| line.strip_prefix("origin = \"subrosa/")).unwrap();
    line.trim_end_matches('"').to_owned()
}

/// The log that the active one continues.
pub fn past(practice: &Practice) -> String {
    let active = active(practice);
    let names = fs::read_dir(practice.vault().join("ledger")).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.find(|name| *name != active).unwrap()
}

/// A file of the vault; `LOG` in its name is the active log and `OLD` the one before.
pub fn file(practice: &Practice, name: &str) -> PathBuf {
    let name = if name.contains("LOG") { name.replace("LOG", &active(practice)) } else { name.to_owned() };
    let name = if name.contains("OLD") { name.replace("OLD", &past(practice)) } else { name };
    practice.vault().join(name)
}

/// Changes the bytes of a file.
pub fn change(practice: &Practice, name: &str, how: impl FnOnce(&mut Vec<u8>)) {
    let path = file(practice, name);
    let mut bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    how(&mut bytes);
    fs::write(&path, bytes).unwrap();
}

/// Somebody who has the vault's identity and a log's key, and signs what he likes.
pub struct Forger {
    vault: PathBuf,
    keyring: Keyring,
    /// The log's key.
    pub key: SigningKey,
    log: String,
    /// What the log shall hold.
    pub leaves: Vec<Leaf>,
    /// And its journal.
    pub openings: Vec<Opening>,
    /// What stands there instead of openings.
    pub partial: Vec<Line>,
}

fn open(path: &Path, by: &dyn Opens) -> Vec<u8> {
    seal::open_bytes(fs::File::open(path).unwrap(), by, None, 1 << 20).unwrap().to_vec()
}

impl Forger {
    /// Of the active log.
    pub fn of(practice: &Practice) -> Self {
        let log = active(practice);
        Self::with(practice, &practice.vault().join(format!("keys/signing-{log}.age")), log)
    }

    /// Of the log before, whose key he kept.
    pub fn of_past(practice: &Practice) -> Self {
        Self::with(practice, &practice.path("old-key.age"), past(practice))
    }

    fn with(practice: &Practice, key: &Path, log: String) -> Self {
        let me = fs::read(practice.path("me.txt")).unwrap();
        let me = IdentityFile::read(&me, "me.txt", &mut |_| None, &Callbacks::none()).unwrap();
        let vault = practice.vault();
        let epochs = fs::read_dir(vault.join("keys")).unwrap().map(|entry| entry.unwrap().path());
        let epoch = epochs.filter(|path| path.is_dir()).max().unwrap();
        let owners = fs::read_dir(epoch).unwrap().map(|entry| entry.unwrap().path());
        let owner = owners.filter(|path| !path.ends_with("earlier.age")).min().unwrap();
        let keyring = Keyring::new(VaultIdentity::parse_identity_file(&open(&owner, &me)).unwrap(), Vec::new());
        let key = String::from_utf8(open(key, &keyring)).unwrap();
        let key = SigningKey::parse_private(key.trim_end()).unwrap();
        let mut forger =
            Self { vault, keyring, key, log, leaves: Vec::new(), openings: Vec::new(), partial: Vec::new() };
        forger.read();
        forger
    }

    fn read(&mut self) {
        let size = Checkpoint::parse(
            &fs::read_to_string(self.path("checkpoint")).unwrap().split_inclusive('\n').take(3).collect::<String>(),
        )
        .unwrap()
        .size;
        for number in 0..size.div_ceil(PER_FILE) {
            let path = TilePath::bundle_of_tree(number, size).unwrap();
            let bytes = fs::read(self.path(&path.to_string())).unwrap();
            let entries = tile::decode_entries(&bytes, path.width()).unwrap();
            self.leaves.extend(entries.into_iter().map(|entry| Leaf::parse(entry).unwrap()));
            let journal = open(&self.journal(number), &self.keyring);
            let first = number * PER_FILE;
            for line in parse_journal(&journal, first..first + PER_FILE).unwrap() {
                match line {
                    Line::Whole(opening) => self.openings.push(opening),
                    partial => self.partial.push(partial),
                }
            }
        }
    }

    /// The lines of a sealed journal file, the first.
    pub fn open_journal(&self, sealed: &[u8]) -> Vec<Line> {
        let plain = seal::open_bytes(sealed, &self.keyring, None, 1 << 20).unwrap();
        parse_journal(&plain, 0..PER_FILE).unwrap()
    }

    /// A file of the log.
    pub fn path(&self, name: &str) -> PathBuf {
        self.vault.join("ledger").join(&self.log).join(name)
    }

    fn journal(&self, number: u64) -> PathBuf {
        self.vault.join(format!("journal/{}/{number:03}.age", self.log))
    }

    /// The event at `index` as it stands.
    pub fn event(&self, index: u64) -> serde_json::Map<String, Value> {
        self.openings.iter().find(|opening| opening.index == index).unwrap().event.clone()
    }

    /// Puts an event at `index`, and a leaf that commits to it.
    pub fn put(&mut self, index: u64, event: serde_json::Map<String, Value>) {
        let salt = Salt::from_bytes(&[index as u8; 32]);
        let commitment = commitment::commit_event(self.key.origin(), index, &event, salt.reveal_secret()).unwrap();
        let (at, leaf) = (index as usize, Leaf::Sealed { commitment });
        self.leaves.truncate(self.leaves.len().max(at));
        if at < self.leaves.len() {
            self.leaves[at] = leaf
        } else {
            self.leaves.push(leaf)
        }
        self.openings.retain(|opening| opening.index != index);
        self.openings.push(Opening { index, event, salt });
        self.openings.sort_by_key(|opening| opening.index);
    }

    /// Appends an event.
    pub fn push(&mut self, event: serde_json::Map<String, Value>) {
        self.put(self.leaves.len() as u64, event);
    }

    /// Takes fields away from a line, as erasing does.
    pub fn hide(&mut self, index: u64, names: &[&str]) {
        let opening = self.openings.iter().position(|opening| opening.index == index);
        let line = match opening {
            Some(at) => Line::Whole(self.openings.remove(at)),
            None => self.partial.remove(self.partial.iter().position(|line| line.index() == index).unwrap()),
        };
        self.partial.push(line.without(|name| names.contains(&name)).unwrap());
    }

    /// An event of the time given.
    pub fn note(&self, time: &str, alias: &str) -> serde_json::Map<String, Value> {
        let last = self.openings.iter().rev();
        let mut clients = last.filter(|opening| opening.event["kind"] == "client.added");
        let mut event = match clients.next() {
            Some(opening) => opening.event.clone(),
            None => self.openings.last().unwrap().event.clone(),
        };
        event.insert("time".to_owned(), time.into());
        if event["kind"] == "client.added" {
            event.insert("alias".to_owned(), alias.into());
            let id = format!("c-{}", &"0123456789abcdef".replace('f', &alias[..1]));
            event.insert("client".to_owned(), id.into());
        }
        event
    }

    /// Drops everything from `size` on.
    pub fn cut(&mut self, size: u64) {
        self.leaves.truncate(size as usize);
        self.openings.retain(|opening| opening.index < size);
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The tree of the leaves, wherever they may stand.
    fn tree(&self) -> (MemoryTiles, Checkpoint) {
        let mut tiles = MemoryTiles::default();
        if let Ok(growth) = tree::append(&tiles, (0, tree::empty_root()), &self.leaves) {
            tiles.apply(&growth);
        } else {
            let hashes: Vec<_> = self.leaves.iter().map(|leaf| leaf::hash_of(&leaf.to_bytes())).collect();
            let mut bundle = Vec::new();
            self.leaves.iter().for_each(|leaf| tile::encode_entry(&leaf.to_bytes(), &mut bundle).unwrap());
            let width = self.leaves.len() as u16;
            tiles.files.insert(TilePath::Entries { index: 0, width }, bundle);
            tiles.files.insert(TilePath::Hash { level: 0, index: 0, width }, tile::encode_hashes(&hashes));
        }
        let root = tree::root(&tiles, self.size()).unwrap();
        (tiles, Checkpoint { origin: self.key.origin().clone(), size: self.size(), root })
    }

    /// Seals something to the vault, as anybody can, in place of a file.
    pub fn seal(&self, path: &Path, plain: &[u8]) {
        let (sealed, _) = seal::seal_bytes(&[&self.keyring.current().seals_to()], plain).unwrap();
        fs::write(path, sealed).unwrap();
    }

    /// The signed head of what he made.
    pub fn head(&self) -> VerifiedCheckpoint {
        VerifiedCheckpoint::sign(self.tree().1, &self.key).unwrap()
    }

    /// Writes the tiles.
    pub fn write_tiles(&self) {
        let (tiles, _) = self.tree();
        fs::remove_dir_all(self.path("tile")).unwrap();
        for (path, bytes) in &tiles.files {
            let path = self.path(&path.to_string());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// Writes the journal; whoever has the vault's public key can.
    pub fn write_journal(&self) {
        for number in 0..self.size().div_ceil(PER_FILE) {
            let of_file = number * PER_FILE..(number + 1) * PER_FILE;
            let line = |index| {
                let partial =
                    self.partial.iter().find(|line| line.index() == index).map(|line| line.to_bytes().unwrap());
                partial
                    .or_else(|| Some(self.openings.iter().find(|opening| opening.index == index)?.to_line().unwrap()))
            };
            let lines: Vec<u8> = of_file.filter_map(line).flatten().collect();
            let (sealed, _) = seal::seal_bytes(&[&self.keyring.current().seals_to()], &lines).unwrap();
            fs::write(self.journal(number), sealed).unwrap();
        }
    }

    /// Writes all of it, signed.
    pub fn write(&self) {
        self.write_tiles();
        self.write_journal();
        fs::write(self.path("checkpoint"), self.head().bytes()).unwrap();
    }
}
