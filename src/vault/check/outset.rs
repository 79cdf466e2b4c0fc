//! Whether each client's boundaries were drawn before anything was said ("from the outset"; domain row 15): the talk about
//! the limits of confidentiality, and the client's own promises, stand before the first session. A remark, since nobody can
//! mend the past. Who was never told at all is due, and no business of a check.

use std::collections::BTreeMap;

use crate::id::ClientId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::id::RecordId;
use crate::ledger::opening::PER_FILE;
use crate::practice::agreement::AgreementAdded;
use crate::practice::client::ClientDetails;
use crate::practice::event::Body;
use crate::practice::recipient::RecipientDetails;
use crate::practice::record::RecordVersion;
use crate::time::Date;
use crate::vault::check::Fault;
use crate::vault::check::Finding;
use crate::vault::places;
use crate::vocabulary::AgreementType;
use crate::vocabulary::RecordKind;
use crate::vocabulary::Relationship;

/// What the ledger says so far of first talks, promises and sessions: a line a client, however many sessions there were.
#[derive(Debug, Default)]
pub(super) struct Outset {
    talks: BTreeMap<ClientId, Date>,
    /// The clients that a recipient is.
    selves: BTreeMap<RecipientId, Vec<ClientId>>,
    promises: BTreeMap<(RecipientId, Promise), Date>,
    sessions: BTreeMap<(ClientId, Promise), Session>,
}

/// What a client promised, and was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Promise {
    /// The limits of confidentiality: before any session.
    Limits,
    /// To keep what others say: before a group meets.
    Group,
}

/// The first one of its sort.
#[derive(Clone, Copy, Debug)]
struct Session {
    date: Date,
    record: RecordId,
    entry: (LogId, u64),
}

impl Outset {
    /// Shows it the next entry.
    pub fn see(&mut self, log: LogId, index: u64, body: &Body) {
        match body {
            Body::ClientAdded(details) | Body::ClientEdited(details) => self.talk(details),
            Body::RecipientAdded(added) => self.is_self(&added.details),
            Body::RecipientEdited(details) => self.is_self(details),
            Body::AgreementAdded(added) => self.promise(added),
            Body::RecordAdded(version) => self.session(version, (log, index)),
            _ => {}
        }
    }

    /// A talk that is held again takes nothing from the first.
    fn talk(&mut self, details: &ClientDetails) {
        if let Some(date) = details.limits_discussed {
            self.talks.entry(details.client).and_modify(|first| *first = date.min(*first)).or_insert(date);
        }
    }

    fn is_self(&mut self, details: &RecipientDetails) {
        let selves = details.relationships.iter().filter(|one| one.relationship == Relationship::SelfSame);
        self.selves.insert(details.recipient, selves.map(|one| one.client).collect());
    }

    fn promise(&mut self, added: &AgreementAdded) {
        let promise = match added.agreement_type {
            AgreementType::ClientLimits => Promise::Limits,
            AgreementType::GroupMember | AgreementType::FamilyParticipant => Promise::Group,
            _ => return,
        };
        let first = self.promises.entry((added.recipient, promise)).or_insert(added.effective);
        *first = added.effective.min(*first);
    }

    fn session(&mut self, version: &RecordVersion, entry: (LogId, u64)) {
        use RecordKind::*;
        let before: &[Promise] = match version.record_kind {
            SessionGroup => &[Promise::Limits, Promise::Group],
            SessionIndividual | ProgressNote | PsychotherapyNote | SudCounsellingNote => &[Promise::Limits],
            // Somebody calls before anything can be talked about.
            _ => return,
        };
        let Some(client) = version.client.filter(|_| version.excerpt_of.is_none()) else { return };
        let session = Session { date: version.date, record: version.record, entry };
        for promise in before {
            let first = self.sessions.entry((client, *promise)).or_insert(session);
            if session.date < first.date {
                *first = session;
            }
        }
    }

    /// For each client and sort of promise, the first session that came before it.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for ((client, promise), session) in &self.sessions {
            let own =
                self.selves.iter().filter(|(_, clients)| clients.contains(client)).map(|(recipient, _)| recipient);
            let agreed = own.filter_map(|recipient| self.promises.get(&(*recipient, *promise))).min();
            let talked = self.talks.get(client).filter(|_| *promise == Promise::Limits);
            for (date, what) in [(talked, "the talk about limits"), (agreed, "the client's agreement")] {
                findings
                    .extend(date.filter(|date| session.date < **date).map(|date| gap(*client, session, what, *date)));
            }
        }
        findings
    }
}

fn gap(client: ClientId, session: &Session, what: &str, date: Date) -> Finding {
    let Session { record, entry: (log, index), .. } = session;
    let text = format!("outset-gap: the session {record} of {client} is of {}, before {what} of {date}", session.date);
    let file = Some(places::journal(*log, index / PER_FILE));
    Finding { fault: Fault::OutsetGap, index: Some(*index), file, text }
}
