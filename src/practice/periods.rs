//! How long things hold, and by when they are due: `[periods]` of a protocol.

use serde::Deserialize;

use crate::time::Span;
use crate::time::TimeError;
use crate::time::Timestamp;
use crate::time::Zone;
use crate::vocabulary::Task;

/// `[periods]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Periods {
    /// How long a consent holds from its signing, where it does not say.
    pub consent: Span,
    /// How long a spoken permission holds at most.
    pub verbal: Span,
    /// How long an agreement holds from its first day, where it does not say; without end when missing.
    pub agreement: Option<Span>,
    /// How long a training holds, where it does not say.
    pub training: Span,
    /// By when a concern is answered.
    pub concern: Span,
    /// By when a recipient says that a package arrived, or who gets nothing more gives it back.
    pub acknowledgement: Span,
    /// By when somebody is talked with after a group.
    pub talk: Span,
    /// How long a plain copy may lie on a disk.
    pub copy: Span,
    /// By when a client is told of a safety disclosure.
    pub tell_client: Span,
    /// By when its outcome is documented.
    pub document_outcome: Span,
    /// By when a colleague reviews it.
    pub peer_review: Span,
    /// By when it is asked whether a consent would have been better.
    pub consent_review: Span,
}

impl Default for Periods {
    fn default() -> Self {
        let span = |text: &str| text.parse().expect("a span");
        Self {
            consent: span("12m"),
            verbal: span("7d"),
            agreement: None,
            training: span("12m"),
            concern: span("7d"),
            acknowledgement: span("14d"),
            talk: span("7d"),
            copy: span("24h"),
            tell_client: span("24h"),
            document_outcome: span("24h"),
            peer_review: span("72h"),
            consent_review: span("7d"),
        }
    }
}

impl Periods {
    /// The moment by which a task after a safety disclosure is due that begins now. Days and longer end at the same time of
    /// day in `zone`.
    pub fn due(&self, task: Task, now: Timestamp, zone: &Zone) -> Result<Timestamp, TimeError> {
        self.of(task).after(now, zone)
    }

    /// How long there is for a task after a safety disclosure.
    pub fn of(&self, task: Task) -> Span {
        match task {
            Task::TellClient | Task::Repair => self.tell_client,
            Task::DocumentOutcome => self.document_outcome,
            Task::PeerReview => self.peer_review,
            Task::ConsentReview => self.consent_review,
            // As for a package: an answer is waited for.
            Task::ReturnOrDestroy => self.acknowledgement,
        }
    }
}
