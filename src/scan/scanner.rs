//! The scan itself: a text of any length goes through in windows, and what names somebody comes out with its place.
//! Each word is asked of the index once. Must not know what a finding leads to.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;

use crate::id::ClientId;
use crate::scan::answers::Answer;
use crate::scan::answers::Known;
use crate::scan::answers::Means;
use crate::scan::date;
use crate::scan::email;
use crate::scan::hit::Allowed;
use crate::scan::hit::Hit;
use crate::scan::hit::MOST_HITS;
use crate::scan::hit::Scan;
use crate::scan::hit::ScanError;
use crate::scan::identifier::IdentifierKind;
use crate::scan::identifier::Index;
use crate::scan::initials;
use crate::scan::phone;
use crate::scan::tokens::Kind;
use crate::scan::tokens::Tokens;

/// Text judged at once, in bytes.
const WINDOW: usize = 64 * 1024;
/// Text known before and after what is judged, in bytes; no identifier is longer.
const CONTEXT: usize = 2048;
/// Words whose answers are kept; then all are forgotten.
const MOST_ANSWERS: usize = 50_000;

/// Scans a text held in memory.
pub fn scan<I: Index>(text: &str, index: &I, allowed: &Allowed) -> Result<Scan, I::Error> {
    scan_up_to(text, index, allowed, MOST_HITS)
}

/// As [`scan`], with another limit.
pub(super) fn scan_up_to<I: Index>(text: &str, index: &I, allowed: &Allowed, most: usize) -> Result<Scan, I::Error> {
    let mut scanner = Scanner::new(index, allowed, most);
    scanner.push(text)?;
    scanner.finish()
}

/// Scans a text as it is read, in UTF-8, with memory for a window of it.
pub fn scan_reader<I: Index>(mut reader: impl Read, index: &I, allowed: &Allowed) -> Result<Scan, ScanError<I::Error>> {
    let mut scanner = Scanner::new(index, allowed, MOST_HITS);
    let mut bytes = vec![0; WINDOW];
    let (mut kept, mut read_before) = (0, 0_u64);
    loop {
        let count = match reader.read(&mut bytes[kept..]) {
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ScanError::Read(error)),
        };
        let filled = kept + count;
        let (whole, is_broken) = match std::str::from_utf8(&bytes[..filled]) {
            Ok(_) => (filled, false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || count == 0),
        };
        let text = std::str::from_utf8(&bytes[..whole]).unwrap_or_default();
        scanner.push(text).map_err(ScanError::Index)?;
        read_before += whole as u64;
        if is_broken {
            return Err(ScanError::NotText(read_before));
        }
        bytes.copy_within(whole..filled, 0);
        kept = filled - whole;
        if count == 0 {
            return scanner.finish().map_err(ScanError::Index);
        }
    }
}

/// Somebody who may be named at a place, before overlaps are settled.
#[derive(Clone, Copy)]
struct Candidate {
    kind: IdentifierKind,
    of: ClientId,
    is_allowed: bool,
}

/// A scan under way.
struct Scanner<'a, I: Index> {
    index: &'a I,
    allowed: &'a Allowed,
    most: usize,
    answers: HashMap<String, Rc<Answer>>,
    seen: BTreeSet<ClientId>,
    /// What was judged last and is known still, and what is yet to be judged.
    buffer: String,
    /// Bytes of the buffer that were judged.
    judged: usize,
    /// Where the buffer begins in the whole text.
    offset: u64,
    /// Where the last finding ended in the whole text.
    taken: u64,
    place: Place,
    scan: Scan,
}

/// A place in the whole text.
struct Place {
    at: u64,
    line: u64,
    column: u64,
}

impl<'a, I: Index> Scanner<'a, I> {
    fn new(index: &'a I, allowed: &'a Allowed, most: usize) -> Self {
        Self {
            index,
            allowed,
            most,
            answers: HashMap::new(),
            seen: BTreeSet::new(),
            buffer: String::new(),
            judged: 0,
            offset: 0,
            taken: 0,
            place: Place { at: 0, line: 1, column: 1 },
            scan: Scan::default(),
        }
    }

    fn push(&mut self, mut text: &str) -> Result<(), I::Error> {
        while !text.is_empty() && !self.scan.has_more {
            let room = (WINDOW + 2 * CONTEXT).saturating_sub(self.buffer.len()).max(4);
            let cut = floor_boundary(text, room);
            self.buffer.push_str(&text[..cut]);
            text = &text[cut..];
            if self.buffer.len() >= WINDOW + CONTEXT {
                let until = floor_boundary(&self.buffer, self.buffer.len() - CONTEXT);
                self.judge(until)?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Scan, I::Error> {
        let until = self.buffer.len();
        self.judge(until)?;
        Ok(self.scan)
    }

    /// Judges what begins before byte `until` of the buffer, and forgets what is needed no more.
    fn judge(&mut self, until: usize) -> Result<(), I::Error> {
        let buffer = std::mem::take(&mut self.buffer);
        let tokens = Tokens::of(&buffer);
        let mut candidates: BTreeMap<(usize, usize), Candidate> = BTreeMap::new();
        let first = tokens.list.partition_point(|token| token.start < self.judged.saturating_sub(CONTEXT / 2));
        for at in first..tokens.list.len() {
            if tokens.list[at].start >= until + CONTEXT / 2 {
                break;
            }
            self.judge_words(&tokens, at, &mut candidates)?;
            self.judge_letters(&tokens, at, &mut candidates)?;
            self.judge_figures(&tokens, at, &mut candidates)?;
        }
        self.settle(&buffer, candidates, until);
        self.forget(buffer, until);
        Ok(())
    }

    fn judge_words(
        &mut self,
        tokens: &Tokens<'_>,
        at: usize,
        candidates: &mut BTreeMap<(usize, usize), Candidate>,
    ) -> Result<(), I::Error> {
        if tokens.list[at].kind == Kind::Placeholder {
            return Ok(());
        }
        let mended = tokens.mended(at);
        let keys = [tokens.word(at)].into_iter().chain(tokens.other_words(at)).chain(mended.as_deref());
        for key in keys.filter(|key| !key.is_empty()) {
            let answer = self.ask(key)?;
            for known in answer.worth_judging(tokens, at, &self.seen) {
                let Means::Name(name) = &known.means else { continue };
                let Some(found) = name.find(tokens, at) else { continue };
                let span = (tokens.list[found.first].start, dotted_end(tokens, found.last));
                self.consider(candidates, span, known);
                if found.first < found.last && !self.allowed.contains(known.of) {
                    self.seen.insert(known.of);
                }
            }
        }
        Ok(())
    }

    /// Letters set apart, and initials that are all of a name's.
    fn judge_letters(
        &mut self,
        tokens: &Tokens<'_>,
        at: usize,
        candidates: &mut BTreeMap<(usize, usize), Candidate>,
    ) -> Result<(), I::Error> {
        if let Some((word, last)) = tokens.spelled_out(at) {
            let span = (tokens.list[at].start, tokens.list[last].end);
            let is_it = |means: &Means| matches!(means, Means::Name(name) if name.has_part(&word));
            self.consider_all(candidates, span, &word, is_it)?;
        }
        if let Some((piece, letters, key)) = initials::alone_at(tokens, at) {
            let is_it = |means: &Means| matches!(means, Means::Name(name) if name.has_initials(&letters));
            self.consider_all(candidates, (piece.start, piece.end), &key, is_it)?;
        }
        Ok(())
    }

    fn judge_figures(
        &mut self,
        tokens: &Tokens<'_>,
        at: usize,
        candidates: &mut BTreeMap<(usize, usize), Candidate>,
    ) -> Result<(), I::Error> {
        if let Some(found) = email::found_at(tokens, at) {
            let span = (tokens.list[found.first].start, tokens.list[found.last].end);
            self.consider_all(candidates, span, &found.address, |means| matches!(means, Means::Whole))?;
        }
        for found in phone::found_at(tokens, at) {
            let Some(key) = found.number.key() else { continue };
            let span = (found.start, tokens.list[found.last].end);
            self.consider_all(
                candidates,
                span,
                &key,
                |means| matches!(means, Means::Number(number) if number.is_same(&found.number)),
            )?;
        }
        if let Some(found) = date::found_at(tokens, at) {
            let span = (tokens.list[found.first].start, tokens.list[found.last].end);
            for day in &found.days {
                self.consider_all(candidates, span, &date::key(*day), |means| matches!(means, Means::Whole))?;
            }
        }
        Ok(())
    }

    fn consider_all(
        &mut self,
        candidates: &mut BTreeMap<(usize, usize), Candidate>,
        span: (usize, usize),
        key: &str,
        is_it: impl Fn(&Means) -> bool,
    ) -> Result<(), I::Error> {
        for known in self.ask(key)?.all.iter().filter(|known| is_it(&known.means)) {
            self.consider(candidates, span, known);
        }
        Ok(())
    }

    /// Of several who are called alike, somebody allowed comes first, then who was named before.
    fn consider(&self, candidates: &mut BTreeMap<(usize, usize), Candidate>, span: (usize, usize), known: &Known) {
        let Known { kind, of, .. } = *known;
        let new = Candidate { kind, of, is_allowed: self.allowed.contains(of) };
        let rank = |one: &Candidate| (!one.is_allowed, !self.seen.contains(&one.of), one.kind, one.of);
        let kept = candidates.entry(span).or_insert(new);
        if rank(&new) < rank(kept) {
            *kept = new;
        }
    }

    fn ask(&mut self, key: &str) -> Result<Rc<Answer>, I::Error> {
        if let Some(answer) = self.answers.get(key) {
            return Ok(answer.clone());
        }
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.clear();
        }
        let answer = Rc::new(Answer::new(key, self.index.under(key)?, self.allowed));
        self.answers.insert(key.to_owned(), answer.clone());
        Ok(answer)
    }

    /// Keeps the longest of what overlaps, and of that what begins before `until` and names somebody.
    fn settle(&mut self, buffer: &str, candidates: BTreeMap<(usize, usize), Candidate>, until: usize) {
        let mut kept: Vec<((usize, usize), Candidate)> = Vec::new();
        for (span, candidate) in candidates {
            if self.offset + (span.0 as u64) < self.taken || span.0 < self.judged {
                continue;
            }
            match kept.last_mut() {
                Some((last, _)) if span.0 < last.1 && span.1 - span.0 <= last.1 - last.0 => {}
                Some(before) if span.0 < before.0.1 => *before = (span, candidate),
                _ => kept.push((span, candidate)),
            }
        }
        for ((start, end), candidate) in kept.into_iter().filter(|((start, _), _)| *start < until) {
            self.taken = self.offset + end as u64;
            if candidate.is_allowed {
                continue;
            }
            if self.scan.hits.len() == self.most {
                self.scan.has_more = true;
                return;
            }
            self.place.go_on(&buffer[usize_of(self.place.at - self.offset)..start]);
            self.seen.insert(candidate.of);
            self.scan.hits.push(Hit {
                line: self.place.line,
                column: self.place.column,
                start: self.offset + start as u64,
                length: end - start,
                kind: candidate.kind,
                of: candidate.of,
            });
        }
    }

    fn forget(&mut self, mut buffer: String, until: usize) {
        let from = usize_of(self.place.at - self.offset).min(buffer.len());
        self.place.go_on(buffer.get(from..until).unwrap_or_default());
        let cut = floor_boundary(&buffer, until.saturating_sub(CONTEXT));
        buffer.drain(..cut);
        self.offset += cut as u64;
        self.judged = until - cut;
        self.buffer = buffer;
    }
}

impl Place {
    fn go_on(&mut self, text: &str) {
        self.at += text.len() as u64;
        match text.rfind('\n') {
            Some(last) => {
                self.line += text.bytes().filter(|byte| *byte == b'\n').count() as u64;
                self.column = 1 + text[last + 1..].chars().count() as u64;
            }
            None => self.column += text.chars().count() as u64,
        }
    }
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The end of a name, with the dot of an initial that it ends with.
fn dotted_end(tokens: &Tokens<'_>, last: usize) -> usize {
    let end = tokens.list[last].end;
    let is_initial = tokens.word(last).chars().count() == 1 && tokens.text[end..].starts_with('.');
    if is_initial { end + 1 } else { end }
}

/// The last boundary of a character at or before byte `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
