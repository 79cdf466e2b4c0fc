//! What changed between two texts, line by line: [`difference`] finds the longest run of lines that stayed and tells the
//! others. For texts that people write; must not know which.

/// One line of the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// It stayed.
    Same(&'a str),
    /// It is gone.
    Gone(&'a str),
    /// It is new.
    New(&'a str),
}

/// Every line of `before` and `after`, each once, in order; what is gone stands before what is new in its place. The
/// cost is the product of the lines that are not the same at both ends.
pub fn difference<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = tails.take_while(|(one, other)| one == other).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);

    // `stays[i][j]`: how many lines of old[i..] and new[j..] can stay.
    let width = new_middle.len() + 1;
    let mut stays = vec![0_u32; (old_middle.len() + 1) * width];
    for (i, one) in old_middle.iter().enumerate().rev() {
        for (j, other) in new_middle.iter().enumerate().rev() {
            stays[i * width + j] = if one == other {
                stays[(i + 1) * width + j + 1] + 1
            } else {
                stays[(i + 1) * width + j].max(stays[i * width + j + 1])
            };
        }
    }
    let mut lines: Vec<Line<'a>> = old[..head].iter().copied().map(Line::Same).collect();
    let (mut i, mut j) = (0, 0);
    while i < old_middle.len() || j < new_middle.len() {
        let is_same = i < old_middle.len() && j < new_middle.len() && old_middle[i] == new_middle[j];
        let may_go =
            i < old_middle.len() && (j == new_middle.len() || stays[(i + 1) * width + j] >= stays[i * width + j + 1]);
        if is_same {
            lines.push(Line::Same(old_middle[i]));
            (i, j) = (i + 1, j + 1);
        } else if may_go {
            lines.push(Line::Gone(old_middle[i]));
            i += 1;
        } else {
            lines.push(Line::New(new_middle[j]));
            j += 1;
        }
    }
    lines.extend(old[old.len() - tail..].iter().copied().map(Line::Same));
    lines
}

/// The lines that are gone or new, with the `- ` and `+ ` that people know, each run under the last line before it that
/// stayed.
pub fn told(before: &str, after: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut stayed = None;
    for line in difference(before, after) {
        let (sign, text) = match line {
            Line::Same(text) => {
                stayed = Some(text).filter(|text| !text.trim().is_empty()).or(stayed);
                continue;
            }
            Line::Gone(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        told.extend(stayed.take().map(|text| format!("  {text}")));
        told.push(format!("{sign} {text}"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_changed_is_told_under_what_stayed() {
        let (before, after) = ("[a]\none = 1\ntwo = 2\n\n[b]\nx = 1", "[a]\none = 1\ntwo = 3\n\n[b]\nx = 1\ny = 2");
        assert_eq!(told(before, after), ["  one = 1", "- two = 2", "+ two = 3", "  x = 1", "+ y = 2"]);
        assert_eq!(told(before, before), [""; 0]);
        assert_eq!(told("", "a"), ["+ a"]);
        assert_eq!(told("a", ""), ["- a"]);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_off_the_difference(before in "([ab]\n){0,8}", after in "([ab]\n){0,8}") {
            let lines = difference(&before, &after);
            let old: String = lines.iter().filter_map(|line| match line {
                Line::Same(text) | Line::Gone(text) => Some(format!("{text}\n")),
                Line::New(_) => None,
            }).collect();
            let new: String = lines.iter().filter_map(|line| match line {
                Line::Same(text) | Line::New(text) => Some(format!("{text}\n")),
                Line::Gone(_) => None,
            }).collect();
            prop_assert_eq!((old, new), (before, after));
        }
    }
}
