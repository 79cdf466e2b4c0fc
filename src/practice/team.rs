//! Teams: names for several recipients. A team is never shared with: its members are, each decided alone.

use serde::Deserialize;
use serde::Serialize;

use crate::id::RecipientId;
use crate::practice::words::Alias;

/// `team.joined` and `team.left`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamChanged {
    /// Who came, or went.
    pub members: Vec<RecipientId>,
    /// The team.
    pub team: Alias,
}
