//! No message repeats a secret: private keys, and what key and passphrase files hold.

use std::process::Output;

use super::PASSPHRASE;
use super::secret_part;
use super::tells;
use crate::machine::Machine;
use crate::practice::chmod;

/// Whatever came of a run tells nothing of any of the secrets.
fn keeps_quiet(output: &Output, secrets: &[&str], what: &str) {
    for secret in secrets {
        for text in [&output.stdout, &output.stderr] {
            assert!(!tells(text, secret), "{what}: {}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn no_message_repeats_a_private_key() {
    let machine = Machine::new();
    machine.add("a note\n");
    machine.make_key("other.txt");
    let part = secret_part(&machine.path("other.txt"));
    let key = format!("AGE-SECRET-KEY-1{part}");
    let small = key.to_lowercase();
    let torn = format!("{}x", &key[..key.len() - 1]);
    let quoted = format!("'{key}'");
    let with_option = format!("--key={key}");
    let noted = format!("# my key\n{key}\n");
    let post_quantum = format!("AGE-SECRET-KEY-PQ-1{part}");
    let plugin = format!("AGE-PLUGIN-YUBIKEY-1{part}");
    let ssh = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{part}\n-----END OPENSSH PRIVATE KEY-----\n");
    let log = format!("PRIVATE+KEY+subrosa/x+00000000+{part}");
    machine.write("lines.txt", format!("{}\n{key}\n", machine.public_key("other.txt")).as_bytes());
    let mut tries: Vec<Vec<&str>> = Vec::new();
    for text in [&key, &small, &torn, &quoted, &noted, &post_quantum, &plugin, &ssh, &log] {
        tries.push(vec!["recipient", "add", "ana", "--key", text]);
        tries.push(vec!["recipient", "replace-key", "dr-lee", "--key", text]);
        tries.push(vec!["owner", "add", text, "--alias", "two"]);
        tries.push(vec!["init", "--vault", "new", "--owner", text]);
    }
    for file in ["@other.txt", "@lines.txt"] {
        tries.push(vec!["recipient", "add", "ana", "--key", file]);
        tries.push(vec!["owner", "add", file, "--alias", "two"]);
        tries.push(vec!["init", "--vault", "new", "--owner", file]);
    }
    // Where no key belongs.
    tries.extend([
        vec!["recipient", "add", &key],
        vec!["recipient", "add", "ana", &with_option, &with_option],
        vec!["recipient", "show", &key],
        vec!["client", "add", &key],
        vec!["client", "show", &key],
        vec!["owner", "remove", &key],
        vec!["list", "--client", &key],
        vec!["list", "--since", &key],
        vec!["list", "--kind", &key],
        vec!["list", &key],
        vec!["list", &with_option],
        vec!["show", &key],
        vec!["show", "@", "--version", &key],
        vec!["info", &key],
        vec!["tag", "@", &key],
        vec!["add", &key, "--client", "mk-01", "--kind", "letter"],
        vec!["share", "@", "--to", &key, "--purpose", "treat"],
        vec!["share", "@", "--to", "dr-lee", "--purpose", &key],
        vec!["share", "--resume", &key],
        vec!["-i", &key, "list"],
        vec!["--passphrase-file", &key, "init", "--vault", "new"],
        vec!["--vault", &key, "list"],
        vec!["--lock-wait", &key, "list"],
        vec!["--accept-head", &key, "list"],
        vec![&key],
        vec!["help", &key],
        vec!["completions", &key],
    ]);
    let ledger = machine.ok(&["ledger", "log"]);
    for args in &tries {
        for json in [false, true] {
            let mut args = args.clone();
            if json {
                args.push("--json");
            }
            let output = machine.run(&args);
            let what = format!("{:?}", args.iter().map(|arg| arg.replace(&part, "[]")).collect::<Vec<_>>());
            assert!(!matches!(output.status.code(), Some(0 | 70) | None), "{what}: {output:?}");
            keeps_quiet(&output, &[&part], &what);
        }
    }
    // From standard input.
    let output = machine.fed(&["recipient", "add", "ana", "--key", "-"], noted.as_bytes());
    assert_eq!(output.status.code(), Some(2));
    keeps_quiet(&output, &[&part], "--key -");
    assert_eq!(machine.ok(&["ledger", "log"]), ledger);
    assert!(!machine.path("new").exists());
}

#[test]
fn no_message_repeats_what_a_key_or_passphrase_file_holds() {
    let machine = Machine::bare();
    let owner = machine.public_key("me.txt");
    machine.write("pass", format!("{PASSPHRASE}\n").as_bytes());
    machine.ok(&["init", "--owner", &owner, "--passphrase-file", "pass"]);
    machine.make_key("other.txt");
    let part = secret_part(&machine.path("other.txt"));
    let key = format!("AGE-SECRET-KEY-1{part}");
    let wrong = "Marzipan-Trombone-31";
    machine.write("wrong", format!("{wrong}\n").as_bytes());
    machine.write("open", format!("{wrong}\n").as_bytes());
    chmod(&machine.path("open"), 0o644);
    machine.write("latin", &[wrong.as_bytes(), b"\xff\n"].concat());
    machine.write("empty", format!("\n{wrong}\n").as_bytes());
    let bad = |name: &str, text: String| machine.write(name, text.as_bytes());
    bad("torn", format!("{}\n", &key[..key.len() - 1]));
    bad("flipped", format!("{}q{}\n", &key[..30], &key[31..]));
    bad("mixed", format!("{}{}\n", &key[..30], key[30..].to_lowercase()));
    bad("second", format!("{key}\n{wrong} {part}\n"));
    bad("spaced", format!("  key: {key}\n"));
    bad("pq", format!("AGE-SECRET-KEY-PQ-1{part}\n"));
    bad("plugin", format!("AGE-PLUGIN-NOSUCH-1{part}\n"));
    bad("ssh", format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{part}\n-----END OPENSSH PRIVATE KEY-----\n"));
    bad("log", format!("PRIVATE+KEY+x+00000000+{part}\n"));
    let secrets = [PASSPHRASE, wrong, &part];
    // Each file as the identity, and some as the passphrase's: whoever mixes them up is not told what is in them.
    let unlock = |option: &str, file: &str, json: bool| {
        let mut command = machine.command();
        command.env("SUBROSA_IDENTITY", "").args(["client", "list", option, file]);
        if json {
            command.arg("--json");
        }
        let output = command.output().unwrap();
        let expected = if (option, file) == ("--passphrase-file", "open") { 6 } else { 12 };
        assert_eq!(output.status.code(), Some(expected), "{option} {file}: {output:?}");
        assert!(!output.stderr.is_empty());
        keeps_quiet(&output, &secrets, &format!("{option} {file}"));
    };
    for json in [false, true] {
        for file in ["torn", "flipped", "mixed", "second", "spaced", "pq", "plugin", "ssh", "log", "other.txt", "pass"]
        {
            unlock("-i", file, json);
        }
        // The first costs a second, as a wrong passphrase has to.
        for file in ["wrong", "open", "latin", "empty"] {
            unlock("--passphrase-file", file, json);
        }
    }
    // A passphrase is no argument, and is not repeated by whoever says so.
    let joined = format!("--passphrase={PASSPHRASE}");
    for args in [
        &["init", "--vault", "new", &joined][..],
        &["owner", "add", "--alias", "two", &joined],
        &["init", "--vault", "new", "--passphrase", PASSPHRASE],
        &["owner", "add", "--alias", "two", "--passphrase", PASSPHRASE],
        &["list", "--passphrase", PASSPHRASE],
    ] {
        let output = machine.run(args);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        keeps_quiet(&output, &[PASSPHRASE], &args[..2].join(" "));
    }
}
