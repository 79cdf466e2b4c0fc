//! `subrosa init`: a new vault. Who is to open it is settled first, the place is judged, and only then is anything
//! made.

use std::path::Path;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Head;
use crate::cli::answer::Look;
use crate::cli::answer::Reason;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::unless_refused;
use crate::cli::location::Intent;
use crate::cli::location::Occupant;
use crate::cli::location::PlaceFacts;
use crate::cli::location::risks_of;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::place::Contents;
use crate::place::Lifted;
use crate::place::PlaceRisk;
use crate::practice::words::Alias;
use crate::time::Zone;
use crate::vault::create;
use crate::vault::create::Creation;
use crate::vault::create::OwnerKey;
use crate::vault::places;
use crate::vocabulary::Capacity;
use crate::vocabulary::Profile;

mod owners;

/// What `subrosa init` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A public key that opens the vault; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    pub owner: Vec<String>,
    /// What the (first) owner is called in the ledger
    #[arg(long, default_value = "owner")]
    pub alias: Alias,
    /// The practice's name, as recipients see it
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Whom a recipient may call
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,
    /// The practice's time zone, such as Europe/Lisbon [default: this computer's]
    #[arg(long, value_name = "TZ")]
    pub time_zone: Option<Zone>,
    /// In which capacity the practice works
    #[arg(long, default_value = "professional", value_parser = words::<Capacity>(Capacity::WORDS))]
    pub capacity: Capacity,
    /// Rules on top of the strict ones; may be repeated
    #[arg(long, value_parser = words::<Profile>(Profile::WORDS))]
    pub profile: Vec<Profile>,
    /// Make a paper key too, and the ledger's next key: shown once, to be written down
    #[arg(long)]
    pub paper: bool,
    /// Although the place is synchronised, in a git work tree, served, or on a network or removable medium
    #[arg(long)]
    pub allow_location: bool,
}

#[derive(Serialize)]
struct Initialised {
    verifier: String,
    recipient: String,
    origin: String,
    vault: String,
    head: Head,
    /// The identity file of this computer that opens the vault, if one was made or taken.
    key_file: Option<String>,
    /// The public key of the paper key, if one was made.
    paper: Option<String>,
}

impl Answer for Initialised {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = format!("The vault is in {}\nIts verifier key is {}\n", bare(&self.vault), self.verifier);
        text.push_str("Whoever has that key can check what your ledger proves. It is no secret.\n");
        if let Some(file) = &self.key_file {
            text.push_str(&format!(
                "{} opens it: keep a copy of that file where you would keep your passport.\n",
                bare(file)
            ));
        }
        if self.paper.is_some() {
            text.push_str("The paper key opens it too: keep it apart from this computer.\n");
            text.push_str("The next key on that page is the only one that can continue the ledger.\n");
        }
        text.push_str("Next: subrosa client add ALIAS\n");
        text
    }

    fn bare(&self) -> String {
        format!("{}\n", self.verifier)
    }
}

/// Makes the vault.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let at = session.places()?;
    let lifted = judge_place(&at.vault, args.allow_location, session)?;
    let name = session.word(args.name, "--name")?;
    let contact = session.word(args.contact, "--contact")?;
    let mut profiles = args.profile;
    profiles.sort();
    profiles.dedup();

    let chosen = owners::choose(session, args.owner, &args.alias, args.paper)?;
    let paper = chosen.paper.as_ref().map(ToString::to_string);
    let what = Creation {
        owners: chosen.owners,
        name,
        contact,
        time_zone: args.time_zone.unwrap_or_else(Zone::of_system),
        capacity: args.capacity,
        lifted,
        profiles,
        next: chosen.next,
    };
    let now = session.now();
    let created = create::create(&at, &what, now, &mut session.host.rng)?;
    let answer = Initialised {
        verifier: created.header.verifier.to_string(),
        recipient: created.header.recipient.clone(),
        origin: created.head.origin.to_string(),
        vault: at.vault.display().to_string(),
        head: (&created.head).into(),
        key_file: chosen.key_file.map(|path: PathBuf| path.display().to_string()),
        paper,
    };
    session.answer("init", &answer, None)?;
    Ok(Exit::Done)
}

/// Whether a vault may lie there, and the ids of what was allowed. Nothing is changed.
fn judge_place(vault: &Path, allow_location: bool, session: &Session<'_>) -> Result<Vec<String>, Failure> {
    let facts = PlaceFacts::gather(vault, &session.host.cwd, None)?;
    let occupied = |message: String| {
        let reason = Reason::from(&PlaceRisk::Exists { at: facts.path.clone() });
        Failure::new(FailureCode::Unsafe, message).because([reason]).hint("subrosa --vault NEW-DIRECTORY init")
    };
    let mut risks = risks_of(&facts, Intent::Directory);
    match facts.occupant {
        Occupant::Nothing | Occupant::Link => {}
        Occupant::Directory(_) if facts.path.join(places::HEADER).exists() => {
            return Err(occupied(format!("there is a vault in {} already", vault.display())).hint("subrosa list"));
        }
        Occupant::Directory(access) if !access.ours => {
            return Err(occupied(format!("{} is another user's", vault.display())));
        }
        // An empty directory of ours is closed before anything goes into it.
        Occupant::Directory(_) if is_empty(&facts.path) => {
            risks.retain(|risk| !matches!(risk, PlaceRisk::Reachable { .. }));
        }
        // What one dead `init` left is judged by those who take it over.
        Occupant::Directory(_)
            if [places::KEYS, places::LEDGER, places::INCOMING].iter().any(|name| facts.path.join(name).exists()) => {}
        Occupant::Directory(_) => return Err(occupied(format!("{} is not empty", vault.display()))),
        Occupant::File(_) | Occupant::Other => {
            return Err(occupied(format!("{} is there and no directory", vault.display())));
        }
    }
    let judgement = Contents::Vault.judge(&risks, Lifted { location: allow_location, force: false });
    unless_refused("a vault", &judgement)?;
    Ok(judgement.lifted.iter().map(|risk| risk.id().to_owned()).collect())
}

fn is_empty(directory: &Path) -> bool {
    directory.read_dir().is_ok_and(|mut entries| entries.next().is_none())
}

/// Those who will open the vault, and what was made for them.
struct Chosen {
    owners: Vec<(Alias, OwnerKey)>,
    key_file: Option<PathBuf>,
    paper: Option<crate::keys::recipient::PublicKey>,
    next: Option<crate::keys::signer::VerifierKey>,
}
