//! What may stand between the words of a name, and what may not. Must not know which words are names.

use crate::scan::tokens::Tokens;

/// Whether what stands between two words may stand inside a name.
pub(super) fn is_joint(gap: &str) -> bool {
    let is_light = |c: char| c.is_whitespace() || ".,;-_*\"|>~+\u{ad}".contains(c);
    !gap.is_empty() && gap.chars().count() <= 8 && gap.chars().all(is_light) && gap.matches('\n').count() <= 1
}

/// Whether a sentence ends before token `at`: at a full stop that is not the dot of an initial or a short word.
pub(super) fn ends_sentence(tokens: &Tokens<'_>, at: usize) -> bool {
    let stop = tokens.gap(at).unwrap_or_default().strip_prefix('.');
    stop.is_some_and(|rest| rest.starts_with(char::is_whitespace)) && tokens.word(at - 1).chars().count() > 2
}

/// Whether a dot or comma stands right before token `at`.
pub(super) fn is_dotted(tokens: &Tokens<'_>, at: usize) -> bool {
    match tokens.gap(at) {
        Some(gap) => gap.starts_with('.'),
        None => tokens.list.last().is_some_and(|last| tokens.text[last.end..].starts_with('.')),
    }
}
