//! `subrosa training add`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::id::TrainingId;
use crate::papers::trainings;
use crate::papers::trainings::NewTraining;
use crate::practice::event::Body;
use crate::practice::words::Line;
use crate::time::When;
use crate::vocabulary::TrainingState;

/// What `subrosa training add` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Who was trained
    pub recipient: Option<String>,
    /// In what
    #[arg(long, value_name = "TEXT")]
    pub course: Option<String>,
    /// When [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
    /// The last day on which it counts; a span counts from the training [default: the protocol's period]
    #[arg(long, value_name = "DATE|SPAN")]
    pub valid_until: Option<When>,
}

/// Files a training.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa training add dr-lee --course confidentiality";
    let needed = [("ALIAS", args.recipient.is_some()), ("--course", args.course.is_some())];
    session.must_have_all(&needed, example)?;
    let course: Option<Line> = session.word(args.course, "--course")?;
    let mut vault = session.open_to_append()?;
    let typed = session.required(args.recipient, "ALIAS", "Who was trained (alias)", example)?;
    let recipient = names::recipient(vault.catalog(), &typed)?;
    let course = session.required(course, "--course", "In what", example)?;
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = days::happened(args.on, "--on", today, &zone)?;
    let valid_until = days::last(args.valid_until, "--valid-until", on, &zone)?;
    let training = TrainingId::random(&mut session.host.rng);
    let new = NewTraining { training, recipient: recipient.id(), course, on, valid_until };
    let committed = trainings::add(&mut session.desk(&mut vault), new)?;
    let exit = session.committed(&committed);
    let until = committed.entries.iter().find_map(|(_, event)| match &event.body {
        Body::TrainingAdded(added) => Some(added.valid_until),
        _ => None,
    });
    let until = until.unwrap_or(on);
    let state = if today <= until { TrainingState::Live } else { TrainingState::Expired };
    let alias = recipient.details.alias;
    let made = Made {
        id: training.to_string(),
        state: state.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("The training of {alias} is filed ({training}): {state}, its last day is {until}."),
    };
    session.answer("training-add", &made, Some(&vault))?;
    Ok(exit)
}
