//! Whose name is whose: the identifiers of clients, also as recipients, and of those who act for them, by the words under
//! which a scan looks for them. Must not know where they are found.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;

use crate::id::ClientId;
use crate::id::RecipientId;
use crate::practice::client::Client;
use crate::practice::recipient::Kinship;
use crate::practice::recipient::Recipient;
use crate::practice::recipient::RecipientDetails;
use crate::scan::Identifier;
use crate::scan::IdentifierKind;
use crate::scan::Index;
use crate::scan::keys_of;
use crate::scan::reached;
use crate::vocabulary::Relationship;

use super::Catalog;
use super::CatalogError;
use super::column::json;
use super::column::natural;
use super::column::parsed;
use super::column::unreadable;
use super::late::Late;

/// The kinds, by the number they are kept under.
const KINDS: [IdentifierKind; 7] = [
    IdentifierKind::Name,
    IdentifierKind::Nickname,
    IdentifierKind::Alias,
    IdentifierKind::Phone,
    IdentifierKind::Email,
    IdentifierKind::Birth,
    IdentifierKind::Representative,
];

/// The events that change whose name is whose.
const NAMING: &str = "'client.added', 'client.edited', 'representative.added', 'recipient.added', 'recipient.edited'";

/// The prepared statements that keep identifiers in step with people.
pub(super) struct Identifiers<'t> {
    add: Late<'t>,
    drop: Late<'t>,
    recipient: Late<'t>,
    represents: Late<'t>,
    selves: Late<'t>,
    acts_for: Late<'t>,
    client: Late<'t>,
}

impl<'t> Identifiers<'t> {
    pub(super) fn new(db: &'t Connection) -> Self {
        Self {
            add: Late::new(db, "INSERT OR IGNORE INTO identifiers (key, client, kind, text) VALUES (?1, ?2, ?3, ?4)"),
            drop: Late::new(db, "DELETE FROM identifiers WHERE client = ?1"),
            recipient: Late::new(db, "SELECT body FROM recipients WHERE id = ?1"),
            represents: Late::new(db, "INSERT OR IGNORE INTO representing (recipient, client) VALUES (?1, ?2)"),
            selves: Late::new(
                db,
                "SELECT r.body FROM representing a JOIN recipients r ON r.id = a.recipient WHERE a.client = ?1 ORDER BY r.n",
            ),
            acts_for: Late::new(db, "SELECT client FROM representing WHERE recipient = ?1"),
            client: Late::new(db, "SELECT body FROM clients WHERE id = ?1"),
        }
    }

    /// Writes down anew what a client and those who act for him are called.
    pub(super) fn keep(&mut self, id: ClientId) -> rusqlite::Result<()> {
        let of = id.to_string();
        let Some(client) = self.client.query_row([&of], |row| json::<Client>(row, 0)).optional()? else {
            return Ok(());
        };
        self.drop.execute([&of])?;
        for (kind, text) in self.all_of(&client)? {
            let number = KINDS.iter().position(|one| *one == kind).unwrap_or_default();
            for key in keys_of(&Identifier { of: id, kind, text: text.clone() }) {
                self.add.execute(params![key, of, i64::try_from(number).unwrap_or_default(), text])?;
            }
        }
        Ok(())
    }

    /// A recipient acts for a client, or is that client.
    pub(super) fn represents(&mut self, recipient: RecipientId, client: ClientId) -> rusqlite::Result<()> {
        self.represents.execute([recipient.to_string(), client.to_string()]).map(drop)
    }

    /// Writes down anew the clients that a recipient is: who attends a group is called so too.
    pub(super) fn keep_selves(&mut self, recipient: &RecipientDetails) -> rusqlite::Result<()> {
        for kinship in recipient.relationships.iter().filter(|one| one.relationship == Relationship::SelfSame) {
            self.represents(recipient.recipient, kinship.client)?;
            self.keep(kinship.client)?;
        }
        Ok(())
    }

    /// The same for everyone for whom a recipient acts.
    pub(super) fn keep_represented(&mut self, recipient: RecipientId) -> rusqlite::Result<()> {
        let clients: Vec<ClientId> =
            self.acts_for.query_map([recipient.to_string()], |row| parsed(row, 0))?.collect::<Result<_, _>>()?;
        clients.into_iter().try_for_each(|client| self.keep(client))
    }

    fn all_of(&mut self, client: &Client) -> rusqlite::Result<Vec<(IdentifierKind, String)>> {
        let details = &client.details;
        let mut all = vec![(IdentifierKind::Alias, details.alias.to_string())];
        all.extend(details.name.iter().map(|name| (IdentifierKind::Name, name.to_string())));
        all.extend(details.also_known.iter().map(|name| (IdentifierKind::Nickname, name.to_string())));
        all.extend(details.phone.iter().map(|phone| (IdentifierKind::Phone, phone.to_string())));
        all.extend(details.email.iter().map(|email| (IdentifierKind::Email, email.to_string())));
        all.extend(details.birth.iter().map(|birth| (IdentifierKind::Birth, birth.to_string())));
        for one in &client.representatives {
            let read = |row: &rusqlite::Row<'_>| json::<Recipient>(row, 0);
            let found = self.recipient.query_row([one.recipient.to_string()], read).optional()?;
            let Some(Recipient { details, .. }) = found else { continue };
            all.extend(details.name.map(|name| (IdentifierKind::Representative, name.to_string())));
            all.extend(details.contact.iter().flat_map(|contact| reached(contact.as_str())));
        }
        let read = |row: &rusqlite::Row<'_>| json::<Recipient>(row, 0);
        for one in self.selves.query_map([details.client.to_string()], read)? {
            let known = one?.details;
            let is_self =
                |kinship: &Kinship| kinship.client == details.client && kinship.relationship == Relationship::SelfSame;
            if known.relationships.iter().any(is_self) {
                all.push((IdentifierKind::Alias, known.alias.to_string()));
                all.extend(known.name.map(|name| (IdentifierKind::Nickname, name.to_string())));
            }
        }
        Ok(all)
    }
}

fn identifier(row: &Row<'_>) -> rusqlite::Result<Identifier> {
    let number = usize::try_from(natural(row, 1)?).ok();
    let kind = number.and_then(|number| KINDS.get(number)).ok_or_else(unreadable)?;
    Ok(Identifier { of: parsed(row, 0)?, kind: *kind, text: row.get(2)? })
}

impl Index for Catalog {
    type Error = CatalogError;

    fn under(&self, key: &str) -> Result<Vec<Identifier>, CatalogError> {
        self.all("SELECT client, kind, text FROM identifiers WHERE key = ?1", [key], identifier)
    }
}

impl Catalog {
    /// All that a client and those who act for him are called.
    pub fn identifiers_of(&self, client: ClientId) -> Result<Vec<Identifier>, CatalogError> {
        let sql = "SELECT DISTINCT client, kind, text FROM identifiers WHERE client = ?1";
        self.all(sql, [client.to_string()], identifier)
    }

    /// The number of the last event that changed whose name is whose.
    pub fn last_naming(&self) -> Result<u64, CatalogError> {
        // Of each kind SQLite looks at the last alone, by the index: `tests/decision.rs` counts it.
        let sql = format!("SELECT ifnull(max(n), 0) FROM entries WHERE kind IN ({NAMING})");
        Ok(self.one(&sql, [], |row| natural(row, 0))?.unwrap_or_default())
    }
}
