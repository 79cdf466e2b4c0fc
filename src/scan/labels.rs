//! Numbers that a label tells of (`MRN: 12345`, `policy no.`), and those whose shape does. Must not know whose they are.

use crate::scan::categories::Piece;
use crate::scan::tokens::Tokens;
use crate::time::Date;

const SOCIAL_SECURITY: &[&str] = &["ssn", "social security", "socialsecurity", "niss"];
const MEDICAL_RECORD: &[&str] = &[
    "mrn",
    "medical record",
    "medical records",
    "chart",
    "patient id",
    "patient no",
    "patient nr",
    "patient number",
    "hospital no",
    "hospital number",
    "record no",
    "record number",
    "file no",
    "file number",
    "nhs",
    "nhs no",
    "processo",
    "utente",
    "sns",
    "health record",
];
const HEALTH_PLAN: &[&str] = &[
    "policy",
    "plan",
    "member id",
    "member no",
    "member number",
    "membership",
    "beneficiary",
    "subscriber",
    "group no",
    "group number",
    "insurance",
    "insurance id",
    "medicare",
    "medicaid",
    "apolice",
    "beneficiario",
    "health plan",
];
const ACCOUNT: &[&str] = &[
    "account",
    "acct",
    "a c",
    "iban",
    "bank",
    "sort code",
    "card",
    "credit card",
    "debit card",
    "invoice",
    "conta",
    "konto",
    "nib",
    "swift",
    "bic",
];
const LICENCE: &[&str] = &[
    "licence",
    "license",
    "lic",
    "certificate",
    "cert",
    "driving licence",
    "driver s licence",
    "drivers license",
    "dea",
    "npi",
    "permit",
    "registration",
    "carta de conducao",
    "cedula",
];
const VEHICLE: &[&str] = &[
    "vin",
    "plate",
    "plates",
    "licence plate",
    "license plate",
    "number plate",
    "reg",
    "vehicle",
    "car registration",
    "matricula",
    "kennzeichen",
];
const DEVICE: &[&str] = &[
    "serial",
    "sn",
    "s n",
    "imei",
    "device",
    "device id",
    "udi",
    "mac",
    "model",
    "pacemaker",
    "implant",
    "lot",
    "serie",
];
const OTHER: &[&str] = &[
    "case",
    "ref",
    "reference",
    "id",
    "id card",
    "identity card",
    "passport",
    "nif",
    "tax",
    "tin",
    "nino",
    "national insurance",
    "docket",
    "ticket",
    "order",
    "booking",
    "student",
    "employee",
    "badge",
    "prisoner",
    "inmate",
    "probation",
    "claim",
    "code",
    "customer",
    "client",
    "nino",
    "dni",
    "cpf",
    "bi",
    "cc",
    "cartao de cidadao",
    "personal no",
    "study",
    "participant",
];

/// Between a label and its number.
const FILLERS: &[&str] =
    &["no", "nr", "num", "number", "id", "is", "was", "n", "numero", "nummer", "code", "o", "ending", "s"];

/// Digits in one row that are somebody's number, whatever it is.
const LONG_NUMBER: usize = 7;

pub(super) fn social_security(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    let lengths = [0, 1, 2].map(|step| if tokens.is_number(at + step) { tokens.word(at + step).len() } else { 0 });
    let gaps = [1, 2].map(|step| tokens.plain_gap(at + step));
    if lengths == [3, 2, 4] && gaps[0] == gaps[1] && matches!(gaps[0].as_str(), "-" | " ") {
        return Some(Piece::of(tokens, at, at + 2));
    }
    labelled(tokens, at, SOCIAL_SECURITY)
}

pub(super) fn medical_record(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, MEDICAL_RECORD)
}

pub(super) fn health_plan(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, HEALTH_PLAN)
}

pub(super) fn account(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, ACCOUNT).or_else(|| iban(tokens, at))
}

pub(super) fn licence(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, LICENCE)
}

pub(super) fn vehicle(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, VEHICLE).or_else(|| {
        let run = code_at(tokens, at)?;
        let is_vin = run.len() == 17 && run.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        (is_vin && digits(run) >= 3).then(|| piece(tokens, at, run))
    })
}

pub(super) fn device(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    labelled(tokens, at, DEVICE).or_else(|| hardware_address(tokens, at))
}

/// A labelled number of any other sort; a row of many digits; a long code with digits in it.
pub(super) fn other(tokens: &Tokens<'_>, at: usize, _: Date) -> Option<Piece> {
    if let Some(piece) = labelled(tokens, at, OTHER) {
        return Some(piece);
    }
    if tokens.is_number(at) && tokens.word(at).chars().count() >= LONG_NUMBER {
        return Some(Piece::of(tokens, at, at));
    }
    let run = code_at(tokens, at)?;
    let has_letters = run.bytes().any(|byte| byte.is_ascii_alphabetic());
    (run.len() >= 8 && digits(run) >= 4 && has_letters && !has_words(run)).then(|| piece(tokens, at, run))
}

fn has_words(run: &str) -> bool {
    run.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 5 && word.bytes().any(|b| b.is_ascii_lowercase()))
}

fn digits(run: &str) -> usize {
    run.bytes().filter(u8::is_ascii_digit).count()
}

fn piece(tokens: &Tokens<'_>, at: usize, run: &str) -> Piece {
    let start = tokens.list[at].start;
    Piece::new(start, start + run.len())
}

/// The row of letters, digits, hyphens and strokes that begins with token `at`, when none goes before it.
fn code_at<'a>(tokens: &Tokens<'a>, at: usize) -> Option<&'a str> {
    let start = tokens.get(at)?.start;
    if tokens.text[..start].ends_with(|c: char| c.is_alphanumeric() || "-_/".contains(c)) {
        return None;
    }
    let rest = &tokens.text[start..];
    let is_end = |byte: u8| !byte.is_ascii_alphanumeric() && !b"-_/.".contains(&byte);
    let end = rest.bytes().position(is_end).unwrap_or(rest.len());
    Some(rest[..end].trim_end_matches(['-', '_', '/', '.'])).filter(|run| !run.is_empty())
}

/// `00:1b:44:11:3a:b7`
fn hardware_address(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let start = tokens.get(at)?.start;
    let whole = tokens.text.get(start..start + 17)?;
    let is_pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_one = [':', '-'].iter().any(|sign| whole.split(*sign).count() == 6 && whole.split(*sign).all(is_pair));
    is_one.then(|| Piece::new(start, start + whole.len()))
}

/// `PT50 0002 0123 1234 5678 9015 4`
fn iban(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let is_country = tokens.is_word(at) && tokens.word(at).len() == 2 && tokens.list[at].is_loud;
    if !is_country || tokens.gap(at + 1) != Some("") || tokens.word(at + 1).len() < 2 {
        return None;
    }
    let mut last = at + 1;
    let mut count = tokens.word(last).len();
    while last < at + 12 && (tokens.is_number(last + 1) || tokens.is_word(last + 1) && tokens.list[last + 1].is_loud) {
        if !matches!(tokens.plain_gap(last + 1).as_str(), "" | " ") {
            break;
        }
        last += 1;
        count += tokens.word(last).len();
    }
    (13..=32).contains(&count).then(|| Piece::of(tokens, at, last))
}

/// The value at token `at`, when one of `labels` stands before it.
fn labelled(tokens: &Tokens<'_>, at: usize, labels: &[&str]) -> Option<Piece> {
    let run = code_at(tokens, at).filter(|run| digits(run) > 0)?;
    let mut label = at.checked_sub(1)?;
    let mut has_filler = false;
    if !is_near(tokens, at) {
        return None;
    }
    for _ in 0..2 {
        let is_label = labels.iter().any(|words| ends_with(tokens, label, words));
        if !is_label && FILLERS.contains(&tokens.word(label)) && is_near(tokens, label) {
            has_filler = true;
            label = label.checked_sub(1)?;
        }
    }
    if !labels.iter().any(|words| ends_with(tokens, label, words)) {
        return None;
    }
    let gap = tokens.gap(at)?;
    let is_announced = has_filler || gap.contains([':', '#', '=']);
    let fewest = if is_announced { 2 } else { 4 };
    let is_year = run.len() == 4 && matches!(&run[..2], "19" | "20") && digits(run) == 4;
    if run.len() < fewest || (is_year && !is_announced) {
        return None;
    }
    let mut end = tokens.list[at].start + run.len();
    let mut next = tokens.list.partition_point(|token| token.start < end);
    while tokens.is_number(next) && tokens.plain_gap(next) == " " && tokens.word(next).len() > 1 {
        end = tokens.list[next].end;
        next += 1;
    }
    Some(Piece::new(tokens.list[at].start, end))
}

/// Whether nothing but a label's signs stands before token `at`.
fn is_near(tokens: &Tokens<'_>, at: usize) -> bool {
    let gap = tokens.plain_gap(at);
    !gap.is_empty() && gap.len() <= 6 && gap.chars().all(|c| " .:#=-()\"'*/º|".contains(c))
}

/// Whether the words of a label end at token `last`.
fn ends_with(tokens: &Tokens<'_>, last: usize, label: &str) -> bool {
    let mut at = Some(last);
    let mut words = label.rsplit(' ').peekable();
    while let Some(word) = words.next() {
        let Some(here) = at.filter(|here| tokens.word(*here) == word) else { return false };
        if words.peek().is_some() && !is_near(tokens, here) {
            return false;
        }
        at = here.checked_sub(1);
    }
    true
}
