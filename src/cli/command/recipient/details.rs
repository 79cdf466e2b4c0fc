//! What can be said of a recipient besides his key, when he is named and when that is changed.

use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::practice::recipient::Kinship;
use crate::practice::recipient::RecipientDetails;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::vault::Vault;
use crate::vocabulary::Label;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The real name; it stays in the vault
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// What the recipient is to the work [default: other]
    #[arg(long, value_parser = words::<Role>(Role::WORDS))]
    pub role: Option<Role>,
    /// The organisation
    #[arg(long, value_name = "TEXT")]
    pub organisation: Option<String>,
    /// Address, telephone or other contact
    #[arg(long, value_name = "TEXT")]
    pub contact: Option<String>,
    /// The most confidential label the recipient may get [default: N before the key is verified, R after]
    #[arg(long, value_name = "LABEL", value_parser = words::<Label>(Label::WORDS))]
    pub max_label: Option<Label>,
    /// Medical personnel (42 CFR 2.51)
    #[arg(long)]
    pub medical_personnel: bool,
    /// A conflict of interest, in words
    #[arg(long, value_name = "TEXT")]
    pub conflict: Option<String>,
    /// A client to whom the recipient is something, with --relationship; may be repeated
    #[arg(long, value_name = "CLIENT")]
    pub of: Vec<String>,
    /// What the recipient is to that client
    #[arg(long, value_name = "REL", value_parser = words::<Relationship>(Relationship::WORDS))]
    pub relationship: Vec<Relationship>,
}

/// What was said; `None` where nothing was, `Some(None)` where a text was cleared.
#[derive(Debug)]
pub struct Said {
    name: Option<Option<Line>>,
    role: Option<Role>,
    organisation: Option<Option<Line>>,
    contact: Option<Option<Line>>,
    max_label: Option<Label>,
    medical_personnel: Option<bool>,
    conflict: Option<Option<Prose>>,
    relationships: Vec<(String, Relationship)>,
}

impl Options {
    /// Reads the texts, of which some may stand in files.
    pub fn read(self, session: &mut Session<'_>) -> Result<Said, Failure> {
        if self.of.len() != self.relationship.len() {
            return Err(Failure::usage("each --of CLIENT needs its --relationship REL")
                .hint("subrosa recipient add ana --of mk-01 --relationship mother"));
        }
        Ok(Said {
            name: session.clearable(self.name, "--name")?,
            role: self.role,
            organisation: session.clearable(self.organisation, "--organisation")?,
            contact: session.clearable(self.contact, "--contact")?,
            max_label: self.max_label,
            medical_personnel: self.medical_personnel.then_some(true),
            conflict: session.clearable(self.conflict, "--conflict")?,
            relationships: self.of.into_iter().zip(self.relationship).collect(),
        })
    }
}

impl Said {
    /// Whether nothing was said.
    pub fn is_nothing(&self) -> bool {
        let Self { name, role, organisation, contact, max_label, medical_personnel, conflict, relationships } = self;
        let texts = name.is_none() && organisation.is_none() && contact.is_none() && conflict.is_none();
        let rest = role.is_none() && max_label.is_none() && medical_personnel.is_none() && relationships.is_empty();
        texts && rest
    }

    /// The relationships, their clients resolved.
    pub fn relationships(&self, vault: &Vault) -> Result<Vec<Kinship>, Failure> {
        let kinship = |(client, relationship): &(String, Relationship)| {
            let client = names::client(vault.catalog(), client)?.id();
            Ok(Kinship { client, relationship: *relationship })
        };
        self.relationships.iter().map(kinship).collect()
    }

    /// Sets what was said; `relationships` is [`Said::relationships`].
    pub fn apply(self, details: &mut RecipientDetails, relationships: Vec<Kinship>) {
        set(&mut details.name, self.name);
        set(&mut details.role, self.role);
        set(&mut details.organisation, self.organisation);
        set(&mut details.contact, self.contact);
        set(&mut details.max_label, self.max_label.map(Some));
        set(&mut details.medical_personnel, self.medical_personnel);
        set(&mut details.conflict, self.conflict);
        if !relationships.is_empty() {
            details.relationships = relationships;
        }
    }
}

fn set<T>(field: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *field = said;
    }
}
