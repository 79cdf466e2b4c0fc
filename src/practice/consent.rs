//! Consents: what a person allowed, to whom, for what, and what they took back. Whether one is complete, live and wide
//! enough for a request is for the decision to say. Sources: 45 CFR 164.508(c), 42 CFR 2.31(a), GDPR Art. 7.

use serde::Deserialize;
use serde::Serialize;

use crate::digest::Digest;
use crate::id::ClientId;
use crate::id::ConsentId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::practice::words::Tag;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::NoteClass;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::RevokedHow;
use crate::vocabulary::SignMethod;

/// The fields of `consent.granted` and `consent.completed`: the whole consent as it is after the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentTerms {
    /// Whose consent it is.
    pub client: ClientId,
    /// The consent.
    pub consent: ConsentId,
    /// When the client was given a copy.
    pub copy_given: Option<Date>,
    /// Only what has its identifiers removed.
    pub de_identified: bool,
    /// What may be shared, in the client's or the form's own words.
    pub describe: Option<Prose>,
    /// Who may share it, by alias: owners of this vault or others; empty for this practice.
    pub disclosers: Vec<Alias>,
    /// Its first day; null for the day of signing.
    pub effective: Option<Date>,
    /// The record that holds the signed form.
    pub form: Option<RecordId>,
    /// What kinds of record.
    pub kinds: Vec<RecordKind>,
    /// For use in proceedings against or about the client, and for nothing else (42 CFR 2.31(d)).
    pub legal_proceedings: bool,
    /// How it was signed.
    pub method: Option<SignMethod>,
    /// It ends by revocation alone.
    pub no_expiry: bool,
    /// For these notes, and for nothing else (45 CFR 164.508(b)(3)(ii), 42 CFR 2.31(b)).
    pub note_class: Option<NoteClass>,
    /// The event that ends it.
    pub on_event: Option<Prose>,
    /// What for.
    pub purposes: Vec<Purpose>,
    /// To whom.
    pub recipients: Vec<RecipientId>,
    /// The first day of service it covers; null for no bound.
    pub service_from: Option<Date>,
    /// The last one.
    pub service_to: Option<Date>,
    /// Who signed.
    pub signed_by: Vec<Signatory>,
    /// When.
    pub signed_on: Option<Date>,
    /// The statements it was signed under: on revoking, on conditions, on redisclosure.
    pub statements: Option<Prose>,
    /// Sensitivity tags it covers beyond those that its kinds carry.
    pub tags: Vec<Tag>,
    /// Its last day.
    pub until: Option<Date>,
}

/// Who signed a consent: `client`, or a representative's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Signatory {
    /// The client.
    Client,
    /// A representative of the client.
    Representative(RecipientId),
}

impl TryFrom<String> for Signatory {
    type Error = crate::id::IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text == "client" { Ok(Self::Client) } else { text.parse().map(Self::Representative) }
    }
}

impl From<Signatory> for String {
    fn from(signatory: Signatory) -> Self {
        match signatory {
            Signatory::Client => "client".to_owned(),
            Signatory::Representative(id) => id.to_string(),
        }
    }
}

/// `consent.revoked`: what an empty list leaves unsaid, is all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRevoked {
    /// The consent.
    pub consent: ConsentId,
    /// How the client said so.
    pub how: Option<RevokedHow>,
    /// For these kinds.
    pub kinds: Vec<RecordKind>,
    /// When it was received; it takes effect at once.
    pub on: Date,
    /// For these purposes.
    pub purposes: Vec<Purpose>,
    /// For these recipients.
    pub recipients: Vec<RecipientId>,
}

impl ConsentRevoked {
    /// Nothing is left of the consent.
    pub fn is_whole(&self) -> bool {
        self.kinds.is_empty() && self.purposes.is_empty() && self.recipients.is_empty()
    }

    /// Whether it takes back what would be shared so.
    pub fn takes_back(&self, recipient: RecipientId, kinds: &[RecordKind], purpose: Purpose) -> bool {
        (self.recipients.is_empty() || self.recipients.contains(&recipient))
            && (self.kinds.is_empty() || kinds.is_empty() || kinds.iter().any(|kind| self.kinds.contains(kind)))
            && (self.purposes.is_empty() || self.purposes.contains(&purpose))
    }
}

/// `consent.marked-false`: it is known to be materially false (42 CFR 2.31(c)(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentMarkedFalse {
    /// The consent.
    pub consent: ConsentId,
    /// Why.
    pub reason: Prose,
}

/// `consent.receipt-given`: the client has a copy (45 CFR 164.508(c)(4)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentReceiptGiven {
    /// The consent.
    pub consent: ConsentId,
    /// When.
    pub on: Date,
    /// The receipt's digest, as it was written.
    pub sha256: Digest,
}

/// A consent as the events so far leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// What it says.
    pub terms: ConsentTerms,
    /// When it was filed.
    pub filed: Timestamp,
    /// What was taken back, in order.
    pub revoked: Vec<ConsentRevoked>,
    /// When each of these was filed.
    pub revoked_at: Vec<Timestamp>,
    /// Why it is false.
    pub false_because: Option<Prose>,
}

impl Consent {
    /// After `consent.granted`.
    pub fn granted(terms: ConsentTerms, filed: Timestamp) -> Self {
        Self { terms, filed, revoked: Vec::new(), revoked_at: Vec::new(), false_because: None }
    }

    /// After `consent.completed`. Whose it is does not change.
    pub fn complete(&mut self, terms: ConsentTerms) {
        if terms.client == self.terms.client {
            self.terms = terms;
        }
    }

    /// After `consent.revoked`.
    pub fn revoke(&mut self, revoked: ConsentRevoked, at: Timestamp) {
        self.revoked.push(revoked);
        self.revoked_at.push(at);
    }

    /// After `consent.marked-false`.
    pub fn mark_false(&mut self, marked: ConsentMarkedFalse) {
        self.false_because = Some(marked.reason);
    }

    /// After `consent.receipt-given`: the receipt is the copy, where none was given before.
    pub fn give_receipt(&mut self, given: &ConsentReceiptGiven) {
        self.terms.copy_given.get_or_insert(given.on);
    }

    /// Its id.
    pub fn id(&self) -> ConsentId {
        self.terms.consent
    }

    /// Its first day, where it is signed.
    pub fn first_day(&self) -> Option<Date> {
        self.terms.effective.or(self.terms.signed_on)
    }

    /// Whether all of it was taken back, at once or piece by piece.
    pub fn is_revoked(&self) -> bool {
        let is_taken = |recipient: &RecipientId, kind: &RecordKind, purpose: &Purpose| {
            self.revoked.iter().any(|revoked| revoked.takes_back(*recipient, &[*kind], *purpose))
        };
        let ConsentTerms { recipients, kinds, purposes, .. } = &self.terms;
        let in_pieces = || {
            let of = |who, kind| purposes.iter().all(|purpose| is_taken(who, kind, purpose));
            recipients.iter().all(|who| kinds.iter().all(|kind| of(who, kind)))
        };
        !self.revoked.is_empty() && (self.revoked.iter().any(ConsentRevoked::is_whole) || in_pieces())
    }
}

impl ConsentTerms {
    /// Whether anything of a signature stands in it: when, by whom, or the signed form.
    pub fn is_signed_at_all(&self) -> bool {
        self.signed_on.is_some() || !self.signed_by.is_empty() || self.form.is_some()
    }

    /// Whether it says when it ends, or that it does not.
    pub fn has_end(&self) -> bool {
        self.until.is_some() || self.on_event.is_some() || self.no_expiry
    }

    /// A consent of a client that says nothing yet.
    pub fn new(consent: ConsentId, client: ClientId) -> Self {
        Self {
            client,
            consent,
            copy_given: None,
            de_identified: false,
            describe: None,
            disclosers: Vec::new(),
            effective: None,
            form: None,
            kinds: Vec::new(),
            legal_proceedings: false,
            method: None,
            no_expiry: false,
            note_class: None,
            on_event: None,
            purposes: Vec::new(),
            recipients: Vec::new(),
            service_from: None,
            service_to: None,
            signed_by: Vec::new(),
            signed_on: None,
            statements: None,
            tags: Vec::new(),
            until: None,
        }
    }
}
