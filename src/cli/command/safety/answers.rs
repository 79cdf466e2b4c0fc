//! The questions of a safety disclosure: read from a file, or asked one by one. An answer that is empty is none. What was
//! answered is never repeated in a message. Must not know what follows from an answer.

use std::path::Path;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::session::ANSWERS_CAP;
use crate::cli::session::Session;
use crate::practice::safety::Answers;
use crate::practice::words::Prose;
use crate::vocabulary::Certainty;
use crate::vocabulary::ThreatTo;
use crate::vocabulary::Told;

/// What is asked for each answer, in the order of [`Answers::QUESTIONS`].
const ASKED: [(&str, &str); 13] = [
    ("threat_to", "Whom is the threat to"),
    ("serious", "Is it serious"),
    ("imminent", "Is it imminent"),
    ("facts", "What do you know"),
    ("why_recipient", "Why can this recipient prevent or lessen it"),
    ("alternatives", "What did you consider instead"),
    ("authority", "Which law or code do you rely on"),
    ("client_told", "Was the client told"),
    ("client_told_why", "Why not, or not yet"),
    ("consulted_with", "Whom did you consult (Enter: nobody)"),
    ("least_information", "Why is it no more than is needed"),
    ("facility", "In which facility do the medical personnel work"),
    ("nature_of_emergency", "What is the nature of the emergency"),
];
/// How often a question is put again after an answer that cannot be used.
const TRIES: usize = 3;

/// Reads a file, or standard input for `-`.
pub fn read(file: &Path, session: &mut Session<'_>) -> Result<Answers, Failure> {
    let bytes = Zeroizing::new(session.read_public(file, ANSWERS_CAP)?);
    parse(&bytes).map_err(|wrong| Failure::usage(format!("--answers: {wrong}")).hint("subrosa help safety disclose"))
}

/// Reads TOML: a text for each question, and nothing else.
fn parse(bytes: &[u8]) -> Result<Answers, String> {
    if bytes.len() > ANSWERS_CAP {
        return Err(format!("it is longer than {ANSWERS_CAP} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text".to_owned())?;
    let line_at = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| line_at(span.start));
        format!("line {line} is not TOML, or says a thing twice")
    })?;
    let mut answers = Answers::default();
    for (key, value) in &table {
        if !Answers::QUESTIONS.contains(&key.as_str()) {
            let asked = Answers::QUESTIONS.join(", ");
            return Err(format!("something in it answers no question; the questions are {asked}"));
        }
        let value = value.as_str().ok_or_else(|| format!("{key} is not a text in quotes"))?;
        set(&mut answers, key, value).map_err(|wrong| format!("{key}: {wrong}"))?;
    }
    Ok(answers)
}

/// Puts one answer in its place.
fn set(answers: &mut Answers, question: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Ok(());
    }
    match question {
        "threat_to" => answers.threat_to = Some(word(text, ThreatTo::WORDS)?),
        "serious" => answers.serious = Some(word(text, Certainty::WORDS)?),
        "imminent" => answers.imminent = Some(word(text, Certainty::WORDS)?),
        "client_told" => answers.client_told = Some(word(text, Told::WORDS)?),
        question => {
            let prose: Prose = text.parse().map_err(|error: crate::practice::words::TextError| error.to_string())?;
            let place = match question {
                "facts" => &mut answers.facts,
                "why_recipient" => &mut answers.why_recipient,
                "alternatives" => &mut answers.alternatives,
                "authority" => &mut answers.authority,
                "client_told_why" => &mut answers.client_told_why,
                "consulted_with" => &mut answers.consulted_with,
                "least_information" => &mut answers.least_information,
                "facility" => &mut answers.facility,
                _ => &mut answers.nature_of_emergency,
            };
            *place = Some(prose);
        }
    }
    Ok(())
}

fn word<T: FromStr>(text: &str, words: &[&str]) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("it is one of {}", words.join(", ")))
}

/// The words that answer a question, where they are a closed list.
fn words_of(question: &str) -> Option<&'static [&'static str]> {
    match question {
        "threat_to" => Some(ThreatTo::WORDS),
        "serious" | "imminent" => Some(Certainty::WORDS),
        "client_told" => Some(Told::WORDS),
        _ => None,
    }
}

/// Asks every question, where somebody can be asked.
pub fn ask(is_medical: bool, session: &mut Session<'_>) -> Result<Answers, Failure> {
    let mut answers = Answers::default();
    for (question, asked) in ASKED {
        let is_asked = match question {
            "client_told_why" => matches!(answers.client_told, Some(Told::No | Told::Later)),
            "facility" | "nature_of_emergency" => is_medical,
            _ => true,
        };
        let Some(terminal) = session.terminal().filter(|_| is_asked) else {
            continue;
        };
        let words = words_of(question).map(|words| format!(" ({})", words.join(", "))).unwrap_or_default();
        for _ in 0..TRIES {
            let answer = Zeroizing::new(terminal.ask(&format!("{asked}{words}"), None)?);
            match set(&mut answers, question, &answer) {
                // A slip of the finger is not what all the other answers go for.
                Ok(()) if answer.trim().is_empty() && question != "consulted_with" => {
                    terminal.tell("it needs an answer; nothing is disclosed without one")?;
                }
                Ok(()) => break,
                Err(wrong) => terminal.tell(&wrong)?,
            }
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_question_is_asked_and_every_answer_has_its_place() {
        assert_eq!(ASKED.map(|(question, _)| question), Answers::QUESTIONS);
        let text: String = Answers::QUESTIONS
            .iter()
            .map(|question| {
                let word = words_of(question).map_or("because", |words| words[0]);
                format!("{question} = \"{word}\"\n")
            })
            .collect();
        let answers = parse(text.as_bytes()).unwrap();
        assert_eq!(answers.missing(true), [""; 0]);
        assert!(answers.consulted_with.is_some() && answers.client_told_why.is_some());
        assert_eq!(toml::from_str::<Answers>(&text).unwrap(), answers);
    }

    #[test]
    fn an_empty_answer_is_none() {
        let answers = parse(b"serious = \"\"\nfacts = \"  \"\n").unwrap();
        assert_eq!(answers, Answers::default());
    }

    #[test]
    fn what_is_wrong_is_said_and_never_what_was_answered() {
        for (text, said) in [
            (&b"facts = \"Kestrel\"\nserious = \"Kestrel\""[..], "serious: it is one of yes, no, unsure"),
            (
                b"threat_to = \"Kestrel\"",
                "threat_to: it is one of self, identified-other, others, child, dependent-adult",
            ),
            (b"serious = true", "serious is not a text in quotes"),
            (b"facts = [\"Kestrel\"]", "facts is not a text in quotes"),
            (b"Kestrel = \"x\"", "something in it answers no question; the questions are threat_to, serious,"),
            (b"facts = \"a\"\nKestrel is here", "line 2 is not TOML"),
            (b"facts = \"Kestrel\"\nfacts = \"Kestrel\"", "line 2 is not TOML, or says a thing twice"),
            (b"facts = \"Kestrel\\u001b\"", "facts: it holds the control character U+001B"),
            (b"\xff\xfeKestrel", "it is not text"),
            (b"Kestrel\0\x01", "line 1 is not TOML"),
        ] {
            let wrong = parse(text).unwrap_err();
            assert!(wrong.starts_with(said) && !wrong.contains("Kestrel"), "{wrong}");
        }
        assert!(parse(&vec![b'a'; ANSWERS_CAP + 1]).unwrap_err().contains("longer than"));
        let long = format!("facts = \"{}\"", "a".repeat(9000));
        assert_eq!(parse(long.as_bytes()).unwrap_err(), "facts: it is longer than 8192 bytes");
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[a-z_ =\"\n]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
        }
    }
}
