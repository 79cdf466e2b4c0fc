//! Who will open a new vault: public keys, a passphrase, a key file on this computer, a key on paper.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use super::Chosen;
use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::failure::system;
use crate::cli::session::Session;
use crate::keys::identity::generate_owner;
use crate::keys::recipient::PublicKey;
use crate::place::PlaceRisk;
use crate::platform;
use crate::practice::words::Alias;
use crate::vault::create::OwnerKey;
use crate::vocabulary::OwnerMeans;

/// How often a passphrase is asked for again when its two typings differ.
const TRIES: usize = 3;

/// Settles who opens the vault. The first is called `alias`, those after him `alias-2` and so on.
pub(super) fn choose(
    session: &mut Session<'_>,
    given: Vec<String>,
    alias: &Alias,
    paper: bool,
) -> Result<Chosen, Failure> {
    let mut keys = Vec::new();
    for text in given {
        keys.push(session.public_key(text)?);
    }
    let mut passphrase = session.passphrase_of_file()?;
    if keys.is_empty() && passphrase.is_none() && !session.is_interactive() {
        return Err(Failure::usage(
            "--owner or --passphrase-file is needed: somebody has to be able to open the vault",
        )
        .hint("subrosa init --passphrase-file FILE")
        .hint("subrosa init --owner RECIPIENT"));
    }
    if paper && !session.is_interactive() {
        return Err(Failure::usage("--paper needs a terminal: the key is shown once and written nowhere"));
    }
    let mut key_file = None;
    let mut offered = paper;
    if keys.is_empty() && passphrase.is_none() {
        match ask_for_means(session)? {
            Means::Passphrase => passphrase = Some(session.new_passphrase()?),
            Means::KeyFile => {
                let (key, path) = key_on_this_computer(session)?;
                keys.push(key);
                key_file = Some(path);
            }
        }
        if !paper && let Some(terminal) = session.terminal() {
            offered = terminal.confirm("Make a key on paper too, should this one be lost?", true)?;
        }
    }
    let mut owners = Vec::new();
    for key in keys {
        let to = key.seals_to(&session.callbacks())?;
        owners.push((numbered(alias, owners.len())?, OwnerKey::PublicKey(key, to, OwnerMeans::Recipient)));
    }
    if let Some(passphrase) = passphrase {
        owners.push((numbered(alias, owners.len())?, OwnerKey::Passphrase(passphrase)));
    }
    let (mut on_paper, mut next) = (None, None);
    if offered {
        let (key, verifier) = session.paper_keys()?;
        next = Some(verifier);
        let to = key.seals_to(&session.callbacks())?;
        let name = format!("{alias}-paper").parse()?;
        on_paper = Some(key.clone());
        owners.push((name, OwnerKey::PublicKey(key, to, OwnerMeans::Paper)));
    }
    different(&owners)?;
    Ok(Chosen { owners, key_file, paper: on_paper, next })
}

enum Means {
    Passphrase,
    KeyFile,
}

fn ask_for_means(session: &mut Session<'_>) -> Result<Means, Failure> {
    let terminal = session.terminal().ok_or_else(|| Failure::usage("nobody can be asked"))?;
    terminal.tell("The vault opens with a passphrase that you type each time, or with a key file on this computer.")?;
    for _ in 0..TRIES {
        match terminal.ask("passphrase or key file?", Some("passphrase"))?.to_lowercase().as_str() {
            "passphrase" | "p" => return Ok(Means::Passphrase),
            "key file" | "keyfile" | "key-file" | "key" | "file" | "k" => return Ok(Means::KeyFile),
            _ => terminal.tell("Please answer passphrase, or key file.")?,
        }
    }
    Err(Failure::usage("no clear answer to how the vault opens"))
}

/// The key in this computer's own identity file: what is there, else a new one. An existing file is never overwritten.
fn key_on_this_computer(session: &mut Session<'_>) -> Result<(PublicKey, PathBuf), Failure> {
    let place = session.identity_place();
    let path = place.ok_or_else(|| Failure::new(FailureCode::Failed, "where a key file belongs is not known here"))?;
    if path.exists() {
        let question = format!("There is a key in {} already. Use it?", path.display());
        let occupied = || {
            let risk = PlaceRisk::Exists { at: path.clone() };
            Failure::new(FailureCode::Unsafe, risk.to_string()).because([Reason::from(&risk)])
        };
        if !session.confirm(&question, true)? {
            return Err(occupied());
        }
        let identities = session.identities(std::slice::from_ref(&path))?;
        let key = identities.public_keys().next().cloned();
        return Ok((key.ok_or_else(occupied)?, path));
    }
    let (file, public) = generate_owner();
    write_new(&path, file.reveal_secret().as_bytes())?;
    Ok((public, path))
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::new(FailureCode::Failed, format!("{}: {}", path.display(), system(&error)));
    let directory = path.parent().unwrap_or(path);
    let mut missing: Vec<&Path> = directory.ancestors().take_while(|directory| !directory.exists()).collect();
    while let Some(directory) = missing.pop() {
        platform::create_private_directory(directory).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    platform::sync_directory(directory).map_err(failed)
}

fn numbered(alias: &Alias, before: usize) -> Result<Alias, Failure> {
    if before == 0 { Ok(alias.clone()) } else { Ok(format!("{alias}-{}", before + 1).parse()?) }
}

/// Two owners with one key would be one owner under two names.
fn different(owners: &[(Alias, OwnerKey)]) -> Result<(), Failure> {
    let mut seen = std::collections::BTreeSet::new();
    for (_, key) in owners {
        if let OwnerKey::PublicKey(key, ..) = key
            && !seen.insert(key)
        {
            return Err(Failure::usage(format!("{key} is given twice")));
        }
    }
    Ok(())
}
