//! What is read and signed: the form, the copy that the client gets, and lists.

use serde_json::Value;
use subrosa::digest::Digest;

use super::CLIENT;
use super::LEE_ONLY;
use super::NOTES;
use super::TREAT;
use super::WHOLE;
use super::entries;
use super::grant;
use super::id_of;
use super::live;
use super::practice;
use super::practice_with;
use super::shapes;
use super::show;

#[test]
fn the_ledger_has_the_digest_of_the_copy_that_the_client_got() {
    let practice = practice();
    let draft = id_of(&grant(&practice, &[CLIENT, LEE_ONLY, NOTES, TREAT]));
    let error = practice.refused(3, &["consent", "receipt", &draft, "--json"]).error();
    assert_eq!(error["hints"][0], format!("subrosa consent form {draft}"));

    let id = live(&practice, WHOLE);
    practice.ok(&["consent", "receipt", &id, "-o", "copy.txt"]);
    let file = std::fs::read(practice.path("copy.txt")).unwrap();
    let words = practice.ok(&["consent", "receipt", &id]).stdout;
    let object = practice.ok(&["consent", "receipt", &id, "--json"]).stdout;
    let told = practice.ok(&["consent", "receipt", &id, "--json", "-o", "copy.json"]).json();
    let json = std::fs::read(practice.path("copy.json")).unwrap();
    let given = entries(&practice, "consent.receipt-given");
    let digests: Vec<_> = given.iter().map(|event| event["sha256"].as_str().unwrap().to_owned()).collect();
    let bytes: [&[u8]; 4] = [&file, words.as_bytes(), object.as_bytes(), &json];
    assert_eq!(digests, bytes.map(|bytes| Digest::of(bytes).to_string()));
    assert_eq!(told["sha256"], digests[3].as_str());
    assert_eq!(show(&practice, &id)["consent"]["copy_given"], "2026-11-21");

    // The client's own page: by name, and in words.
    let words = String::from_utf8(file).unwrap();
    for part in [
        "Maria Kestrel",
        "Dr Lena Lee, Clinica Sol",
        "notes on how the work is going",
        "2027-11-20",
        "you\n",
        "it holds",
    ] {
        assert!(words.contains(part), "{part} is not in\n{words}");
    }
    let object: Value = serde_json::from_str(&object).unwrap();
    assert_eq!(object["schema"], "subrosa/consent-receipt/1");
    assert_eq!(object["record_id"], *id);
    assert_eq!(object["pii_processing"]["recipients"][0]["name"], "Dr Lena Lee");
    assert_eq!(object["pii_processing"]["purposes"][0]["code"], "treat");
    practice.refused(6, &["consent", "receipt", &id, "-o", "copy.txt"]);
    practice.refused(6, &["consent", "receipt", &id, "-o", "vault/copy.txt"]);
    practice.refused(2, &["consent", "receipt", &id, "--json", "-o", "-"]);
    assert_eq!(entries(&practice, "consent.receipt-given").len(), 4);
}

#[test]
fn a_copy_is_what_a_consent_under_hipaa_may_lack() {
    let practice = practice_with(&["--profile", "hipaa"]);
    let said = grant(&practice, &[&WHOLE.concat(), &["--form", "form.txt", "--statements", "standard"]]);
    assert_eq!(said.json()["missing"], serde_json::json!(["copy-given"]));
    let words = practice.ok(&["consent", "receipt", &id_of(&said)]).stdout;
    assert!(words.contains("it holds"), "{words}");
    assert_eq!(show(&practice, &id_of(&said))["consent"]["state"], "live");
}

#[test]
fn the_form_is_one_page_that_a_client_can_sign() {
    let practice = practice_with(&["--profile", "part2", "--time-zone", "Europe/Lisbon"]);
    let scope = [
        "--to",
        "ana",
        "--service-dates",
        "2026-01-01..2026-06-30",
        "--tag",
        "hiv",
        "--describe",
        "What we spoke of in spring",
    ];
    let id = id_of(&grant(&practice, &[CLIENT, LEE_ONLY, NOTES, TREAT, &scope]));
    let form = practice.ok(&["consent", "form", &id]).stdout;
    assert!(form.lines().count() <= 66 && form.lines().all(|line| line.chars().count() <= 80), "{form}");
    for part in [
        "Maria Kestrel",
        "Praxis Ruhe",
        "Dr Lena Lee, Clinica Sol, treating provider",
        "Ana Reis",
        "notes on how the work is going",
        "What we spoke of in spring",
        "hiv",
        "from 2026-01-01 to 2026-06-30",
        "treatment",
        "2027-11-21",
        "take this consent back",
        "care does not depend on it",
        "asked not to pass it on",
        "42 CFR part 2",
        "that you come here at all",
        "Nobody but those who do this work",
        "+351 1 234",
        "Maria Kestrel (client)",
    ] {
        let unfilled = form.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unfilled.contains(part), "{part} is not in\n{form}");
    }
    assert!(!form.contains("mk-01") && !form.contains("dr-lee"), "{form}");
    let minor = id_of(&grant(&practice, &[&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT]));
    let form = practice.ok(&["consent", "form", &minor]).stdout;
    assert!(form.contains("Parent or guardian of the client") && !form.contains("(client)"), "{form}");
    practice.ok(&["consent", "form", &id, "-o", "form-1.txt"]);
    assert_eq!(
        std::fs::read_to_string(practice.path("form-1.txt")).unwrap(),
        practice.ok(&["consent", "form", &id]).stdout
    );
    practice.refused(2, &["consent", "form", &id, "--json"]);
}

#[test]
fn the_page_names_every_field_of_the_answers() {
    let page = include_str!("../../../docs/command-line.md");
    for (name, fields) in shapes() {
        let row = page.lines().find(|line| line.split_whitespace().next() == Some(&name));
        let mut told: Vec<&str> =
            row.unwrap_or_else(|| panic!("{name} is not told of")).split_whitespace().skip(1).collect();
        told.sort_unstable();
        assert_eq!(fields, told, "{name}");
    }
}

#[test]
fn lists_name_nobody_by_name() {
    let practice = practice();
    let id = live(&practice, &[&WHOLE.concat(), &["--on-event", "the end of the school year"]]);
    let draft = id_of(&grant(&practice, &[&["--client", "kid-1"], LEE_ONLY, NOTES, TREAT]));
    let all = practice.ok(&["consent", "list"]).stdout;
    assert_eq!(
        all,
        format!(
            "{id}\tlive\tmk-01\tdr-lee\tprogress-note\ttreat\tthe end of the school year\t\n\
             {draft}\tdraft\tkid-1\tdr-lee\tprogress-note\ttreat\t\t\n"
        )
    );
    assert!(practice.ok(&["consent", "list", "--client", "mk-01"]).stdout.starts_with(&id));
    assert!(practice.ok(&["consent", "list", "--state", "draft"]).stdout.starts_with(&draft));
    let listed = practice.ok(&["consent", "list", "--json"]).json();
    assert_eq!(listed["schema"], "subrosa/consent-list/1");
    assert_eq!(listed["consents"][1]["missing"], serde_json::json!(["signed-on", "signed-by"]));
    let shown = practice.ok(&["consent", "show", &draft]).stdout;
    assert!(shown.contains("missing\t--signed-on --signed-by\n"), "{shown}");
    for text in [all, listed.to_string(), shown] {
        assert!(!text.contains("Kestrel") && !text.contains("Lena"), "{text}");
    }
}
