//! What disclosures stand on: consents, restrictions, agreements, trainings, the protocol, teams; how they come into the
//! catalogue, and how they are asked for. What an event does to a paper, the paper itself says (`practice`).
//! Must not know what is decided by them.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::id::AgreementId;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RestrictionId;
use crate::practice::agreement::Agreement;
use crate::practice::consent::Consent;
use crate::practice::event::Body;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol::Adopted;
use crate::practice::protocol::Practice;
use crate::practice::protocol::Protocol;
use crate::practice::protocol::strict;
use crate::practice::restriction::Restriction;
use crate::practice::training::Training;
use crate::practice::words::Alias;
use crate::time::Timestamp;

use super::Catalog;
use super::CatalogError;
use super::column::json;
use super::column::natural;
use super::column::parsed;
use super::column::signed;
use super::column::unreadable;
use super::late::Late;
use super::writer::About;
use super::writer::text;

const CONSENT: &str = "consent";
const RESTRICTION: &str = "restriction";
const AGREEMENT: &str = "agreement";
const TRAINING: &str = "training";

/// The prepared statements that put papers in order.
pub(super) struct Papers<'t> {
    add: Late<'t>,
    get: Late<'t>,
    put: Late<'t>,
    name: Late<'t>,
    unname: Late<'t>,
    adopt: Late<'t>,
    acknowledge: Late<'t>,
    join: Late<'t>,
    leave: Late<'t>,
    set_open: Late<'t>,
}

impl<'t> Papers<'t> {
    pub(super) fn new(db: &'t Connection) -> Self {
        Self {
            add: Late::new(db, "INSERT OR IGNORE INTO papers (n, id, kind, about, body) VALUES (?1, ?2, ?3, ?4, ?5)"),
            get: Late::new(db, "SELECT n, body FROM papers WHERE id = ?1"),
            put: Late::new(db, "UPDATE papers SET body = ?2 WHERE n = ?1"),
            name: Late::new(db, "INSERT OR IGNORE INTO named (client, recipient, paper) VALUES (?1, ?2, ?3)"),
            unname: Late::new(db, "DELETE FROM named WHERE client = ?1 AND paper = ?2"),
            adopt: Late::new(
                db,
                "INSERT OR IGNORE INTO protocols (version, time, material, text) VALUES (?1, ?2, ?3, ?4)",
            ),
            acknowledge: Late::new(
                db,
                "INSERT OR REPLACE INTO acknowledgements (who, version, date) VALUES (?1, ?2, ?3)",
            ),
            join: Late::new(db, "INSERT OR IGNORE INTO teams (team, member) VALUES (?1, ?2)"),
            set_open: Late::new(db, "UPDATE papers SET open = ?2 WHERE n = ?1"),
            leave: Late::new(db, "DELETE FROM teams WHERE team = ?1 AND member = ?2"),
        }
    }

    /// Folds an event about papers. Those that tell of the log alone change nothing.
    pub(super) fn fold(&mut self, n: i64, time: Timestamp, actor: Alias, body: Body) -> rusqlite::Result<About> {
        Ok(match body {
            Body::ConsentGranted(terms) => {
                let consent = Consent::granted(terms, time);
                if self.file(n, &consent.id().to_string(), CONSENT, &consent.terms.client.to_string(), &consent)? {
                    self.name(n, &consent)?;
                }
                About::client(consent.terms.client)
            }
            Body::ConsentCompleted(terms) => self.change_consent(terms.consent, |consent| consent.complete(terms))?,
            Body::ConsentRevoked(revoked) => {
                self.change_consent(revoked.consent, |consent| consent.revoke(revoked, time))?
            }
            Body::ConsentMarkedFalse(marked) => {
                self.change_consent(marked.consent, |consent| consent.mark_false(marked))?
            }
            Body::ConsentReceiptGiven(given) => {
                self.change_consent(given.consent, |consent| consent.give_receipt(&given))?
            }
            Body::RestrictionAdded(asked) => {
                let (id, client) = (asked.restriction.to_string(), asked.client);
                self.file(n, &id, RESTRICTION, &client.to_string(), &Restriction::added(asked))?;
                About::client(client)
            }
            Body::RestrictionEnded(ended) => {
                let id = ended.restriction.to_string();
                let changed = self.change(&id, |restriction: &mut Restriction| restriction.end(ended, time))?;
                changed.map_or_else(About::default, |(_, restriction)| About::client(restriction.asked.client))
            }
            Body::AgreementAdded(signed) => {
                let (id, recipient) = (signed.agreement.to_string(), signed.recipient);
                self.file(n, &id, AGREEMENT, &recipient.to_string(), &Agreement::added(signed))?;
                About::recipient(recipient)
            }
            Body::AgreementEnded(ended) => {
                let id = ended.agreement.to_string();
                let changed = self.change(&id, |agreement: &mut Agreement| agreement.end(ended))?;
                changed.map_or_else(About::default, |(_, agreement)| About::recipient(agreement.signed.recipient))
            }
            Body::TrainingAdded(done) => {
                let (id, recipient) = (done.training.to_string(), done.recipient);
                self.file(n, &id, TRAINING, &recipient.to_string(), &Training { done, filed: time })?;
                About::recipient(recipient)
            }
            Body::ProtocolAdopted(adopted) => {
                let version = signed(adopted.version);
                self.adopt.execute(params![version, time.unix(), adopted.material, adopted.text.as_str()])?;
                // Whoever adopts it has read it.
                self.acknowledge.execute(params![actor.as_str(), version, time.to_string()])?;
                About::default()
            }
            Body::ProtocolAcknowledged(read) => {
                let who = read.recipient.map_or_else(|| actor.to_string(), |id| id.to_string());
                self.acknowledge.execute(params![who, signed(read.version), read.on.to_string()])?;
                read.recipient.map_or_else(About::default, About::recipient)
            }
            Body::TeamJoined(changed) => {
                for member in &changed.members {
                    self.join.execute([changed.team.as_str(), &member.to_string()])?;
                }
                About::default()
            }
            Body::TeamLeft(changed) => {
                for member in &changed.members {
                    self.leave.execute([changed.team.as_str(), &member.to_string()])?;
                }
                About::default()
            }
            _ => About::default(),
        })
    }

    /// Files what stays open until it is closed.
    pub(super) fn file_open(
        &mut self,
        n: i64,
        id: &str,
        kind: &str,
        about: &str,
        body: &impl Serialize,
    ) -> rusqlite::Result<()> {
        if self.file(n, id, kind, about, body)? {
            self.set_open.execute([n, 1])?;
        }
        Ok(())
    }

    /// Changes what was open for the last time.
    pub(super) fn close<T: Serialize + DeserializeOwned>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut T),
    ) -> rusqlite::Result<Option<T>> {
        let Some((n, paper)) = self.change(id, change)? else {
            return Ok(None);
        };
        self.set_open.execute([n, 0])?;
        Ok(Some(paper))
    }

    /// Whether it is new.
    pub(super) fn file(
        &mut self,
        n: i64,
        id: &str,
        kind: &str,
        about: &str,
        body: &impl Serialize,
    ) -> rusqlite::Result<bool> {
        Ok(self.add.execute(params![n, id, kind, about, text(body)])? > 0)
    }

    /// The paper, changed by `change`, and its row; `None` for one that was never filed.
    pub(super) fn change<T: Serialize + DeserializeOwned>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut T),
    ) -> rusqlite::Result<Option<(i64, T)>> {
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, json::<T>(row, 1)?));
        let Some((n, mut paper)) = self.get.query_row([id], read).optional()? else {
            return Ok(None);
        };
        change(&mut paper);
        self.put.execute(params![n, text(&paper)])?;
        Ok(Some((n, paper)))
    }

    fn change_consent(&mut self, id: ConsentId, change: impl FnOnce(&mut Consent)) -> rusqlite::Result<About> {
        let Some((n, consent)) = self.change(&id.to_string(), change)? else {
            return Ok(About::default());
        };
        self.name(n, &consent)?;
        Ok(About::client(consent.terms.client))
    }

    /// Writes down whom a consent names now.
    fn name(&mut self, n: i64, consent: &Consent) -> rusqlite::Result<()> {
        let client = consent.terms.client.to_string();
        self.unname.execute(params![client, n])?;
        for recipient in &consent.terms.recipients {
            self.name.execute(params![client, recipient.to_string(), n])?;
        }
        Ok(())
    }
}

impl Catalog {
    /// The protocol in force. A vault that never adopted one keeps to the strict one, version 1.
    pub fn protocol(&self) -> Result<Adopted, CatalogError> {
        let last = "SELECT version, text FROM protocols ORDER BY version DESC LIMIT 1";
        let found = self.one(last, [], |row| Ok((natural(row, 0)?, row.get::<_, String>(1)?)))?;
        let (version, text) = match found {
            Some(found) => found,
            None => (1, strict(&self.began()?)),
        };
        let protocol = Protocol::read(&text).map_err(|_| self.error(unreadable()))?;
        let asked = "SELECT version, time FROM protocols WHERE material = 1 ORDER BY version DESC LIMIT 1";
        let material = self.one(asked, [], |row| Ok((natural(row, 0)?, Timestamp::from_unix(row.get(1)?))))?;
        Ok(Adopted { version, protocol, text, material: material.unwrap_or((1, Timestamp::MIN)) })
    }

    /// The text of one version of the protocol.
    pub fn protocol_text(&self, version: u64) -> Result<Option<String>, CatalogError> {
        self.one("SELECT text FROM protocols WHERE version = ?1", [signed(version)], |row| row.get(0))
    }

    /// When a version of the protocol was adopted, and whether it asked something new of people.
    pub fn protocol_adopted(&self, version: u64) -> Result<Option<(Timestamp, bool)>, CatalogError> {
        let sql = "SELECT time, material FROM protocols WHERE version = ?1";
        self.one(sql, [signed(version)], |row| Ok((Timestamp::from_unix(row.get(0)?), row.get(1)?)))
    }

    /// The practice as its protocol describes it now: how the vault began, with the capacity, the profiles, the zone and
    /// the contact that the protocol names. One without a contact leaves the first one.
    pub fn practice(&self) -> Result<VaultCreated, CatalogError> {
        let began = self.began()?;
        let Practice { capacity, profiles, time_zone, contact } = self.protocol()?.protocol.practice;
        Ok(VaultCreated { capacity, profiles, time_zone, contact: contact.or(began.contact), ..began })
    }

    /// The newest version that a recipient (by id) or an owner (by alias) acknowledged.
    pub fn acknowledged(&self, who: &str) -> Result<Option<u64>, CatalogError> {
        let sql = "SELECT version FROM acknowledgements WHERE who = ?1 ORDER BY version DESC LIMIT 1";
        self.one(sql, [who], |row| natural(row, 0))
    }

    /// A consent.
    pub fn consent(&self, id: ConsentId) -> Result<Option<Consent>, CatalogError> {
        self.paper(&id.to_string())
    }

    /// The consents of a client that name a recipient, in the order of their filing.
    pub fn consents_between(&self, client: ClientId, recipient: RecipientId) -> Result<Vec<Consent>, CatalogError> {
        let sql = "SELECT p.body FROM named d JOIN papers p ON p.n = d.paper WHERE d.client = ?1 AND d.recipient = ?2 \
                   ORDER BY d.paper";
        self.all(sql, [client.to_string(), recipient.to_string()], |row| json(row, 0))
    }

    /// The consents of all clients that name a recipient, in the order of their filing.
    pub fn consents_naming(&self, recipient: RecipientId) -> Result<Vec<Consent>, CatalogError> {
        let sql = "SELECT p.body FROM named d JOIN papers p ON p.n = d.paper WHERE d.recipient = ?1 ORDER BY p.n";
        self.all(sql, [recipient.to_string()], |row| json(row, 0))
    }

    /// All consents, or one client's, in the order of their filing.
    pub fn consents(&self, client: Option<ClientId>) -> Result<Vec<Consent>, CatalogError> {
        self.papers(CONSENT, client.map(|id| id.to_string()))
    }

    /// A restriction.
    pub fn restriction(&self, id: RestrictionId) -> Result<Option<Restriction>, CatalogError> {
        self.paper(&id.to_string())
    }

    /// All restrictions, or one client's, in the order of their filing.
    pub fn restrictions(&self, client: Option<ClientId>) -> Result<Vec<Restriction>, CatalogError> {
        self.papers(RESTRICTION, client.map(|id| id.to_string()))
    }

    /// An agreement.
    pub fn agreement(&self, id: AgreementId) -> Result<Option<Agreement>, CatalogError> {
        self.paper(&id.to_string())
    }

    /// All agreements, or one recipient's, in the order of their filing.
    pub fn agreements(&self, recipient: Option<RecipientId>) -> Result<Vec<Agreement>, CatalogError> {
        self.papers(AGREEMENT, recipient.map(|id| id.to_string()))
    }

    /// All trainings, or one recipient's, in the order of their filing.
    pub fn trainings(&self, recipient: Option<RecipientId>) -> Result<Vec<Training>, CatalogError> {
        self.papers(TRAINING, recipient.map(|id| id.to_string()))
    }

    /// Who is of a team now.
    pub fn team(&self, team: &str) -> Result<Vec<RecipientId>, CatalogError> {
        self.all("SELECT member FROM teams WHERE team = ?1 ORDER BY member", [team], |row| parsed(row, 0))
    }

    /// The teams, by name.
    pub fn teams(&self) -> Result<Vec<String>, CatalogError> {
        self.all("SELECT DISTINCT team FROM teams ORDER BY team", [], |row| row.get(0))
    }

    /// The teams that a recipient is of, by name.
    pub fn teams_of(&self, member: RecipientId) -> Result<Vec<String>, CatalogError> {
        self.all("SELECT team FROM teams WHERE member = ?1 ORDER BY team", [member.to_string()], |row| row.get(0))
    }

    pub(super) fn open_papers<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, CatalogError> {
        self.all("SELECT body FROM papers WHERE kind = ?1 AND open = 1 ORDER BY n", [kind], |row| json(row, 0))
    }

    pub(super) fn open_about<T: DeserializeOwned>(&self, kind: &str, about: &str) -> Result<Vec<T>, CatalogError> {
        let sql = "SELECT body FROM papers WHERE about = ?1 AND kind = ?2 AND open = 1 ORDER BY n";
        self.all(sql, [about, kind], |row| json(row, 0))
    }

    pub(super) fn paper<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>, CatalogError> {
        self.one("SELECT body FROM papers WHERE id = ?1", [id], |row| json(row, 0))
    }

    pub(super) fn papers<T: DeserializeOwned>(
        &self,
        kind: &str,
        about: Option<String>,
    ) -> Result<Vec<T>, CatalogError> {
        match about {
            Some(about) => {
                let sql = "SELECT body FROM papers WHERE about = ?1 AND kind = ?2 ORDER BY n";
                self.all(sql, [&about, kind], |row| json(row, 0))
            }
            None => self.all("SELECT body FROM papers WHERE kind = ?1 ORDER BY n", [kind], |row| json(row, 0)),
        }
    }
}
