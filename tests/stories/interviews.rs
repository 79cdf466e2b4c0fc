//! From an empty computer to a package, by typed answers alone, at a real terminal.

use std::fs;

use crate::machine::Machine;
use crate::screen::Screen;

#[test]
fn a_vault_is_made_a_consent_granted_and_a_record_shared_by_typed_answers_alone() {
    let machine = Machine::bare();
    machine.make_key("lee.txt");
    let lee = machine.public_key("lee.txt");

    let mut screen = Screen::keyless(&machine, &["init", "--profile", "hipaa"]);
    screen.answer("passphrase or key file? [passphrase]: ", "key file");
    screen.answer("Make a key on paper too, should this one be lost? [Y/n] ", "n");
    screen.until("Its verifier key is ");
    screen.done();

    let mut screen = Screen::keyless(&machine, &["client", "add"]);
    screen.answer("What shall the client be called here: ", "mk-01");
    screen.answer("When were the limits of confidentiality talked about (a date, or Enter): ", "");
    screen.answer("When was the client born (a date, or adult or minor; or Enter): ", "adult");
    screen.until("Client mk-01 is named (c-");
    screen.done();

    // The recipient and the note, of which the interviews do not ask everything: a role and a verification have no
    // question.
    let given = |args: &[&str]| {
        let output = machine.command().env("SUBROSA_IDENTITY", "").args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    given(&["client", "edit", "mk-01", "--name", "Maria Kestrel"]);
    let add = ["recipient", "add", "dr-lee", "--name", "Dr Lena Lee", "--key", &lee, "--role", "treating-provider"];
    given(&[&add[..], &["--verified", "in-person"]].concat());
    machine.write("form.txt", b"I agree.\n");
    machine.write("note.txt", b"Slept better.\n");
    given(&["add", "note.txt", "--client", "mk-01", "--kind", "progress-note"]);

    let mut screen = Screen::keyless(&machine, &["consent", "grant"]);
    screen.answer("Whose consent is it (alias): ", "mk-01");
    screen.answer("To whom (aliases, or team:NAME): ", "dr-lee");
    screen.answer("What kinds of record (words such as progress-note safety-plan): ", "progress-note");
    screen.answer("What for (words such as treat coordinate): ", "treat");
    screen.answer("When was it signed (Enter: not yet): ", "0d");
    screen.answer("Who signed, client or aliases (Enter: the client): ", "");
    screen.answer("Until when, a date or a span after signing (Enter: the protocol's period): ", "");
    screen.answer("The file with the signed form (Enter: none): ", "nowhere.txt");
    screen.until("there is no file nowhere.txt");
    screen.answer("The file with the signed form (Enter: none): ", "form.txt");
    screen.answer("What the client read before signing: standard, or a file (Enter: not said): ", "standard");
    screen.answer("When was the client given a copy (Enter: not yet): ", "0d");
    screen.until("The consent of mk-01 is filed (k-");
    screen.done();
    assert!(given(&["consent", "list"]).contains("\tlive\tmk-01\tdr-lee\tprogress-note\ttreat\t"));

    let mut screen = Screen::keyless(&machine, &["share"]);
    screen.answer("Which record (@ is the last one): ", "@");
    screen.answer("With whom (alias): ", "dr-lee");
    screen.answer("What for (a word such as treat): ", "treat");
    screen.answer(
        "with dr-lee (Dr Lena Lee), for treat: type the recipient's alias again, or Enter [dr-lee]: ",
        "dr-lee",
    );
    screen.until("Shared 1 record of mk-01 with dr-lee for treat, on the basis of consent k-");
    let ended = screen.done();
    assert!(!ended.all.contains("Kestrel"), "{ended:?}");

    let files = fs::read_dir(machine.path(".")).unwrap().map(|file| file.unwrap().path());
    let packages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "age")).collect();
    assert_eq!(packages.len(), 1, "{packages:?}");
    let into = machine.unpack(&packages[0], "lee.txt");
    assert!(into.join("NOTICE.txt").is_file() && into.join("manifest").is_file());
    given(&["ledger", "verify"]);
}
