//! The package: an age file with a tar inside, sealed to one recipient (`docs/format.md`, 6). It is written in one
//! pass, each record streaming from its object into the tar.

use std::io;
use std::io::Read;
use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::digest::hmac_sha256;
use crate::id;
use crate::id::ClientId;
use crate::id::RecipientId;
use crate::keys::signer::SigningKey;
use crate::keys::vault_identity::VaultIdentity;
use crate::ledger::commitment;
use crate::ledger::note::NoteError;
use crate::ledger::opening::Salt;
use crate::ledger::statement;
use crate::ledger::statement::Kind;
use crate::ledger::statement::StatementError;
use crate::practice::disclosure::DisclosureMade;
use crate::practice::disclosure::OPENED;
use crate::practice::file_name;
use crate::practice::owner::VaultCreated;
use crate::practice::record::ExcerptOf;
use crate::practice::record::RecordVersion;
use crate::sharing::ShareError;
use crate::stream::Watched;
use crate::time::Timestamp;
use crate::vault::Vault;

/// What the pseudonyms' key is derived for.
const PSEUDONYM_INFO: &str = "subrosa/pseudonym/v1";
/// The longest path in a package that every tar reads without an extension.
const PATH_LIMIT: usize = 99;
/// The largest size that a ustar header holds; beyond it a pax header says it.
const USTAR_LIMIT: u64 = 0o77777777777;

/// Everything the manifest says.
pub struct Manifest<'a> {
    /// The entry that will be committed, but for the package's own digest and size.
    pub made: &'a DisclosureMade,
    /// Whom it is about; nobody where identifiers were removed.
    pub client: Option<ClientId>,
    /// What the consent covers, where the recipient has to know.
    pub consent_scope: Option<Value>,
    /// Its fields, with the salt they are committed under.
    pub fields: &'a Map<String, Value>,
    /// See `fields`.
    pub salt: &'a Salt,
    /// When the package is made.
    pub created: Timestamp,
    /// The recipient's name, as he knows it.
    pub recipient: &'a str,
    /// What is in it.
    pub records: &'a [RecordVersion],
    /// The practice.
    pub practice: &'a VaultCreated,
    /// The successor note that leads from the key of an older log to this one's, whole.
    pub previous: Option<&'a str>,
}

impl Manifest<'_> {
    /// The signed note.
    pub fn sign(&self, key: &SigningKey, identity: &VaultIdentity) -> Result<Vec<u8>, ShareError> {
        let made = self.made;
        let manifest = json!({
            "basis": made.basis,
            "client": self.client.map(|client| pseudonym(identity, made.recipient, client)),
            "consent_scope": self.consent_scope,
            "created": self.created,
            "disclosure": made.disclosure,
            "expires": made.expires,
            "notice": made.notice,
            "opening": self.opening()?,
            "origin": key.origin().as_str(),
            "purpose": made.purpose,
            "recipient": { "id": made.recipient, "key": made.recipient_key, "name": self.recipient },
            "records": self.records.iter().map(record).collect::<Vec<_>>(),
            "sender": {
                "contact": self.practice.contact,
                "name": self.practice.name,
                "previous": self.previous,
                "vkey": key.verifier(),
            },
        });
        statement::sign_value(Kind::PACKAGE, &manifest, key).map_err(|error| match error {
            StatementError::Note(NoteError::TooLong { .. }) => {
                ShareError::Manifest("it names more records than a package takes".to_owned())
            }
            other => ShareError::Manifest(other.to_string()),
        })
    }

    /// What the recipient needs to see that the entry in the ledger is about this package.
    fn opening(&self) -> Result<Value, ShareError> {
        let mut opening = Map::new();
        for name in OPENED {
            let value = self.fields.get(name).ok_or_else(|| ShareError::Manifest(format!("no field {name}")))?;
            let salt = STANDARD.encode(commitment::field_salt(self.salt.reveal_secret(), name));
            opening.insert(name.to_owned(), json!({ "value": value, "salt": salt }));
        }
        Ok(Value::Object(opening))
    }
}

/// The client's name for this one recipient: the same in every package to him, another to everybody else.
pub fn pseudonym(identity: &VaultIdentity, recipient: RecipientId, client: ClientId) -> String {
    let key = identity.derive(PSEUDONYM_INFO);
    let mac = hmac_sha256(key.reveal_secret(), &[recipient.to_string().as_bytes(), client.to_string().as_bytes()]);
    id::crockford(&mac, 16)
}

/// Where an excerpt comes from. Of one whose identifiers were removed nothing is told that another package has, too.
fn origin(excerpt: &ExcerptOf) -> Value {
    if excerpt.de_identified {
        return json!({ "de_identified": true, "lines": [], "record": null, "version": null });
    }
    // How much was left out of it is nobody's business.
    json!({ "de_identified": false, "lines": excerpt.lines, "record": excerpt.record, "version": excerpt.version })
}

fn record(version: &RecordVersion) -> Value {
    json!({
        "excerpt_of": version.excerpt_of.as_ref().map(origin),
        "label": version.label,
        "media_type": version.media_type,
        "name": version.name,
        "record": version.record,
        "record_kind": version.record_kind,
        "sha256": version.sha256,
        "size": version.size,
        "tags": version.tags,
        "version": version.version,
    })
}

/// The path of a record in the package: plain ASCII of at most 99 bytes.
pub fn path_of(version: &RecordVersion) -> String {
    let head = format!("records/{}/{:04}-", version.record, version.version);
    let name = version.name.as_deref().unwrap_or("record");
    let room = PATH_LIMIT - head.len();
    head + &file_name::portable(name, room)
}

/// Writes the tar: notice, manifest, records. Every record is read to its end, which is where its digest is checked.
pub fn write<W: Write>(
    out: W,
    notice: &str,
    manifest: &[u8],
    records: &[RecordVersion],
    vault: &Vault,
    progress: &mut dyn FnMut(u64),
) -> Result<W, ShareError> {
    let mut tar = tar::Builder::new(out);
    append(&mut tar, "NOTICE.txt", notice.len() as u64, notice.as_bytes())?;
    append(&mut tar, "manifest", manifest.len() as u64, manifest)?;
    for version in records {
        let mut content = Watched::new(vault.read(version)?, progress);
        let written = append(&mut tar, &path_of(version), version.size, &mut content);
        // Beyond the promised size comes the end, and with it the check of the digest.
        let ended = written.and_then(|()| io::copy(&mut content, &mut io::sink()));
        ended.map_err(|error| match content.failed() {
            Some(_) => ShareError::content(version, error),
            None => ShareError::from(error),
        })?;
    }
    Ok(tar.into_inner()?)
}

fn append(tar: &mut tar::Builder<impl Write>, path: &str, size: u64, content: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    if size > USTAR_LIMIT {
        tar.append_pax_extensions([("size", size.to_string().as_bytes())])?;
        header.set_size(0);
    } else {
        header.set_size(size);
    }
    header.set_cksum();
    // Taken, so that a content that turns out longer than promised cannot shift what follows.
    tar.append(&header, content.take(size))
}
