//! A consent, asked for question by question, where somebody can answer: what is required, then what makes it more than
//! a draft. What cannot be used is said at once, and asked again.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use super::terms::Options;
use super::terms::recipients;
use super::terms::signatory;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::consenting::terms;
use crate::time::When;
use crate::vault::catalog::Catalog;
use crate::vocabulary::Profile;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;

/// How often a question is put again after an answer that cannot be used.
const TRIES: usize = 3;

/// Whose consent it is: what was typed, or the answer.
pub fn client(
    given: Option<String>,
    session: &mut Session<'_>,
    catalog: &Catalog,
    example: &str,
) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    let read = |answer: &str| names::client(catalog, answer).map(|_| answer.to_owned());
    required(session, "Whose consent is it (alias)", "--client", example, read)
}

/// Asks for whatever of the required is missing, and then for what is offered.
pub fn grant(
    options: &mut Options,
    session: &mut Session<'_>,
    catalog: &Catalog,
    example: &str,
) -> Result<(), Failure> {
    if options.to.is_empty() {
        let read = |answer: &str| {
            let typed: Vec<String> = words(answer);
            recipients(catalog, &typed).map(|_| typed)
        };
        options.to = required(session, "To whom (aliases, or team:NAME)", "--to", example, read)?;
    }
    if options.kind.is_empty() {
        let question = "What kinds of record (words such as progress-note safety-plan)";
        options.kind = required(session, question, "--kind", example, listed::<RecordKind>)?;
    }
    // A consent for these notes alone says so, or it would never open them.
    if let [only] = options.kind[..] {
        options.note_class = options.note_class.or(terms::class_of(only));
    }
    if options.purpose.is_empty() {
        let question = "What for (words such as treat coordinate)";
        options.purpose = required(session, question, "--purpose", example, listed::<Purpose>)?;
    }
    if options.signed_on.is_none() {
        options.signed_on = offered(session, "When was it signed (Enter: not yet)", one::<When>)?;
    }
    if options.signed_on.is_none() {
        return Ok(());
    }
    signed_by(options, session, catalog)?;
    if options.until.is_none() && options.on_event.is_none() && !options.no_expiry {
        let usual = "Until when, a date or a span after signing (Enter: the protocol's period)";
        options.until = offered(session, usual, one::<When>)?;
    }
    // By law more is needed than by the strict protocol: none of it is left to a flag.
    let protocol = catalog.protocol()?.protocol;
    if protocol.has(Profile::Hipaa) || protocol.has(Profile::Part2) {
        form(options, session)?;
        statements(options, session)?;
    }
    copy_given(options, session)
}

/// Asks for what a draft lacks.
pub fn complete(
    options: &mut Options,
    lacks: &[&str],
    session: &mut Session<'_>,
    catalog: &Catalog,
) -> Result<(), Failure> {
    if lacks.contains(&"signed-on") {
        options.signed_on = offered(session, "When was it signed (Enter: not yet)", one::<When>)?;
    }
    if lacks.contains(&"signed-by") {
        signed_by(options, session, catalog)?;
    }
    if lacks.contains(&"form") {
        form(options, session)?;
    }
    if lacks.contains(&"statements") {
        statements(options, session)?;
    }
    if lacks.contains(&"copy-given") {
        copy_given(options, session)?;
    }
    Ok(())
}

fn signed_by(options: &mut Options, session: &mut Session<'_>, catalog: &Catalog) -> Result<(), Failure> {
    if !options.signed_by.is_empty() {
        return Ok(());
    }
    let read = |answer: &str| {
        let typed: Vec<String> = words(answer);
        typed.iter().try_for_each(|typed| signatory(catalog, typed).map(drop)).map(|()| typed)
    };
    let signed = offered(session, "Who signed, client or aliases (Enter: the client)", read)?;
    options.signed_by = signed.unwrap_or_else(|| vec!["client".to_owned()]);
    Ok(())
}

fn form(options: &mut Options, session: &mut Session<'_>) -> Result<(), Failure> {
    if options.form.is_some() {
        return Ok(());
    }
    let cwd = session.host.cwd.clone();
    let read = |answer: &str| match cwd.join(answer).is_file() {
        true => Ok(PathBuf::from(answer)),
        false => Err(Failure::not_found(format!("there is no file {answer}"))),
    };
    options.form = offered(session, "The file with the signed form (Enter: none)", read)?;
    Ok(())
}

fn statements(options: &mut Options, session: &mut Session<'_>) -> Result<(), Failure> {
    if options.statements.is_none() {
        let question = "What the client read before signing: standard, or a file (Enter: not said)";
        options.statements = offered(session, question, one::<String>)?;
    }
    Ok(())
}

fn copy_given(options: &mut Options, session: &mut Session<'_>) -> Result<(), Failure> {
    if options.copy_given.is_none() {
        options.copy_given = offered(session, "When was the client given a copy (Enter: not yet)", one::<When>)?;
    }
    Ok(())
}

/// The answer, or nothing where Enter was pressed.
fn offered<T>(
    session: &mut Session<'_>,
    question: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let Some(terminal) = session.terminal() else {
        return Ok(None);
    };
    for _ in 0..TRIES {
        let answer = terminal.ask(question, None)?;
        if answer.is_empty() {
            return Ok(None);
        }
        match read(&answer) {
            Ok(value) => return Ok(Some(value)),
            Err(failure) => terminal.tell(&failure.message)?,
        }
    }
    Err(Failure::usage(format!("no clear answer to {question:?}")))
}

fn required<T>(
    session: &mut Session<'_>,
    question: &str,
    flag: &str,
    example: &str,
    read: impl Fn(&str) -> Result<T, Failure>,
) -> Result<T, Failure> {
    for _ in 0..TRIES {
        if let Some(value) = offered(session, question, &read)? {
            return Ok(value);
        }
    }
    Err(Failure::usage(format!("{flag} is needed")).hint(example))
}

fn one<T: FromStr<Err: Display>>(answer: &str) -> Result<T, Failure> {
    answer.parse().map_err(|error| Failure::usage(format!("{error}")))
}

fn listed<T: FromStr<Err: Display>>(answer: &str) -> Result<Vec<T>, Failure> {
    words::<String>(answer).iter().map(|word| one(word)).collect()
}

/// Words with blanks or commas between.
fn words<T: From<String>>(answer: &str) -> Vec<T> {
    let words = answer.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    words.map(|word| T::from(word.to_owned())).collect()
}
