//! The table of rules: every source stands where it says, every cure is a command, and every id that was promised is there.

use std::fs;
use std::path::PathBuf;

use clap::Parser as _;
use subrosa::cli::args::Cli;
use subrosa::policy;

use crate::practice::ANA;
use crate::practice::OWNER;
use crate::practice::Practice;
use crate::skips::skip;

/// Ids that the reference lists and that no rule of a share bears yet, and why.
const LATER: &[(&str, &str)] = &[
    ("E-CLOCK", "said by the vault when it is opened: the clock is no fact of a request"),
    ("E-OUTPUT-PIPE", "a pipe is never refused: the id does not exist any more"),
    ("E-OUTPUT-PERM", "said of plain content alone; a package is sealed"),
    ("E-OUTPUT-SYNC", "as E-OUTPUT-PERM"),
    ("E-OUTPUT-TMP", "as E-OUTPUT-PERM"),
    ("E-OUTPUT-GIT", "as E-OUTPUT-PERM"),
    ("E-OUTPUT-MOUNT", "as E-OUTPUT-PERM"),
    ("E-PROTOCOL-NONE", "a vault without a protocol counts as strict, version 1"),
    ("E-KEY-REVOKED", "a replaced key is gone from the recipient: there is none to refuse"),
    ("E-KEY-FIRSTUSE", "is E-RECIP-UNVERIFIED, by its settled name"),
    ("E-KEY-COLOCATED", "said when a vault or a key file is made"),
    ("E-HOLD", "comes with destruction"),
];

/// A text of the makers' own that may lie beside the sources; left out where it does not.
fn beside(name: &str) -> Option<String> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = if name.contains('_') {
        let mut found = fs::read_dir(shared.join("seeds")).ok()?.flatten().map(|entry| entry.path());
        found.find(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name)))
    } else {
        Some(shared.join(name))
    };
    let text = path.and_then(|path| fs::read_to_string(path).ok());
    if text.is_none() {
        skip(name, "is not beside the sources: what is quoted from it was not looked up");
    }
    text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn every_source_is_where_it_says() {
    let (a, b, domain) = (beside("000_"), beside("004_"), beside("domain.md"));
    assert!(!is_named("") && !is_named("seed A: \"\"") && is_named("45 CFR 164.508") && is_named("our choice"));
    let mut wrong = Vec::new();
    for rule in policy::rules() {
        // Wherever this runs: a rule says where it comes from, in words.
        if rule.source.is_empty() || rule.source.iter().any(|source| !is_named(source)) {
            wrong.push(format!("{}: {:?}", rule.id, rule.source));
        }
        for source in rule.source {
            let quoted = |text: &Option<String>, quote: &str| {
                let words = quote.trim_matches('"');
                text.as_ref().is_none_or(|text| text.contains(words))
            };
            let is_found = if let Some(quote) = source.strip_prefix("seed A: ") {
                quoted(&a, quote)
            } else if let Some(quote) = source.strip_prefix("seed B: ") {
                quoted(&b, quote)
            } else {
                *source == "our choice" || domain.as_ref().is_none_or(|text| is_cited(text, source))
            };
            if !is_found {
                wrong.push(format!("{}: {source}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a source is one at all: words that are quoted, a number that can be looked up, or a choice that is owned to.
fn is_named(source: &str) -> bool {
    let quote = source.strip_prefix("seed A: ").or_else(|| source.strip_prefix("seed B: "));
    match quote {
        Some(quote) => quote.len() > 8 && quote.starts_with('"') && quote.ends_with('"'),
        None => source == "our choice" || source.contains(|c: char| c.is_ascii_digit()),
    }
}

/// Whether the reference has the number of a citation, and calls it checked or not as the citation does.
fn is_cited(domain: &str, source: &str) -> bool {
    let citation = source.trim_end_matches(" (not checked)");
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    let number = citation.split(' ').find(is_number).unwrap_or(citation);
    // "2.31(a)(7)" may stand as "§2.31" with its paragraphs elsewhere in the row.
    let section = number.split('(').next().unwrap_or(number);
    let marked = |mark: &str| {
        let places = domain.match_indices(number).map(|(at, _)| at + number.len());
        places.into_iter().any(|at| {
            let rest: String = domain[at..].chars().take(24).collect();
            rest.split(['.', ';', '|']).next().is_some_and(|rest| rest.contains(mark))
        })
    };
    let unverified = domain.split("Not verified here").nth(1).unwrap_or_default();
    // A section listed there is listed with all its paragraphs; a paragraph alone.
    let is_listed = unverified.split([' ', ',', ';', '\n']).filter(|word| word.contains('.')).any(|word| {
        let word = word.trim_end_matches('.');
        !word.is_empty() && (number == word || number.strip_prefix(word).is_some_and(|rest| rest.starts_with('(')))
    });
    let is_unchecked = marked("[K]") || is_listed;
    domain.contains(section) && is_unchecked == source.ends_with(" (not checked)")
}

#[test]
fn the_page_lists_every_rule_in_order() {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md")).unwrap();
    let section = page.split("\n## Reasons\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `E-"));
    let listed: Vec<(String, u8)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            assert!(!cells[3].is_empty(), "{row}");
            (cells[1].trim_matches('`').to_owned(), cells[2].parse().unwrap())
        })
        .collect();
    let rules: Vec<(String, u8)> = policy::rules().map(|rule| (rule.id.to_owned(), rule.exit)).collect();
    assert_eq!(listed, rules);
}

#[test]
fn every_cure_is_a_command() {
    let words = [
        ("{client}", "mk-01"),
        ("{recipient}", "dr-lee"),
        ("{records}", "r-0123456789abcdef r-0123456789abcdeg"),
        ("{record}", "r-0123456789abcdef"),
        ("{kinds}", "--kind progress-note --kind letter"),
        ("{tags}", "--tag hiv"),
        ("{medical}", "er"),
        ("{purpose}", "treat"),
        ("{label}", "V"),
        ("{consent}", "k-0123456789abcdef"),
        ("{concern}", "o-0123456789abcdef"),
        ("{agreement}", "staff"),
        ("{own}", "--note-class psychotherapy"),
        ("{legal}", "--legal-proceedings"),
        ("{missing}", "--signed-by client"),
        ("{today}", "2026-11-21"),
    ];
    for rule in policy::rules() {
        let filled = words.iter().fold(rule.cure.to_owned(), |cure, (blank, word)| cure.replace(blank, word));
        assert!(!filled.contains('{'), "{}: {filled}", rule.id);
        let typed = shlex::split(&filled).unwrap();
        assert!(Cli::try_parse_from(typed).is_ok(), "{}: {filled}", rule.id);
    }
}

#[test]
fn every_id_of_the_reference_is_in_the_table_or_comes_later() {
    let Some(domain) = beside("domain.md") else { return };
    let table = domain.split("### 1.12").nth(1).unwrap().split("## 2.").next().unwrap();
    let mut group = String::new();
    let mut missing = Vec::new();
    for word in table.split([' ', '|']).filter(|word| !word.is_empty()) {
        if word.starts_with("E-") {
            group = word.to_owned();
        }
        // "E-SETTING-UNDECLARED / -PUBLIC": the second is the first with another end.
        let tail =
            word.strip_prefix('-').filter(|tail| !tail.is_empty() && tail.chars().all(|c| c.is_ascii_uppercase()));
        let id = match tail {
            Some(tail) if tail == "SELFPAY" => format!("E-RESTRICT-{tail}"),
            Some(tail) => format!("{}-{tail}", group.rsplit_once('-').map_or(group.as_str(), |(head, _)| head)),
            None if word.starts_with("E-") => word.to_owned(),
            None => continue,
        };
        let is_later = LATER.iter().any(|(later, _)| *later == id);
        if policy::rule(&id).is_some() == is_later {
            missing.push(id);
        }
    }
    assert_eq!(missing, [""; 0], "in neither list, or in both");
}

#[test]
fn a_rule_is_explained_without_a_vault() {
    let practice = Practice::without_vault();
    let said = practice.ok(&["explain", "e-consent-none"]).stdout;
    let fields: Vec<_> = said.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!((fields[0], fields[1], fields.last()), ("id", "text", Some(&"exit")));
    assert!(fields.contains(&"source") && fields.contains(&"cure"));
    let json = practice.ok(&["explain", "E-CONSENT-NONE", "--json"]).json();
    assert_eq!((&json["schema"], &json["exit"]), (&"subrosa/explain/1".into(), &3.into()));
    let said = practice.run(&["explain", "E-CONSENT-NOEN"]);
    assert!(said.exit == 4 && said.stderr.contains("did you mean E-CONSENT-NONE?"), "{said:?}");
    for rule in policy::rules() {
        practice.ok(&["explain", rule.id]);
    }
}

#[test]
fn the_rules_and_the_table_of_needs_are_listed() {
    let practice = Practice::without_vault();
    let said = practice.ok(&["rules"]).stdout;
    assert_eq!(said.lines().count(), policy::rules().count());
    assert!(said.lines().all(|line| line.split('\t').count() == 2 && line.starts_with("E-")), "{said}");
    let json = practice.ok(&["rules", "--json"]).json();
    assert_eq!((&json["schema"], &json["matrix"]), (&"subrosa/rules/1".into(), &serde_json::Value::Null));
    let standard = practice.ok(&["rules", "--matrix"]).stdout;
    assert!(standard.lines().all(|line| line.split('\t').count() == 5), "{standard}");
    assert!(standard.contains("payer\t") && !standard.contains("payer\tletter"), "{standard}");
    // A vault's own rows stand in place of the standard ones of the same role.
    practice.ok(&["init", "--owner", OWNER, "--batch"]);
    assert_eq!(practice.ok(&["rules", "--matrix"]).stdout, standard);
    let text = practice.ok(&["protocol", "show"]).stdout;
    let row = "[[access.role]]\nrole = \"payer\"\nkinds = [\"letter\"]\npurposes = [\"pay\"]\n";
    practice.write("protocol.toml", &format!("{text}\n{row}"));
    practice.ok(&["protocol", "adopt", "protocol.toml", "--minor"]);
    let own = practice.ok(&["rules", "--matrix"]).stdout;
    assert!(own.contains("payer\tletter\tpay\t"), "{own}");
    assert_eq!(practice.ok(&["rules", "--matrix", "--json"]).json()["matrix"]["protocol"], 2);
}

#[test]
fn a_refusals_cures_are_about_the_case() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--adult"]);
    let add = ["recipient", "add", "ana", "--key", ANA, "--role", "biller", "--verified", "in-person"];
    practice.ok(&add);
    practice.write("note.txt", "Slept better.\n");
    practice.ok(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note", "-t", "hiv"]);
    let said = practice.run(&["share", "@", "--to", "ana", "--purpose", "pay", "--json"]);
    assert_eq!(said.exit, 3);
    let error = said.error();
    let cure = |id: &str| {
        let reasons = error["reasons"].as_array().unwrap();
        let reason = reasons.iter().find(|reason| reason["id"] == id).unwrap_or_else(|| panic!("{id}: {error}"));
        assert!(reason["at"].is_null() && reason["missing"].is_array(), "{reason}");
        reason["cure"].as_str().unwrap().to_owned()
    };
    let consent = "subrosa consent grant --client mk-01 --to ana --kind progress-note --tag hiv --purpose pay";
    assert_eq!(cure("E-CONSENT-NONE"), consent);
    assert!(cure("E-AGREE-NONE").starts_with("subrosa agreement add ana --type staff --signed-on 2026-11-21"));
    for reason in error["reasons"].as_array().unwrap() {
        assert!(!reason["cure"].as_str().unwrap().contains('{'), "{reason}");
    }
}
