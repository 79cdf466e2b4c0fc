//! From nothing to a vault, and every place where none is made.

use std::fs;

use snapbox::assert_data_eq;
use snapbox::str;

use crate::practice::OWNER;
use crate::practice::Practice;
#[cfg(unix)]
use crate::practice::chmod;
#[cfg(unix)]
use crate::practice::mode;

#[test]
fn a_pipe_gets_the_verifier_key_alone() {
    let practice = Practice::without_vault();
    let said = practice.ok(&["init", "--owner", OWNER, "--batch"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa/[..]+[..]+[..]
-- exit 0 --

"#]]
    );
    #[cfg(unix)]
    assert_eq!(mode(&practice.vault()), 0o700);
}

#[test]
fn json_has_everything_there_is_to_know() {
    let practice = Practice::without_vault();
    let said = practice.ok(&["init", "--owner", OWNER, "--json", "--batch"]);
    assert_data_eq!(
        said.stdout.clone(),
        str![[r#"
{"schema":"subrosa/init/1","verifier":"subrosa/[..]","recipient":"age1[..]","origin":"subrosa/[..]","vault":"[HERE]/vault","head":{"origin":"subrosa/[..]","size":3,"root":"[..]="},"key_file":null,"paper":null}

"#]]
    );
    assert_eq!(said.json()["origin"], said.json()["head"]["origin"]);
}

#[test]
fn somebody_has_to_be_able_to_open_it() {
    let practice = Practice::without_vault();
    let said = practice.refused(2, &["init"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: --owner or --passphrase-file is needed: somebody has to be able to open the vault
  try: subrosa init --passphrase-file FILE
  try: subrosa init --owner RECIPIENT
-- exit 2 --

"#]]
    );
    assert!(!practice.vault().exists());
}

#[test]
fn a_secret_key_is_not_a_recipient_and_is_not_repeated() {
    let practice = Practice::without_vault();
    let secret = fs::read_to_string(practice.path("me.txt")).unwrap();
    let said = practice.refused(2, &["init", "--owner", secret.trim()]);
    assert!(said.stderr.contains("private key"), "{said:?}");
    let said = practice.refused(2, &["init", secret.trim()]);
    assert!(!said.stderr.contains("AGE-SECRET"), "{said:?}");
    let said = practice.refused(2, &["init", "--owner", OWNER, "--alias", secret.trim(), "--json"]);
    assert!(!said.stderr.contains("AGE-SECRET"), "{said:?}");
}

#[test]
fn one_key_is_one_owner() {
    let practice = Practice::without_vault();
    let said = practice.refused(2, &["init", "--owner", OWNER, "--owner", OWNER]);
    assert!(said.stderr.contains("is given twice"), "{said:?}");
}

#[test]
fn at_a_terminal_a_key_file_and_a_paper_key_are_made() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&["key file", "y"], &["init"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
The vault is in [HERE]/vault
Its verifier key is subrosa/[..]
Whoever has that key can check what your ledger proves. It is no secret.
[HERE]/home/.config/subrosa/identity.txt opens it: keep a copy of that file where you would keep your passport.
The paper key opens it too: keep it apart from this computer.
The next key on that page is the only one that can continue the ledger.
Next: subrosa client add ALIAS
-- terminal --
The vault opens with a passphrase that you type each time, or with a key file on this computer.
passphrase or key file? [passphrase]: key file
Make a key on paper too, should this one be lost? [Y/n] y
[once]
This is the key on paper. Write it down, and keep it apart from this computer.
Typed into a file, it opens the vault: subrosa -i FILE

# public key: age1[..]
AGE-SECRET-KEY-1[..]

This is the ledger's next key; it opens nothing. Only it can continue the
ledger: when its key is changed, when an owner is removed, or when this
computer is lost. Without it the ledger can be read for ever, but not be
continued on another computer. It is one line, however it is drawn here:

PRIVATE+KEY+subrosa/[..]

-- exit 0 --

"#]]
    );
    #[cfg(unix)]
    assert_eq!(mode(&practice.path("home/.config/subrosa/identity.txt")), 0o600);

    // Both open it: the file by itself, the paper when it is typed in.
    let (host, ends) = practice.host();
    let said_later = practice.run_in((host.with_var("SUBROSA_IDENTITY", ""), ends), &["owner", "list"]);
    assert_eq!(said_later.exit, 0, "{said_later:?}");
    let paper = said.terminal.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    practice.write("paper.txt", paper);
    let owners = practice.ok(&["-i", "paper.txt", "owner", "list"]);
    assert_data_eq!(
        owners.whole(),
        str![[r#"
owner-[..]	owner	recipient	age1[..]
owner-[..]	owner-paper	paper	age1[..]
-- exit 0 --

"#]]
    );
    // It is nowhere in the vault.
    for file in practice.files().keys() {
        assert!(!fs::read(file).unwrap().windows(paper.len()).any(|part| part == paper.as_bytes()));
    }
}

#[test]
fn a_key_file_that_is_there_is_used_or_left_alone() {
    let practice = Practice::without_vault();
    fs::create_dir_all(practice.path("home/.config/subrosa")).unwrap();
    fs::copy(practice.path("me.txt"), practice.path("home/.config/subrosa/identity.txt")).unwrap();
    let said = practice.at_terminal(&["k", "n"], &["init"]);
    assert_eq!(said.exit, 6, "{said:?}");
    assert!(!practice.vault().exists());
    let said = practice.at_terminal(&["k", "y", "n"], &["init", "--json"]);
    assert_eq!(said.json()["key_file"], "[HERE]/home/.config/subrosa/identity.txt");
    let before = fs::read(practice.path("me.txt")).unwrap();
    assert_eq!(fs::read(practice.path("home/.config/subrosa/identity.txt")).unwrap(), before);
    practice.ok(&["client", "list"]);
}

#[test]
fn a_passphrase_is_asked_for_twice() {
    let practice = Practice::without_vault();
    let said = practice.at_terminal(&["", "one", "other", "open sesame", "open sesame", "n"], &["init", "-q"]);
    assert_data_eq!(
        said.terminal.clone(),
        str![[r#"
The vault opens with a passphrase that you type each time, or with a key file on this computer.
passphrase or key file? [passphrase]: 
New passphrase: [secret]
The same again: [secret]
The two are not the same.
New passphrase: [secret]
The same again: [secret]
Make a key on paper too, should this one be lost? [Y/n] n

"#]]
    );
    let said = practice.at_terminal(&["open sesame"], &["owner", "list", "--json"]);
    assert_eq!(said.json()["owners"][0]["means"], "passphrase", "{said:?}");
}

#[test]
fn an_owner_and_a_passphrase_both_open_it() {
    let practice = Practice::without_vault();
    practice.write("pass.txt", "open sesame\nsecond line\n");
    practice.ok(&["init", "--owner", OWNER, "--passphrase-file", "pass.txt", "--alias", "Eva"]);
    practice.ok(&["client", "list"]);
    let (host, ends) = practice.host();
    let host = host.with_var("SUBROSA_IDENTITY", "").with_var("SUBROSA_PASSPHRASE_FILE", "pass.txt");
    let said = practice.run_in((host, ends), &["owner", "list"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
owner-[..]	eva	recipient	age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef
owner-passphrase	eva-2	passphrase	
-- exit 0 --

"#]]
    );
}

#[cfg(unix)]
#[test]
fn a_passphrase_file_that_others_can_read_is_not_used() {
    let practice = Practice::without_vault();
    practice.write("pass.txt", "open sesame\n");
    chmod(&practice.path("pass.txt"), 0o644);
    // The directory above must let others in, too: a closed one protects whatever is in it.
    chmod(&practice.path(""), 0o711);
    let said = practice.refused(6, &["init", "--passphrase-file", "pass.txt"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: the passphrase in [HERE]/pass.txt is not used: others can reach it
  E-OUTPUT-PERM: others can reach [HERE]/pass.txt
-- exit 6 --

"#]]
    );
    chmod(&practice.path(""), 0o700);
    practice.ok(&["init", "--passphrase-file", "pass.txt"]);
}

#[test]
fn a_directory_that_is_not_empty_is_left_alone() {
    let practice = Practice::without_vault();
    fs::create_dir(practice.vault()).unwrap();
    fs::write(practice.vault().join("thesis.txt"), "mine").unwrap();
    let said = practice.refused(6, &["init", "--owner", OWNER]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: [HERE]/vault is not empty
  E-OUTPUT-EXISTS: [HERE]/vault is there already
  try: subrosa --vault NEW-DIRECTORY init
-- exit 6 --

"#]]
    );
    let practice = Practice::new();
    let said = practice.refused(6, &["init", "--owner", OWNER, "--json"]);
    assert_eq!(said.error()["code"], "unsafe");
    assert!(said.stderr.contains("there is a vault in"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn an_empty_directory_of_ours_is_taken_and_closed() {
    let practice = Practice::without_vault();
    chmod(&practice.path(""), 0o711);
    fs::create_dir(practice.vault()).unwrap();
    chmod(&practice.vault(), 0o755);
    practice.ok(&["init", "--owner", OWNER]);
    assert_eq!(mode(&practice.vault()), 0o700);
}

#[test]
fn a_place_that_travels_is_refused_unless_it_is_meant() {
    let practice = Practice::without_vault();
    fs::create_dir_all(practice.path("code/.git")).unwrap();
    fs::create_dir_all(practice.path("Dropbox")).unwrap();
    let said = practice.refused(6, &["init", "--owner", OWNER, "--vault", "code/vault"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: a vault does not go there; --allow-location overrides this
  E-OUTPUT-GIT: [HERE]/code is a git work tree
-- exit 6 --

"#]]
    );
    let said = practice.refused(6, &["init", "--owner", OWNER, "--vault", "Dropbox/vault", "--json"]);
    assert_eq!(said.error()["reasons"][0]["id"], "E-OUTPUT-SYNC");
    assert!(!practice.path("code/vault").exists() && !practice.path("Dropbox/vault").exists());
    practice.ok(&["init", "--owner", OWNER, "--vault", "code/vault", "--allow-location"]);
}

#[test]
fn wrong_words_list_the_right_ones() {
    let practice = Practice::without_vault();
    let said = practice.refused(2, &["init", "--owner", OWNER, "--capacity", "hobby"]);
    assert_data_eq!(
        said.whole(),
        str![[r#"
subrosa: invalid value 'hobby' for '--capacity <CAPACITY>'
  [possible values: professional, personal]
  try: subrosa help init
-- exit 2 --

"#]]
    );
    let said = practice.refused(2, &["init", "--owner", OWNER, "--time-zone", "Mars/Olympus"]);
    assert!(said.stderr.contains("is not a time zone like Europe/Lisbon"), "{said:?}");
}
