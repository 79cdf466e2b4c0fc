//! The catalogue's tables. Each is a fold of the events but `touched` and `room`, which are this machine's own.
//!
//! Events are numbered as they are folded, from 1 on, through all logs of the vault, and these numbers name rows: a
//! record's `n` is that of the event that added it. So a rebuilt catalogue and one kept up entry by entry are the same,
//! row for row.
//! Must not know queries.

/// Raised with every change of [`TABLES`] or of what the fold writes there. A file of another version is begun anew.
pub(super) const VERSION: i64 = 18;

/// The tables, made in an empty database.
pub(super) const TABLES: &str = "
-- Whose catalogue this is, and up to where it has folded.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    machine TEXT NOT NULL,
    log TEXT, size INTEGER, root BLOB
);

-- The logs whose events were folded, in the order in which they came.
CREATE TABLE logs (n INTEGER PRIMARY KEY, log TEXT NOT NULL UNIQUE);

-- Every event, as it is stored, and where it stands: the log's `n`, and the index in that log. `client` is whom it is
-- about, for records the record's client.
CREATE TABLE entries (
    n INTEGER PRIMARY KEY,
    log INTEGER NOT NULL, at INTEGER NOT NULL,
    time INTEGER NOT NULL, kind TEXT NOT NULL, client TEXT, recipient TEXT,
    fields TEXT NOT NULL
);
CREATE INDEX entries_by_time ON entries (time);
CREATE INDEX entries_by_kind ON entries (kind);
CREATE INDEX entries_by_client ON entries (client) WHERE client IS NOT NULL;
CREATE INDEX entries_by_recipient ON entries (recipient) WHERE recipient IS NOT NULL;
CREATE INDEX entries_of_recipients ON entries (recipient) WHERE kind IN ('recipient.added', 'recipient.edited');

-- The vault's beginning, alone in its table, and who opens the vault.
CREATE TABLE practice (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
CREATE TABLE owners (n INTEGER PRIMARY KEY, body TEXT NOT NULL);

-- People, as the events so far leave them.
CREATE TABLE clients (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, alias TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX clients_by_alias ON clients (alias);
CREATE INDEX clients_untold ON clients (n)
    WHERE json_extract(body, '$.details.limits_discussed') IS NULL AND json_extract(body, '$.state') = 'active';
CREATE TABLE recipients (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, alias TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX recipients_by_alias ON recipients (alias);
CREATE INDEX recipients_by_key ON recipients (json_extract(body, '$.given.key'));

-- Records, as the events so far leave them, and their tags. Lists run backwards by (date, n).
CREATE TABLE records (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    client TEXT, kind TEXT NOT NULL, date TEXT NOT NULL, label TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX records_by_date ON records (date);
CREATE INDEX records_by_client ON records (client, date) WHERE client IS NOT NULL;
CREATE INDEX records_whole ON records (client) WHERE json_extract(body, '$.latest.excerpt_of') IS NULL;
CREATE INDEX records_by_kind ON records (kind, date);
CREATE INDEX records_by_origin ON records (json_extract(body, '$.latest.excerpt_of.record'))
    WHERE json_extract(body, '$.latest.excerpt_of.record') IS NOT NULL;
CREATE TABLE tags (
    tag TEXT NOT NULL, date TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (tag, date, n)
) WITHOUT ROWID;

-- Sealed objects, by the entry that committed them: a record's versions, and the long lists of disclosures. `row` is
-- the record's `n`; the record's id stands beside it so that reading all objects touches no other table.
CREATE TABLE objects (
    entry INTEGER PRIMARY KEY,
    object TEXT NOT NULL, seal BLOB NOT NULL, sha256 BLOB NOT NULL, size INTEGER,
    record TEXT, version INTEGER, row INTEGER
);
CREATE INDEX objects_by_id ON objects (object);
CREATE INDEX objects_by_version ON objects (row, version) WHERE row IS NOT NULL;

-- What was disclosed; `listed` also holds what was refused.
CREATE TABLE disclosures (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, client TEXT, recipient TEXT NOT NULL, consent TEXT
);
CREATE INDEX disclosures_by_client ON disclosures (client) WHERE client IS NOT NULL;
CREATE INDEX disclosures_by_recipient ON disclosures (recipient);
CREATE INDEX disclosures_by_consent ON disclosures (consent) WHERE consent IS NOT NULL;
CREATE TABLE listed (
    entry INTEGER NOT NULL, place INTEGER NOT NULL, record TEXT NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY (entry, place)
) WITHOUT ROWID;
CREATE INDEX listed_by_record ON listed (record, entry);

-- The packages of which nobody has said yet that they arrived, by the disclosure's `n`.
CREATE TABLE unanswered (n INTEGER PRIMARY KEY);

-- Papers, as the events so far leave them: what disclosures stand on, and what follows from them. Consents, restrictions
-- and concerns by client, agreements and trainings by recipient, a group's own concerns by group, follow-ups by disclosure;
-- and the recipients whom a consent names. `open` is 1 while something is still to be done about it.
CREATE TABLE papers (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, about TEXT NOT NULL, body TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX papers_open ON papers (kind) WHERE open = 1;
CREATE INDEX papers_by_kind ON papers (kind);
CREATE INDEX papers_by_about ON papers (about, kind);
CREATE INDEX papers_by_end ON papers (json_extract(body, '$.terms.until'))
    WHERE kind = 'consent' AND json_extract(body, '$.terms.until') IS NOT NULL;
CREATE INDEX papers_spoken ON papers (n) WHERE kind = 'consent' AND json_extract(body, '$.terms.method') = 'verbal';
CREATE TABLE named (
    client TEXT NOT NULL, recipient TEXT NOT NULL, paper INTEGER NOT NULL,
    PRIMARY KEY (client, recipient, paper)
) WITHOUT ROWID;
CREATE INDEX named_by_recipient ON named (recipient);

-- What is to be done after safety disclosures.
CREATE TABLE followups (id TEXT NOT NULL UNIQUE, disclosure TEXT NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX followups_by_disclosure ON followups (disclosure);
CREATE INDEX followups_open ON followups (open) WHERE open = 1;

-- The protocol's versions, and who acknowledged which: recipients by id, owners by alias.
CREATE TABLE protocols (version INTEGER PRIMARY KEY, time INTEGER NOT NULL, material INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX protocols_by_material ON protocols (material);
CREATE TABLE acknowledgements (
    who TEXT NOT NULL, version INTEGER NOT NULL, date TEXT NOT NULL, PRIMARY KEY (who, version)
) WITHOUT ROWID;

-- Who is of which team now.
CREATE TABLE teams (team TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (team, member)) WITHOUT ROWID;
CREATE INDEX teams_by_member ON teams (member);

-- What clients are called, and those who act for them, by the keys under which a scan looks for it.
CREATE TABLE identifiers (
    key TEXT NOT NULL, client TEXT NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (key, client, kind, text)
) WITHOUT ROWID;
CREATE INDEX identifiers_by_client ON identifiers (client);
CREATE TABLE representing (recipient TEXT NOT NULL, client TEXT NOT NULL, PRIMARY KEY (recipient, client)) WITHOUT ROWID;
CREATE INDEX representing_by_client ON representing (client);

-- The room that was declared here. Not folded either: without it, it is asked for.
CREATE TABLE room (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);

-- The records last looked at here, newest highest. Not folded: it is lost with the file, and nothing rests on it.
CREATE TABLE touched (at INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE);
";

/// All tables that are a fold of the events.
#[cfg(test)]
pub(super) const FOLDED: &[&str] = &[
    "head",
    "logs",
    "entries",
    "practice",
    "owners",
    "clients",
    "recipients",
    "records",
    "tags",
    "objects",
    "disclosures",
    "listed",
    "unanswered",
    "papers",
    "named",
    "followups",
    "protocols",
    "acknowledgements",
    "teams",
    "identifiers",
    "representing",
];
