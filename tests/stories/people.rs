//! Clients, recipients and owners: named, changed, and refused.

use snapbox::assert_data_eq;
use snapbox::str;

use crate::practice::ANA;
use crate::practice::LEE;
use crate::practice::OWNER;
use crate::practice::Practice;

#[test]
fn a_client_comes_changes_and_goes() {
    let practice = Practice::new();
    let id = practice.ok(&[
        "client",
        "add",
        "MK-01",
        "--name",
        "Maria Kovač",
        "--phone",
        "+351 2",
        "--birth",
        "2009-02-03",
        "--limits-discussed",
        "2d",
    ]);
    assert_data_eq!(
        id.whole(),
        str![[r#"
c-[..]
-- exit 0 --

"#]]
    );
    let id = id.stdout.trim();
    let made = practice.ok(&["client", "edit", "mk-01", "--adult", "--also-known", "Masha", "--phone", "", "--json"]);
    assert_data_eq!(
        made.stdout.clone(),
        str![[r#"
{"schema":"subrosa/client-edit/1","id":"c-[..]","state":"active","missing":[],"head":{"origin":"subrosa/[..]","size":5,"root":"[..]="}}

"#]]
    );
    let said = practice.ok(&["client", "show", &id[2..8], "--json"]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
{"schema":"subrosa/client-show/1","client":{"id":"c-[..]","alias":"mk-01","state":"active","name":"Maria Kovač","also_known":["Masha"],"phone":[],"email":[],"birth":null,"age":"adult","minor_rule":null,"part2":false,"limits_discussed":"2026-11-19","declined":[],"representatives":[]}}

"#]]
    );
    practice.ok(&["client", "close", "mk-01"]);
    let said = practice.ok(&["client", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
c-[..]	mk-01	closed
-- exit 0 --

"#]]
    );
    let said = practice.refused(3, &["client", "close", "mk-01"]);
    assert!(said.stderr.contains("the client mk-01 is closed"), "{said:?}");
}

#[test]
fn real_names_stand_where_they_are_asked_for_and_nowhere_else() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Maria Kovač"]);
    practice.ok(&["recipient", "add", "dr-lee", "--key", LEE, "--name", "Ursula Lee", "--organisation", "Ward 3"]);
    for args in [
        &["client", "list"][..],
        &["client", "list", "--json"],
        &["recipient", "list"],
        &["recipient", "list", "--json"],
    ] {
        let said = practice.ok(args);
        assert!(!said.stdout.contains("Maria") && !said.stdout.contains("Ursula"), "{said:?}");
    }
    let said = practice.at_terminal(&[], &["client", "list", "--names"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
c-[..]  mk-01  active  Maria Kovač
-- exit 0 --

"#]]
    );
    let said = practice.at_terminal(&[], &["recipient", "show", "dr-lee"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
id:            p-[..]
alias:         dr-lee
state:         active
name:          Ursula Lee
role:          other
organisation:  Ward 3
key:           age1e2afe5qvdh834a8sdk7a2hczhp0q89psy5xzxyqnqfw8we8c7e7qrj56f3
max label:     N
-- exit 0 --

"#]]
    );
}

#[test]
fn a_recipient_is_invited_then_keyed_then_verified_then_suspended() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    let said = practice.ok(&[
        "recipient",
        "add",
        "ana",
        "--of",
        "mk-01",
        "--relationship",
        "mother",
        "--role",
        "family",
        "--json",
    ]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
{"schema":"subrosa/recipient-add/1","id":"p-[..]","state":"invited","missing":["key"],"head":{"origin":"subrosa/[..]","size":5,"root":"[..]="},"safety_number":null}

"#]]
    );
    // Without a key it is made sure who this is; that says nothing of a key that comes later.
    practice.ok(&["recipient", "verify", "ana", "--how", "in-person"]);

    practice.write("ana.pub", &format!("# Ana\n{ANA}\n"));
    let said = practice.ok(&["recipient", "replace-key", "ana", "--key", "@ana.pub", "--json"]);
    assert_eq!((&said.json()["state"], &said.json()["missing"][0]), (&"active".into(), &"verified".into()));
    let said = practice.refused(2, &["recipient", "verify", "ana"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: --how is needed
  try: subrosa recipient verify ana --how phone-callback-to-known-number
-- exit 2 --

"#]]
    );
    let said = practice.at_terminal(&["telepathy", "in-person"], &["recipient", "verify", "ana"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
The key of recipient ana is verified (in-person).
-- terminal --
The key of ana is age1prrrlx8wl2ajweuy30x3vlcuefwdud0gl66hu9w0qjqaedjm6dessxtt55
The ways to make sure: in-person video-known-face phone-callback-to-known-number signed-by-known-key organisation-directory
How was it made sure that the key is this person's: telepathy
"telepathy" is no way to verify; the words are: in-person video-known-face phone-callback-to-known-number signed-by-known-key organisation-directory
How was it made sure that the key is this person's: in-person
-- exit 0 --

"#]]
    );
    let said = practice.ok(&["recipient", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
p-[..]	ana	active	family	in-person	R
-- exit 0 --

"#]]
    );

    practice.write("reason.txt", "moved away\n");
    practice.ok(&["recipient", "suspend", "ana", "--reason", "@reason.txt", "--on", "2026-11-20"]);
    let shown = practice.ok(&["recipient", "show", "ana", "--json"]).json()["recipient"].clone();
    assert_eq!(shown["suspended"]["reason"], "moved away");
    assert_eq!(shown["suspended"]["on"], "2026-11-20");
    assert_eq!(shown["relationships"][0]["client"]["alias"], "mk-01");
    for args in [
        &["recipient", "suspend", "ana", "--reason", "x"][..],
        &["recipient", "verify", "ana", "--how", "in-person"],
        &["recipient", "replace-key", "ana", "--key", LEE],
        &["recipient", "invite", "ana"],
    ] {
        let said = practice.refused(3, args);
        assert!(said.stderr.contains("ana is suspended"), "{said:?}");
    }
}

#[test]
fn a_recipient_is_edited_and_things_are_taken_back() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.ok(&["recipient", "add", "dr-lee", "--key", LEE, "--verified", "in-person", "--medical-personnel"]);
    practice.ok(&[
        "recipient",
        "edit",
        "dr-lee",
        "--alias",
        "lee",
        "--max-label",
        "V",
        "--of",
        "mk-01",
        "--relationship",
        "friend",
    ]);
    let shown = practice.ok(&["recipient", "show", "lee", "--json"]).json()["recipient"].clone();
    assert_eq!((&shown["max_label"], &shown["medical_personnel"]), (&"V".into(), &true.into()));
    assert_eq!((&shown["verified"], &shown["key"]), (&"in-person".into(), &LEE.into()));
    practice.ok(&["recipient", "edit", "lee", "--no-max-label", "--no-medical-personnel", "--no-relationship"]);
    let shown = practice.ok(&["recipient", "show", "lee", "--json"]).json()["recipient"].clone();
    assert_eq!((&shown["max_label"], &shown["medical_personnel"]), (&"R".into(), &false.into()));
    assert_eq!(shown["relationships"], serde_json::json!([]));
    practice.refused(2, &["recipient", "edit", "lee"]);
    practice.refused(2, &["recipient", "edit", "lee", "--of", "mk-01"]);
    practice.refused(4, &["recipient", "edit", "lee", "--of", "zz-99", "--relationship", "friend"]);
}

#[test]
fn aliases_that_name_everyone_or_look_like_ids_are_refused() {
    let practice = Practice::new();
    for alias in ["all", "Staff", "EVERYONE", "anybody", "*"] {
        for kind in ["client", "recipient"] {
            let said = practice.refused(2, &[kind, "add", alias]);
            assert!(said.stderr.contains("would mean everyone"), "{said:?}");
        }
    }
    let said = practice.refused(2, &["client", "add", "c-0123"]);
    assert!(said.stderr.contains("looks like an id"), "{said:?}");
    practice.refused(2, &["client", "add", "two words"]);
    practice.refused(2, &["client", "add", ""]);
}

#[test]
fn what_is_taken_is_refused() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.ok(&["recipient", "add", "dr-lee", "--key", LEE]);
    for args in [
        &["client", "add", "MK-01"][..],
        &["client", "add", "dr-lee"],
        &["recipient", "add", "mk-01"],
        &["client", "edit", "mk-01", "--alias", "dr-lee"],
    ] {
        let said = practice.refused(3, args);
        assert!(said.stderr.contains("is taken"), "{said:?}");
    }
    let said = practice.refused(3, &["recipient", "add", "lee", "--key", &LEE.to_uppercase()]);
    assert!(said.stderr.contains("this key is dr-lee's already"), "{said:?}");
    let said = practice.refused(3, &["recipient", "add", "lee", "--key", &vault_key(&practice)]);
    assert!(said.stderr.contains("the vault's own"), "{said:?}");
}

fn vault_key(practice: &Practice) -> String {
    let header = std::fs::read_to_string(practice.vault().join("vault.toml")).unwrap();
    let line = header.lines().find(|line| line.starts_with("recipient")).unwrap().to_owned();
    line.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn keys_that_are_none_are_refused_and_secrets_are_not_repeated() {
    let practice = Practice::new();
    let secret = std::fs::read_to_string(practice.path("me.txt")).unwrap();
    let said = practice.refused(2, &["recipient", "add", "lee", "--key", secret.trim()]);
    assert!(said.stderr.contains("private key"), "{said:?}");
    for args in [
        &["recipient", "add", "lee", "--key", "@me.txt"][..],
        &["recipient", "add", secret.trim()],
        &["recipient", "add", "lee", secret.trim()],
        &["recipient", "replace-key", "lee", "--key", secret.trim()],
        &["owner", "add", secret.trim(), "--alias", "two"],
    ] {
        for json in [&[][..], &["--json"]] {
            let said = practice.refused(2, &[args, json].concat());
            let body = &secret.trim()[20..];
            assert!(!said.stderr.to_lowercase().contains(&body.to_lowercase()), "{said:?}");
        }
    }
    for (key, reason) in [
        ("age1pq1qqqq", "malformed"),
        ("npub1xmwwc06ly3ee5", "malformed"),
        ("ssh-dss AAAA", "unknown type of public key"),
        ("", "the public key is empty"),
    ] {
        let said = practice.refused(2, &["recipient", "add", "lee", "--key", key]);
        assert!(said.stderr.contains(reason), "{key}: {said:?}");
    }
    let said = practice.refused(4, &["recipient", "add", "lee", "--key", "@no-such-file"]);
    assert!(said.stderr.contains("there is no file"), "{said:?}");
    practice.refused(2, &["recipient", "add", "lee", "--verified", "in-person"]);
}

#[test]
fn a_miss_names_the_nearest_and_a_short_prefix_finds_nothing() {
    let practice = Practice::new();
    let id = practice.ok(&["client", "add", "mk-01"]).stdout;
    let said = practice.refused(4, &["client", "show", "mk01"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: there is no client "mk01"; did you mean mk-01?
-- exit 4 --

"#]]
    );
    practice.refused(4, &["client", "show", &id[..5]]);
    practice.ok(&["client", "show", &id[..6]]);
    practice.ok(&["client", "show", &id[2..6].to_uppercase()]);
    practice.refused(4, &["recipient", "show", &id[..6]]);
}

#[test]
fn required_things_are_asked_for_at_a_terminal_alone() {
    let practice = Practice::new();
    practice.refused(2, &["client", "add"]);
    let said = practice.at_terminal(&["all", "mk-01", "yesterday", "2026-11-20", "31", "adult"], &["client", "add"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
Client mk-01 is named (c-[..]).
-- terminal --
What shall the client be called here: all
"all" would mean everyone; an alias names one person
What shall the client be called here: mk-01
When were the limits of confidentiality talked about (a date, or Enter): yesterday
"yesterday" is neither a date (2026-11-21), a time (2026-11-21T09:30:00Z) nor a span (30d 6w 12m 2y 50min)
When were the limits of confidentiality talked about (a date, or Enter): 2026-11-20
When was the client born (a date, or adult or minor; or Enter): 31
"31" is no birth date, nor adult or minor
When was the client born (a date, or adult or minor; or Enter): adult
-- exit 0 --

"#]]
    );
    // Nobody talked about the limits on a day to come.
    for args in [&["client", "add", "new"][..], &["client", "edit", "mk-01"]] {
        let said = practice.refused(2, &[args, &["--limits-discussed", "2028-01-01"]].concat());
        assert!(said.stderr.contains("2028-01-01 is still to come"), "{said:?}");
    }
    for args in
        [&["client", "add", "new", "--birth", "2030-01-01"][..], &["client", "edit", "mk-01", "--birth", "2030-01-01"]]
    {
        let said = practice.refused(2, args);
        assert!(said.stderr.contains("2030-01-01 is still to come"), "{said:?}");
    }
    let said = practice.at_terminal(&[], &["client", "add", "--batch"]);
    assert_eq!(said.exit, 2, "{said:?}");
    let said = practice.at_terminal(&["n"], &["client", "close", "mk-01"]);
    assert_eq!(said.exit, 1, "{said:?}");
    practice.at_terminal(&[], &["client", "close", "mk-01", "-y"]);
}

#[test]
fn texts_come_from_files_and_standard_input_too() {
    let practice = Practice::new();
    let (host, ends) = practice.host();
    let said = practice.run_in((host.with_stdin(b"Maria Kovac\n"), ends), &["client", "add", "mk-01", "--name", "-"]);
    assert_eq!(said.exit, 0, "{said:?}");
    assert!(practice.ok(&["client", "show", "mk-01"]).stdout.contains("Maria Kovac"));
    practice.refused(2, &["client", "add", "mk-02", "--name", "two\nlines"]);
    practice.refused(2, &["client", "add", "mk-02", "--name", "-", "--phone", "-"]);
}

#[test]
fn what_others_wrote_is_drawn_harmless() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01", "--name", "Eve\u{202e}gro.elpmaxe"]);
    let said = practice.at_terminal(&[], &["client", "show", "mk-01"]);
    assert!(said.stdout.contains("Eve\\u{202e}gro"), "{said:?}");
}

#[test]
fn the_invitation_is_a_plain_page() {
    let practice = Practice::new();
    practice.ok(&["recipient", "add", "ana", "--name", "Ana Costa"]);
    let before = practice.files();
    let said = practice.ok(&["recipient", "invite", "ana", "-o", "page.txt", "--json"]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
{"schema":"subrosa/recipient-invite/1","id":"p-[..]","state":"invited","path":"[HERE]/page.txt"}

"#]]
    );
    let page = std::fs::read_to_string(practice.path("page.txt")).unwrap();
    assert_eq!(practice.ok(&["recipient", "invite", "ana"]).stdout, page);
    assert!(
        page.contains("age-keygen -o key.txt") && page.contains("Praxis Ruhe") && page.contains("+351 1 234"),
        "{page}"
    );
    assert!(!page.contains("Costa") && page.lines().all(|line| line.len() <= 80), "{page}");
    assert_eq!(practice.files(), before, "an invitation is no event");
    let said = practice.refused(6, &["recipient", "invite", "ana", "-o", "page.txt"]);
    assert!(said.stderr.contains("E-OUTPUT-EXISTS") && said.stderr.contains("--force"), "{said:?}");
    practice.ok(&["recipient", "invite", "ana", "-o", "page.txt", "--force"]);
    let said = practice.refused(6, &["recipient", "invite", "ana", "-o", "vault/page.txt"]);
    assert!(said.stderr.contains("E-OUTPUT-VAULT"), "{said:?}");
    practice.refused(2, &["recipient", "invite", "ana", "--json"]);
}

#[test]
fn someone_more_opens_the_vault() {
    let practice = Practice::new();
    practice.write("two.txt", "AGE-SECRET-KEY-1D8UHUKR09KDVD8RPJMFHYWFS5GV3LKXVAUMUAN6U7WC2JEW86M5S9EAKG7\n");
    practice.refused(12, &["-i", "two.txt", "client", "list"]);
    let said = practice.ok(&["owner", "add", LEE, "--alias", "lee", "--json"]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
{"schema":"subrosa/owner-add/1","id":"owner-[..]","state":"active","missing":[],"head":{"origin":"subrosa/[..]","size":4,"root":"[..]="}}

"#]]
    );
    practice.ok(&["-i", "two.txt", "client", "list"]);
    for (args, reason) in [
        (&["owner", "add", LEE, "--alias", "again"][..], "this key is lee's already"),
        (&["owner", "add", ANA, "--alias", "owner"], "the alias owner is taken"),
    ] {
        let said = practice.refused(3, args);
        assert!(said.stderr.contains(reason), "{said:?}");
    }
    practice.refused(2, &["owner", "add", "--alias", "nobody"]);
    practice.refused(2, &["owner", "add", ANA]);
    practice.refused(2, &["owner", "add", "--paper", "--alias", "safe"]);

    let said = practice.at_terminal(&[], &["owner", "add", "--paper", "--alias", "safe"]);
    // It is the same owner's other key: whoever looks is kept no more than before.
    assert!(said.stdout.contains("safe opens the vault too.") && !said.stdout.contains("who looked"), "{said:?}");
    assert!(said.terminal.contains("AGE-SECRET-KEY-"), "{said:?}");
    practice.write("pass.txt", "open sesame\n");
    practice.ok(&["owner", "add", "--passphrase", "--alias", "typed", "--passphrase-file", "pass.txt"]);
    practice.refused(3, &["owner", "add", "--passphrase", "--alias", "typed-2", "--passphrase-file", "pass.txt"]);
    let means: Vec<_> = practice
        .ok(&["owner", "list"])
        .stdout
        .lines()
        .map(|line| line.split('\t').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(means, ["recipient", "recipient", "paper", "passphrase"]);
    assert!(practice.ok(&["owner", "list"]).stdout.contains(OWNER));
}

#[test]
fn a_word_that_is_no_command_ends_with_2() {
    let practice = Practice::without_vault();
    for args in [&["frobnicate"][..], &["client"], &[], &["client", "representative"], &["client", "list", "--frob"]] {
        let said = practice.refused(2, args);
        assert!(!said.stderr.is_empty());
    }
    let said = practice.refused(2, &["frobnicate", "--json"]);
    assert_eq!(said.error()["code"], "usage");
    assert_eq!(practice.ok(&["help", "exit-codes"]).stdout.lines().count(), 13);
    assert!(practice.ok(&["client", "add", "--help"]).stdout.contains("--limits-discussed"));
    assert!(practice.ok(&["help", "client", "add"]).stdout.contains("--limits-discussed"));
    assert!(practice.ok(&["--version"]).stdout.starts_with("subrosa "));
}

#[test]
fn an_edit_that_changes_nothing_leaves_no_entry() {
    let practice = Practice::new();
    let size = practice.ok(&["client", "add", "mk-01", "--phone", "1", "--json"]).json()["head"]["size"].clone();
    assert_eq!(practice.ok(&["client", "edit", "mk-01", "--phone", "1", "--json"]).json()["head"]["size"], size);
}

#[test]
fn nobody_is_called_as_somebody_else_is() {
    let practice = Practice::new();
    practice.ok(&["client", "add", "mk-01"]);
    practice.refused(3, &["client", "add", "owner"]);
    practice.refused(3, &["recipient", "add", "MK-01", "--key", LEE]);
    practice.refused(3, &["owner", "add", LEE, "--alias", "mk-01"]);
    practice.refused(2, &["client", "add", "0123456789abcdef"]);
}
