//! Names in scripts without blanks between words (Han, Kana, Hangul): found anywhere in a row of such characters, as
//! nothing shows where a word begins. Must not know whose they are.

use crate::scan::tokens::Tokens;

/// The shortest part of such a name that counts without the rest, in characters; two are part of many words.
const SHORTEST_PART: usize = 3;

/// The rows of characters of a name, folded: the whole of them, and each long part where a blank or a dot parts them.
/// One character alone is everybody's.
pub(super) fn rows(tokens: &Tokens<'_>) -> Vec<Vec<String>> {
    let mut parts = parts(tokens);
    let whole = parts.concat();
    parts.retain(|part| part.len() >= SHORTEST_PART && part.len() < whole.len());
    parts.push(whole);
    parts.retain(|part| part.len() >= 2 && part.iter().all(|one| !one.is_empty()));
    parts
}

/// The whole name and the given name in it, if that has two characters, and what may be the surname: where nothing parts
/// them it is the first character or the first two.
pub(super) fn all_rows(tokens: &Tokens<'_>) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let parts = parts(tokens);
    let whole = parts.concat();
    let cuts = (1..=2_usize).filter(|cut| whole.len() >= cut + 2);
    let (mut rows, surnames): (Vec<Vec<String>>, Vec<Vec<String>>) = match parts.as_slice() {
        [_] => cuts.map(|cut| (whole[cut..].to_vec(), whole[..cut].to_vec())).unzip(),
        _ => (parts.clone(), parts.into_iter().take(1).collect()),
    };
    rows.push(whole);
    rows.retain(|row| row.len() >= 2 && row.iter().all(|one| !one.is_empty()));
    (rows, surnames)
}

/// The characters of a name, apart where a blank or a dot parts them.
fn parts(tokens: &Tokens<'_>) -> Vec<Vec<String>> {
    let mut parts: Vec<Vec<String>> = Vec::new();
    for at in (0..tokens.list.len()).filter(|at| tokens.is_unspaced(*at)) {
        match parts.last_mut() {
            Some(part) if tokens.is_unspaced(at - 1) && tokens.gap(at) == Some("") => {
                part.push(tokens.word(at).to_owned());
            }
            _ => parts.push(vec![tokens.word(at).to_owned()]),
        }
    }
    parts
}

/// The key of a row: its first two characters.
pub(super) fn key(row: &[String]) -> String {
    row[..2].concat()
}

/// The last token of the longest of `rows` that begins at token `at`.
pub(super) fn last_of(rows: &[Vec<String>], tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let is_here = |row: &&Vec<String>| {
        let mut steps = row.iter().zip(at..);
        steps.all(|(one, here)| tokens.word(here) == one && (here == at || tokens.runs_on(here)))
    };
    let longest = rows.iter().filter(is_here).map(Vec::len).max()?;
    Some(at + longest - 1)
}
