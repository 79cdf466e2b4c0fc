//! Teams: who comes, and who goes. A team is a list of persons and nothing more: whatever is shared with it is decided for
//! each of them alone ("making client information available to all staff—just because they work there").

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::RecipientId;
use crate::papers::PapersError;
use crate::papers::recipient;
use crate::practice::event::Body;
use crate::practice::team::TeamChanged;
use crate::practice::words::Alias;
use crate::vault::desk::Desk;
use crate::vault::transaction::Committed;
use crate::vault::transaction::Draft;

/// Adds members to a team; the first make it. Who is of it already gets no entry.
pub fn add<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    team: Alias,
    members: &[RecipientId],
) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        let is_owner = vault.catalog().owners()?.iter().any(|owner| owner.alias == team);
        if is_owner || vault.catalog().alias_taken(&team)?.is_some() {
            return Err(PapersError::NameTaken(team));
        }
        let mut is_known = vault.catalog().team(team.as_str())?;
        let mut new = Vec::new();
        for member in members {
            recipient(vault, *member)?;
            if !is_known.contains(member) {
                is_known.push(*member);
                new.push(*member);
            }
        }
        if new.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Draft::from(Body::TeamJoined(TeamChanged { members: new, team }))])
    })
}

/// Takes members out of a team. A team without members is none.
pub fn remove<R: CryptoRng + RngCore>(
    desk: &mut Desk<'_, R>,
    team: Alias,
    members: &[RecipientId],
) -> Result<Committed, PapersError> {
    desk.append(|vault| {
        let of_it = vault.catalog().team(team.as_str())?;
        if of_it.is_empty() {
            return Err(PapersError::NoTeam(team));
        }
        let mut gone: Vec<RecipientId> = Vec::new();
        for member in members {
            let found = recipient(vault, *member)?;
            if !of_it.contains(member) {
                return Err(PapersError::NoMember { team, member: found.details.alias });
            }
            if !gone.contains(member) {
                gone.push(*member);
            }
        }
        Ok(vec![Draft::from(Body::TeamLeft(TeamChanged { members: gone, team }))])
    })
}
