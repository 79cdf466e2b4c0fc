use super::*;

/// What the standard matrix allows, written by hand: a line for each kind, a column for each role in the list's order, a
/// letter for what [`LETTERS`] says.
const BY_HAND: &str = "
#                       client representative treating-provider supervisor peer-consultant
#                       |     crisis-team emergency-department police potential-victim protection-agency
#                       |     |     payer payer-auditor biller receptionist family
#                       |     |     |     support school employer probation lawyer-of-client
#                       |     |     |     |     court opposing-counsel custodian group-member co-facilitator
#                       |     |     |     |     |     interpreter volunteer other
    progress-note       ootsp kkhhg .a... ..... ..... ...
    session-individual  ootsp kkhhg ..... ..... ..... ...
    session-group       ootsp kkhhg ..... ..... ....t ...
    psychotherapy-note  ...x. kkhhg ..... ..... ..... ...
    sud-counselling-note oo.x. kk..g ..... ..... ..... ...
    phone-contact       oo.xp kkhhg ..... ..... ..... ...
    plan-of-care        ootxp kkhhg .a... ..... ..... ...
    safety-plan         ootxp eehhg ..... ..... ..... ...
    assessment          ootxp kkhhg ..... ..... ..... ...
    risk-assessment     ootxp eehhg ..... ..... ..... ...
    consult             oo.xp kkhhg ..... ..... ..... ...
    referral            oo.xp kkhhg ..... ..... ..... ...
    discharge-summary   ootxp kkhhg ..... ..... ..... ...
    treatment-summary   ootxp kkhhg b.... ..... ..... ...
    billing-item        oo.xp kkhhg baff. ..... ..... ...
    appointment         oo.xp kkhhg .aff. ..... ..... ...
    consent-document    oo.xp kkhhg ..... ..... ..... ...
    agreement-document  oo.xp kkhhg ..... ..... ..... ...
    recording           oo.xp kkhhg ..... ..... ..... ...
    scan                oo.xp kkhhg ..... ..... ..... ...
    letter              oo.xp kkhhg ..... ..... ..... ...
    form                oo.xp kkhhg ..... ..... ..... ...
    other               oo.xp kkhhg ..... ..... ..... ...
";

/// A letter of the table: which purposes, whether an excerpt alone, whether without identifiers alone.
const LETTERS: &[(char, &str, bool, bool)] = &[
    ('.', "", false, false),
    (
        'o',
        "treat coordinate emergency pay claim-attach operate supervise train quality records-admin custodian comply \
         audit legal public-health mandated-report threat client-request family-request attorney-in-fact \
         support-network decedent",
        false,
        false,
    ),
    ('t', "treat coordinate", false, false),
    ('s', "supervise train", false, true),
    ('x', "supervise train", true, true),
    ('p', "treat", true, true),
    ('e', "emergency threat", false, false),
    ('k', "emergency threat", true, false),
    ('h', "threat", true, false),
    ('g', "mandated-report", true, false),
    ('b', "pay claim-attach", false, false),
    ('a', "audit pay", false, false),
    ('f', "pay claim-attach operate records-admin coordinate", false, false),
];

#[test]
fn every_role_kind_and_purpose_is_as_the_table_by_hand_says() {
    let matrix = Matrix::standard();
    let lines: Vec<&str> = BY_HAND.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 23);
    let mut kinds: Vec<RecordKind> = Vec::new();
    let mut walked = 0;
    for line in lines {
        let (kind, cells) = line.trim().split_once(' ').unwrap();
        let kind: RecordKind = kind.parse().unwrap();
        let cells: Vec<char> = cells.chars().filter(|letter| *letter != ' ').collect();
        assert_eq!(cells.len(), 28, "{kind}");
        for (role, cell) in Role::ALL.iter().zip(cells) {
            let (_, purposes, excerpt_only, de_identified) =
                LETTERS.iter().find(|(letter, ..)| *letter == cell).unwrap();
            let purposes: Vec<Purpose> = purposes.split_whitespace().map(|word| word.parse().unwrap()).collect();
            for purpose in Purpose::ALL {
                for (excerpt, bare) in [(false, false), (false, true), (true, false), (true, true)] {
                    let by_hand = purposes.contains(purpose) && (excerpt || !excerpt_only) && (bare || !de_identified);
                    let given = matrix.allows(*role, kind, *purpose, excerpt, bare);
                    assert_eq!(given, by_hand, "{role} {kind} {purpose} excerpt {excerpt} de-identified {bare}");
                    walked += 1;
                }
            }
        }
        assert!(!kinds.contains(&kind), "{kind} twice");
        kinds.push(kind);
    }
    assert_eq!(walked, 28 * 23 * 24 * 4);
}

#[test]
fn a_consent_does_not_open_the_matrix_for_nine_roles() {
    let closed: Vec<&str> =
        Role::ALL.iter().filter(|role| !Matrix::standard().consent_opens(**role)).map(|role| role.as_str()).collect();
    assert_eq!(
        closed.join(" "),
        "police potential-victim payer payer-auditor biller receptionist court opposing-counsel custodian"
    );
}

#[test]
fn every_role_has_a_line_to_be_drawn() {
    let lines = Matrix::standard().lines();
    assert_eq!(lines.len(), 28 + 3, "the supervisor, the crisis team and the emergency department have two");
    for role in Role::ALL {
        assert!(lines.iter().any(|line| line.role == *role), "{role}");
    }
    assert!(lines.is_sorted_by_key(|line| line.role));
    let line = lines.iter().find(|line| line.role == Role::PeerConsultant).unwrap();
    assert_eq!(
        *line,
        Line {
            role: Role::PeerConsultant,
            kinds: "all but psychotherapy-note sud-counselling-note".to_owned(),
            purposes: "treat".to_owned(),
            form: "excerpt, identifiers removed",
            consent_opens: true,
        }
    );
    let line = lines.iter().find(|line| line.role == Role::Court).unwrap();
    assert_eq!((line.kinds.as_str(), line.purposes.as_str(), line.form), ("none", "", ""));
}

#[test]
fn a_practices_rows_replace_those_of_the_same_role_and_no_others() {
    let own: Row = toml::from_str("role = \"supervisor\"\nkinds = [\"consult\"]\npurposes = \"all\"").unwrap();
    let matrix = Matrix::standard().with(&[own]);
    assert!(matrix.allows(Role::Supervisor, RecordKind::Consult, Purpose::Operate, false, false));
    assert!(!matrix.allows(Role::Supervisor, RecordKind::ProgressNote, Purpose::Supervise, true, true));
    for role in Role::ALL.iter().filter(|role| **role != Role::Supervisor) {
        assert!(matrix.rows_of(*role).eq(Matrix::standard().rows_of(*role)), "{role}");
        assert_eq!(matrix.consent_opens(*role), Matrix::standard().consent_opens(*role));
    }
    assert_eq!(Matrix::standard().with(&[]), *Matrix::standard());
}

#[test]
fn a_row_of_no_kinds_takes_a_role_all_it_had() {
    let own: Row = toml::from_str("role = \"biller\"\nkinds = []\npurposes = []").unwrap();
    let matrix = Matrix::standard().with(&[own]);
    assert!(!matrix.allows(Role::Biller, RecordKind::BillingItem, Purpose::Pay, false, false));
    let lines = matrix.lines();
    assert_eq!(lines.iter().find(|line| line.role == Role::Biller).unwrap().kinds, "none");
    assert_eq!(lines.len(), 31);
}

#[test]
fn rows_are_read_back_as_they_were_written() {
    for row in &Matrix::standard().rows {
        assert_eq!(toml::from_str::<Row>(&toml::to_string(row).unwrap()).unwrap(), *row);
        assert_eq!(serde_json::from_value::<Row>(serde_json::to_value(row).unwrap()).unwrap(), *row);
        assert_ne!(row.kinds, Words::These(Vec::new()), "{row:?} allows nothing");
        assert_ne!(row.purposes, Words::These(Vec::new()), "{row:?} allows nothing");
    }
}

/// The standard file with `old` written as `new`.
fn altered(old: &str, new: &str) -> MatrixError {
    assert!(STANDARD.contains(old), "{old}");
    Matrix::parse(&STANDARD.replacen(old, new, 1)).unwrap_err()
}

#[test]
fn a_role_that_is_missing_or_twice_or_unknown_is_no_matrix() {
    assert_eq!(altered("court = false\n", ""), MatrixError::RoleMissing { role: Role::Court });
    assert!(matches!(altered("court = false\n", "court = false\ncourt = true\n"), MatrixError::Toml { .. }));
    assert!(matches!(altered("court = false\n", "court = false\njudge = false\n"), MatrixError::Role(_)));
    assert!(matches!(altered("court = false\n", "court = \"no\"\n"), MatrixError::Toml { .. }));
}

#[test]
fn words_and_fields_that_are_not_known_are_no_matrix() {
    let second = |error| MatrixError::Row { number: 2, error };
    let row = |text: &str| {
        let start = STANDARD.find("[[row]]").unwrap();
        let first = "[[row]]\nrole = \"client\"\nkinds = \"all\"\npurposes = \"all\"\n";
        Matrix::parse(&format!("{}{first}[[row]]\n{text}", &STANDARD[..start])).map(|_| ())
    };
    assert_eq!(row("role = \"client\"\nkinds = [\"form\"]\npurposes = [\"treat\"]"), Ok(()));
    for unknown in [
        "role = \"clients\"\nkinds = \"all\"\npurposes = \"all\"",
        "role = \"client\"\nkinds = [\"notes\"]\npurposes = \"all\"",
        "role = \"client\"\nkinds = \"all\"\nkinds_but = [\"notes\"]\npurposes = \"all\"",
        "role = \"client\"\nkinds = \"all\"\npurposes = [\"Treat\"]",
    ] {
        assert!(matches!(row(unknown), Err(MatrixError::Row { number: 2, error: RowError::Word(_) })), "{unknown}");
    }
    assert_eq!(
        row("role = \"client\"\nkinds = \"form\"\npurposes = \"all\""),
        Err(second(RowError::NotAll { field: "kinds", given: "form".to_owned() }))
    );
    assert_eq!(
        row("role = \"client\"\nkinds = \"all\"\npurposes = [\"treat\", \"pay\", \"treat\"]"),
        Err(second(RowError::Twice { field: "purposes", word: "treat" }))
    );
    assert_eq!(
        row("role = \"client\"\nkinds = [\"form\"]\nkinds_but = [\"scan\"]\npurposes = \"all\""),
        Err(second(RowError::ButNotAll { field: "kinds" }))
    );
    for bad in [
        "role = \"client\"\nkinds = \"all\"",
        "kinds = \"all\"\npurposes = \"all\"",
        "role = \"client\"\nkinds = \"all\"\npurposes = \"all\"\nexcerpts_only = true",
        "role = \"client\"\nkinds = \"all\"\npurposes = \"all\"\nexcerpt_only = \"yes\"",
        "role = \"client\"\nkinds = 3\npurposes = \"all\"",
    ] {
        assert!(matches!(row(bad), Err(MatrixError::Toml { .. })), "{bad}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = Matrix::parse(&text);
        let _ = toml::from_str::<Row>(&text);
    }
}
