//! What a role brings with it: the agreements and the training it needs before it gets anything, and whether it could turn
//! what it gets against the client. Two tables. Must not know who has agreed to what.

use crate::vocabulary::AgreementType;
use crate::vocabulary::Relationship;
use crate::vocabulary::Role;

/// What somebody of a role needs before anything goes to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// A live agreement of one of these types; none is needed where the list is empty.
    pub agreements: &'static [AgreementType],
    /// Training in date.
    pub training: bool,
}

/// Those who owe the practice no promise: the client, whom the promises protect, and those bound by other law or named in
/// the client's own consent.
const NOTHING: Needs = Needs { agreements: &[], training: false };

/// The roles that need something; all others need nothing. A member of a group needs an agreement to attend it, and is no
/// recipient by role whatever was agreed.
const NEEDS: &[(Role, Needs)] = &[
    (Role::Supervisor, Needs { agreements: &[AgreementType::Supervision], training: true }),
    (Role::PeerConsultant, Needs { agreements: &[AgreementType::Supervision], training: true }),
    (Role::Biller, Needs { agreements: &[AgreementType::Staff], training: true }),
    (Role::Receptionist, Needs { agreements: &[AgreementType::Staff], training: true }),
    (Role::Volunteer, Needs { agreements: &[AgreementType::Volunteer], training: true }),
    (Role::Interpreter, Needs { agreements: &[AgreementType::Interpreter], training: true }),
    (Role::CoFacilitator, Needs { agreements: &[AgreementType::CoFacilitator], training: true }),
    (Role::Custodian, Needs { agreements: &[AgreementType::Custodian], training: true }),
    (
        Role::GroupMember,
        Needs { agreements: &[AgreementType::GroupMember, AgreementType::FamilyParticipant], training: false },
    ),
];

/// What `role` needs.
pub fn needs(role: Role) -> Needs {
    NEEDS.iter().find(|(named, _)| *named == role).map_or(NOTHING, |(_, needs)| *needs)
}

/// Roles that decide about work, money, school or freedom, and so could turn what they get against the client.
const ADVERSE_ROLES: &[Role] =
    &[Role::Employer, Role::Payer, Role::PayerAuditor, Role::School, Role::Probation, Role::OpposingCounsel];

/// Relationships to the client that come to the same, whatever the role.
const ADVERSE_RELATIONSHIPS: &[Relationship] =
    &[Relationship::Employer, Relationship::ProbationOfficer, Relationship::Teacher];

/// Whether somebody of `role`, who is to the client what `relationships` say, could use it against them ("used against them
/// or lead to any form of discrimination or harm").
pub fn can_turn_it_against(role: Role, relationships: impl IntoIterator<Item = Relationship>) -> bool {
    ADVERSE_ROLES.contains(&role) || relationships.into_iter().any(|one| ADVERSE_RELATIONSHIPS.contains(&one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_needs_what_the_table_by_hand_says() {
        let by_hand = [
            ("supervisor", "supervision", true),
            ("peer-consultant", "supervision", true),
            ("biller", "staff", true),
            ("receptionist", "staff", true),
            ("volunteer", "volunteer", true),
            ("interpreter", "interpreter", true),
            ("co-facilitator", "co-facilitator", true),
            ("custodian", "custodian", true),
            ("group-member", "group-member family-participant", false),
        ];
        for role in Role::ALL {
            let (agreements, training) = by_hand
                .iter()
                .find(|(name, ..)| *name == role.as_str())
                .map_or(("", false), |(_, agreements, training)| (agreements, *training));
            let given: Vec<&str> = needs(*role).agreements.iter().map(|one| one.as_str()).collect();
            assert_eq!((given.join(" ").as_str(), needs(*role).training), (agreements, training), "{role}");
        }
        assert_eq!(NEEDS.len(), by_hand.len(), "no role twice");
    }

    #[test]
    fn who_could_turn_it_against_the_client() {
        let roles: Vec<&str> =
            Role::ALL.iter().filter(|role| can_turn_it_against(**role, [])).map(|role| role.as_str()).collect();
        assert_eq!(roles.join(" "), "payer payer-auditor school employer probation opposing-counsel");
        let relationships: Vec<&str> = Relationship::ALL
            .iter()
            .filter(|one| can_turn_it_against(Role::Other, [**one]))
            .map(|one| one.as_str())
            .collect();
        assert_eq!(relationships.join(" "), "teacher employer probation-officer");
        assert!(can_turn_it_against(Role::Family, [Relationship::Parent, Relationship::Employer]), "any of several");
        assert!(!can_turn_it_against(Role::TreatingProvider, [Relationship::Friend]));
    }
}
