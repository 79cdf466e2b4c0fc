//! The house's own rules, held by reading its sources: who may import whom, what stands in one place alone, and how long a
//! file may be.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The floors, the lowest first. A module imports from lower floors only; rooms of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["digest", "id", "jcs", "place", "platform", "secret", "stream", "time", "vocabulary"],
    &["keys"],
    &["ledger", "scan", "seal"],
    &["practice"],
    &["policy"],
    &["vault"],
    &["concerns", "copies", "due", "filing", "people", "protocols", "receiving", "sharing"],
    &["consenting", "groups", "papers", "report"],
    &["cli"],
];

/// Words that stand nowhere in the program but in the homes named beside them.
const BANNED: &[(&str, &[&str])] = &[
    ("println!(", &[]),
    ("eprintln!(", &[]),
    ("print!(", &[]),
    ("eprint!(", &[]),
    ("dbg!(", &[]),
    ("SystemTime", &["cli/host.rs"]),
    ("Instant::now", &["cli/host.rs", "cli/interrupt.rs"]),
    ("env::var", &["cli/host.rs"]),
    ("env::args", &["main.rs"]),
    ("process::exit", &["cli/interrupt.rs", "main.rs"]),
    ("use crate::{", &[]),
];

/// Longer files are split by noun.
const LONGEST: usize = 400;

/// A source file.
struct Source {
    /// Relative to `src`, with `/`.
    name: String,
    /// What the program is made of: without comments, and without the tests at its end.
    code: Vec<(usize, String)>,
    lines: usize,
    /// A file of tests altogether.
    is_test: bool,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    assert!(paths.len() > 50, "the sources are not where they were");
    let mut sources: Vec<Source> = paths.iter().map(|path| read(&root, path)).collect();
    let tests = test_modules(&sources);
    for source in &mut sources {
        source.is_test = tests.iter().any(|module| source.name == format!("{module}.rs"))
            || tests.iter().any(|module| source.name.starts_with(&format!("{module}/")));
    }
    sources
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn read(root: &Path, path: &Path) -> Source {
    let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut code = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if is_for_tests(line) {
            at = end_of_item(&lines, at + 1);
            continue;
        }
        if !line.trim_start().starts_with("//") {
            code.push((at + 1, line.to_owned()));
        }
        at += 1;
    }
    Source { name, code, lines: lines.len(), is_test: false }
}

fn is_for_tests(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("#[cfg(test)]") || line.starts_with("#[cfg(all(test")
}

/// The line after the item that begins at `from`: one line, or up to the brace that closes at the item's own depth, which
/// rustfmt puts under its first letter.
fn end_of_item(lines: &[&str], mut from: usize) -> usize {
    while lines.get(from).is_some_and(|line| line.trim_start().starts_with('#')) {
        from += 1;
    }
    let Some(first) = lines.get(from) else { return from };
    if !first.ends_with('{') {
        return from + 1;
    }
    let close = format!("{}}}", " ".repeat(first.len() - first.trim_start().len()));
    let length = lines[from..].iter().position(|line| *line == close).unwrap_or(lines.len() - from - 1);
    from + length + 1
}

/// Modules that exist for tests alone: those that a `#[cfg(test)]` declares.
fn test_modules(sources: &[Source]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for source in sources {
        let text = fs::read_to_string(root.join(&source.name)).unwrap();
        let mut lines = text.lines().map(str::trim).peekable();
        while let Some(line) = lines.next() {
            if !is_for_tests(line) {
                continue;
            }
            let path = lines.next_if(|line| line.starts_with("#[path"));
            let Some(declared) = lines.peek().and_then(|line| line.strip_suffix(';')) else { continue };
            let Some(module) = declared.split_once("mod ").map(|(_, module)| module) else { continue };
            let here = source.name.trim_end_matches("mod.rs").trim_end_matches(".rs").trim_end_matches("lib");
            let here = here.trim_end_matches('/');
            let beside = source.name.rsplit_once('/').map_or("", |(directory, _)| directory);
            let (directory, name) = match path.and_then(|path| path.split('"').nth(1)) {
                Some(file) => (beside, file.trim_end_matches(".rs")),
                None => (here, module),
            };
            found.push(format!("{directory}/{name}").trim_start_matches('/').to_owned());
        }
    }
    found
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The module at the top of the house that a file belongs to.
fn room_of(name: &str) -> &str {
    name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

/// The modules that a line names after `crate::`.
fn named_in(line: &str) -> Vec<&str> {
    let after = line
        .match_indices("crate::")
        .filter(|(at, _)| !line[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    after
        .map(|(at, found)| {
            let rest = &line[at + found.len()..];
            &rest[..rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn imports_lead_downwards() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        let room = room_of(&source.name);
        if ["main", "lib"].contains(&room) {
            continue;
        }
        let Some(floor) = floor_of(room) else {
            wrong.push(format!("{} stands on no floor", source.name));
            continue;
        };
        for (number, line) in &source.code {
            for named in named_in(line) {
                let is_lower = floor_of(named).is_some_and(|other| other < floor);
                if named != room && !is_lower {
                    wrong.push(format!("src/{}:{number} imports {named}, which is not below {room}", source.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_floor() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let mut declared: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let mut floors: Vec<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    declared.sort_unstable();
    floors.sort_unstable();
    assert_eq!(declared, floors);
}

#[test]
fn what_has_one_home_stands_nowhere_else() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        for (number, line) in &source.code {
            for (word, homes) in BANNED {
                if line.contains(word) && !homes.contains(&source.name.as_str()) {
                    wrong.push(format!("src/{}:{number} has {word}", source.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let sources = sources();
    let long: Vec<_> = sources.iter().filter(|source| source.lines > LONGEST).collect();
    let told: Vec<_> = long.iter().map(|source| format!("src/{}: {} lines", source.name, source.lines)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn no_story_is_forgotten() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let main = fs::read_to_string(directory.join("main.rs")).unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(module) = name.strip_suffix(".rs") else { continue };
        assert!(module == "main" || main.contains(&format!("mod {module};")), "{name} is compiled nowhere");
    }
}

#[test]
fn the_reader_of_sources_sees_what_it_should() {
    assert_eq!(named_in("use crate::vault::Vault; // crate::cli"), ["vault", "cli"]);
    assert!(named_in("my_crate::x; pub(in crate) y").is_empty());
    let lines = ["#[cfg(test)]", "mod tests {", "    fn x() {", "    }", "}", "use crate::cli;"];
    assert_eq!(end_of_item(&lines, 1), 5);
    assert_eq!(end_of_item(&["#[cfg(test)]", "mod tests;", "x"], 1), 2);
    let sources = sources();
    let is_test = |name: &str| sources.iter().find(|source| source.name == name).unwrap().is_test;
    assert!(
        is_test("crash_tests/bench.rs") && is_test("vault/catalog/tests/scale.rs") && is_test("keys/identity_tests.rs")
    );
    assert!(!is_test("cli/twin.rs") && !is_test("vault/mod.rs"));
}
