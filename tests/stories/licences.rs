//! Everything the program is built from is under a licence that `deny.toml` allows: asked of cargo, without a network.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What `deny.toml` allows, and for which packages it allows more.
struct Allowed {
    all: BTreeSet<String>,
    exceptions: Vec<(String, BTreeSet<String>)>,
}

fn allowed() -> Allowed {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let licences = &table["licenses"];
    let words = |value: &toml::Value| {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let exceptions =
        licences.get("exceptions").and_then(toml::Value::as_array).into_iter().flatten().map(|exception| {
            let name = exception.get("crate").or(exception.get("name")).and_then(toml::Value::as_str).unwrap();
            (name.split('@').next().unwrap().to_owned(), words(&exception["allow"]))
        });
    Allowed { all: words(&licences["allow"]), exceptions: exceptions.collect() }
}

impl Allowed {
    /// Whether `expression` (SPDX: `A OR B`, `(A OR B) AND C`, the old `A/B`) can be met by what is allowed to `package`.
    fn meets(&self, package: &str, expression: &str) -> bool {
        let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut reader = Reader { words: &words, at: 0 };
        let met = reader.any(&|licence| self.allows(package, licence));
        met && reader.at == words.len()
    }

    fn allows(&self, package: &str, licence: &str) -> bool {
        let more = self.exceptions.iter().filter(|(name, _)| name == package);
        self.all.contains(licence) || more.into_iter().any(|(_, licences)| licences.contains(licence))
    }
}

/// Reads an SPDX expression; AND binds closer than OR.
struct Reader<'w> {
    words: &'w [&'w str],
    at: usize,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is_it = self.words.get(self.at) == Some(&word);
        self.at += usize::from(is_it);
        is_it
    }

    fn any(&mut self, allows: &dyn Fn(&str) -> bool) -> bool {
        let mut met = self.every(allows);
        while self.takes("OR") {
            met |= self.every(allows);
        }
        met
    }

    fn every(&mut self, allows: &dyn Fn(&str) -> bool) -> bool {
        let mut met = self.one(allows);
        while self.takes("AND") {
            met &= self.one(allows);
        }
        met
    }

    fn one(&mut self, allows: &dyn Fn(&str) -> bool) -> bool {
        if self.takes("(") {
            let met = self.any(allows);
            return self.takes(")") && met;
        }
        let Some(mut licence) = self.words.get(self.at).map(|word| (*word).to_owned()) else { return false };
        self.at += 1;
        if self.takes("WITH") {
            licence.push_str(&format!(" WITH {}", self.words.get(self.at).unwrap_or(&"")));
            self.at += 1;
        }
        allows(&licence)
    }
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    // What is built here is at hand without a network; what other platforms add is `cargo deny`'s to look at.
    let version = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into())).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{}", packages.len());
    let allowed = allowed();
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        match package["license"].as_str() {
            Some(licence) if allowed.meets(name, licence) => {}
            licence => wrong.push(format!("{name} {}: {licence:?}", package["version"])),
        }
        // Nothing comes from elsewhere than the registry, or this very directory.
        let source = package["source"].as_str();
        if !(source.is_none() && name == "subrosa" || source.is_some_and(|source| source.starts_with("registry+"))) {
            wrong.push(format!("{name} comes from {source:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn expressions_are_understood() {
    let allowed = Allowed {
        all: ["MIT", "BSD-3-Clause", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into(),
        exceptions: vec![("odd".to_owned(), ["WTFPL".to_owned()].into())],
    };
    for (package, expression, met) in [
        ("x", "MIT", true),
        ("x", "GPL-3.0 OR MIT", true),
        ("x", "MIT/Apache-2.0", true),
        ("x", "MIT AND GPL-3.0", false),
        ("x", "(MIT OR GPL-3.0) AND BSD-3-Clause", true),
        ("x", "GPL-3.0 AND MIT OR MIT", true),
        ("x", "Apache-2.0 WITH LLVM-exception", true),
        ("x", "Apache-2.0", false),
        ("x", "WTFPL", false),
        ("odd", "MIT AND WTFPL", true),
        ("x", "(MIT", false),
        ("x", "", false),
    ] {
        assert_eq!(allowed.meets(package, expression), met, "{expression}");
    }
}
