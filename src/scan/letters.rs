//! Letters as they are compared: without case, accents, look-alikes from other alphabets and characters that are not
//! seen, after undoing the escapes of HTML, JSON, RTF and URLs. Must not know what the letters spell.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Look-alikes by the letter they pass for, small and capital alike (a selection from Unicode UTS #39,
/// `confusables.txt`), and Latin letters that decompose into nothing plainer.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("a", "аӑαɑ"),
    ("ae", "æӕ"),
    ("b", "вβ"),
    ("c", "сϲ"),
    ("d", "đðԁɗ"),
    ("e", "еєҽεə"),
    ("f", "ƒϝ"),
    ("g", "ɡԍ"),
    ("h", "нһηħ"),
    ("i", "іιıɩӏ"),
    ("j", "јϳ"),
    ("k", "кκ"),
    ("l", "łⅼ"),
    ("m", "мμϻ"),
    ("n", "νŋո"),
    ("o", "оοøօσς"),
    ("oe", "œ"),
    ("p", "рρ"),
    ("q", "ԛ"),
    ("s", "ѕꜱ"),
    ("ss", "ß"),
    ("t", "тτŧ"),
    ("th", "þ"),
    ("u", "ս"),
    ("v", "ѵ"),
    ("w", "ԝѡ"),
    ("x", "хχ"),
    ("y", "уυү"),
    ("z", "ζ"),
];

/// HTML entities for what names and numbers are made of, beside the numbered ones.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("apos", '\''),
    ("aelig", 'æ'),
    ("AElig", 'Æ'),
    ("commat", '@'),
    ("hyphen", '-'),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("quot", '"'),
    ("rsquo", '’'),
    ("shy", '\u{ad}'),
    ("szlig", 'ß'),
    ("thinsp", ' '),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

/// The endings of entities such as `&eacute;`.
const ACCENTS: &[&str] = &["acute", "grave", "circ", "uml", "tilde", "cedil", "ring", "caron"];

/// Letters that some write as two; the reading of a name that has one of them.
const SPELLED_OUT: &[(char, &str)] = &[('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ø', "oe"), ('å', "aa")];

/// The longest escape in bytes.
const LONGEST_ESCAPE: usize = 10;

/// The character that begins at byte `at`, escapes undone, and the byte after it. Whatever is no escape is itself.
pub(super) fn decode(text: &str, at: usize) -> Option<(char, usize)> {
    let first = *text.as_bytes().get(at)?;
    if first.is_ascii() && !matches!(first, b'&' | b'\\' | b'%') {
        return Some((char::from(first), at + 1));
    }
    let rest = text.get(at..)?;
    let c = rest.chars().next()?;
    let escaped = match c {
        '&' => entity(rest),
        '\\' => backslash(rest),
        '%' => percent(rest),
        _ => None,
    };
    let (c, length) = escaped.unwrap_or((c, c.len_utf8()));
    Some((c, at + length))
}

fn entity(rest: &str) -> Option<(char, usize)> {
    let end = rest.bytes().take(LONGEST_ESCAPE).position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let number = name.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    });
    if let Some(number) = number {
        return Some((char::from_u32(number.ok()?)?, end + 1));
    }
    if let Some((_, c)) = ENTITIES.iter().find(|(known, _)| *known == name) {
        return Some((*c, end + 1));
    }
    let letter = name.chars().next().filter(char::is_ascii_alphabetic)?;
    ACCENTS.contains(&&name[1..]).then_some((letter, end + 1))
}

/// `\u00ed` as JSON has it, `\'ed` as RTF has it.
fn backslash(rest: &str) -> Option<(char, usize)> {
    let (digits, length) = match rest.as_bytes().get(1)? {
        b'u' => (rest.get(2..6)?, 6),
        b'\'' => (rest.get(2..4)?, 4),
        _ => return None,
    };
    Some((hexadecimal(digits)?, length))
}

/// `%20`; only ASCII, what is more takes several.
fn percent(rest: &str) -> Option<(char, usize)> {
    hexadecimal(rest.get(1..3)?).filter(char::is_ascii).map(|c| (c, 3))
}

fn hexadecimal(digits: &str) -> Option<char> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// Adds `c` to `folded`, as it is compared.
pub(super) fn fold_into(folded: &mut String, c: char) {
    if c.is_ascii() {
        folded.push(c.to_ascii_lowercase());
        return;
    }
    if is_unseen(c) {
        return;
    }
    if let Some(digit) = digit(c) {
        folded.push(digit);
        return;
    }
    for part in std::iter::once(c).nfkd().filter(|c| !is_combining_mark(*c)) {
        for small in part.to_lowercase().filter(|c| !is_combining_mark(*c)) {
            match LOOK_ALIKES.iter().find(|(_, others)| others.contains(small)) {
                Some((plain, _)) if !small.is_ascii() => folded.push_str(plain),
                _ => folded.push(small),
            }
        }
    }
}

/// `text` as it is compared, escapes left as they are.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_into(&mut folded, c);
    }
    folded
}

/// Decimal digits of other scripts than our own.
fn digit(c: char) -> Option<char> {
    const ZEROES: [u32; 5] = [0x660, 0x6f0, 0x966, 0x9e6, 0xff10];
    let value = ZEROES.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

/// Characters that take no room: they part no word and are no letter.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// What stands for an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '′' | '＇' | '‛')
}

/// What stands for a hyphen.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' | '\u{ad}')
}

/// Han, Kana and Hangul: written without blanks between words, so that a name may stand anywhere in a row of them.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}')
        || matches!(c, '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}')
        || matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || matches!(c, '\u{20000}'..='\u{323af}')
        || matches!(c, '\u{1100}'..='\u{115f}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}')
}

/// What is one character with the one of [`is_unspaced`] before it: vowels and endings of Hangul written apart,
/// marks of Kana.
pub(super) fn sticks_to_unspaced(c: char) -> bool {
    matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}') || is_combining_mark(c)
}

/// Letters and digits and what sticks to them.
pub(super) fn is_part_of_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() || is_combining_mark(c) }
}

/// The spellings of a part; of a surname also that without the vowel's second letter (Mueller, Muller).
pub(super) fn spellings(written: &str, word: &str, is_first: bool) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    let lower: String = written.nfc().collect::<String>().to_lowercase();
    if lower.contains(|c| SPELLED_OUT.iter().any(|(letter, _)| *letter == c)) {
        let out = SPELLED_OUT.iter().fold(lower, |text, (letter, two)| text.replace(*letter, two));
        spellings.push(fold(&out).replace(['\'', '’'], ""));
    }
    if !is_first && word.chars().count() >= 5 {
        let short = word.replace("ue", "u").replace("oe", "o").replace("ae", "a");
        spellings.extend((short != word && short.chars().count() >= 4).then_some(short));
    }
    spellings.dedup();
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for (seen, plain) in [
            ("M\u{430}ría", "maria"),
            ("ＬＯＰＥＺ", "lopez"),
            ("Łukasz", "lukasz"),
            ("Kjær", "kjaer"),
            ("Lo\u{ad}pez\u{200b}", "lopez"),
            ("\u{39c}ARIA", "maria"),
            ("Straße", "strasse"),
            ("٩١٢", "912"),
            ("ﬁona", "fiona"),
        ] {
            assert_eq!(fold(seen), plain);
        }
    }

    #[test]
    fn escapes_are_undone() {
        for (text, c, length) in [
            ("&iacute;a", 'i', 8),
            ("&#237;", 'í', 6),
            ("&#xED;", 'í', 6),
            ("&nbsp;", ' ', 6),
            ("\\u00eda", 'í', 6),
            ("\\'eda", 'í', 4),
            ("%40x", '@', 3),
            ("&;", '&', 1),
            ("&acute;", '&', 1),
            ("\\u00", '\\', 1),
            ("%é", '%', 1),
        ] {
            assert_eq!(decode(text, 0), Some((c, length)), "{text}");
        }
    }
}
