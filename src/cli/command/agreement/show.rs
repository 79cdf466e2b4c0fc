//! `subrosa agreement show`.

use serde::Serialize;

use super::Page;
use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;

/// What `subrosa agreement show` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The agreement: the beginning of its id
    #[arg(value_name = "ID")]
    pub agreement: String,
}

#[derive(Serialize)]
struct Shown {
    agreement: Page,
}

impl Answer for Shown {
    fn prose(&self, look: &Look<'_>) -> String {
        self.agreement.sheet().prose(look)
    }

    fn bare(&self) -> String {
        self.agreement.sheet().bare()
    }
}

/// Shows it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let agreement = names::agreement(vault.catalog(), &args.agreement)?;
    let page = Page::of(vault.catalog(), &agreement, session.today(&vault)?)?;
    session.answer("agreement-show", &Shown { agreement: page }, Some(&vault))?;
    Ok(Exit::Done)
}
