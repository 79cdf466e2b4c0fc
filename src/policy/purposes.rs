//! What a purpose of use means: its HL7 code, its class, whether a whole record needs a reason for it, and how a notice
//! says it. One table. Must not know requests or records.

use crate::vocabulary::Purpose;

/// All that rules and pages need of one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The purpose.
    pub purpose: Purpose,
    /// Its code in HL7 v3-ActReason.
    pub hl7: &'static str,
    /// Number and name of its class in ISO/TS 14265, as a label. The numbers follow the list of 2011.
    pub iso: &'static str,
    /// Whether a whole record needs a reason: the rule of least information (E-MINIMUM). It does not where the client or
    /// a provider who treats has the say over how much is needed (45 CFR 164.502(b)(2)), nor where a lawful demand does.
    pub whole_needs_why: bool,
    /// Whether it is treatment, payment or operations (45 CFR 164.501, 164.506), for which a practice's protocol may let
    /// the bases `tpo` and `consent-tpo` stand.
    ///
    /// Treatment: treat and coordinate, which 164.501 names together. Payment: pay and claim-attach. Operations, after the
    /// numbers of that definition: quality (1), supervise and train (2, learning under supervision), audit (2,
    /// accreditation; 4, auditing), comply (4, compliance programmes), operate and records-admin (6, management).
    /// Not an emergency, although treating one is treatment: it has its own basis and its own questions, which `tpo` must
    /// not pass by. Not custodian: another's practice takes over, which no definition names. All others stand in 164.508,
    /// 510 or 512, or are the client's own.
    pub is_tpo: bool,
    /// What a notice says after "for:", to the recipient. No full stop.
    pub plain: &'static str,
}

/// A row for every purpose, in the order of [`Purpose::ALL`].
const MEANINGS: [Meaning; Purpose::ALL.len()] = [
    Meaning {
        purpose: Purpose::Treat,
        hl7: "TREAT",
        iso: "1 clinical care provision to an individual",
        whole_needs_why: false,
        is_tpo: true,
        plain: "so that you can treat the client",
    },
    Meaning {
        purpose: Purpose::Coordinate,
        hl7: "COC",
        iso: "3 support of care activities within the provider organisation; 13 subject of care uses",
        whole_needs_why: false,
        is_tpo: true,
        plain: "so that those who care for the client can work together",
    },
    Meaning {
        purpose: Purpose::Emergency,
        hl7: "ETREAT",
        iso: "2 emergency care provision to an individual",
        whole_needs_why: true,
        is_tpo: false,
        plain: "so that you can help the client in an emergency",
    },
    Meaning {
        purpose: Purpose::Pay,
        hl7: "HPAYMT",
        iso: "4 enabling the payment of care",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that the client's care can be paid for",
    },
    Meaning {
        purpose: Purpose::ClaimAttach,
        hl7: "CLMATTCH",
        iso: "4 enabling the payment of care",
        whole_needs_why: true,
        is_tpo: true,
        plain: "to support a claim for the client's care",
    },
    Meaning {
        purpose: Purpose::Operate,
        hl7: "HOPERAT",
        iso: "5 health service management and quality assurance",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that the practice can be run",
    },
    Meaning {
        purpose: Purpose::Supervise,
        hl7: "TRAIN",
        iso: "6 education",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that you can supervise the work with the client",
    },
    Meaning {
        purpose: Purpose::Train,
        hl7: "TRAIN",
        iso: "6 education",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that those in training can learn from it",
    },
    Meaning {
        purpose: Purpose::Quality,
        hl7: "HQUALIMP",
        iso: "5 health service management and quality assurance",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that the practice can see how good its work is, and better it",
    },
    Meaning {
        purpose: Purpose::RecordsAdmin,
        hl7: "RECORDMGT",
        iso: "5 health service management and quality assurance",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that the records can be kept in order",
    },
    Meaning {
        purpose: Purpose::Custodian,
        hl7: "PATADMIN",
        iso: "5 health service management and quality assurance",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that you can look after the records when the practitioner no longer can",
    },
    Meaning {
        purpose: Purpose::Comply,
        hl7: "HCOMPL",
        iso: "5 health service management and quality assurance",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that it can be checked whether laws and rules were kept",
    },
    Meaning {
        purpose: Purpose::Audit,
        hl7: "HACCRED",
        iso: "5 health service management and quality assurance",
        whole_needs_why: true,
        is_tpo: true,
        plain: "so that you can audit what was done",
    },
    Meaning {
        purpose: Purpose::Legal,
        hl7: "HLEGAL",
        iso: "12 law enforcement procedure, or none",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that it can be used in a legal matter",
    },
    Meaning {
        purpose: Purpose::PublicHealth,
        hl7: "PUBHLTH",
        iso: "7 public health surveillance and disease control",
        whole_needs_why: true,
        is_tpo: false,
        plain: "to protect the health of the public",
    },
    Meaning {
        purpose: Purpose::MandatedReport,
        hl7: "GOV",
        iso: "7 public health surveillance and disease control",
        whole_needs_why: true,
        is_tpo: false,
        plain: "because the law demands this report",
    },
    Meaning {
        purpose: Purpose::Threat,
        hl7: "THREAT",
        iso: "8 public safety emergency",
        whole_needs_why: true,
        is_tpo: false,
        plain: "to prevent serious harm to somebody",
    },
    Meaning {
        purpose: Purpose::ClientRequest,
        hl7: "PATRQT",
        iso: "13 subject of care uses",
        whole_needs_why: false,
        is_tpo: false,
        plain: "because the client asked for it",
    },
    Meaning {
        purpose: Purpose::FamilyRequest,
        hl7: "FAMRQT",
        iso: "13 subject of care uses",
        whole_needs_why: false,
        is_tpo: false,
        plain: "because the client's family asked for it",
    },
    Meaning {
        purpose: Purpose::AttorneyInFact,
        hl7: "PWATRNY",
        iso: "13 subject of care uses",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that you can act for the client under a power of attorney",
    },
    Meaning {
        purpose: Purpose::SupportNetwork,
        hl7: "SUPNWK",
        iso: "13 subject of care uses",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that you can support the client",
    },
    Meaning {
        purpose: Purpose::Decedent,
        hl7: "HDECD",
        iso: "14 unspecified",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that the client's affairs can be settled after death",
    },
    Meaning {
        purpose: Purpose::Research,
        hl7: "HRESCH",
        iso: "10 research",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that you can do research",
    },
    Meaning {
        purpose: Purpose::Marketing,
        hl7: "HMARKT",
        iso: "11 market studies",
        whole_needs_why: false,
        is_tpo: false,
        plain: "so that something can be offered for sale",
    },
];

/// Holds when the program is compiled: the row at a purpose's place is that purpose's own.
const _: () = {
    let mut at = 0;
    while at < MEANINGS.len() {
        assert!(MEANINGS[at].purpose as usize == at && Purpose::ALL[at] as usize == at);
        at += 1;
    }
};

/// What `purpose` means.
pub fn meaning(purpose: Purpose) -> &'static Meaning {
    &MEANINGS[purpose as usize]
}

/// Every purpose's meaning, in the list's order.
pub fn meanings() -> &'static [Meaning] {
    &MEANINGS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn those(which: fn(&Meaning) -> bool) -> String {
        let words: Vec<&str> = meanings().iter().filter(|row| which(row)).map(|row| row.purpose.as_str()).collect();
        words.join(" ")
    }

    #[test]
    fn every_purpose_has_exactly_one_row() {
        for purpose in Purpose::ALL {
            assert_eq!(meanings().iter().filter(|row| row.purpose == *purpose).count(), 1, "{purpose}");
            assert_eq!(meaning(*purpose).purpose, *purpose);
        }
        assert_eq!(meanings().len(), 24);
    }

    #[test]
    fn a_whole_record_needs_a_reason_for_these() {
        assert_eq!(
            those(|row| row.whole_needs_why),
            "emergency pay claim-attach operate supervise train quality records-admin comply audit public-health \
             mandated-report threat"
        );
    }

    #[test]
    fn treatment_payment_and_operations_are_these() {
        assert_eq!(
            those(|row| row.is_tpo),
            "treat coordinate pay claim-attach operate supervise train quality records-admin comply audit"
        );
    }

    #[test]
    fn codes_are_those_of_the_list() {
        let codes: Vec<&str> = meanings().iter().map(|row| row.hl7).collect();
        assert_eq!(
            codes.join(" "),
            "TREAT COC ETREAT HPAYMT CLMATTCH HOPERAT TRAIN TRAIN HQUALIMP RECORDMGT PATADMIN HCOMPL HACCRED HLEGAL \
             PUBHLTH GOV THREAT PATRQT FAMRQT PWATRNY SUPNWK HDECD HRESCH HMARKT"
        );
        for row in meanings() {
            let (number, name) = row.iso.split_once(' ').unwrap();
            assert!((1..=14).contains(&number.parse::<u8>().unwrap()) && !name.is_empty(), "{row:?}");
        }
    }

    #[test]
    fn what_a_notice_says_is_short_and_differs_for_each() {
        for row in meanings() {
            assert!(["so that ", "to ", "because "].iter().any(|start| row.plain.starts_with(start)), "{row:?}");
            assert!(row.plain.len() <= 80 && row.plain.is_ascii() && !row.plain.ends_with('.'), "{row:?}");
            assert_eq!(meanings().iter().filter(|other| other.plain == row.plain).count(), 1, "{row:?}");
        }
    }
}
