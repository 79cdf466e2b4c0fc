//! Names that are ordinary words as well (Will, May, Rose, Stone), and when such a word looks like a name. It does when
//! it has a capital and is
//!
//! - after a title or a relation (`Mr Stone`, `his wife Rose`), in the possessive (`Will's phone`), before what only
//!   people do (`Hope laughed`, `Rose came`), before another capital (`Will Thompson`), or
//! - inside a sentence, with no article before it.
//!
//! A place (Florence) needs only the capital, and no `in` or `at` before it. It does not as a month or season (`in May`, `13 May`), nor in the name of a place or a thing (`Rose Street`). Where
//! everything is in capitals, only a title or a relation tells. Must not know who is on file.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::scan::tokens::Token;
use crate::scan::tokens::Tokens;
use crate::scan::told::is_told_as_somebody;

/// Words of English, and some of Portuguese, Spanish, French and German, that people are called too. Folded.
const ORDINARY: &str = "
    abbey abbot ace angel archer art ash aurora autumn bailey baker bank banks bar barker basil baron bay beach bean
    bear beau bee bell berry best bill birch bird bishop black blake blank blaze bliss bloom blossom blue bob bond booth
    bow bowman boy brandy branch brave breeze brick bridge bridges bright brook brooks brown buck bud bull bush butcher
    butler candy cannon canon card care carol carpenter carver case cash cat chance chandler chapel charity chase chastity
    cherry chip christian church city clark clay clement cliff clover coach coal cole cook cooper coral corn cotton couch
    court craft crane crisp cross crow crown crystal cruise cutter daisy dale dawn day days dean dear destiny diamond
    dove dolly down draper dream duke dusty dwell earl early earnest east easter ebony echo eden elder
    ember english ever faith faithful falcon fall farmer fate faye feather felicity fern field fields finch fish fisher
    flint flora flower flowers foot ford forest forrest foster fox frank frankly freedom free french friend frost gale gay
    gardener garland garnet gem gene gentle ginger glad glass glen gold golden good goody grace grant gray graves grave
    green grey grove guy hail hale hall hand hank hardy harmony harp hart harvest haven hawk hay hazel heath
    heather heaven henna hers hill hills history holder holiday holly home honest honor honour hood hook hope hopes hunt
    hunter ice ideal iris iron island ivory ivy jade jam jasmine jay jean jeans jet jewel jolly joy judge junior
    just justice keen key kid king knight ladd lake lamb land lane lark last laurel law lawn lay leaf lee
    leg legend levy liberty light lily linden lion little lock london long love low luck lucky lynx lyric mac magic
    major man manly mark marks market marsh marshal mason master mat matt max may mead meadow means melody mercer mercy
    merit merry mild miles mill miller mills mint miracle missy mist misty mix moody moon moor moore more moss mount mouse
    myrtle new newman nice nick night noble noel noon norm north nova oak ocean olive opal orchid oral page paige paint
    palm pan pansy park parks parish parson pat patience patient pay peace peach pearl peck penny pepper perry pet petal
    pete piece piers pike pink piper pitch place plum pole pond poole poor pope poppy porter post potter powers precious
    price pride prince prior promise prudence purple queen quick quiet quill rain rainbow ram ranger raven ray read reader
    red reed reef rich rick rider ridge ring rip rising river rivers road rob robin rock rocky rod roman rose rosemary roses
    rowan royal ruby rush russet rusty sable sad sage saint sandy savage savannah sawyer scarlet school scout sea seal
    season senior serenity serene shade sharp shaw sheen shepherd sheriff short sierra silver singer sky skip small smart
    smith snow solace song sorrow sparrow spark sparks spear speed spring star stark steel stern still stock stone stones
    storm story street strong summer sunday sunny sunshine swan swift sweet tab teal tempest temple
    thorn tiger timber tin toy trace trade true trinity trip truth tuck tucker turner twain una unity urban
    vale valentine van verity vice victor victory violet wade walker wall walls ward warden warren waters
    wave weaver weeks welcome west wheat wheeler whistler white wick wild will willow wills wind winner winter
    wise wish wit wolf wood woods worth wright yard young zen
    april august january february march june july september october november december monday tuesday wednesday thursday
    friday saturday
    alegria amor amparo aurora bento branco campos clara costa cruz dias domingos esperanca esperanza estrela feliz flor
    franco gloria graca guerra leal lima lobo luz mar neves noite paz pedra pilar pinheiro pinto ramos reis rios rosa salvador
    santo santos serra sol soledad socorro valente vitoria
    belle blanc blanche bois claire colombe constant desire fleur fontaine juste lune marchand moulin petit pierre reine
    renard roux
    bauer berg braun engel ernst frei frieden fuchs gross hahn herz holz jung kaiser klein koch kraft lang lange lehrer meister
    richter sommer stein stern vogel wolf
";

/// Places that people are called after: a name with a capital, but after [`BEFORE_PLACES`].
const PLACES: &str = "asia berlin brooklyn carolina chelsea china cuba dallas devon florence florida georgia geneva houston
    india israel jordan kent lisbon london madison milan montana orlando paris persia phoenix rome santiago sydney valencia
    venice verona vienna virginia washington york";

/// Before a place.
const BEFORE_PLACES: &str = "in at near via around";

/// Months and seasons among them.
const CALENDAR: &str = "january february march april may june july august september october november december
    spring summer autumn winter fall easter sunday monday tuesday wednesday thursday friday saturday";

/// Before a month or a season.
const BEFORE_CALENDAR: &str =
    "in of on by to from since until till last next this during between before after early late
    mid every each through the a and for around end";

/// Whoever comes next is called so.
const TITLES: &str = "mr mrs ms miss mx dr doctor prof professor sir lady madam herr frau mme mlle senhor senhora sr sra
    dona don dom uncle aunt auntie grandma grandpa client patient participant member named called name brother sister son
    daughter husband wife partner friend girlfriend boyfriend fiance fiancee mother father cousin nephew niece colleague
    neighbour neighbor mum mom dad stepson stepdaughter stepfather stepmother dear hi hello signed nurse officer sergeant";

/// What only people do.
const DEEDS: &str = "said says told tells asked asks cried cries laughed laughs smiled smiles arrived arrives answered
    replied replies wept weeps spoke speaks phoned phones texted emailed wrote writes thinks thought felt feels wants
    wanted believes believed knew knows sat sits went admits admitted denied denies reported reports agreed agrees refused
    refuses attended attends shared shares described describes mentioned mentions explained explains joined joins listened
    slept sleeps lives lived drank drinks married apologised apologized complained complains disclosed discloses whispered
    shouted nodded nods shrugged";

/// What people do, and things at times, months and seasons among them.
const MOVES: &str =
    "came comes left leaves called calls missed talked talks looked looks stood needs needed tried tries
    stayed stays started moved walked took takes brought got gets kept keeps met hit hurt";

/// Before an ordinary noun.
const ARTICLES: &str =
    "the a an my our your his her their its no any some this these those every each much more less good
    bad great little new old";

/// After a word that names a place or a thing.
const THINGS: &str =
    "street st road rd avenue ave lane drive boulevard square court terrace way close crescent hill park
    garden gardens house hall home hospital clinic centre center church chapel school college university library museum
    hotel inn station bridge river lake beach island bay valley city town village county ward unit wing building lodge
    therapy therapist group class course workshop project programme program foundation trust society association
    institute festival fair market shop store cafe bar club camp day days night week weekend holiday break term time
    season bank gallery studio adults people person men women man woman children child of and or act law bill form";

/// Not who somebody is called besides.
const NOT_A_SURNAME: &str =
    "mr mrs ms miss mx dr prof january february march april may june july august september october
    november december monday tuesday wednesday thursday friday saturday sunday christmas easter english french";

/// Of two letters, and hardly ever somebody: counts as a name inside a sentence only, between words without a capital.
const SHORT_WORDS: &str =
    "am an as at be by do dr dx ex go ha he hi hx id if in is it jr ma me mr ms my no of oh ok on or
    pa ph pm pt rx so sr st to tv tx up us we
    ah eh uh um hm el la le de da di du en es un os er im ja zu ab ob";

/// Two letters without a vowel that are written small, and name nobody.
const SMALL_LETTERS: &str =
    "mg kg km cm mm ml dl hr hz vs pm ph pt tv st nd rd th dr mr ms bp hx tx dx rx sx px fx wk yr gp
    cc pc ps bc lb ft sr jr kw gb mb kb tb dm vg cf pp ff nr bz zb";

fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

macro_rules! sets {
    ($($name:ident = $words:ident;)*) => {$(
        static $name: LazyLock<HashSet<&'static str>> = LazyLock::new(|| set($words));
    )*};
}

sets! {
    ORDINARY_SET = ORDINARY;
    CALENDAR_SET = CALENDAR;
    BEFORE_CALENDAR_SET = BEFORE_CALENDAR;
    TITLES_SET = TITLES;
    DEEDS_SET = DEEDS;
    MOVES_SET = MOVES;
    PLACES_SET = PLACES;
    BEFORE_PLACES_SET = BEFORE_PLACES;
    ARTICLES_SET = ARTICLES;
    THINGS_SET = THINGS;
    NOT_A_SURNAME_SET = NOT_A_SURNAME;
    SHORT_WORDS_SET = SHORT_WORDS;
    SMALL_LETTERS_SET = SMALL_LETTERS;
}

/// Whether `word`, folded, is an ordinary word too.
pub(super) fn is_ordinary(word: &str) -> bool {
    ORDINARY_SET.contains(word) || PLACES_SET.contains(word)
}

/// Whether `word`, folded, is a month, a season or a day of the week.
pub(super) fn is_calendar(word: &str) -> bool {
    CALENDAR_SET.contains(word)
}

/// Whether `word`, folded, stands before months as in `in May`.
pub(super) fn is_before_calendar(word: &str) -> bool {
    BEFORE_CALENDAR_SET.contains(word)
}

/// Whether whoever comes after `word` is called so: `Mr`, `wife`.
pub(super) fn is_title(word: &str) -> bool {
    TITLES_SET.contains(word)
}

/// Whether the ordinary word from token `first` to token `last` looks like a name where it stands.
pub(super) fn looks_like_a_name(tokens: &Tokens<'_>, first: usize, last: usize) -> bool {
    let Some(token) = tokens.get(first).filter(|token| token.is_capital) else { return false };
    let before = Neighbour::before(tokens, first);
    let after = Neighbour::after(tokens, last);
    let is_calendar = is_calendar(tokens.word(first));
    if is_calendar && is_in_calendar(&before, &after) {
        return false;
    }
    if TITLES_SET.contains(before.word) && !before.is_number {
        return true;
    }
    if is_shouted(tokens, token, &before, &after) {
        // What nobody but a person does tells, even there.
        let is_moved = MOVES_SET.contains(after.word) && before.word.is_empty() && !is_calendar;
        return DEEDS_SET.contains(after.word) || is_moved;
    }
    if is_told_as_somebody(tokens, last, is_calendar) && !ARTICLES_SET.contains(before.word) {
        return true;
    }
    if PLACES_SET.contains(tokens.word(first)) {
        return !BEFORE_PLACES_SET.contains(before.word);
    }
    if !is_calendar && MOVES_SET.contains(after.word) && !ARTICLES_SET.contains(before.word) {
        return true;
    }
    if tokens.list[last].is_possessive || DEEDS_SET.contains(after.word) {
        return true;
    }
    if THINGS_SET.contains(after.word) && after.word != "and" || ARTICLES_SET.contains(before.word) {
        return false;
    }
    let is_before_capital = after.is_capital && after.word.len() > 2 && after.is_close;
    if is_before_capital && !NOT_A_SURNAME_SET.contains(after.word) && !is_ordinary(after.word) {
        return true;
    }
    !before.word.is_empty()
}

/// Whether two letters, folded, are no word: a short name counts in small letters then.
pub(super) fn is_no_word(letters: &str) -> bool {
    letters.len() == 2 && !letters.contains(['a', 'e', 'i', 'o', 'u', 'y']) && !SMALL_LETTERS_SET.contains(letters)
}

/// Whether the word of two letters at token `at` looks like a name where it stands.
pub(super) fn short_looks_like_a_name(tokens: &Tokens<'_>, at: usize) -> bool {
    const HONORIFICS: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "prof", "professor"];
    let Some(token) = tokens.get(at).filter(|token| token.is_capital) else { return false };
    let before = Neighbour::before(tokens, at);
    if HONORIFICS.contains(&before.word) {
        return true;
    }
    let is_word = SHORT_WORDS_SET.contains(tokens.word(at));
    if token.is_loud {
        return !is_word && !before.is_loud && TITLES_SET.contains(before.word);
    }
    if is_word {
        let after = Neighbour::after(tokens, at);
        let is_plain = || !before.is_capital || Neighbour::before(tokens, at - 1).word.is_empty();
        return !before.word.is_empty() && is_plain() && !after.is_capital;
    }
    // It is no word, so that at the beginning of a sentence something has to follow that goes on.
    let after = Neighbour::after(tokens, at);
    let begins = before.word.is_empty() && !after.word.is_empty() && !after.is_capital && !after.is_number;
    begins || looks_like_a_name(tokens, at, at)
}

fn is_in_calendar(before: &Neighbour<'_>, after: &Neighbour<'_>) -> bool {
    let is_beside_another =
        |other: &Neighbour<'_>| other.is_number || (other.is_capital && CALENDAR_SET.contains(other.word));
    BEFORE_CALENDAR_SET.contains(before.word) || is_beside_another(before) || is_beside_another(after)
}

/// In a line of capitals a capital tells nothing.
fn is_shouted(tokens: &Tokens<'_>, token: &Token, before: &Neighbour<'_>, after: &Neighbour<'_>) -> bool {
    let is_long = tokens.text[token.start..token.end].chars().nth(1).is_some();
    let is_quiet = |other: &Neighbour<'_>| !other.word.is_empty() && !other.is_number && !other.is_loud;
    token.is_loud && is_long && !is_quiet(before) && !is_quiet(after)
}

/// The word beside, when it stands in the same sentence.
#[derive(Default)]
struct Neighbour<'a> {
    word: &'a str,
    is_number: bool,
    is_capital: bool,
    is_loud: bool,
    /// Nothing but one blank is between.
    is_close: bool,
}

impl<'a> Neighbour<'a> {
    fn before(tokens: &'a Tokens<'_>, at: usize) -> Self {
        match at.checked_sub(1) {
            Some(other) => Self::at(tokens, other, at),
            None => Self::default(),
        }
    }

    fn after(tokens: &'a Tokens<'_>, at: usize) -> Self {
        Self::at(tokens, at + 1, at + 1)
    }

    /// The token `other`, when what stands before token `behind` ends no sentence.
    fn at(tokens: &'a Tokens<'_>, other: usize, behind: usize) -> Self {
        let Some(gap) = tokens.gap(behind) else { return Self::default() };
        // The dot of a title ends nothing.
        let is_title = TITLES_SET.contains(tokens.word(behind - 1)) && gap.trim_end() == ".";
        let is_list = tokens.is_number(behind - 1) && gap.starts_with(['.', ')']);
        if is_list || (!is_title && (ends_sentence(gap) || !is_wrapped(tokens, behind, gap))) {
            return Self::default();
        }
        let token = &tokens.list[other];
        Self {
            word: tokens.word(other),
            is_number: tokens.is_number(other),
            is_capital: token.is_capital,
            is_loud: token.is_loud,
            is_close: gap.trim().is_empty() && !gap.contains('\n'),
        }
    }
}

fn ends_sentence(gap: &str) -> bool {
    gap.len() > 24
        || gap.contains(['.', '!', '?', ':', ';', '"', '“', '”', '„', '|', '<', '>', '/', '•', '·', '\t', '#'])
}

/// Whether a line's end in `gap` only wraps a sentence: the line was long and did not stop.
fn is_wrapped(tokens: &Tokens<'_>, behind: usize, gap: &str) -> bool {
    const LONG_LINE: usize = 40;
    if !gap.contains('\n') {
        return true;
    }
    let end = tokens.list[behind - 1].end;
    let begin = tokens.text[..end].rfind('\n').map_or(0, |at| at + 1);
    gap.matches('\n').count() == 1 && gap.trim().is_empty() && end - begin >= LONG_LINE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(text: &str, word: &str) -> bool {
        let tokens = Tokens::of(text);
        let at = (0..tokens.list.len()).find(|at| tokens.word(*at) == word).unwrap();
        looks_like_a_name(&tokens, at, at)
    }

    #[test]
    fn a_name_is_told_from_a_word() {
        for (text, word) in [
            ("I saw Will there", "will"),
            ("Mr. Stone paid", "stone"),
            ("Will Thompson came", "will"),
            ("Art's mother", "art"),
            ("Grace said so", "grace"),
            ("After that May cried", "may"),
            ("Will hit her", "will"),
            ("Rose, his wife, cried", "rose"),
            ("Will (brother) came", "will"),
            ("- Will: refused", "will"),
            ("WILL CAME", "will"),
            ("Berg was angry", "berg"),
        ] {
            assert!(looks(text, word), "{text}");
        }
        for (text, word) in [
            ("Will you come", "will"),
            ("I saw him. Will you come", "will"),
            ("in May the group", "may"),
            ("13 May", "may"),
            ("Rose Street", "rose"),
            ("the Rose", "rose"),
            ("WILL NOT GO", "will"),
            ("he will go", "will"),
            ("Hope was restored", "hope"),
            ("Hope: low", "hope"),
            ("NO HOPE LEFT", "hope"),
        ] {
            assert!(!looks(text, word), "{text}");
        }
    }

    #[test]
    fn a_wrapped_line_goes_on() {
        assert!(looks("and that is all that I said on Tuesday about\nRose and the others", "rose"));
        assert!(!looks("Homework\nRose and thorns", "rose"));
    }
}
