//! Records: what was told in confidence, in versions that are never overwritten.

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::ClientId;
use crate::id::GroupId;
use crate::id::ObjectId;
use crate::id::RecordId;
use crate::practice::session::Noted;
use crate::practice::words::Line;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Label;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Setting;

/// Which lines of which record an excerpt was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcerptOf {
    /// Whether identifiers were removed.
    pub de_identified: bool,
    /// First and last line of each passage, counted from 1.
    pub lines: Vec<[u64; 2]>,
    /// How many lines that text has, up to its last that is not blank; null where it is a mere part of a record itself.
    pub of_lines: Option<u64>,
    /// The origin.
    pub record: RecordId,
    /// The origin's version.
    pub version: u64,
}

/// The fields of `record.added` and `record.versioned`: the whole record as this version has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordVersion {
    /// Whom it is about; null for a group's common part.
    pub client: Option<ClientId>,
    /// The date it is about, on the practice's calendar.
    pub date: Date,
    /// Where it was taken from.
    pub excerpt_of: Option<ExcerptOf>,
    /// The group it belongs to.
    pub group: Option<GroupId>,
    /// How confidential it is.
    pub label: Label,
    /// Its media type, as detected.
    pub media_type: String,
    /// Its file name, escaped where `name_bytes` is set.
    pub name: Option<String>,
    /// The file name's bytes in base64, where it is not plain text.
    pub name_bytes: Option<String>,
    /// The sealed object that holds this version.
    pub object: ObjectId,
    /// The record.
    pub record: RecordId,
    /// What it is. (`kind` is the event's own.)
    pub record_kind: RecordKind,
    /// The object's seal.
    pub seal: Digest,
    /// The room in which it was said.
    pub setting: Option<Setting>,
    /// The plaintext's digest.
    pub sha256: Digest,
    /// The plaintext's size in bytes.
    pub size: u64,
    /// Its tags, sorted.
    pub tags: Vec<Tag>,
    /// Its title.
    pub title: Option<Line>,
    /// 1, 2, 3, ...
    pub version: u64,
}

/// `record.tagged`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordTagged {
    /// Tags put on, sorted.
    pub added: Vec<Tag>,
    /// The label that results.
    pub label: Label,
    /// The record.
    pub record: RecordId,
    /// Tags taken off, sorted.
    pub removed: Vec<Tag>,
}

/// `record.accessed`: an owner looked at a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordAccessed {
    /// The command that opened it.
    pub how: Access,
    /// What was wrong with the place it was written to, and allowed by the owner: reason ids.
    pub lifted: Vec<String>,
    /// The record.
    pub record: RecordId,
    /// The room now.
    pub setting: Option<Setting>,
    /// The version looked at.
    pub version: u64,
}

/// The commands that open a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// `show`
    Show,
    /// `edit`
    Edit,
    /// `excerpt`
    Excerpt,
}

/// A record as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The newest version, with the present tags and label.
    pub latest: RecordVersion,
    /// When it was added.
    pub added: Timestamp,
    /// How the person was, where that was noted; an excerpt has it from its origin.
    pub noted: Option<Noted>,
}

impl Record {
    /// After `record.added`.
    pub fn added(latest: RecordVersion, added: Timestamp) -> Self {
        Self { latest, added, noted: None }
    }

    /// After `record.versioned`.
    pub fn version(&mut self, latest: RecordVersion) {
        self.latest = latest;
    }

    /// After `record.tagged`.
    pub fn tag(&mut self, tagged: &RecordTagged) {
        let tags = &mut self.latest.tags;
        tags.retain(|tag| !tagged.removed.contains(tag));
        tags.extend(tagged.added.iter().cloned());
        tags.sort();
        tags.dedup();
        self.latest.label = tagged.label;
    }

    /// The record's id.
    pub fn id(&self) -> RecordId {
        self.latest.record
    }
}
