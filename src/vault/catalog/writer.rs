//! What each event does to the tables. What it does to a noun, the noun itself says (`practice`).
//!
//! An event about something that no earlier event named is kept as an entry and changes nothing else: a journal cannot
//! be mended, so it must not be able to lock anyone out.
//! Must not know what is asked later.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;
use serde::Serialize;

use crate::id::ClientId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::client::Client;
use crate::practice::disclosure::Listed;
use crate::practice::disclosure::RecordRef;
use crate::practice::event::Body;
use crate::practice::owner::Owner;
use crate::practice::recipient::Recipient;
use crate::practice::record::Record;
use crate::practice::rekey::Resealed;
use crate::practice::session::Noted;
use crate::vocabulary::Medium;

use super::by_id::ById;
use super::column::json;
use super::column::parsed;
use super::column::signed;
use super::duties::Duties;
use super::fold::Folded;
use super::identifiers::Identifiers;
use super::late::Late;
use super::objects::Objects;
use super::papers::Papers;

/// The prepared statements of one fold.
pub(super) struct Writer<'t> {
    next: i64,
    log: Option<(LogId, i64)>,
    get_log: Late<'t>,
    add_log: Late<'t>,
    entry: Late<'t>,
    practice: Late<'t>,
    add_owner: Late<'t>,
    drop_owner: Late<'t>,
    clients: ById<'t>,
    recipients: ById<'t>,
    add_record: Late<'t>,
    get_record: Late<'t>,
    record_at: Late<'t>,
    put_record: Late<'t>,
    add_tag: Late<'t>,
    drop_tag: Late<'t>,
    objects: Objects<'t>,
    disclosure: Late<'t>,
    unanswered: Late<'t>,
    listed: Late<'t>,
    papers: Papers<'t>,
    duties: Duties<'t>,
    identifiers: Identifiers<'t>,
    represented: Late<'t>,
}

/// Whom an event is about.
#[derive(Default)]
pub(super) struct About {
    pub(super) client: Option<ClientId>,
    pub(super) recipient: Option<RecipientId>,
}

impl<'t> Writer<'t> {
    /// Prepares them.
    pub(super) fn new(db: &'t Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            next: db.query_row("SELECT ifnull(max(n), 0) + 1 FROM entries", [], |row| row.get(0))?,
            log: None,
            get_log: Late::new(db, "SELECT n FROM logs WHERE log = ?1"),
            add_log: Late::new(db, "INSERT INTO logs (log) VALUES (?1) RETURNING n"),
            entry: Late::new(
                db,
                "INSERT INTO entries (n, log, at, time, kind, client, recipient, fields) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            ),
            practice: Late::new(db, "INSERT OR IGNORE INTO practice (one, body) VALUES (1, ?1)"),
            add_owner: Late::new(db, "INSERT INTO owners (body) VALUES (?1)"),
            drop_owner: Late::new(db, "DELETE FROM owners WHERE json_extract(body, '$.file') = ?1"),
            clients: ById::new(db, "clients"),
            recipients: ById::new(db, "recipients"),
            add_record: Late::new(
                db,
                "INSERT OR IGNORE INTO records (n, id, client, kind, date, label, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            ),
            get_record: Late::new(db, "SELECT n, body FROM records WHERE id = ?1"),
            record_at: Late::new(db, "SELECT body FROM records WHERE n = ?1"),
            put_record: Late::new(
                db,
                "UPDATE records SET id = ?2, client = ?3, kind = ?4, date = ?5, label = ?6, body = ?7 WHERE n = ?1",
            ),
            add_tag: Late::new(db, "INSERT OR IGNORE INTO tags (tag, date, n) VALUES (?1, ?2, ?3)"),
            drop_tag: Late::new(db, "DELETE FROM tags WHERE tag = ?1 AND date = ?2 AND n = ?3"),
            objects: Objects::new(db),
            disclosure: Late::new(db, "INSERT OR IGNORE INTO disclosures VALUES (?1, ?2, ?3, ?4, ?5)"),
            unanswered: Late::new(db, "INSERT OR IGNORE INTO unanswered (n) VALUES (?1)"),
            listed: Late::new(db, "INSERT INTO listed (entry, place, record, version) VALUES (?1, ?2, ?3, ?4)"),
            papers: Papers::new(db),
            duties: Duties::new(db),
            identifiers: Identifiers::new(db),
            represented: Late::new(db, "SELECT client FROM representing WHERE recipient = ?1"),
        })
    }

    /// Folds one event; `false` when its list is sealed and was not opened.
    pub(super) fn fold(&mut self, folded: Folded) -> rusqlite::Result<bool> {
        let Folded { log, index, event, fields, records, resealed } = folded;
        let (n, row, time, kind) = (self.next, self.row_of_log(log)?, event.time, event.body.kind());
        let about = match event.body {
            Body::VaultCreated(created) => {
                self.practice.execute([text(&created)])?;
                for owner in &created.owners {
                    self.add_owner(owner)?;
                }
                About::default()
            }
            Body::OwnerAdded(added) => {
                self.add_owner(&added.owner())?;
                About::default()
            }
            Body::OwnerRemoved(removed) => {
                self.drop_owner.execute([&removed.file])?;
                About::default()
            }
            Body::ObjectsResealed(batch) => {
                let items = match (&batch.list, &resealed) {
                    (Listed::Here(items), _) => items,
                    (Listed::Sealed(list), Some(items)) => {
                        self.objects.add_list(n, list)?;
                        items
                    }
                    (Listed::Sealed(_), None) => return Ok(false),
                };
                for item in items {
                    self.reseal(item)?;
                }
                About::default()
            }
            Body::ClientAdded(details) => {
                let client = Client::added(details);
                let id = client.id();
                self.clients.add.execute(params![n, id.to_string(), client.details.alias.as_str(), text(&client)])?;
                self.identifiers.keep(id)?;
                About::client(id)
            }
            Body::ClientEdited(details) => {
                let about = self.change_client(details.client, |client| client.edit(details, time))?;
                about.client.into_iter().try_for_each(|client| self.identifiers.keep(client))?;
                about
            }
            Body::ClientClosed(closed) => self.change_client(closed.client, Client::close)?,
            Body::RepresentativeAdded(added) => {
                let (client, recipient) = (added.client, added.recipient);
                self.identifiers.represents(recipient, client)?;
                let gone = self.recipients.get::<Recipient>(&recipient.to_string())?.and_then(|one| one.suspended);
                self.change_client(client, |client| {
                    client.represent(added);
                    gone.iter().for_each(|gone| client.silence(recipient, gone.on));
                })?;
                self.identifiers.keep(client)?;
                About { client: Some(client), recipient: Some(recipient) }
            }
            Body::RecipientAdded(details) => {
                let recipient = Recipient::added(details);
                let (id, alias) = (recipient.id(), &recipient.details.alias);
                self.recipients.add.execute(params![n, id.to_string(), alias.as_str(), text(&recipient)])?;
                self.identifiers.keep_selves(&recipient.details)?;
                About::recipient(id)
            }
            Body::RecipientEdited(edited) => {
                let now = edited.clone();
                let about = self.change_recipient(edited.recipient, |recipient| recipient.edit(edited))?;
                self.identifiers.keep_selves(&now)?;
                about.recipient.into_iter().try_for_each(|one| self.identifiers.keep_represented(one))?;
                about
            }
            Body::RecipientVerified(verified) => {
                self.change_recipient(verified.recipient, |recipient| recipient.verify(&verified))?
            }
            Body::RecipientSuspended(suspended) => {
                let (id, on) = (suspended.recipient, suspended.on);
                let read = |row: &rusqlite::Row<'_>| parsed::<ClientId>(row, 0);
                let clients = self.represented.query_map([id.to_string()], read)?.collect::<Result<Vec<_>, _>>()?;
                for client in clients {
                    self.change_client(client, |client| client.silence(id, on))?;
                }
                self.change_recipient(id, |recipient| recipient.suspend(suspended))?
            }
            Body::RecipientKeyReplaced(replaced) => {
                self.change_recipient(replaced.recipient, |recipient| recipient.replace_key(replaced))?
            }
            Body::RecordAdded(version) => {
                let mut record = Record::added(version, time);
                if let Some(origin) = record.latest.excerpt_of.as_ref().map(|excerpt| excerpt.record) {
                    record.noted = self.get_record(origin)?.and_then(|(_, origin)| origin.noted);
                }
                let is_new = self.write_record(n, &record, |writer| &mut writer.add_record)? > 0;
                self.objects.add_version(n, is_new.then_some(n), &record.latest)?;
                if is_new {
                    self.add_tags(n, &record)?;
                }
                About { client: record.latest.client, recipient: None }
            }
            Body::RecordVersioned(version) => {
                let of = self.row_of(version.record)?;
                self.objects.add_version(n, of, &version)?;
                let client = version.client;
                self.change_record(version.record, |record| record.version(version))?;
                About { client, recipient: None }
            }
            Body::SessionNoted(noted) => {
                let (record, comfort) = (noted.record, noted.comfort);
                let noted = comfort.map(|comfort| Noted { comfort, at: time });
                self.change_record(record, |record| record.noted = noted.or(record.noted))?
            }
            Body::RecordTagged(tagged) => self.change_record(tagged.record, |record| record.tag(&tagged))?,
            Body::RecordAccessed(accessed) => {
                let record = self.get_record(accessed.record)?;
                About { client: record.and_then(|(_, record)| record.latest.client), recipient: None }
            }
            Body::DisclosureMade(made) => {
                let id = made.disclosure.to_string();
                let client = made.client.map(|client| client.to_string());
                let consent = made.consent.map(|consent| consent.to_string());
                self.disclosure.execute(params![n, id, client, made.recipient.to_string(), consent])?;
                if made.medium == Medium::Package {
                    self.unanswered.execute([n])?;
                }
                if !self.list(n, &made.records, records)? {
                    return Ok(false);
                }
                About { client: made.client, recipient: Some(made.recipient) }
            }
            Body::DisclosureRefused(refused) => {
                if !self.list(n, &refused.records, records)? {
                    return Ok(false);
                }
                About { client: refused.client, recipient: Some(refused.recipient) }
            }
            Body::DisclosureConfirmed(confirmed) => {
                if !self.list(n, &confirmed.unscanned, records)? {
                    return Ok(false);
                }
                About::default()
            }
            other => match self.duties.fold(&mut self.papers, n, (log, index), time, &event.actor, other)? {
                Ok(about) => about,
                Err(other) => self.papers.fold(n, time, event.actor, other)?,
            },
        };
        let client = about.client.map(|id| id.to_string());
        let recipient = about.recipient.map(|id| id.to_string());
        self.entry.execute(params![n, row, signed(index), time.unix(), kind, client, recipient, text(&fields)])?;
        self.next += 1;
        Ok(true)
    }

    fn row_of_log(&mut self, log: LogId) -> rusqlite::Result<i64> {
        if let Some((known, row)) = self.log
            && known == log
        {
            return Ok(row);
        }
        let row = self.get_log.query_row([log.to_string()], |row| row.get(0)).optional()?;
        let row = match row {
            Some(row) => row,
            None => self.add_log.query_row([log.to_string()], |row| row.get(0))?,
        };
        self.log = Some((log, row));
        Ok(row)
    }

    fn add_owner(&mut self, owner: &Owner) -> rusqlite::Result<()> {
        self.add_owner.execute([text(owner)]).map(drop)
    }

    fn change_client(&mut self, id: ClientId, change: impl FnOnce(&mut Client)) -> rusqlite::Result<About> {
        self.clients.change(&id.to_string(), change, |client: &Client| client.details.alias.as_str())?;
        Ok(About::client(id))
    }

    fn change_recipient(&mut self, id: RecipientId, change: impl FnOnce(&mut Recipient)) -> rusqlite::Result<About> {
        self.recipients.change(&id.to_string(), change, |recipient: &Recipient| recipient.details.alias.as_str())?;
        Ok(About::recipient(id))
    }

    fn row_of(&mut self, id: RecordId) -> rusqlite::Result<Option<i64>> {
        self.get_record.query_row([id.to_string()], |row| row.get(0)).optional()
    }

    fn get_record(&mut self, id: RecordId) -> rusqlite::Result<Option<(i64, Record)>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, json(row, 1)?));
        self.get_record.query_row([id.to_string()], read).optional()
    }

    fn change_record(&mut self, id: RecordId, change: impl FnOnce(&mut Record)) -> rusqlite::Result<About> {
        let Some((n, mut record)) = self.get_record(id)? else {
            return Ok(About::default());
        };
        for tag in &record.latest.tags {
            self.drop_tag.execute(params![tag.as_str(), record.latest.date.to_string(), n])?;
        }
        change(&mut record);
        self.write_record(n, &record, |writer| &mut writer.put_record)?;
        self.add_tags(n, &record)?;
        Ok(About { client: record.latest.client, recipient: None })
    }

    fn write_record(
        &mut self,
        n: i64,
        record: &Record,
        statement: impl FnOnce(&mut Self) -> &mut Late<'t>,
    ) -> rusqlite::Result<usize> {
        let latest = &record.latest;
        statement(self).execute(params![
            n,
            latest.record.to_string(),
            latest.client.map(|client| client.to_string()),
            latest.record_kind.as_str(),
            latest.date.to_string(),
            latest.label.as_str(),
            text(record),
        ])
    }

    fn add_tags(&mut self, n: i64, record: &Record) -> rusqlite::Result<()> {
        let date = record.latest.date.to_string();
        for tag in &record.latest.tags {
            self.add_tag.execute(params![tag.as_str(), date, n])?;
        }
        Ok(())
    }

    /// An object that was sealed again: the record whose version it holds has it too.
    fn reseal(&mut self, item: &Resealed) -> rusqlite::Result<()> {
        let Some((row, version)) = self.objects.move_to(item)? else {
            return Ok(());
        };
        let Some(mut record) = self.record_at.query_row([row], |row| json::<Record>(row, 0)).optional()? else {
            return Ok(());
        };
        if signed(record.latest.version) == version {
            (record.latest.object, record.latest.seal) = (item.object, item.seal);
            self.write_record(row, &record, |writer| &mut writer.put_record)?;
        }
        Ok(())
    }

    /// The records of a disclosure, and the sealed object of a long list; `false` when that was not opened.
    fn list(&mut self, n: i64, list: &Listed<RecordRef>, opened: Option<Vec<RecordRef>>) -> rusqlite::Result<bool> {
        let items = match (list, &opened) {
            (Listed::Here(items), _) => items,
            (Listed::Sealed(list), Some(items)) => {
                self.objects.add_list(n, list)?;
                items
            }
            (Listed::Sealed(_), None) => return Ok(false),
        };
        for (place, item) in (0i64..).zip(items) {
            self.listed.execute(params![n, place, item.record.to_string(), signed(item.version)])?;
        }
        Ok(true)
    }
}

impl About {
    pub(super) fn client(id: ClientId) -> Self {
        Self { client: Some(id), recipient: None }
    }

    pub(super) fn recipient(id: RecipientId) -> Self {
        Self { client: None, recipient: Some(id) }
    }
}

pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("events and nouns are JSON: their keys are strings")
}
