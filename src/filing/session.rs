//! What is noted of a session beside its record: how somebody was, what was asked, and the concern that comes of it. All of
//! it is filed in the same step as the record. Must not know who asks.

use crate::filing::FilingError;
use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::RecordId;
use crate::practice::client::ClientDetails;
use crate::practice::concern::ConcernOpened;
use crate::practice::event::Body;
use crate::practice::protocol::Protocol;
use crate::practice::session::SessionNoted;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vault::Vault;
use crate::vocabulary::Comfort;
use crate::vocabulary::RaisedBy;
use crate::vocabulary::Setting;

/// What was asked and seen in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How the person seemed to be.
    pub comfort: Option<Comfort>,
    /// Whether they were asked for concerns about their privacy.
    pub concerns_asked: Option<bool>,
    /// What they would rather not talk about.
    pub declined: Vec<Line>,
    /// Why it was held in a room where others could hear.
    pub setting_reason: Option<Prose>,
    /// A concern that comes of it, in words.
    pub concern: Option<Prose>,
    /// When the limits of confidentiality were talked about, where nobody had said so before.
    pub limits_discussed: Option<Date>,
}

impl Asked {
    /// What is noted of the record's session; nothing where nothing was asked.
    pub fn noted(&self, record: RecordId) -> Option<Body> {
        let Self { comfort, concerns_asked, declined, setting_reason, .. } = self.clone();
        let is_any = comfort.is_some() || concerns_asked.is_some() || !declined.is_empty() || setting_reason.is_some();
        is_any.then_some(Body::SessionNoted(SessionNoted { comfort, concerns_asked, declined, record, setting_reason }))
    }

    /// What is known of the client now, where the talk about limits is news.
    pub fn outset(&self, vault: &Vault, client: Option<ClientId>) -> Result<Option<Body>, FilingError> {
        let Some((day, id)) = self.limits_discussed.zip(client) else {
            return Ok(None);
        };
        let client = vault.catalog().client(id)?.filter(|client| client.details.limits_discussed.is_none());
        Ok(client.map(|client| Body::ClientEdited(ClientDetails { limits_discussed: Some(day), ..client.details })))
    }

    /// The concerns that come of it, raised by staff, about nobody so far: whoever files them says whose records they hold.
    /// One for a room where others could hear, one for what was said.
    pub fn concerns(
        &self,
        setting: Option<Setting>,
        ids: [ConcernId; 2],
        protocol: &Protocol,
        now: Timestamp,
    ) -> Result<Vec<ConcernOpened>, FilingError> {
        let due = protocol.periods.concern.from_date(now.date_in(&protocol.zone()), false)?;
        let overheard = setting.filter(|setting| setting.is_open()).zip(self.setting_reason.clone());
        let texts = [overheard.map(|(setting, reason)| words(setting, reason)), self.concern.clone()];
        let all = ids.into_iter().zip(texts).filter_map(|(id, text)| Some((id, text?)));
        Ok(all.map(|(id, text)| ConcernOpened::new(id, RaisedBy::Staff, text, due)).collect())
    }
}

/// A room where others can hear needs a reason (NASW 1.07(i)).
pub fn has_reason(setting: Option<Setting>, reason: Option<&Prose>) -> Result<(), FilingError> {
    match setting.filter(|setting| setting.is_open() && reason.is_none()) {
        Some(setting) => Err(FilingError::NeedsReason(setting)),
        None => Ok(()),
    }
}

/// Why there is a concern, with the room before it where both have room.
fn words(setting: Setting, reason: Prose) -> Prose {
    format!("The session was held where others could hear ({setting}): {reason}").parse().unwrap_or(reason)
}
