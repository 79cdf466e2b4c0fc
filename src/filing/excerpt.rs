//! Excerpts: some lines of a record as a record of their own, which names where it came from and what was removed. Must not
//! know how lines are typed.

use std::io::Read;

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::digest::Digest;
use crate::filing::FilingError;
use crate::filing::access;
use crate::filing::keeps_access_log;
use crate::filing::media;
use crate::filing::open_client;
use crate::filing::record;
use crate::id::ObjectId;
use crate::id::RecordId;
use crate::policy::extent;
use crate::practice::event::Body;
use crate::practice::record::Access;
use crate::practice::record::ExcerptOf;
use crate::practice::record::RecordAccessed;
use crate::practice::record::RecordVersion;
use crate::practice::words::Line;
use crate::scan;
use crate::scan::Allowed;
use crate::scan::Own;
use crate::scan::categories::Category;
use crate::scan::readable;
use crate::scan::readable::Readable;
use crate::secret::Secret;
use crate::time::Date;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::object::Stored;
use crate::vault::places;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::Setting;

/// The largest record that an excerpt is made of, in bytes: it is held in memory.
const LARGEST: u64 = 64 << 20;
/// The file name of an excerpt. The origin's own may name somebody.
const NAME: &str = "excerpt.txt";
/// Stands where lines between two passages were left out.
const GAP: &str = "[...]";

/// Which lines, and what is done to them.
#[derive(Clone, Debug)]
pub struct Cut {
    /// The record.
    pub of: RecordId,
    /// First and last line of each passage, from 1, [`u64::MAX`] for the end; all lines when empty.
    pub lines: Vec<[u64; 2]>,
    /// Other people's names are put out.
    pub redact: bool,
    /// Identifiers of every kind are removed, as of this day.
    pub de_identify: Option<Date>,
    /// The room in which this is done.
    pub setting: Option<Setting>,
    /// Its title.
    pub title: Option<Line>,
}

/// What was done to the text.
#[derive(Clone, Debug, Default)]
pub struct Changed {
    /// How many places name other people no more.
    pub redacted: usize,
    /// Identifiers removed, by kind.
    pub removed: Vec<(&'static Category, usize)>,
}

/// An excerpt that was filed.
#[derive(Debug)]
pub struct Excerpt {
    /// The new record.
    pub record: RecordId,
    /// What was done to its text.
    pub changed: Changed,
    /// The entry.
    pub committed: Committed,
}

/// An excerpt that is not filed yet: whoever sends it files it, or nobody does.
#[derive(Debug)]
pub struct Drawn {
    /// The version of the record that it was taken from.
    pub origin: RecordVersion,
    /// The record it will be. Its object and seal name nothing before it is sealed.
    pub version: RecordVersion,
    /// Its text.
    pub text: Secret<String>,
    /// What was done to the text.
    pub changed: Changed,
    /// Whoever takes lines has looked: the trace of that, where one is kept.
    pub accessed: Option<RecordAccessed>,
}

/// Takes lines and files nothing.
pub fn draw<R: CryptoRng + RngCore>(vault: &Vault, cut: &Cut, rng: &mut R) -> Result<Drawn, FilingError> {
    let origin = record(vault, cut.of)?.latest;
    let whole = text_of(vault, &origin)?;
    let lines = passages(&cut.lines, &origin, whole.reveal_secret())?;
    let of_lines = is_no_part(&origin).then(|| lines_of(whole.reveal_secret()));
    let (text, changed) = change(vault, cut, &origin, joined(whole.reveal_secret(), &lines))?;
    let bytes = text.reveal_secret().as_bytes();
    let version = RecordVersion {
        excerpt_of: Some(ExcerptOf {
            de_identified: cut.de_identify.is_some() || is_nameless(&origin),
            lines,
            of_lines,
            record: origin.record,
            version: origin.version,
        }),
        media_type: media::media_type(&bytes[..bytes.len().min(media::ENOUGH)], Some(NAME)).to_owned(),
        name: Some(NAME.to_owned()),
        name_bytes: None,
        object: ObjectId::random(rng),
        record: RecordId::random(rng),
        seal: Digest::of(b""),
        sha256: Digest::of(bytes),
        size: bytes.len() as u64,
        title: cut.title.clone(),
        version: 1,
        ..origin.clone()
    };
    let accessed = keeps_access_log(vault)?.then(|| access(&origin, Access::Excerpt, cut.setting, Vec::new()));
    Ok(Drawn { origin, version, text, changed, accessed })
}

/// Files an excerpt.
pub fn excerpt<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, cut: &Cut) -> Result<Excerpt, FilingError> {
    let drawn = draw(desk.vault, cut, desk.rng)?;
    let id = drawn.version.record;
    let mut transaction = desk.vault.begin(1, &[], desk.rng)?;
    let Stored { object, seal, sha256, size } = transaction.seal(drawn.text.reveal_secret().as_bytes())?;
    let changed = drawn.changed;
    let committed = transaction.commit(desk.clock, desk.rng, |vault| {
        open_client(vault, drawn.origin.client)?;
        // Whom it is about and how confidential it is, it has from its origin as that is now.
        let RecordVersion { client, date, group, label, record_kind, setting, tags, .. } =
            record(vault, cut.of)?.latest;
        let place = RecordVersion { client, date, group, label, record_kind, setting, tags, ..drawn.version };
        let version = RecordVersion { object, seal, sha256, size, ..place };
        // One entry does not come without the other.
        let seen = drawn.accessed.map(|seen| Draft::from(Body::RecordAccessed(seen)));
        Ok::<_, FilingError>(seen.into_iter().chain([Draft::from(Body::RecordAdded(version))]).collect())
    })?;
    Ok(Excerpt { record: id, changed, committed })
}

/// Whether identifiers were removed from it already: what is taken from it has none either.
fn is_nameless(origin: &RecordVersion) -> bool {
    origin.excerpt_of.as_ref().is_some_and(|excerpt| excerpt.de_identified)
}

/// Whether all of it is all of a record: what is taken from a part is a part.
fn is_no_part(origin: &RecordVersion) -> bool {
    let is_whole = |of: &ExcerptOf| of.of_lines.is_some_and(|count| extent::covers(&of.lines, count));
    origin.excerpt_of.as_ref().is_none_or(is_whole)
}

/// How many lines a text has; blank ones at its end are nothing that can be left out.
fn lines_of(text: &str) -> u64 {
    text.trim_end().lines().count() as u64
}

/// A record's text, read to its end, where its digest is checked.
fn text_of(vault: &Vault, version: &RecordVersion) -> Result<Secret<String>, FilingError> {
    let not_text = || FilingError::NotText(version.record);
    if version.size > LARGEST {
        return Err(FilingError::TooLarge(version.record));
    }
    let mut bytes = Secret::new(Vec::new());
    let failed = |error| FilingError::Vault(VaultError::altered(places::object(version.object), error));
    vault.read(version)?.read_to_end(bytes.reveal_secret_mut()).map_err(failed)?;
    if !readable::may_be_text(&version.media_type) {
        return Err(not_text());
    }
    // What the scan can read there are excerpts of, too.
    match Readable::read(bytes.reveal_secret()) {
        Readable::Text(text) => Ok(Secret::new(text)),
        Readable::NotText => readable::guessed(bytes.reveal_secret()).map(Secret::new).ok_or_else(not_text),
    }
}

/// The passages in their order, those that touch joined; each lies within the text.
fn passages(asked: &[[u64; 2]], origin: &RecordVersion, text: &str) -> Result<Vec<[u64; 2]>, FilingError> {
    let count = text.lines().count() as u64;
    let mut lines = if asked.is_empty() { vec![[1, count.max(1)]] } else { asked.to_vec() };
    lines.iter_mut().filter(|[_, last]| *last == u64::MAX).for_each(|passage| passage[1] = count);
    lines.sort_unstable();
    let outside = |[first, last]: &[u64; 2]| *first == 0 || first > last || (*last > count && !asked.is_empty());
    if let Some(passage) = lines.iter().copied().find(outside) {
        return Err(FilingError::NoLines { record: origin.record, passage, count });
    }
    let mut joined: Vec<[u64; 2]> = Vec::new();
    for [first, last] in lines {
        match joined.last_mut() {
            Some(before) if first <= before[1] + 1 => before[1] = before[1].max(last),
            _ => joined.push([first, last]),
        }
    }
    Ok(joined)
}

fn joined(text: &str, passages: &[[u64; 2]]) -> Secret<String> {
    let all: Vec<&str> = text.lines().collect();
    let at = |line: u64| usize::try_from(line).unwrap_or(usize::MAX).min(all.len());
    let mut out = String::new();
    for (n, [first, last]) in passages.iter().enumerate() {
        if n > 0 {
            out.push_str(GAP);
            out.push('\n');
        }
        for line in &all[at(first - 1)..at(*last)] {
            out.push_str(line);
            out.push('\n');
        }
    }
    Secret::new(out)
}

fn change(
    vault: &Vault,
    cut: &Cut,
    origin: &RecordVersion,
    text: Secret<String>,
) -> Result<(Secret<String>, Changed), FilingError> {
    let mut changed = Changed::default();
    let mut text = text;
    if cut.redact {
        let allowed: Allowed = origin.client.filter(|_| !is_nameless(origin)).into_iter().collect();
        let redacted = scan::redact_all(text.reveal_secret(), vault.catalog(), &allowed)?;
        changed.redacted = redacted.places;
        text = Secret::new(redacted.text);
    }
    if let Some(today) = cut.de_identify {
        let known = origin.client.map(|client| vault.catalog().identifiers_of(client)).transpose()?;
        let own = Own::of(&known.unwrap_or_default());
        let removed = scan::deidentify(text.reveal_secret(), vault.catalog(), &own, today)?;
        changed.removed = removed.counts();
        text = Secret::new(removed.text);
    }
    Ok((text, changed))
}
