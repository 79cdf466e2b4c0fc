//! Which disclosures a client has to be told of when asking who received what, under which law. HIPAA's accounting (45 CFR
//! 164.528) leaves out what the client authorised; that of 42 CFR Part 2 (2.25) is about exactly what the client consented
//! to: so there is an answer for each regime, and a single one would be wrong. One table, computed whenever it is asked and
//! kept nowhere. Must not know how a report looks, nor the clock.

use crate::time::Date;
use crate::time::Span;
use crate::time::TimeError;
use crate::vocabulary::Basis;

/// A law that gives the client an accounting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// 45 CFR 164.528.
    Hipaa,
    /// 42 CFR 2.25.
    Part2,
}

impl Regime {
    /// Both, in the order in which reports name them.
    pub const ALL: [Self; 2] = [Self::Hipaa, Self::Part2];

    /// The word for it in options and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hipaa => "hipaa",
            Self::Part2 => "part2",
        }
    }

    /// What a page calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hipaa => "HIPAA",
            Self::Part2 => "Part 2",
        }
    }

    /// How far back it looks, and which section says so.
    pub fn look_back(self) -> LookBack {
        match self {
            Self::Hipaa => LookBack { years: 6, source: "45 CFR 164.528(a)(1)" },
            Self::Part2 => LookBack { years: 3, source: "42 CFR 2.25(a)" },
        }
    }
}

/// For how long before a request a regime asks that disclosures are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookBack {
    /// So many years.
    pub years: u16,
    /// The section.
    pub source: &'static str,
}

impl LookBack {
    /// Its first day for a request of `day`: the same day of an earlier year; for a 29 February that year has none of, the
    /// 28th, so that nothing is left out.
    pub fn from(self, day: Date) -> Result<Date, TimeError> {
        format!("{}y", self.years).parse::<Span>()?.from_date(day, true)
    }
}

/// Why a disclosure need not be told under a regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exception {
    /// For treatment, payment or operations.
    Operations,
    /// To the client, or to whoever acts for the client.
    Individual,
    /// Incident to a use that is permitted.
    Incident,
    /// With the client's authorisation.
    Authorised,
    /// To those involved in the client's care.
    Involved,
    /// For national security.
    Security,
    /// To prisons and those who hold somebody in custody.
    Custody,
    /// As part of a limited data set.
    Limited,
    /// With a consent for treatment, payment and operations, and not through an electronic health record.
    NoHealthRecord,
    /// Not made on the client's consent.
    NoConsent,
}

impl Exception {
    /// Those that a regime knows, in its own order.
    pub fn of(regime: Regime) -> &'static [Self] {
        match regime {
            Regime::Hipaa => &[
                Self::Operations,
                Self::Individual,
                Self::Incident,
                Self::Authorised,
                Self::Involved,
                Self::Security,
                Self::Custody,
                Self::Limited,
            ],
            Regime::Part2 => &[Self::NoHealthRecord, Self::NoConsent],
        }
    }

    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        self.told().0
    }

    /// What it leaves out, in plain words.
    pub fn text(self) -> &'static str {
        self.told().1
    }

    /// The section that makes it one.
    pub fn source(self) -> &'static str {
        self.told().2
    }

    fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Operations => ("tpo", "for treatment, payment or operations", "45 CFR 164.528(a)(1)(i)"),
            Self::Individual => {
                ("individual", "to the client, or to whoever acts for the client", "45 CFR 164.528(a)(1)(ii)")
            }
            Self::Incident => ("incident-to", "incident to a permitted use", "45 CFR 164.528(a)(1)(iii)"),
            Self::Authorised => ("authorised", "authorised by the client", "45 CFR 164.528(a)(1)(iv)"),
            Self::Involved => ("involved", "to people involved in the client's care", "45 CFR 164.528(a)(1)(v)"),
            Self::Security => ("national-security", "for national security", "45 CFR 164.528(a)(1)(vi)"),
            Self::Custody => ("correctional", "to prisons and in custody", "45 CFR 164.528(a)(1)(vii)"),
            Self::Limited => ("limited-data-set", "as part of a limited data set", "45 CFR 164.528(a)(1)(viii)"),
            Self::NoHealthRecord => (
                "no-health-record",
                "consented to for treatment, payment and operations, and not sent through an electronic health record",
                "42 CFR 2.25(b)",
            ),
            Self::NoConsent => ("no-consent", "not made on the client's consent", "42 CFR 2.25(a)"),
        }
    }
}

/// What a regime says of one disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has to be told.
    Required,
    /// It need not be, and why.
    Excepted(Exception),
    /// The regime has nothing to say: the records are none of its own, or it lets no such disclosure be made.
    Outside,
}

/// What both regimes say of a basis, and how a page puts it.
#[derive(Clone, Copy, Debug)]
struct Row {
    basis: Basis,
    hipaa: Standing,
    /// Of records under Part 2; of others it says nothing.
    part2: Standing,
    plain: &'static str,
    source: &'static str,
}

const fn row(basis: Basis, hipaa: Standing, part2: Standing, plain: &'static str, source: &'static str) -> Row {
    Row { basis, hipaa, part2, plain, source }
}

use Exception::Authorised;
use Exception::Individual;
use Exception::Involved;
use Exception::NoConsent;
use Exception::NoHealthRecord;
use Exception::Operations;
use Standing::Excepted;
use Standing::Outside;
use Standing::Required;

/// A row for every basis, in the order of [`Basis::ALL`].
#[rustfmt::skip]
const ROWS: [Row; Basis::ALL.len()] = [
    row(Basis::Consent, Excepted(Authorised), Required, "the client's signed consent", "45 CFR 164.508; 42 CFR 2.31"),
    row(Basis::ConsentTpo, Excepted(Operations), Excepted(NoHealthRecord), "the client's consent for treatment, payment and operations", "42 CFR 2.31, 2.33"),
    row(Basis::SelfSame, Excepted(Individual), Excepted(NoConsent), "the client asked for their own record", "45 CFR 164.524; 42 CFR 2.23"),
    row(Basis::Representative, Excepted(Individual), Excepted(NoConsent), "whoever acts for the client asked for it", "45 CFR 164.502(g)"),
    row(Basis::Tpo, Excepted(Operations), Outside, "treatment, payment or operations, without a consent", "45 CFR 164.506"),
    row(Basis::FamilyInvolved, Excepted(Involved), Outside, "a person involved in the client's care", "45 CFR 164.510(b)"),
    row(Basis::RequiredByLaw, Required, Excepted(NoConsent), "a law demands it", "45 CFR 164.512(a)"),
    row(Basis::PublicHealth, Required, Excepted(NoConsent), "public health", "45 CFR 164.512(b)"),
    row(Basis::AbuseReport, Required, Excepted(NoConsent), "a report of abuse or neglect", "45 CFR 164.512(b), (c); 42 CFR 2.12(c)(6)"),
    row(Basis::Oversight, Required, Excepted(NoConsent), "oversight of health care", "45 CFR 164.512(d); 42 CFR 2.53"),
    row(Basis::CourtOrder, Required, Excepted(NoConsent), "an order of a court", "45 CFR 164.512(e)(1)(i)"),
    row(Basis::SubpoenaAssured, Required, Excepted(NoConsent), "a subpoena with assurances", "45 CFR 164.512(e)(1)(ii)"),
    row(Basis::LawEnforcement, Required, Excepted(NoConsent), "law enforcement", "45 CFR 164.512(f)"),
    row(Basis::Coroner, Required, Excepted(NoConsent), "a coroner or medical examiner", "45 CFR 164.512(g)"),
    row(Basis::Threat, Required, Excepted(NoConsent), "to prevent or lessen a serious and imminent threat", "45 CFR 164.512(j)"),
    row(Basis::MedicalEmergency, Excepted(Operations), Excepted(NoConsent), "a medical emergency", "45 CFR 164.506; 42 CFR 2.51"),
    row(Basis::WorkersComp, Required, Excepted(NoConsent), "workers' compensation", "45 CFR 164.512(l)"),
    row(Basis::Hhs, Required, Excepted(NoConsent), "the health department looks into compliance", "45 CFR 164.502(a)(2)(ii)"),
    row(Basis::Vendor, Excepted(Operations), Excepted(NoConsent), "a company that works for the practice", "45 CFR 164.502(e); 42 CFR 2.12(c)(4) (not checked)"),
    row(Basis::Incident, Required, Outside, "it was not permitted", "45 CFR 164.528"),
];

/// Holds when the program is compiled: the row at a basis's place is that basis's own.
const _: () = {
    let mut at = 0;
    while at < ROWS.len() {
        assert!(ROWS[at].basis as usize == at && Basis::ALL[at] as usize == at);
        at += 1;
    }
};

/// What `regime` says of a disclosure on `basis`, of records that were under Part 2 or not.
pub fn standing(basis: Basis, regime: Regime, is_part2: bool) -> Standing {
    let row = ROWS[basis as usize];
    match regime {
        Regime::Hipaa => row.hipaa,
        Regime::Part2 if is_part2 => row.part2,
        Regime::Part2 => Outside,
    }
}

/// A basis in plain words, as a client reads it, and where it comes from.
pub fn plain(basis: Basis) -> (&'static str, &'static str) {
    let row = ROWS[basis as usize];
    (row.plain, row.source)
}

/// Whether a basis rests on what the client, or whoever acts for the client, wants.
pub fn is_wanted(basis: Basis) -> bool {
    matches!(basis, Basis::Consent | Basis::ConsentTpo | Basis::SelfSame | Basis::Representative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_date;

    /// The table once more, as it was written down by hand: basis, HIPAA, Part 2 where the records are under it.
    const BY_HAND: &str = "
        consent           authorised   yes
        consent-tpo       tpo          no-health-record
        self              individual   no-consent
        representative    individual   no-consent
        tpo               tpo          -
        family-involved   involved     -
        required-by-law   yes          no-consent
        public-health     yes          no-consent
        abuse-report      yes          no-consent
        oversight         yes          no-consent
        court-order       yes          no-consent
        subpoena-assured  yes          no-consent
        law-enforcement   yes          no-consent
        coroner           yes          no-consent
        threat            yes          no-consent
        medical-emergency tpo          no-consent
        workers-comp      yes          no-consent
        hhs               yes          no-consent
        vendor            tpo          no-consent
        incident          yes          -";

    fn word(standing: Standing) -> &'static str {
        match standing {
            Required => "yes",
            Excepted(exception) => exception.as_str(),
            Outside => "-",
        }
    }

    #[test]
    fn every_basis_stands_where_the_table_by_hand_has_it() {
        let rows: Vec<Vec<&str>> = BY_HAND.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
        let named: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        assert_eq!(named, Basis::WORDS);
        for row in rows {
            let basis: Basis = row[0].parse().unwrap();
            for is_part2 in [false, true] {
                assert_eq!(word(standing(basis, Regime::Hipaa, is_part2)), row[1], "{basis}");
            }
            assert_eq!(word(standing(basis, Regime::Part2, true)), row[2], "{basis}");
            assert_eq!(standing(basis, Regime::Part2, false), Outside, "{basis}");
        }
    }

    #[test]
    fn what_is_excepted_is_excepted_by_its_own_regime_and_pages_can_say_it() {
        for basis in Basis::ALL {
            for (regime, is_part2) in [(Regime::Hipaa, true), (Regime::Part2, true)] {
                if let Excepted(exception) = standing(*basis, regime, is_part2) {
                    assert!(Exception::of(regime).contains(&exception), "{basis} {regime:?}");
                }
            }
            let (words, source) = plain(*basis);
            assert!(!words.ends_with('.') && words.is_ascii() && source.contains("CFR"), "{basis}");
        }
        let words: Vec<&str> = Exception::of(Regime::Hipaa).iter().map(|exception| exception.as_str()).collect();
        let eight = "tpo individual incident-to authorised involved national-security correctional limited-data-set";
        assert_eq!(words.join(" "), eight);
    }

    #[test]
    fn the_look_backs_of_the_test_vectors() {
        let from = |regime: Regime, day| regime.look_back().from(parse_date(day).unwrap()).unwrap().to_string();
        assert_eq!(from(Regime::Hipaa, "2026-11-21"), "2020-11-21");
        assert_eq!(from(Regime::Part2, "2026-11-21"), "2023-11-21");
        // A leap day: the day before, and never the day after.
        assert_eq!(from(Regime::Hipaa, "2028-02-29"), "2022-02-28");
        assert_eq!(from(Regime::Part2, "2028-02-29"), "2025-02-28");
    }

    #[test]
    fn what_the_client_wants_is_not_called_unconsented() {
        let wanted: Vec<&str> =
            Basis::ALL.iter().filter(|basis| is_wanted(**basis)).map(|basis| basis.as_str()).collect();
        assert_eq!(wanted, ["consent", "consent-tpo", "self", "representative"]);
    }
}
