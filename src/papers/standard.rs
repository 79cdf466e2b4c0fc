//! The standard texts of agreements, a row for each type: what may be shared outside, what may not, what a breach leads to,
//! and what else is promised. Our own words, after seed A ("outline the information that can and cannot be shared outside of
//! the intervention", "detail the consequences of breaching this agreement"). They are no legal advice.

use crate::papers::agreements::Terms;
use crate::practice::words::Prose;
use crate::vocabulary::AgreementType;

/// The words of one type.
struct Row {
    agreement_type: AgreementType,
    may_share: &'static [&'static str],
    may_not_share: &'static [&'static str],
    consequences: &'static str,
    /// Besides [`DUTIES`].
    duties: &'static [&'static str],
}

/// What every party promises.
const DUTIES: [&str; 4] = [
    "Store what I receive securely, where nobody else can see or reach it.",
    "Pass nothing on to anybody else.",
    "Report any loss, slip or breach to the practice within 24 hours.",
    "Return or destroy what I received when it is no longer needed, or when the practice asks.",
];

const OWN: &str = "What concerns nobody but myself.";
const NEEDED: &str = "What the practice gave me leave to share, with the person it named, for the purpose it named.";
const ANYONE: &str = "Who is a client here, or was, and anything by which a client could be recognised.";
const TOLD: &str = "What clients said, wrote or did, whether in a meeting, on paper or on a screen.";
const ENDS_WORK: &str =
    "Access ends at once, the client concerned is told, and my work here may end; the law may have its own penalties.";

const ROWS: &[Row] = &[
    Row {
        agreement_type: AgreementType::ClientLimits,
        may_share: &[OWN, "What I tell others of my own work here, as I wish."],
        may_not_share: &["What I learn here of other clients, and who they are."],
        consequences: "We talk about it, and I may be asked not to take part in meetings with others.",
        duties: &[],
    },
    Row {
        agreement_type: AgreementType::GroupMember,
        may_share: &[OWN, "What I myself said, felt and learned in the group, without naming or describing others."],
        may_not_share: &["Who is in the group.", "What others in the group said or did."],
        consequences: "We talk about it in the group, and I may have to leave it.",
        duties: &["Record nothing: no sound, no picture, no notes about others."],
    },
    Row {
        agreement_type: AgreementType::FamilyParticipant,
        may_share: &[OWN, "What all who took part agreed may be told."],
        may_not_share: &["What others said in the meetings.", "What I learned here of the client."],
        consequences: "We talk about it, and the meetings may go on without me.",
        duties: &["Use nothing that was said here against anybody who said it."],
    },
    Row {
        agreement_type: AgreementType::CoFacilitator,
        may_share: &[NEEDED, "What the other facilitators of the same meeting need to know."],
        may_not_share: &[ANYONE, TOLD],
        consequences: ENDS_WORK,
        duties: &[],
    },
    Row {
        agreement_type: AgreementType::Staff,
        may_share: &[NEEDED],
        may_not_share: &[ANYONE, TOLD, "What I see or hear here without needing it for my work."],
        consequences: ENDS_WORK,
        duties: &["Look at nothing that I do not need for my work."],
    },
    Row {
        agreement_type: AgreementType::Volunteer,
        may_share: &[NEEDED],
        may_not_share: &[ANYONE, TOLD],
        consequences: ENDS_WORK,
        duties: &["Look at nothing that I do not need for my work."],
    },
    Row {
        agreement_type: AgreementType::Supervision,
        may_share: &["What supervision taught me, without anything by which a client could be recognised."],
        may_not_share: &[ANYONE, TOLD, "What the colleague told me of themselves in supervision."],
        consequences: "Supervision ends, the client concerned is told, and the professional body may be told.",
        duties: &["Say so at once when I recognise the client."],
    },
    Row {
        agreement_type: AgreementType::Interpreter,
        may_share: &["That I interpreted, and for how long, to whoever pays for it, without naming the client."],
        may_not_share: &[ANYONE, TOLD],
        consequences: ENDS_WORK,
        duties: &["Say so at once when I know the client.", "Destroy my notes when the meeting ends."],
    },
    Row {
        agreement_type: AgreementType::BusinessAssociate,
        may_share: &["What is needed to do what the contract names, with subcontractors who signed the same promise."],
        may_not_share: &[ANYONE, TOLD, "Any of it for purposes of my own."],
        consequences: "The contract ends, I bear the cost of the breach, and the authorities may be told.",
        duties: &[
            "Use it for nothing but what the contract names.",
            "Open my books to the authorities where the law says so.",
        ],
    },
    Row {
        agreement_type: AgreementType::Qso,
        may_share: &["What is needed to do what the contract names, back to the practice alone."],
        may_not_share: &[ANYONE, TOLD, "That anybody was treated for substance use."],
        consequences: "The contract ends, I bear the cost of the breach, and the authorities may be told.",
        duties: &[
            "Be bound by 42 CFR Part 2 in all that I do with it.",
            "Resist in court, if need be, whatever asks for it without the client's consent or an order under that law.",
        ],
    },
    Row {
        agreement_type: AgreementType::Researcher,
        may_share: &["Results in which nobody can be recognised."],
        may_not_share: &[ANYONE, TOLD],
        consequences: "Access ends at once, and my institution and its review board are told.",
        duties: &["Do not try to find out who anybody is.", "Keep to the protocol that the review board approved."],
    },
    Row {
        agreement_type: AgreementType::Custodian,
        may_share: &[
            "What a client asks for of their own.",
            "What a client asks to be handed to the next professional.",
        ],
        may_not_share: &[ANYONE, TOLD],
        consequences: "Another custodian takes over, the clients are told, and the law may have its own penalties.",
        duties: &["Open nothing before the practice cannot act any more."],
    },
];

/// The standard text of a type.
pub fn terms(agreement_type: AgreementType) -> Terms {
    let row = ROWS.iter().find(|row| row.agreement_type == agreement_type).expect("a test walks all types");
    let prose = |text: &str| text.parse::<Prose>().expect("a test reads all texts");
    let list = |texts: &[&str]| texts.iter().map(|text| prose(text)).collect();
    Terms {
        may_share: list(row.may_share),
        may_not_share: list(row.may_not_share),
        consequences: prose(row.consequences),
        duties: DUTIES.iter().chain(row.duties).map(|text| prose(text)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_standard_text_and_no_list_of_it_is_empty() {
        let types: Vec<_> = ROWS.iter().map(|row| row.agreement_type).collect();
        assert_eq!(types, AgreementType::ALL);
        for agreement_type in AgreementType::ALL {
            let terms = terms(*agreement_type);
            assert!(!terms.may_share.is_empty() && !terms.may_not_share.is_empty(), "{agreement_type}");
            assert!(terms.duties.len() >= DUTIES.len(), "{agreement_type}");
            // Somebody has to type it back.
            assert!(terms.consequences.as_str().chars().count() <= 120, "{agreement_type}");
        }
    }
}
