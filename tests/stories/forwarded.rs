//! Nobody inherits from anybody: to whom a recipient passes a package on is no recipient, and shows in nothing.

use std::fs;
use std::io::Write as _;

use crate::agreements::reasons;
use crate::excerpts::filed;
use crate::excerpts::practice;
use crate::practice::Practice;
use crate::practice::Said;
use crate::third_parties::opened;
use crate::third_parties::recipient;

/// Without the vault and its key.
fn elsewhere(practice: &Practice, args: &[&str]) -> Said {
    let (host, ends) = practice.host();
    practice.run_in((host.with_var("SUBROSA_VAULT", "nowhere").with_var("SUBROSA_IDENTITY", ""), ends), args)
}

#[test]
fn who_is_passed_a_package_is_no_recipient_of_it() {
    let practice = practice();
    recipient(&practice, "dr-lee", "treating-provider");
    let key = age::x25519::Identity::generate();
    let rita = key.to_public();
    let text = rita.to_string();
    let add = ["recipient", "add", "rita", "--key", &text, "--role", "treating-provider", "--verified", "in-person"];
    practice.ok(&add);
    practice.consent("dr-lee");
    filed(&practice, "note.txt", b"Slept better.\n", &[]);
    let id = practice.ok(&["share", "@", "--to", "dr-lee", "--purpose", "treat", "-o", "out.age"]).stdout;
    let id = id.trim_end();

    // It is sealed to him alone: she cannot open it.
    let package = fs::read(practice.path("out.age")).unwrap();
    let header = String::from_utf8_lossy(&package);
    assert_eq!(header.split("\n---").next().unwrap().matches("\n-> X25519 ").count(), 1, "{header:.400}");
    let sealed = age::Decryptor::new(&package[..]).unwrap();
    assert!(sealed.decrypt(std::iter::once(&key as &dyn age::Identity)).is_err());
    // He opens it, and seals the same for her.
    let files = opened(&practice, "out.age");
    let page = String::from_utf8(files["NOTICE.txt"].clone()).unwrap();
    let again = age::Encryptor::with_recipients(std::iter::once(&rita as &dyn age::Recipient)).unwrap();
    let mut again = again.wrap_output(fs::File::create(practice.path("forwarded.age")).unwrap()).unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in &files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    again.write_all(&tar.into_inner().unwrap()).unwrap();
    again.finish().unwrap();

    // The proof is of the package that was made, and of no other.
    let vkey = fs::read_to_string(practice.vault().join("vault.toml")).unwrap();
    let vkey = vkey.lines().find_map(|line| line.strip_prefix("verifier = ")).unwrap().trim_matches('"').to_owned();
    let verify = ["proof", "verify", "out.age.tlog-proof", "--key", &vkey, "--package"];
    assert_eq!(elsewhere(&practice, &[&verify[..], &["out.age"]].concat()).exit, 0);
    let said = elsewhere(&practice, &[&verify[..], &["forwarded.age"]].concat());
    assert!(said.exit == 5 && !said.stdout.contains("INTACT"), "{said:?}");

    // The code on the page, whoever reads it out, is his answer and not hers.
    let code = page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap();
    practice.ok(&["ack", id, "--code", code]);
    let known = practice.ok(&["whoknows", "--client", "mk-01", "--json"]).json();
    let who: Vec<_> = known["disclosures"].as_array().unwrap().iter().map(|one| &one["recipient"]["alias"]).collect();
    assert_eq!(who, ["dr-lee"]);
    for report in
        [&["report", "accounting", "--client", "mk-01", "--internal"][..], &["ledger", "log", "--client", "mk-01"]]
    {
        let told = practice.ok(report).stdout;
        assert!(told.contains("dr-lee") && !told.contains("rita"), "{report:?}: {told}");
    }
    assert_eq!(practice.ok(&["report", "outstanding", "--recipient", "rita"]).stdout, "");
    assert_eq!(practice.ok(&["ledger", "log", "--recipient", "rita", "--kind", "disclosure.made"]).stdout, "");
    // What he may have is not hers: she is asked about on her own.
    let asked = ["share", "@", "--to", "rita", "--purpose", "treat"];
    assert_eq!(reasons(&practice, &asked), ["E-CONSENT-NONE"]);
}
