//! The accounting as one page to print: it needs no network, runs nothing, and reads well in black and white. Its content
//! security policy says so to the browser. Must not know where it goes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;
use crate::id::DisclosureId;
use crate::policy::accounting::Regime;
use crate::policy::accounting::plain as basis;
use crate::report::accounting::Accounting;
use crate::report::accounting::Row;
use crate::report::page;
use crate::report::plain;
use crate::report::style::SHEET;
use crate::report::timeline;

/// `text` where HTML expects text or the value of an attribute in double quotes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The whole page.
pub fn page(report: &Accounting) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Digest::of(SHEET.as_bytes()).as_bytes())
    );
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} {}</title>\n<style>{SHEET}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n<dl>\n",
        page::TITLE,
        report.as_of,
        page::TITLE
    );
    for (name, value) in page::facts(report) {
        html.push_str(&format!("<dt>{name}</dt><dd>{}</dd>\n", escape(&value)));
    }
    html.push_str("</dl>\n</header>\n<main>\n");
    match timeline::drawn(report) {
        Some(svg) => {
            html.push_str(&format!("<section>\n<h2>When</h2>\n<figure>\n{svg}</figure>\n</section>\n{}", table(report)))
        }
        None => html.push_str(&format!("<p>{}</p>\n", page::nothing(report))),
    }
    html.push_str("<section>\n<h2>What the marks mean</h2>\n<ul>\n");
    for line in page::marks(report) {
        html.push_str(&format!("<li>{}</li>\n", escape(&line)));
    }
    html.push_str("</ul>\n</section>\n");
    html.push_str(&left_out(report));
    html.push_str("</main>\n<footer>\n");
    for line in page::foot(report) {
        html.push_str(&format!("<p>{}</p>\n", escape(&line)));
    }
    html.push_str("</footer>\n</body>\n</html>\n");
    html
}

fn table(report: &Accounting) -> String {
    let mut html = format!(
        "<section>\n<h2>Who received what</h2>\n<div class=\"wide\">\n<table>\n\
         <caption>{} rows, {} disclosures</caption>\n<thead>\n<tr>",
        report.rows.len(),
        report.disclosures()
    );
    for name in ["Day", "To whom", "What", "Why, and on what ground", "How", "Required by"] {
        html.push_str(&format!("<th scope=\"col\">{name}</th>"));
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n");
    report.rows.iter().for_each(|row| html.push_str(&line(row)));
    html.push_str("</tbody>\n</table>\n</div>\n</section>\n");
    html
}

fn line(row: &Row) -> String {
    let (ground, source) = basis(row.basis);
    let day = match row.first == row.last {
        true => row.first.to_string(),
        false => format!("{}<br>to {}", row.first, row.last),
    };
    let mut who = format!("<p><strong>{}</strong></p>", escape(&row.recipient));
    for more in [&row.organisation, &row.address].into_iter().flatten() {
        who.push_str(&format!("<p>{}</p>", escape(more)));
    }
    let mut what = format!("<p>{}</p>", whole_days(&escape(&row.what)));
    if let Some(why) = &row.why {
        what.push_str(&format!("<p class=\"fine\">In its author's words: {}</p>", escape(why)));
    }
    let id = |id: &DisclosureId| format!("<span class=\"id\">{id}</span>");
    let ids: Vec<String> = row.disclosures.iter().take(LISTED).map(id).collect();
    let more = row.disclosures.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    what.push_str(&format!("<p class=\"fine\">{}{more}</p>", ids.join(" ")));
    let why = format!(
        "<p>{}</p><p>{}</p><p class=\"fine\">{}</p>",
        escape(&plain::purpose(row.purpose)),
        escape(ground),
        escape(source)
    );
    let laws = match row.required.is_empty() {
        true => law(None, "practice policy"),
        false => row.required.iter().map(|regime| law(Some(*regime), regime.name())).collect(),
    };
    let flags: String =
        row.flag_words().iter().map(|flag| format!("<span class=\"flag\">{}</span>", escape(flag))).collect();
    format!(
        "<tr><td class=\"day\">{day}</td><td>{who}</td><td>{what}</td><td>{why}</td><td>{}</td><td>{laws}{flags}</td></tr>\n",
        plain::medium(row.medium)
    )
}

/// `text`, already escaped, with days that no line end takes apart.
fn whole_days(text: &str) -> String {
    let is_day = |word: &str| word.matches('-').count() == 2 && word.contains(|c: char| c.is_ascii_digit());
    let word = |word: &str| if is_day(word) { format!("<span class=\"id\">{word}</span>") } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// So many ids of a series stand in its row.
const LISTED: usize = 3;

/// A law's mark and its name.
fn law(regime: Option<Regime>, name: &str) -> String {
    let mark = timeline::mark(regime, 7, 7);
    format!("<p class=\"law\"><svg class=\"mark\" viewBox=\"0 0 14 14\" aria-hidden=\"true\">{mark}</svg>{name}</p>")
}

fn left_out(report: &Accounting) -> String {
    let counted = page::counted(report).map(|line| format!("<p>{line}</p>\n")).unwrap_or_default();
    let head = "<table>\n<thead>\n<tr><th scope=\"col\">Law</th>\
                    <th scope=\"col\">What it need not be told</th><th scope=\"col\">Where it says so</th>\
                    <th scope=\"col\" class=\"count\">Here</th></tr>\n</thead>\n<tbody>\n";
    let mut html = format!("<section>\n<h2>What each law leaves out</h2>\n{counted}{head}");
    for left in page::left_out(report) {
        html.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"count\">{}</td></tr>\n",
            left.regime.name(),
            escape(left.exception.text()),
            left.exception.source(),
            left.count
        ));
    }
    html.push_str("</tbody>\n</table>\n</section>\n");
    html
}
