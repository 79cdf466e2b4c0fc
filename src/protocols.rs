//! The protocol's life: a new version is adopted under the locks, against the version that its author had before them, and
//! people acknowledge it. Must not know how anybody types or reads it.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::RecipientId;
use crate::policy;
use crate::practice::event::Body;
use crate::practice::owner::Owner;
use crate::practice::protocol::Protocol;
use crate::practice::protocol::ProtocolAcknowledged;
use crate::practice::protocol::ProtocolAdopted;
use crate::practice::protocol::ProtocolError;
use crate::practice::recipient::Recipient;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::practice::words::TextError;
use crate::time::Date;
use crate::time::Span;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vault::catalog::CatalogError;
use crate::vault::desk::Desk;
use crate::vault::error::VaultError;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;
use crate::vocabulary::OwnerMeans;

/// Why a protocol was not adopted or not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolsError {
    /// The text is no protocol.
    #[error(transparent)]
    Malformed(#[from] ProtocolError),
    /// The text is too long, or has characters that no text may have.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A period that no practice means, or longer than its kind may last.
    #[error("periods.{key}: it is longer than {most}")]
    TooLong {
        /// The period.
        key: &'static str,
        /// As long as it may be.
        most: &'static str,
    },
    /// It would take away what protects records under 42 CFR Part 2.
    #[error("version {version} has the profile part2 in force, and the new one has not")]
    LoosensPart2 {
        /// The present version.
        version: u64,
    },
    /// Another version was adopted while this one was written.
    #[error("version {now} of the protocol was adopted meanwhile; this text was made from version {base}")]
    Overtaken {
        /// The version it was made from.
        base: u64,
        /// The present version.
        now: u64,
    },
    /// There is no such recipient.
    #[error("there is no recipient {0}")]
    NoRecipient(RecipientId),
    /// Nothing is shared to this recipient any more.
    #[error("{0} is suspended")]
    Suspended(Alias),
    /// Nobody can have read it then.
    #[error("version {version} was adopted on {adopted}, after {on}")]
    TooEarly {
        /// The present version.
        version: u64,
        /// When it was adopted.
        adopted: Date,
        /// When it is said to have been acknowledged.
        on: Date,
    },
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<CatalogError> for ProtocolsError {
    fn from(error: CatalogError) -> Self {
        Self::Vault(error.into())
    }
}

/// Reads a text as the protocol that it is to become. Line ends and blanks at the end are no difference.
pub fn read(text: &str) -> Result<(Prose, Protocol), ProtocolsError> {
    let text: Prose = text.trim_end().parse()?;
    let protocol = Protocol::parse(text.as_str())?;
    let periods = &protocol.periods;
    let asked = [
        ("verbal", Some(periods.verbal), "7d"),
        ("consent", Some(periods.consent), "10y"),
        ("agreement", periods.agreement, "10y"),
        ("training", Some(periods.training), "10y"),
        ("concern", Some(periods.concern), "3m"),
        ("acknowledgement", Some(periods.acknowledgement), "10y"),
        ("talk", Some(periods.talk), "3m"),
        ("copy", Some(periods.copy), "30d"),
        ("tell_client", Some(periods.tell_client), "30d"),
        ("document_outcome", Some(periods.document_outcome), "30d"),
        ("peer_review", Some(periods.peer_review), "30d"),
        ("consent_review", Some(periods.consent_review), "30d"),
    ];
    for (key, span, most) in asked {
        if span.is_some_and(|span| is_longer(span, most)) {
            return Err(ProtocolsError::TooLong { key, most });
        }
    }
    Ok((text, protocol))
}

/// By the calendar, from one day on; what the calendar does not reach is longer than anything.
fn is_longer(span: Span, most: &str) -> bool {
    let most: Span = most.parse().expect("a span");
    let end = |span: Span| span.from_date(Date::constant(2024, 1, 1), false);
    end(span).map_or(true, |end_of| end(most).is_ok_and(|most| end_of > most))
}

/// Whether the protocol `next` may follow the present one.
pub fn may_follow(vault: &Vault, next: &Protocol) -> Result<(), ProtocolsError> {
    let present = vault.catalog().protocol()?;
    if present.protocol.loosens_part2(next) {
        return Err(ProtocolsError::LoosensPart2 { version: present.version });
    }
    Ok(())
}

/// Adopts a new version, made from the version `base`. The present text adopted again gets no entry. `material`: it asks
/// something new of people, who have to acknowledge it before anything more is shared.
pub fn adopt<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    base: u64,
    text: &Prose,
    material: bool,
) -> Result<Committed, ProtocolsError> {
    let (_, protocol) = read(text.as_str())?;
    desk.append(|vault| {
        let present = vault.catalog().protocol()?;
        if present.text.trim_end() == text.as_str() {
            return Ok(Vec::new());
        }
        if present.version != base {
            return Err(ProtocolsError::Overtaken { base, now: present.version });
        }
        may_follow(vault, &protocol)?;
        let adopted = ProtocolAdopted { material, text: text.clone(), version: present.version + 1 };
        Ok(vec![Draft::from(Body::ProtocolAdopted(adopted))])
    })
}

/// Records that the acting owner, or a recipient, has acknowledged the present version. Once is enough.
pub fn acknowledge<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    recipient: Option<RecipientId>,
    on: Date,
) -> Result<Committed, ProtocolsError> {
    desk.append(|vault| {
        let catalog = vault.catalog();
        let present = catalog.protocol()?;
        let version = present.version;
        let who = match recipient {
            Some(id) => {
                let found = catalog.recipient(id)?.ok_or(ProtocolsError::NoRecipient(id))?;
                if found.suspended.is_some() {
                    return Err(ProtocolsError::Suspended(found.details.alias));
                }
                id.to_string()
            }
            None => vault.actor()?.to_string(),
        };
        if catalog.acknowledged(&who)? >= Some(version) {
            return Ok(Vec::new());
        }
        let adopted = catalog.protocol_adopted(version)?.map_or(Timestamp::MIN, |(time, _)| time);
        let adopted = adopted.date_in(&present.protocol.zone());
        if on < adopted {
            return Err(ProtocolsError::TooEarly { version, adopted, on });
        }
        Ok(vec![Draft::from(Body::ProtocolAcknowledged(ProtocolAcknowledged { on, recipient, version }))])
    })
}

/// Those who have yet to acknowledge what the protocol asks newly: nothing is shared by such an owner, nor with such a
/// recipient.
#[derive(Debug, Default)]
pub struct Unread {
    /// Owners, in the order of their coming.
    pub owners: Vec<Owner>,
    /// Recipients whose role needs training, and who were trained before.
    pub recipients: Vec<Recipient>,
}

/// Who they are.
pub fn unread(vault: &Vault, now: Timestamp) -> Result<Unread, ProtocolsError> {
    let catalog = vault.catalog();
    let present = catalog.protocol()?;
    let today = now.date_in(&present.protocol.zone());
    let (version, adopted) = present.material;
    let mut unread = Unread::default();
    for owner in catalog.owners()? {
        // A paper key is its owner's other key, and nobody shares with it from day to day.
        let is_asked = owner.means != OwnerMeans::Paper && adopted > Timestamp::MIN;
        if is_asked && catalog.acknowledged(owner.alias.as_str())? < Some(version) {
            unread.owners.push(owner);
        }
    }
    for recipient in catalog.recipients()?.into_iter().filter(|recipient| recipient.suspended.is_none()) {
        let read = catalog.acknowledged(&recipient.id().to_string())?;
        let trainings = catalog.trainings(Some(recipient.id()))?;
        if policy::has_to_read_anew(&present, recipient.details.role, read, &trainings, today) {
            unread.recipients.push(recipient);
        }
    }
    Ok(unread)
}
