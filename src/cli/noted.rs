//! What is offered to be noted when a session is filed: how somebody was, what was asked, what they would rather not talk
//! about, and why others could hear. Enter leaves each open, and nobody is asked where nobody sits (domain rows 18 and 37 to
//! 40). Must not know how it is filed.

use std::str::FromStr;

use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::filing::session::Asked;
use crate::practice::client::ClientDetails;
use crate::practice::words::Line;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Zone;
use crate::vocabulary::Comfort;
use crate::vocabulary::Setting;

/// Why a session was held where others could hear: what was said, or the answer. Refused, with `cure`, where nobody says it.
pub fn reason_for(
    setting: Option<Setting>,
    given: Option<Prose>,
    cure: &str,
    session: &mut Session<'_>,
) -> Result<Option<Prose>, Failure> {
    let Some(setting) = setting.filter(|setting| setting.is_open() && given.is_none()) else {
        return Ok(given);
    };
    let question = format!("Others can hear in a {setting} room: why was it held there");
    match session.offered(None, &question)? {
        Some(reason) => Ok(Some(reason)),
        None => {
            let message = format!(
                "others can hear in a room that is {setting}: a session is held there with a reason, which is recorded \
                 and opens a concern, or in a private room"
            );
            Err(Failure::refused(message).hint(cure))
        }
    }
}

/// Asks when the limits of confidentiality were talked about with a client of whom nobody has said it yet (domain row 15).
/// A day to come is told, and asked again: nothing else that was typed is lost.
pub fn ask_outset(
    client: &ClientDetails,
    (today, zone): (Date, &Zone),
    session: &mut Session<'_>,
) -> Result<Option<Date>, Failure> {
    if client.limits_discussed.is_some() {
        return Ok(None);
    }
    let question =
        format!("When were the limits of confidentiality talked about with {} (a date, or Enter)", client.alias);
    while let Some(when) = session.offered(None, &question)? {
        match days::happened(Some(when), "the limits", today, zone) {
            Ok(day) => return Ok(Some(day)),
            Err(slip) => session.note(&slip.message),
        }
    }
    Ok(None)
}

/// Asks about a session of one record.
pub fn ask(session: &mut Session<'_>) -> Result<Asked, Failure> {
    let question = "Were they asked for concerns about their privacy, yes or no (Enter: not told)";
    let concerns_asked = session.offered(None, question)?.map(|YesOrNo(answer)| answer);
    let comfort = session.offered(None, "How did they seem: ok, uneasy, distressed, not-observed (Enter: not told)")?;
    let concern = concern_of(comfort, "they", session)?;
    let declined =
        session.offered(None, "What would they rather not talk about, with commas between (Enter: nothing)")?;
    let declined = declined.map(|Topics(topics)| topics).unwrap_or_default();
    Ok(Asked { comfort, concerns_asked, declined, concern, ..Asked::default() })
}

/// Whoever was not well may have a concern: it is offered, and typed.
pub fn concern_of(comfort: Option<Comfort>, who: &str, session: &mut Session<'_>) -> Result<Option<Prose>, Failure> {
    let Some(comfort) = comfort.filter(|comfort| comfort.is_uneasy() && session.is_interactive()) else {
        return Ok(None);
    };
    let Some(text) = session.written(&format!("{who}: {comfort}. A concern to be answered, in your words"))? else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|error| Failure::usage(format!("the concern: {error}")))
}

/// An answer that is yes or no.
struct YesOrNo(bool);

impl FromStr for YesOrNo {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(Self(true)),
            "n" | "no" => Ok(Self(false)),
            _ => Err("yes or no"),
        }
    }
}

/// Topics with commas between.
struct Topics(Vec<Line>);

impl FromStr for Topics {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let topics = text.split(',').map(str::trim).filter(|topic| !topic.is_empty());
        topics.map(|topic| topic.parse().map_err(|error| format!("{error}"))).collect::<Result<_, _>>().map(Self)
    }
}
