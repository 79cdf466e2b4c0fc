//! Names and aliases: read from what is on file into parts, and found in a text at the place of one of them.
//! Must not know whose they are.

use crate::scan::initials;
use crate::scan::joints::ends_sentence;
use crate::scan::joints::is_dotted;
use crate::scan::joints::is_joint;
use crate::scan::letters::spellings;
use crate::scan::ordinary::is_no_word;
use crate::scan::ordinary::is_ordinary;
use crate::scan::ordinary::is_title;
use crate::scan::ordinary::looks_like_a_name;
use crate::scan::ordinary::short_looks_like_a_name;
use crate::scan::tokens::PREFIXES;
use crate::scan::tokens::Tokens;
use crate::scan::unspaced;

/// Words inside a name that are nobody's alone.
const PARTICLES: &str =
    "da de do das dos del della di du la le les el al bin ibn abu van von der den ter ten zu zur y e i
    ni nic ui mac mc o st san thi saint und and";

/// After a name; no part of it.
const SUFFIXES: &str = "jr sr junior senior ii iii iv phd md esq";

/// The most parts that a name may have; more are not looked at.
const MOST_PARTS: usize = 16;
/// The shortest part that counts alone, in characters.
const SHORTEST_ALONE: usize = 3;

/// A name in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    parts: Vec<Part>,
    /// Parts written as one: `annemarie`, `marialopez`; which parts, as bits.
    together: Vec<(String, u32)>,
    /// Characters of scripts without blanks, which stand in no part.
    rows: Vec<Vec<String>>,
    is_alias: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// The spellings, folded; the first is the plain one.
    spellings: Vec<String>,
    is_particle: bool,
    /// Whether it begins with a capital, and whether it is all capitals.
    shape: (bool, bool),
}

/// What stands in the text of a name, from token to token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) last: usize,
}

/// One step along the text: which parts it takes and how many tokens.
struct Step {
    parts: u32,
    tokens: usize,
    is_initial: bool,
}

fn is_among(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

impl Name {
    /// Reads a person's name; titles and suffixes are no part of it.
    pub fn read(text: &str) -> Self {
        let tokens = Tokens::of(text);
        let mut parts: Vec<Part> = Vec::new();
        let mut together = Vec::new();
        for (at, token) in tokens.list.iter().enumerate().take(4 * MOST_PARTS) {
            let word = tokens.word(at);
            let is_fringe = (parts.is_empty() && is_honorific(word) && tokens.list.len() > at + 1)
                || (!parts.is_empty() && is_among(SUFFIXES, word));
            if word.is_empty() || token.is_unspaced || is_fringe || parts.len() == MOST_PARTS {
                continue;
            }
            let is_first = parts.is_empty();
            let before = parts.last().map(|part| part.spellings[0].clone());
            let is_joined = |before: &str| tokens.gap(at) == Some("-") || PREFIXES.contains(&before);
            if let Some(before) = before.filter(|before| is_joined(before)) {
                together.push((format!("{before}{word}"), 0b11 << (parts.len() - 1)));
            }
            let spellings = spellings(&text[token.start..token.end], word, is_first);
            let shape = (token.is_capital, token.is_loud);
            parts.push(Part { spellings, is_particle: is_among(PARTICLES, word), shape });
        }
        let own: Vec<usize> = (0..parts.len()).filter(|at| !parts[*at].is_particle).collect();
        if let Some((first, rest)) = own.split_first() {
            for other in rest {
                let (one, two) = (&parts[*first].spellings[0], &parts[*other].spellings[0]);
                together.push((format!("{one}{two}"), 1 << first | 1 << other));
                together.push((format!("{two}{one}"), 1 << first | 1 << other));
                if let Some(initial) = one.chars().next().filter(|_| two.len() > 4 && !is_ordinary(two)) {
                    together.push((format!("{initial}{two}"), 1 << first | 1 << other));
                }
            }
        }
        // Two letters run together are any short word.
        together.retain(|(word, _)| word.chars().count() > 4 && !is_ordinary(word));
        Self { parts, together, rows: unspaced::rows(&tokens), is_alias: false }
    }

    /// Reads an alias, which is found only whole and in its own order.
    pub fn read_alias(text: &str) -> Self {
        let tokens = Tokens::of(text);
        let words = (0..tokens.list.len()).map(|at| tokens.word(at)).filter(|word| !word.is_empty());
        let parts =
            words.map(|word| Part { spellings: vec![word.to_owned()], is_particle: false, shape: (false, false) });
        Self { parts: parts.take(MOST_PARTS).collect(), together: Vec::new(), rows: Vec::new(), is_alias: true }
    }

    /// The words one of which stands wherever the name does.
    pub(super) fn keys(&self) -> Vec<String> {
        if self.is_alias {
            let longest =
                self.parts.iter().map(|part| &part.spellings[0]).rev().max_by_key(|word| word.chars().count());
            return longest.cloned().into_iter().collect();
        }
        let has_own = self.parts.iter().any(|part| !part.is_particle);
        let parts = self.parts.iter().filter(|part| !has_own || !part.is_particle);
        let words = parts.flat_map(|part| part.spellings.iter().cloned());
        let together = self.together.iter().map(|(word, _)| word.clone());
        words.chain(together).chain(self.rows.iter().map(|row| unspaced::key(row))).collect()
    }

    /// The keys of its initials: of the first part with each other, and of all.
    pub(super) fn initials(&self) -> Vec<String> {
        let mut own: Vec<&str> =
            self.parts.iter().filter(|p| !p.is_particle).map(|p| p.spellings[0].as_str()).collect();
        if own.len() < 2 {
            own = self.parts.iter().map(|part| part.spellings[0].as_str()).collect();
        }
        let Some((first, rest)) = own.split_first().filter(|(_, rest)| !rest.is_empty()) else { return Vec::new() };
        let pairs = rest.iter().map(|other| initials::key([*first, *other].into_iter()));
        pairs.chain([initials::key(own.iter().copied())]).collect()
    }

    /// How the part that `key` is the key of is spelled first; whoever shares it is found alike where it stands alone.
    pub(super) fn plain(&self, key: &str) -> Option<&str> {
        let part = self.parts.iter().find(|part| part.spellings.iter().any(|spelling| spelling == key));
        // A short name of one part counts by its capitals too, so that not all who share it are found alike.
        let is_alike = |part: &Part| part.spellings[0].chars().count() >= SHORTEST_ALONE && !part.is_particle;
        part.filter(|part| !self.is_alias && (self.parts.len() > 1 || is_alike(part)))
            .map(|part| part.spellings[0].as_str())
    }

    /// All words that may extend a finding, and the letters that they begin with.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = &str> {
        let spellings = self.parts.iter().flat_map(|part| part.spellings.iter());
        spellings.chain(self.together.iter().map(|(word, _)| word)).map(String::as_str)
    }

    /// The name at token `at`, where one of its keys stands.
    pub(super) fn find(&self, tokens: &Tokens<'_>, at: usize) -> Option<Found> {
        if self.is_alias {
            return self.find_alias(tokens, at);
        }
        if tokens.is_unspaced(at) {
            return unspaced::last_of(&self.rows, tokens, at).map(|last| Found { first: at, last });
        }
        let start = self.step(tokens, at, 0).filter(|step| !step.is_initial)?;
        if let Some(first) = self.after_initials_of_particles(tokens, at, start.parts) {
            return Some(Found { first, last: at + start.tokens - 1 });
        }
        let mut taken = start.parts;
        let mut found = Found { first: at, last: at + start.tokens - 1 };
        let mut full: u32 = start.parts;
        let mut initials = 0;
        while let Some(step) = self.next(tokens, found.last, taken) {
            taken |= step.parts;
            found.last += step.tokens;
            if step.is_initial { initials += 1 } else { full |= step.parts }
        }
        while let Some(step) = self.previous(tokens, found.first, taken) {
            taken |= step.parts;
            found.first -= 1;
            if step.is_initial { initials += 1 } else { full |= step.parts }
        }
        if self.is_whole(tokens, found, full) {
            return Some(found);
        }
        self.drop_particles_behind(tokens, &mut found);
        self.counts(tokens, at, start.tokens, full, initials).then_some(found).or_else(|| {
            // The initial may have been another word: the part alone may still be a name.
            let alone = Found { first: at, last: at + start.tokens - 1 };
            (initials > 0 && self.counts(tokens, at, start.tokens, start.parts, 0)).then_some(alone)
        })
    }

    /// Where the particles before a surname begin that are written by their initials: `v.d. Berg`, `vd Berg`.
    fn after_initials_of_particles(&self, tokens: &Tokens<'_>, at: usize, parts: u32) -> Option<usize> {
        let part = parts.trailing_zeros() as usize;
        let count = self.parts.get(..part)?.iter().rev().take_while(|part| part.is_particle).count();
        if count == 0 || self.parts.get(part)?.is_particle || !tokens.list[at].is_capital {
            return None;
        }
        let particles = &self.parts[part - count..part];
        let letters: Vec<char> = particles.iter().filter_map(|part| part.spellings[0].chars().next()).collect();
        let is_dotted = tokens.gap(at)?.starts_with('.');
        let is_close = |at: usize| matches!(tokens.gap(at), Some("." | ". " | " "));
        let is_letter = |at: usize, letter: char| tokens.word(at).chars().eq([letter]) && is_close(at + 1);
        let apart = at.checked_sub(count).filter(|_| is_dotted);
        let apart = apart.filter(|first| letters.iter().zip(*first..).all(|(letter, at)| is_letter(at, *letter)));
        let joined =
            at.checked_sub(1).filter(|before| count > 1 && is_close(at) && tokens.word(*before).chars().eq(letters));
        apart.or(joined)
    }

    /// Whether one of its parts, and no ordinary word, is `word`.
    pub(super) fn has_part(&self, word: &str) -> bool {
        let is_it = |part: &Part| !part.is_particle && part.spellings.iter().any(|spelling| spelling == word);
        !self.is_alias && !is_ordinary(word) && self.parts.iter().any(is_it)
    }

    /// Whether `letters` are the initials of all its parts, or of the first and the last, in their order.
    pub(super) fn has_initials(&self, letters: &str) -> bool {
        let own = self.parts.iter().filter(|part| !part.is_particle);
        let all: String = own.filter_map(|part| part.spellings[0].chars().next()).collect();
        let mut ends = all.chars();
        let is_ends = ends.next().zip(ends.next_back()).is_some_and(|(first, last)| letters.chars().eq([first, last]));
        letters == all || is_ends
    }

    /// Whether all parts of a name of several stand there, which is a name whatever they are. Where some have no capital
    /// nothing but a blank may be between; particles alone and in lower case count in their own order only.
    fn is_whole(&self, tokens: &Tokens<'_>, found: Found, full: u32) -> bool {
        let own = self.parts.iter().filter(|part| !part.is_particle).count();
        let is_needed = |part: usize| own < 2 || !self.parts[part].is_particle;
        if self.parts.len() < 2 || (0..self.parts.len()).any(|part| is_needed(part) && full >> part & 1 == 0) {
            return false;
        }
        if own >= 2 && [found.first, found.last].iter().any(|at| is_among(PARTICLES, tokens.word(*at))) {
            // The particle belongs to the words beside; without it the rest is judged again.
            return false;
        }
        if (found.first..=found.last).all(|at| tokens.list[at].is_capital) {
            return true;
        }
        let is_tight =
            (found.first + 1..=found.last).all(|at| matches!(tokens.plain_gap(at).as_str(), " " | "-" | "_"));
        let is_in_order = self.parts[0].spellings.iter().any(|spelling| spelling == tokens.word(found.first));
        let has_word = self.parts.iter().any(|part| part.spellings[0].chars().nth(1).is_some());
        is_tight && has_word && (own > 0 || is_in_order)
    }

    /// Whether token `at` is a name of one part, spelled as it is on file, that is too short to count in any case.
    fn is_short_whole(&self, tokens: &Tokens<'_>, at: usize) -> bool {
        let [part] = self.parts.as_slice() else { return false };
        let token = &tokens.list[at];
        let length = tokens.word(at).chars().count();
        let is_as_spelled = part.shape == (token.is_capital, token.is_loud);
        let is_free = length < SHORTEST_ALONE || looks_like_a_name(tokens, at, at);
        (is_as_spelled && length >= 2 && is_free) || is_no_word(tokens.word(at))
    }

    fn counts(&self, tokens: &Tokens<'_>, at: usize, length: usize, full: u32, initials: usize) -> bool {
        let own = |parts: u32| self.indices(parts).filter(|part| !self.parts[*part].is_particle).count();
        let is_plain = |part: usize| !is_ordinary(&self.parts[part].spellings[0]);
        let has_plain = self.indices(full).any(|part| !self.parts[part].is_particle && is_plain(part));
        let token = &tokens.list[at];
        if own(full) >= 2 {
            return has_plain || token.is_capital;
        }
        let word = tokens.word(at);
        let is_long = word.chars().count() >= SHORTEST_ALONE || length > 1;
        if own(full) == 0 || !is_long {
            let is_beside_initial = initials > 0 && token.is_capital;
            let is_name = word.chars().count() == 2 && short_looks_like_a_name(tokens, at);
            return (own(full) > 0 && (is_beside_initial || is_name)) || self.is_short_whole(tokens, at);
        }
        if has_plain {
            return true;
        }
        let has_dotted_initial =
            initials > 0 && token.is_capital && [at + length + 1, at].iter().any(|near| is_dotted(tokens, *near));
        has_dotted_initial || looks_like_a_name(tokens, at, at + length - 1)
    }

    fn indices(&self, parts: u32) -> impl Iterator<Item = usize> {
        (0..self.parts.len()).filter(move |at| parts >> at & 1 == 1)
    }

    /// What of the name, besides `taken`, stands at token `at`.
    fn step(&self, tokens: &Tokens<'_>, at: usize, taken: u32) -> Option<Step> {
        let word = tokens.word(at);
        if word.is_empty() {
            return None;
        }
        let others: Vec<&str> = tokens.other_words(at).collect();
        let is_free = |parts: u32| parts & taken == 0;
        for part in 0..self.parts.len() {
            let spellings = &self.parts[part].spellings;
            let is_plural =
                !is_ordinary(&spellings[0]) && others.iter().any(|other| spellings.iter().any(|s| s == other));
            if is_free(1 << part) && (spellings.iter().any(|spelling| spelling == word) || is_plural) {
                return Some(Step { parts: 1 << part, tokens: 1, is_initial: false });
            }
        }
        if let Some((_, parts)) = self.together.iter().find(|(whole, parts)| whole == word && is_free(*parts)) {
            return Some(Step { parts: *parts, tokens: 1, is_initial: false });
        }
        if let Some(mended) = tokens.mended(at) {
            for part in 0..self.parts.len() {
                if is_free(1 << part) && self.parts[part].spellings.contains(&mended) {
                    return Some(Step { parts: 1 << part, tokens: 2, is_initial: false });
                }
            }
        }
        if word.chars().count() == 1 && tokens.list[at].is_capital {
            let own = (0..self.parts.len()).filter(|part| !self.parts[*part].is_particle);
            let mut begun = own.filter(|part| is_free(1 << part) && self.parts[*part].spellings[0].starts_with(word));
            return begun.next().map(|part| Step { parts: 1 << part, tokens: 1, is_initial: true });
        }
        None
    }

    fn next(&self, tokens: &Tokens<'_>, last: usize, taken: u32) -> Option<Step> {
        if !is_joint(&tokens.plain_gap(last + 1)) || ends_sentence(tokens, last + 1) {
            return None;
        }
        self.step(tokens, last + 1, taken)
    }

    fn previous(&self, tokens: &Tokens<'_>, first: usize, taken: u32) -> Option<Step> {
        if first == 0 || !is_joint(&tokens.plain_gap(first)) || ends_sentence(tokens, first) {
            return None;
        }
        self.step(tokens, first - 1, taken).filter(|step| step.tokens == 1)
    }

    /// A particle at either end belongs to the words beside: `Pereira e` is `Pereira`.
    fn drop_particles_behind(&self, tokens: &Tokens<'_>, found: &mut Found) {
        let is_particle = |at: usize| !tokens.list[at].is_capital && is_among(PARTICLES, tokens.word(at));
        while found.last > found.first && is_particle(found.last) {
            found.last -= 1;
        }
        while found.first < found.last && is_particle(found.first) {
            found.first += 1;
        }
    }

    fn find_alias(&self, tokens: &Tokens<'_>, at: usize) -> Option<Found> {
        let word = tokens.word(at);
        let key = self.keys().into_iter().next()?;
        let is_key = word == key || tokens.other_words(at).any(|other| other == key);
        let back = self.parts.iter().position(|part| part.spellings[0] == key).filter(|_| is_key)?;
        let first = at.checked_sub(back)?;
        for (step, part) in self.parts.iter().enumerate() {
            let here = first + step;
            let is_here = here == at || tokens.word(here) == part.spellings[0];
            let is_joined = step == 0 || matches!(tokens.plain_gap(here).as_str(), "" | "-" | "_" | "." | " ");
            if !is_here || !is_joined {
                return None;
            }
        }
        let last = first + self.parts.len() - 1;
        if let [part] = self.parts.as_slice() {
            let may_be_word = is_ordinary(&part.spellings[0]);
            return (!may_be_word || looks_like_a_name(tokens, first, last)).then_some(Found { first, last });
        }
        Some(Found { first, last })
    }
}

/// Whether `word` is nobody's alone inside a name.
pub(super) fn is_particle(word: &str) -> bool {
    is_among(PARTICLES, word)
}

/// Whether `word` stands before or after a name and is no part of it.
pub(super) fn is_fringe(word: &str) -> bool {
    is_honorific(word) || is_among(SUFFIXES, word)
}

fn is_honorific(word: &str) -> bool {
    is_title(word) && !is_ordinary(word) && word.chars().count() <= 5
}
