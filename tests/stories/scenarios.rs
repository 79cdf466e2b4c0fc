//! Whole cases, from a new vault to what the ledger says of them, told by the real program under `faketime`: what a
//! practice does in a week, as its owner would type it.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

use crate::machine::Machine;
use crate::machine::has;
use crate::screen::Screen;
use crate::skips::skip;

/// A computer whose clock the story sets.
pub struct Clinic {
    /// The computer.
    pub machine: Machine,
    /// What `faketime` loads into a program.
    preload: String,
}

impl Clinic {
    /// With a vault since `time`, in this time zone; nothing where `faketime` is not installed, and that is said aloud.
    pub fn since(time: &str, zone: &str) -> Option<Self> {
        if !has("faketime") {
            return None;
        }
        let ask = || Command::new("faketime").args(["2026-11-21 00:00:00", "printenv", "LD_PRELOAD"]).output().unwrap();
        // It shares memory by its process's number, which a dead one may have had: another one has another.
        let asked = || String::from_utf8(ask().stdout).unwrap().trim().to_owned();
        let preload = (0..5).map(|_| asked()).find(|preload| !preload.is_empty()).unwrap_or_default();
        if preload.is_empty() {
            skip("faketime", "does not work by LD_PRELOAD");
            return None;
        }
        let clinic = Self { machine: Machine::bare(), preload };
        let owner = clinic.machine.public_key("me.txt");
        let named = ["--name", "Practice at the Rose", "--contact", "+351 210 000 000", "--time-zone", zone];
        clinic.ok(time, &[&["init", "--owner", &owner, "--batch"], &named[..]].concat());
        Some(clinic)
    }

    /// The environment that sets the clock to an instant in UTC, from which it runs on.
    pub fn clock(&self, time: &str) -> [(&'static str, String); 3] {
        let spelled = time.replace('T', " ").replace('Z', "");
        [("LD_PRELOAD", self.preload.clone()), ("FAKETIME", format!("@{spelled}")), ("TZ", "UTC".to_owned())]
    }

    pub fn run(&self, time: &str, args: &[&str]) -> Output {
        self.machine.command().envs(self.clock(time)).args(args).output().unwrap()
    }

    /// It does what it was asked; the answer.
    pub fn ok(&self, time: &str, args: &[&str]) -> String {
        let output = self.run(time, args);
        assert!(output.status.success(), "{time} {args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub fn json(&self, time: &str, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(time, &[args, &["--json"]].concat())).unwrap()
    }

    /// It is refused: the reasons, in their order. No name is told, no package made, and there is one entry of it.
    pub fn refused(&self, time: &str, args: &[&str]) -> Vec<String> {
        let (before, packages) = (self.entries(time), self.packages());
        let output = self.run(time, &[args, &["--json"]].concat());
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b""[..]), "{args:?}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(NAMES.iter().all(|name| !said.contains(name)), "{said}");
        let error: Value = serde_json::from_str(&said).unwrap();
        let reasons = error["error"]["reasons"].as_array().unwrap().iter();
        let reasons: Vec<String> = reasons.map(|reason| reason["id"].as_str().unwrap().to_owned()).collect();
        let after = self.entries(time);
        assert_eq!((after.len(), self.packages()), (before.len() + 1, packages), "{args:?}");
        let new = after.iter().find(|entry| !before.contains(entry)).unwrap();
        assert_eq!((&new["kind"], &new["reasons"]), (&"disclosure.refused".into(), &serde_json::json!(reasons)));
        reasons
    }

    pub fn entries(&self, time: &str) -> Vec<Value> {
        self.json(time, &["ledger", "log"])["entries"].as_array().unwrap().clone()
    }

    /// The packages in the home directory.
    pub fn packages(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.machine.path(".")).unwrap().map(|file| file.unwrap().path());
        let mut packages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "age")).collect();
        packages.sort();
        packages
    }

    /// Names a recipient whose key, in `ALIAS.txt`, was verified face to face.
    pub fn recipient(&self, time: &str, alias: &str, name: &str, role: &str) {
        let file = format!("{alias}.txt");
        self.machine.make_key(&file);
        let key = self.machine.public_key(&file);
        let add = ["recipient", "add", alias, "--name", name, "--role", role, "--key", &key];
        self.ok(time, &[&add[..], &["--verified", "video-known-face"]].concat());
    }

    /// Files a text of mk-01; its id.
    pub fn add(&self, time: &str, kind: &str, text: &str) -> String {
        self.machine.write("note.txt", text.as_bytes());
        self.ok(time, &["add", "note.txt", "--client", "mk-01", "--kind", kind])
    }

    /// The receipt code on the page of a package, which this key opens.
    pub fn receipt_code(&self, package: &Path, key: &str) -> String {
        let page = fs::read_to_string(self.machine.unpack(package, key).join("NOTICE.txt")).unwrap();
        page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap().to_owned()
    }

    /// The ledger verifies, and the vault is sound.
    pub fn verify(&self, time: &str) {
        assert!(self.ok(time, &["ledger", "verify"]).starts_with("CONTINUOUS\t"));
        self.ok(time, &["check", "--read-data"]);
    }
}

/// What is told to nobody.
const NAMES: [&str; 5] = ["Maria", "Kestrel", "Mimi", "Rita", "Lee, L"];

#[test]
fn a_therapist_sends_her_supervisor_an_excerpt_and_no_more() {
    let start = "2026-11-21T09:00:00Z";
    let Some(clinic) = Clinic::since(start, "Europe/Lisbon") else { return };
    let named = ["--name", "Maria Kestrel", "--also-known", "Mimi", "--phone", "+351 912 345 678", "--adult"];
    clinic.ok(start, &[&["client", "add", "mk-01"], &named[..]].concat());
    clinic.recipient(start, "sup", "Dr Paula Supnet", "supervisor");
    let promise = ["agreement", "add", "sup", "--type", "supervision", "--signed-on", "2026-09-01", "--standard"];
    clinic.ok(start, &[&promise[..], &["--understood", "questions"]].concat());
    let training = ["training", "add", "sup", "--course", "privacy", "--on", "2026-03-31"];
    clinic.ok(start, &[&training[..], &["--valid-until", "2027-03-31"]].concat());
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "sup", "--kind", "progress-note"];
    let signed = ["--purpose", "supervise", "--de-identified", "--signed-on", "2026-11-20", "--signed-by", "client"];
    let consent = clinic.ok(start, &[&grant[..], &signed].concat());

    let mut lines: Vec<String> = (1..=20).map(|n| format!("Line {n} of what was said.\n")).collect();
    lines[0] = "Maria Kestrel, session on 2026-11-19.\n".to_owned();
    lines[4] = "Maria slept badly after the call.\n".to_owned();
    lines[9] = "Her sister calls her Mimi, which she does not like.\n".to_owned();
    lines[14] = "Ms Kestrel wants to be rung on +351 912 345 678.\n".to_owned();
    let record = clinic.add("2026-11-21T09:05:00Z", "progress-note", &lines.concat());

    let cut = ["excerpt", &record, "--lines", "4-19", "--de-identify"];
    let excerpt = clinic.json("2026-11-21T09:10:00Z", &cut);
    let removed = excerpt["removed"].as_array().unwrap();
    let count = |category: &str| removed.iter().find(|one| one["category"] == category).map(|one| one["count"].clone());
    assert_eq!(count("names"), Some(3.into()), "{excerpt}");
    assert_eq!(excerpt["record"]["label"], "R");
    let origin = serde_json::json!({"record": record, "version": 1, "lines": [[4, 19]], "de_identified": true});
    assert_eq!(excerpt["record"]["excerpt_of"], origin);
    let part = excerpt["id"].as_str().unwrap();

    let share = ["share", part, "--to", "sup", "--purpose", "supervise"];
    let before = clinic.entries("2026-11-21T09:12:00Z");
    let dry = clinic.json("2026-11-21T09:12:00Z", &[&share[..], &["--dry-run"]].concat());
    let would = &dry["disclosures"][0];
    assert_eq!((&would["basis"], &would["consent"]), (&"consent".into(), &consent.as_str().into()));
    let obliged: Vec<_> = would["obligations"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    for obligation in ["attach-notice", "request-ack", "deidentify"] {
        assert!(obliged.contains(&obligation.into()), "{obligation}: {dry}");
    }
    assert_eq!(clinic.entries("2026-11-21T09:12:00Z"), before);

    let clock = clinic.clock("2026-11-21T09:15:00Z");
    let variables = clock.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut screen = Screen::with(&clinic.machine, &variables, &share);
    screen.answer("for supervise: type the recipient's alias again, or Enter [sup]: ", "sup");
    screen.done();
    let packages = clinic.packages();
    assert_eq!(packages.len(), 1);

    // Sealed to one key, opened without this program, and nobody is named in it.
    let sealed = fs::read(&packages[0]).unwrap();
    let stanza = b"-> X25519 ";
    assert_eq!(sealed.windows(stanza.len()).filter(|window| window == stanza).count(), 1);
    let into = clinic.machine.unpack(&packages[0], "sup.txt");
    let files = clinic.machine.files(into.file_name().unwrap().to_str().unwrap());
    assert!(files.iter().any(|file| file.ends_with("NOTICE.txt")), "{files:?}");
    let mut has_text = false;
    for file in &files {
        let name = file.strip_prefix(&into).unwrap().to_string_lossy().to_lowercase();
        let text = String::from_utf8(fs::read(file).unwrap()).unwrap().to_lowercase();
        for word in ["maria", "kestrel", "mimi", "mk-01", "912 345"] {
            assert!(!name.contains(word) && !text.contains(word), "{word} in {name}: {text}");
        }
        has_text |= text.contains("slept badly after the call") && !text.contains("line 3 of");
    }
    assert!(has_text, "{files:?}");

    // She reads out the code on the page.
    let page = fs::read_to_string(into.join("NOTICE.txt")).unwrap();
    let code = page.lines().find_map(|line| line.strip_prefix("Receipt code:  ")).unwrap();
    let disclosure = packages[0].file_stem().unwrap().to_str().unwrap();
    let pending = clinic.run("2026-11-21T11:00:00Z", &["ack", "--pending"]);
    assert_eq!((pending.status.code(), pending.stdout.starts_with(disclosure.as_bytes())), (Some(7), true));
    assert_eq!(clinic.ok("2026-11-21T11:00:00Z", &["ack", disclosure, "--code", code]), disclosure);
    let known = clinic.json("2026-11-21T11:05:00Z", &["whoknows", &record]);
    let told = &known["disclosures"][0];
    assert_eq!((&told["ack"], &told["ack_time"].as_str().unwrap()[..16]), (&"code".into(), "2026-11-21T11:00"));

    let whole = ["share", &record, "--to", "sup", "--purpose", "supervise"];
    assert_eq!(clinic.refused("2026-11-21T11:20:00Z", &whole), ["E-CONSENT-IDENTITY", "E-MINIMUM"]);
    // The training ends, and with it what a supervisor gets.
    assert_eq!(clinic.refused("2027-04-01T09:00:00Z", &share), ["E-TRAIN-EXPIRED"]);
    clinic.verify("2027-04-01T09:05:00Z");
}

#[test]
fn a_mother_gets_what_her_son_allowed_and_nothing_before() {
    let start = "2026-11-21T09:00:00Z";
    let Some(clinic) = Clinic::since(start, "Europe/Lisbon") else { return };
    clinic.ok(start, &["client", "add", "mk-01", "--name", "Tom Kestrel", "--adult"]);
    clinic.recipient(start, "mrs-l", "Rita Kestrel", "family");
    clinic.ok(start, &["recipient", "edit", "mrs-l", "--of", "mk-01", "--relationship", "mother"]);
    let note = clinic.add(start, "progress-note", "He comes on Thursdays.\n");
    let plan = clinic.add(start, "safety-plan", "Who is called first, and when.\n");

    // She calls, and hears what everybody hears; what she said is kept, in nobody's file.
    let inquiry = ["inquiry", "add", "--from", "Mrs L", "--claims-relation", "mother", "--asks"];
    let reply = clinic.ok("2026-11-21T09:30:00Z", &[&inquiry[..], &["is he coming, how is he"]].concat());
    let other = ["inquiry", "add", "--from", "A caller", "--asks", "is Zoe Quill with you"];
    assert_eq!(reply, clinic.ok("2026-11-21T09:35:00Z", &other));
    assert!(reply.contains("neither confirm nor deny") && NAMES.iter().all(|name| !reply.contains(name)), "{reply}");
    let logged = clinic.json("2026-11-21T09:40:00Z", &["ledger", "log", "--kind", "inquiry.logged"]);
    let logged = logged["entries"].as_array().unwrap();
    assert_eq!((logged.len(), &logged[0]["client"]), (2, &Value::Null));

    fn ask(record: &str) -> [&str; 6] {
        ["share", record, "--to", "mrs-l", "--purpose", "family-request"]
    }
    assert_eq!(clinic.refused("2026-11-21T10:00:00Z", &ask(&note)), ["E-CONSENT-NONE"]);
    assert_eq!(clinic.refused("2026-11-21T10:00:00Z", &ask(&plan)), ["E-CONSENT-NONE"]);

    let grant = ["consent", "grant", "--client", "mk-01", "--to", "mrs-l", "--kind", "safety-plan"];
    let signed = ["--purpose", "family-request", "--until", "2027-02-28", "--signed-on", "2026-11-23"];
    let time = "2026-11-23T10:00:00Z";
    let consent = clinic.ok(time, &[&grant[..], &signed, &["--signed-by", "client"]].concat());
    let shared = clinic.json("2026-11-23T10:05:00Z", &ask(&plan));
    let disclosure = &shared["disclosures"][0];
    assert_eq!(
        (&disclosure["consent"], &disclosure["recipient"]["alias"]),
        (&consent.as_str().into(), &"mrs-l".into())
    );
    let package = PathBuf::from(disclosure["package"]["path"].as_str().unwrap());
    let into = clinic.machine.unpack(&package, "mrs-l.txt");
    assert!(into.join("NOTICE.txt").is_file());
    assert_eq!(clinic.refused("2026-11-23T10:10:00Z", &ask(&note)), ["E-CONSENT-KIND"]);

    // It lasts to the end of February.
    clinic.ok("2027-02-28T23:59:00Z", &[&ask(&plan)[..], &["--dry-run"]].concat());
    assert_eq!(clinic.refused("2027-03-01T00:00:00Z", &ask(&plan)), ["E-CONSENT-EXPIRED"]);
    clinic.verify("2027-03-01T00:05:00Z");
}

#[test]
fn what_is_taken_back_from_the_school_stays_with_the_doctor() {
    let start = "2026-09-01T13:00:00Z";
    let Some(clinic) = Clinic::since(start, "America/Bogota") else { return };
    clinic.ok(start, &["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    clinic.recipient(start, "gp", "Dr Grace Pike", "treating-provider");
    clinic.recipient(start, "school", "Colegio Sol", "school");
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "gp", "--to", "school", "--kind", "progress-note"];
    let purposes = ["--purpose", "treat", "--purpose", "coordinate"];
    let signed = ["--signed-on", "2026-09-01", "--signed-by", "client"];
    let consent = clinic.ok(start, &[&grant[..], &purposes, &signed].concat());
    let first = clinic.add(start, "progress-note", "Concentrates better.\n");
    let to_school = ["--to", "school", "--purpose", "coordinate", "--adverse-use-reviewed"];
    // Whoever could use it against her needs a word of their own.
    assert_eq!(
        clinic.refused("2026-09-20T14:55:00Z", &["share", &first, "--to", "school", "--purpose", "coordinate"]),
        ["E-RECIP-ADVERSE"]
    );
    let why = ["--why", "the school plans her year on it"];
    let sent = clinic.ok("2026-09-20T15:00:00Z", &[&["share", &first], &to_school[..], &why].concat());

    let revoke =
        ["consent", "revoke", &consent, "--to", "school", "--how", "written", "--on", "2026-10-03T10:00:00-05:00"];
    let revoked = clinic.json("2026-10-03T15:00:00Z", &revoke);
    let told = revoked["disclosures"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["id"]), (1, &sent.as_str().into()), "{revoked}");
    assert_eq!(
        (&told[0]["recipient"]["alias"], &told[0]["time"].as_str().unwrap()[..10]),
        (&"school".into(), "2026-09-20")
    );

    let second = clinic.add("2026-10-03T15:05:00Z", "progress-note", "Moves house in spring.\n");
    let asked = [&["share", &second], &to_school[..]].concat();
    assert_eq!(clinic.refused("2026-10-03T15:10:00Z", &asked), ["E-CONSENT-REVOKED"]);
    clinic.ok("2026-10-03T15:15:00Z", &["share", &second, "--to", "gp", "--purpose", "treat"]);

    // What went before is still told, and its entry is as it was.
    let known = clinic.json("2026-10-03T15:20:00Z", &["whoknows", "--client", "mk-01"]);
    let known: Vec<_> = known["disclosures"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!((known.len(), known.contains(&sent.as_str().into())), (2, true));
    let log = clinic.json("2026-10-03T15:20:00Z", &["ledger", "log", "--recipient", "school"]);
    let made = |entry: &&Value| entry["kind"] == "disclosure.made";
    assert_eq!(log["entries"].as_array().unwrap().iter().filter(made).count(), 1);
    clinic.verify("2026-10-03T15:30:00Z");
}

#[test]
fn of_two_with_nearly_one_name_the_wrong_one_gets_nothing() {
    let start = "2026-11-21T09:00:00Z";
    let Some(clinic) = Clinic::since(start, "Europe/Lisbon") else { return };
    clinic.ok(start, &["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    clinic.recipient(start, "dr-lee", "Dr Lena Lee", "treating-provider");
    clinic.recipient(start, "dr-leigh", "Dr Leonie Leigh", "treating-provider");
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--to", "dr-leigh", "--kind", "letter"];
    clinic.ok(start, &[&grant[..], &["--purpose", "treat", "--signed-on", "0d", "--signed-by", "client"]].concat());
    let record = clinic.add(start, "letter", "Dear Lena.\n");
    let time = "2026-11-21T09:30:00Z";
    let before = clinic.entries(time);
    let clock = clinic.clock(time);
    let variables = clock.each_ref().map(|(name, value)| (*name, value.as_str()));
    let share = |typed: &str| {
        let args = ["share", &record, "--to", "dr-leigh", "--purpose", "treat"];
        let mut screen = Screen::with(&clinic.machine, &variables, &args);
        // The name stands beside the alias: that is where the mistake is seen.
        screen.until("mk-01 with dr-leigh (Dr Leonie Leigh), for treat");
        screen.answer("type the recipient's alias again, or Enter [dr-leigh]: ", typed);
        screen.end()
    };
    for wrong in ["dr-lee", "lee", "dr-leig", "Dr Leonie Leigh"] {
        let ended = share(wrong);
        assert_eq!(ended.exit, 2, "{ended:?}");
        assert!(ended.all.contains("nothing was shared"), "{ended:?}");
        assert_eq!((clinic.entries(time), clinic.packages().len()), (before.clone(), 0), "{wrong}");
    }
    assert_eq!(share("dr-leigh").exit, 0);
    assert_eq!((clinic.entries(time).len(), clinic.packages().len()), (before.len() + 1, 1));
    clinic.verify("2026-11-21T10:00:00Z");
}

#[test]
fn who_turns_eighteen_at_midnight_signs_alone_from_then_on() {
    let start = "2026-11-21T15:00:00Z";
    let Some(clinic) = Clinic::since(start, "America/Bogota") else { return };
    let child = ["--name", "Tom Kestrel", "--birth", "2008-11-22", "--minor-rule", "guardian-signs"];
    clinic.ok(start, &[&["client", "add", "mk-01"], &child[..]].concat());
    clinic.recipient(start, "dr-lee", "Dr Lena Lee", "treating-provider");
    clinic.recipient(start, "mum", "Rita Kestrel", "family");
    let right = ["--relationship", "mother", "--authority", "parent", "--evidence", "birth certificate seen"];
    clinic.ok(start, &[&["client", "representative", "mk-01", "--recipient", "mum"], &right[..]].concat());
    let grant = ["consent", "grant", "--client", "mk-01", "--to", "dr-lee", "--kind", "progress-note"];
    let by = |who| [&grant[..], &["--purpose", "treat", "--signed-on", "0d", "--signed-by", who]].concat();
    clinic.ok(start, &by("mum"));
    let record = clinic.add(start, "progress-note", "Looks forward to tomorrow.\n");
    let share = ["share", &record, "--to", "dr-lee", "--purpose", "treat"];
    // 23:59 and 00:00 where the practice is.
    clinic.ok("2026-11-22T04:59:00Z", &share);
    assert_eq!(clinic.refused("2026-11-22T05:00:00Z", &share), ["E-CONSENT-SIGNATORY"]);
    clinic.ok("2026-11-22T14:00:00Z", &by("client"));
    clinic.ok("2026-11-22T14:05:00Z", &share);
    clinic.verify("2026-11-22T14:10:00Z");
}

#[test]
fn notes_are_not_typed_in_a_cafe_and_are_in_the_practice() {
    let start = "2026-11-21T09:00:00Z";
    let Some(clinic) = Clinic::since(start, "Europe/Lisbon") else { return };
    clinic.ok(start, &["client", "add", "mk-01", "--name", "Maria Kestrel", "--adult"]);
    let earlier = clinic.add("2026-11-21T10:00:00Z", "progress-note", "She sleeps better.\n");
    let at = |time: &str, args: &[&str]| {
        let clock = clinic.clock(time);
        let variables = clock.each_ref().map(|(name, value)| (*name, value.as_str()));
        Screen::with(&clinic.machine, &[&variables[..], &[("EDITOR", "false")]].concat(), args)
    };
    // In the cafe: nothing is drawn, nothing can be typed, and the ledger has nothing of it.
    let cafe = "2026-11-21T11:00:00Z";
    clinic.ok(cafe, &["here", "semi-public", "--client", "mk-01"]);
    let before = clinic.entries(cafe);
    let typed = ["add", "-", "--kind", "progress-note"];
    for args in [&["show", &earlier][..], &["edit", &earlier], &typed] {
        let ended = at(cafe, args).end();
        assert!(ended.exit == 6 && ended.all.contains("E-SETTING-PUBLIC"), "{args:?}: {ended:?}");
        assert!(ended.all.contains("try: subrosa here private-office --for 50min"), "{ended:?}");
        assert!(!ended.all.contains("sleeps"), "{ended:?}");
    }
    assert_eq!(clinic.entries(cafe), before);
    // The cure, in the practice, as it is printed; once its time is over, it is no cure any more.
    let office = "2026-11-21T12:00:00Z";
    clinic.ok(office, &["here", "private-office", "--for", "50min"]);
    let mut screen = at("2026-11-21T12:10:00Z", &["show", &earlier]);
    screen.until("She sleeps better.");
    screen.press("q");
    screen.done();
    let mut screen = at("2026-11-21T12:20:00Z", &[&typed[..], &["--client", "mk-01"]].concat());
    screen.press("She sleeps well.\n\x04");
    screen.until("Filed ");
    screen.done();
    let filed = clinic.json("2026-11-21T12:30:00Z", &["info", "@"])["record"].clone();
    assert_eq!((&filed["setting"], &filed["client"]["alias"]), (&"private-office".into(), &"mk-01".into()));
    let ended = at("2026-11-21T12:51:00Z", &["show", &earlier, "--batch"]).end();
    assert!(ended.exit == 6 && ended.all.contains("E-SETTING-UNDECLARED"), "{ended:?}");
    clinic.verify("2026-11-21T13:00:00Z");
}
