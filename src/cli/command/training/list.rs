//! `subrosa training list`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::vault::catalog::IdKind;

#[derive(Serialize)]
struct Trainings {
    trainings: Vec<Training>,
}

#[derive(Serialize)]
struct Training {
    id: String,
    recipient: Who,
    course: String,
    state: &'static str,
    on: String,
    valid_until: String,
}

impl Training {
    /// Recipient, course, state, when, last day.
    fn columns(&self) -> [&str; 5] {
        [&self.recipient.alias, &self.course, self.state, &self.on, &self.valid_until]
    }
}

impl Answer for Trainings {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |training: &Training| {
            let id = look.id(IdKind::Training, &training.id).into_owned();
            std::iter::once(id).chain(training.columns().map(|text| bare(text).into_owned())).collect()
        };
        look.table(&self.trainings.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line = |training: &Training| row(std::iter::once(&training.id[..]).chain(training.columns()));
        self.trainings.iter().map(line).collect()
    }
}

/// Lists them, in the order of their filing.
pub fn run(session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let today = session.today(&vault)?;
    let all = vault.catalog().trainings(None)?;
    let trainings = all.iter().map(|training| {
        let done = &training.done;
        Ok::<_, Failure>(Training {
            id: done.training.to_string(),
            recipient: Who::recipient(vault.catalog(), done.recipient)?,
            course: done.course.to_string(),
            state: training.state(today).as_str(),
            on: done.on.to_string(),
            valid_until: done.valid_until.to_string(),
        })
    });
    let trainings = Trainings { trainings: trainings.collect::<Result<_, _>>()? };
    if trainings.trainings.is_empty() && !session.globals.json {
        session.note("there are no trainings yet");
    }
    session.answer("training-list", &trainings, Some(&vault))?;
    Ok(Exit::Done)
}
