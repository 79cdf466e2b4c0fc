//! The page to print: whether it is sound, and whether a browser prints it on both sizes of paper without asking anybody
//! for anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use crate::practice::Practice;
use crate::skips::skip;

/// The page is HTML that is closed where it is opened, tells no browser to fetch or run anything, and holds no words that
/// others wrote but as text. Every element and attribute is one that is expected.
pub fn sound(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"));
    let elements: BTreeSet<&str> =
        "html head meta title style body header main section footer h1 h2 p dl dt dd figure svg \
        desc g path rect circle line text div table caption thead tbody tr th td br strong span ul li"
            .split_whitespace()
            .collect();
    let empty = ["meta", "br"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>') || open.last().is_some_and(|name| name == "style"), "{}", &rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap();
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{tag}");
            continue;
        }
        let name = tag.trim_end_matches('/').split(' ').next().unwrap().to_owned();
        assert!(elements.contains(&name[..]), "{tag}");
        for attribute in ["src=", "href=", " on", "style=", "srcset=", "http:", "https:", "url("] {
            assert!(!tag.contains(attribute), "{tag}");
        }
        if !tag.ends_with('/') && !empty.contains(&&name[..]) {
            open.push(name.clone());
        }
        if name == "style" {
            let at = rest.find("</style>").unwrap();
            let sheet = &rest[..at];
            assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains('<'));
            for needed in ["@page { size: auto", "break-inside: avoid", "table-header-group"] {
                assert!(sheet.contains(needed), "{needed}");
            }
            rest = &rest[at..];
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let policy = page.split("content=\"default-src 'none'; style-src 'sha256-").nth(1).expect("a policy");
    assert!(policy.split('"').next().unwrap().ends_with("base-uri 'none'; form-action 'none'"));
    // An ampersand begins a character reference, and nothing else.
    for reference in page.split('&').skip(1) {
        assert!(
            ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| reference.starts_with(known)),
            "{reference}"
        );
    }
}

/// A browser that draws pages without a screen.
fn browser() -> Option<PathBuf> {
    let names =
        ["chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chrome-headless-shell"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name))).find(|program| program.is_file())
}

/// Prints the page on both sizes of paper. The page leaves the size to the printer, so a line before it stands for that.
pub fn printed(practice: &Practice, page: &str) {
    let Some(browser) = browser() else {
        skip("chromium", "is not installed: the page was not printed");
        return;
    };
    // As many rows as fill several sheets.
    let begin = page.find("<tr><td class=\"day\">").unwrap();
    let end = page.rfind("</tbody>\n</table>\n</div>").unwrap();
    let long = format!("{}{}{}", &page[..begin], page[begin..end].repeat(12), &page[end..]);
    for (name, text, sheets) in [("short", page, 1..=3), ("long", &long, 5..=30)] {
        for (size, points) in [("A4", (595, 842)), ("Letter", (612, 792))] {
            // The sheet of the page itself is the only one its policy admits: the size is put there, and its digest with it.
            let sheet = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
            let sized = sheet.replace("size: auto", &format!("size: {size}"));
            let text = text.replace(sheet, &sized).replace(&digest(sheet), &digest(&sized));
            let (file, pdf) =
                (practice.path(&format!("{name}-{size}.html")), practice.path(&format!("{name}-{size}.pdf")));
            fs::write(&file, text).unwrap();
            print(&browser, &file, &pdf, &practice.path("profile"));
            let bytes = fs::read(&pdf).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let count = text.matches("/Type /Page\n").count() + text.matches("/Type /Page/").count();
            assert!(sheets.contains(&count), "{name} {size}: {count} sheets");
            let boxes: Vec<&str> =
                text.split("/MediaBox [").skip(1).map(|rest| rest.split(']').next().unwrap()).collect();
            assert!(!boxes.is_empty());
            for sides in boxes {
                let sides: Vec<f64> = sides.split_whitespace().map(|side| side.parse().unwrap()).collect();
                let near = |side: f64, wanted: i32| (side - f64::from(wanted)).abs() < 1.5;
                assert!(near(sides[2], points.0) && near(sides[3], points.1), "{size}: {sides:?}");
            }
        }
    }
}

fn digest(sheet: &str) -> String {
    use base64::Engine as _;
    let digest = subrosa::digest::Digest::of(sheet.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest.as_bytes())
}

/// Anything that the page asked the network for would fail by the proxy that is not there, and be logged.
fn print(browser: &Path, file: &Path, pdf: &Path, profile: &Path) {
    let output = Command::new(browser)
        .args(["--headless", "--disable-gpu", "--no-sandbox", "--disable-background-networking", "--no-first-run"])
        .args(["--proxy-server=127.0.0.1:9", "--enable-logging=stderr", "--v=0", "--no-pdf-header-footer"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && pdf.is_file(), "{said}");
    for trouble in ["Content Security Policy", "ERR_PROXY", "Failed to load resource", "CONSOLE"] {
        assert!(!said.contains(trouble), "{said}");
    }
}
