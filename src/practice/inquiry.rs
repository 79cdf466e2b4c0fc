//! Inquiries: somebody asks after a person. What they said is kept; whether that person is known here is not looked up
//! (42 CFR 2.13(c); domain row 6). And reminders among colleagues, in nobody's file (rows 21 and 44).

use serde::Deserialize;
use serde::Serialize;

use crate::id::InquiryId;
use crate::id::RecipientId;
use crate::practice::words::Alias;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::vocabulary::NudgeAbout;
use crate::vocabulary::Relationship;

/// `inquiry.logged`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InquiryLogged {
    /// What they asked.
    pub asks: Option<Prose>,
    /// What they say they are to that person.
    pub claims_relation: Option<Relationship>,
    /// Who they say they are.
    pub from: Line,
    /// The inquiry.
    pub inquiry: InquiryId,
}

/// `colleague.nudged`: no client, no blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColleagueNudged {
    /// Of what.
    pub about: NudgeAbout,
    /// Who is reminded, an owner by alias; null for a recipient.
    pub owner: Option<Alias>,
    /// Who is reminded, a recipient; null for an owner.
    pub recipient: Option<RecipientId>,
}
