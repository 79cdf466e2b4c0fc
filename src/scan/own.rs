//! The names of whom a text is about, found more readily than anybody else's: where identifiers are removed, a word put out
//! in vain costs nothing. Any part of a name counts wherever it has a capital, with other endings and in Cyrillic or Latin
//! letters alike. Must not know where the names are on file.

use crate::scan::categories::Piece;
use crate::scan::identifier::Identifier;
use crate::scan::identifier::IdentifierKind;
use crate::scan::initials;
use crate::scan::letters::fold;
use crate::scan::names;
use crate::scan::ordinary::is_ordinary;
use crate::scan::tokens::Tokens;
use crate::scan::unspaced;

/// The shortest beginning that tells a name with another ending, in characters.
const SHORTEST_STEM: usize = 4;
/// The longest ending.
const LONGEST_ENDING: usize = 3;
/// What stands after a surname in scripts without blanks.
const TITLES_AFTER: &str = "先生 女士 小姐 太太 同学 老师 さん 様 君 ちゃん 氏 씨 님";
/// The Cyrillic alphabet in Latin letters.
const LATIN: &[(char, &str)] = &[
    ('а', "a"),
    ('б', "b"),
    ('в', "v"),
    ('г', "g"),
    ('ґ', "g"),
    ('д', "d"),
    ('е', "e"),
    ('ё', "e"),
    ('є', "ye"),
    ('ж', "zh"),
    ('з', "z"),
    ('и', "i"),
    ('і', "i"),
    ('ї', "yi"),
    ('й', "y"),
    ('к', "k"),
    ('л', "l"),
    ('м', "m"),
    ('н', "n"),
    ('о', "o"),
    ('п', "p"),
    ('р', "r"),
    ('с', "s"),
    ('т', "t"),
    ('у', "u"),
    ('ф', "f"),
    ('х', "kh"),
    ('ц', "ts"),
    ('ч', "ch"),
    ('ш', "sh"),
    ('щ', "shch"),
    ('ъ', ""),
    ('ы', "y"),
    ('ь', ""),
    ('э', "e"),
    ('ю', "yu"),
    ('я', "ya"),
];

/// What somebody is called, part by part.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Parts of names, folded, and the same in Latin letters.
    words: Vec<String>,
    /// Their beginnings, where they may end otherwise.
    stems: Vec<String>,
    /// Initials without dots.
    initials: Vec<String>,
    /// Names in scripts without blanks, and the given names in them.
    rows: Vec<Vec<String>>,
    /// The surnames in them, which count before a title.
    surnames: Vec<Vec<String>>,
    titles: Vec<Vec<String>>,
}

impl Own {
    /// Reads the names among identifiers: the person's own and those of whoever acts for them.
    pub fn of(identifiers: &[Identifier]) -> Self {
        let mut own = Self::default();
        for identifier in identifiers {
            match identifier.kind {
                IdentifierKind::Name | IdentifierKind::Nickname | IdentifierKind::Representative => {
                    own.read(&identifier.text);
                }
                IdentifierKind::Alias | IdentifierKind::Phone | IdentifierKind::Email | IdentifierKind::Birth => {}
            }
        }
        if !own.surnames.is_empty() {
            own.titles = TITLES_AFTER.split(' ').map(|title| letters_of(&Tokens::of(title))).collect();
        }
        own
    }

    fn read(&mut self, text: &str) {
        let tokens = Tokens::of(text);
        let mut begun = String::new();
        for (at, token) in tokens.list.iter().enumerate() {
            let word = tokens.word(at);
            let is_end = at == 0 || at + 1 == tokens.list.len();
            let is_fringe = names::is_fringe(word) || (names::is_particle(word) && !is_end);
            if !tokens.is_word(at) || token.is_unspaced || word.is_empty() || is_fringe {
                continue;
            }
            begun.extend(word.chars().next());
            for form in forms(&tokens, at).filter(|form| form.chars().count() > 1) {
                self.stems.extend(stem(&form));
                self.words.push(form);
            }
        }
        let mut ends = begun.chars();
        if let (Some(first), Some(last)) = (ends.next(), ends.next_back()) {
            self.initials.extend([format!("{first}{last}"), begun]);
        }
        let (rows, surnames) = unspaced::all_rows(&tokens);
        self.rows.extend(rows);
        self.surnames.extend(surnames);
    }

    /// The names that begin at token `at`, up to the end of the sentence.
    pub(super) fn found_at(&self, tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
        if tokens.is_unspaced(at) {
            return self.row_at(tokens, at).map(|last| Piece::of(tokens, at, last));
        }
        let mut last = self.word_at(tokens, at)?;
        while matches!(tokens.plain_gap(last + 1).as_str(), " " | "-")
            && let Some(next) = self.word_at(tokens, last + 1)
        {
            last = next;
        }
        Some(Piece::of(tokens, at, last))
    }

    /// The last token of the part that stands at token `at`; two where a hyphen or a line's end breaks it.
    fn word_at(&self, tokens: &Tokens<'_>, at: usize) -> Option<usize> {
        let token = tokens.get(at).filter(|token| token.is_capital)?;
        let word = tokens.word(at);
        let is_short = token.is_loud && self.initials.iter().any(|letters| letters == word);
        let is_word = |word: &str| self.words.iter().any(|own| own == word);
        let is_inflected = |word: &str| {
            let ending = |stem: &String| Some(word.strip_prefix(stem.as_str())?.chars().count());
            self.stems.iter().filter_map(ending).any(|length| length <= LONGEST_ENDING)
        };
        if (is_short && !initials::is_abbreviation(word))
            || forms(tokens, at).any(|form| is_word(&form) || is_inflected(&form))
            || tokens.other_words(at).any(is_word)
        {
            return Some(at);
        }
        let hyphened = || (tokens.plain_gap(at + 1) == "-").then(|| format!("{word}{}", tokens.word(at + 1)));
        let broken = tokens.mended(at).or_else(hyphened).filter(|word| is_word(word));
        broken.map(|_| at + 1)
    }

    fn row_at(&self, tokens: &Tokens<'_>, at: usize) -> Option<usize> {
        let surname = || {
            let last = unspaced::last_of(&self.surnames, tokens, at)?;
            let is_called = tokens.runs_on(last + 1) && unspaced::last_of(&self.titles, tokens, last + 1).is_some();
            is_called.then_some(last)
        };
        unspaced::last_of(&self.rows, tokens, at).or_else(surname)
    }
}

/// A word as it is compared, and in Latin letters where it is Cyrillic.
fn forms(tokens: &Tokens<'_>, at: usize) -> impl Iterator<Item = String> {
    let written = tokens.get(at).map_or("", |token| &tokens.text[token.start..token.end]);
    [tokens.word(at).to_owned()].into_iter().chain(latin(written)).filter(|form| !form.is_empty())
}

fn latin(written: &str) -> Option<String> {
    let lower = written.to_lowercase();
    let letter = |c: char| LATIN.iter().find(|(cyrillic, _)| *cyrillic == c).map(|(_, latin)| *latin);
    lower.chars().any(|c| letter(c).is_some()).then(|| {
        let spelled = lower.chars().fold(String::new(), |mut text, c| {
            match letter(c) {
                Some(latin) => text.push_str(latin),
                None => text.push(c),
            }
            text
        });
        fold(&spelled)
    })
}

/// What a name begins with whatever its ending; none of an ordinary word, or `Market` would be Mark.
fn stem(word: &str) -> Option<String> {
    let bare = word.strip_suffix(['a', 'e', 'i', 'o', 'u', 'y']).unwrap_or(word);
    let stem = if bare.chars().count() >= SHORTEST_STEM { bare } else { word };
    (stem.chars().count() >= SHORTEST_STEM && !is_ordinary(word)).then(|| stem.to_owned())
}

fn letters_of(tokens: &Tokens<'_>) -> Vec<String> {
    (0..tokens.list.len()).map(|at| tokens.word(at).to_owned()).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::id::ClientId;
    use crate::scan::MemoryIndex;
    use crate::scan::deidentify;

    pub(in crate::scan) fn own(names: &[&str]) -> Own {
        let of = ClientId::random(&mut rand_core::OsRng);
        let name = |text: &str| Identifier { of, kind: IdentifierKind::Name, text: text.to_owned() };
        Own::of(&names.iter().map(|text| name(text)).collect::<Vec<_>>())
    }

    /// Whom a text is about goes out of it wherever the name could be meant; nothing runs over the end of a sentence.
    #[test]
    fn whom_it_is_about_is_removed_wherever_a_capital_stands() {
        let mut wrong = Vec::new();
        for (name, text, expected) in [
            (
                "Rose May",
                "Rose, 36, cried. May: her surname. \"Rose\", I said. May-be not.",
                "[name], 36, cried. [name]: her surname. \"[name]\", I said. [name]-be not.",
            ),
            (
                "Will May",
                "Will, 36, cried. WILL. Will and I spoke. — Will: yes. (Will)",
                "[name], 36, cried. [name]. [name] and I spoke. — [name]: yes. ([name])",
            ),
            (
                "Al Wu",
                "Then Al left. The Wu family came. I told Al.",
                "Then [name] left. The [name] family came. I told [name].",
            ),
            ("王小明", "小明来了。王先生来了。", "[name]来了。[name]先生来了。"),
            ("山田 太郎", "太郎さん、山田さん", "[name]さん、[name]さん"),
            (
                "Maria Kowalski",
                "MK was late. Ma-ria said. Kowalska. Am 10 AM.",
                "[name] was late. [name] said. [name]. Am 10 AM.",
            ),
            ("Иван Петров", "Ивана Петрова. Петровым. Ivan Petrov", "[name]. [name]. [name]"),
            ("Ivan Petrov", "Иван с Петровым.", "[name] с [name]."),
            ("Grace Will", "I told Grace. will knew. Grace Will.", "I told [name]. will knew. [name]."),
            (
                "Anna von Berg",
                "Berg was angry. Von Berg left. Von dort.",
                "[name] was angry. Von [name] left. Von dort.",
            ),
            ("Mark Stone", "Market day. I will mark it.", "Market day. I will mark it."),
        ] {
            let index: MemoryIndex = MemoryIndex::default();
            let removed =
                deidentify(text, &index, &own(&[name]), crate::time::parse_date("2026-11-21").unwrap()).unwrap();
            if removed.text != expected {
                wrong.push(format!("{name}: {:?}\n{expected:?}", removed.text));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}
