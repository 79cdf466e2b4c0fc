//! `subrosa rules`: every rule, a line each; with `--matrix`, the table of who needs what. Needs no vault; where one is
//! open, the table has the rows of its protocol.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::session::Session;
use crate::cli::text::row;
use crate::policy;
use crate::policy::matrix::Line;
use crate::policy::matrix::Matrix;

/// What `subrosa rules` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "'subrosa explain ID' tells where a rule comes from, and what cures a refusal by it.")]
pub struct Args {
    /// The table of who needs what: role, kinds, purposes, form, and whether a consent opens more
    #[arg(long)]
    pub matrix: bool,
}

#[derive(Serialize)]
struct Rules {
    rules: Vec<Rule>,
    /// Null without `--matrix`.
    matrix: Option<Table>,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    text: &'static str,
    source: &'static [&'static str],
    cure: &'static str,
    exit: u8,
}

#[derive(Serialize)]
struct Table {
    /// The protocol whose rows they are; null for the standard ones.
    protocol: Option<u64>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    role: &'static str,
    kinds: String,
    purposes: String,
    form: &'static str,
    opened_by_consent: bool,
}

impl From<Line> for Row {
    fn from(line: Line) -> Self {
        let Line { role, kinds, purposes, form, consent_opens } = line;
        Self { role: role.as_str(), kinds, purposes, form, opened_by_consent: consent_opens }
    }
}

impl Row {
    fn cells(&self) -> [&str; 5] {
        let opened = if self.opened_by_consent { "opened-by-consent" } else { "" };
        [self.role, &self.kinds, &self.purposes, self.form, opened]
    }
}

impl Answer for Rules {
    fn prose(&self, look: &Look<'_>) -> String {
        match &self.matrix {
            None => {
                let rows = self.rules.iter().map(|rule| vec![rule.id.to_owned(), rule.text.to_owned()]);
                look.table(&rows.collect::<Vec<_>>())
            }
            Some(table) => {
                let head = ["role", "kinds", "purposes", "form", "consent"].map(str::to_owned).to_vec();
                let rows = table.rows.iter().map(|row| row.cells().map(str::to_owned).to_vec());
                look.table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
            }
        }
    }

    fn bare(&self) -> String {
        match &self.matrix {
            None => self.rules.iter().map(|rule| row([rule.id, rule.text])).collect(),
            Some(table) => table.rows.iter().map(|line| row(line.cells())).collect(),
        }
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let rules = policy::rules().map(|rule| Rule {
        id: rule.id,
        text: rule.text,
        source: rule.source,
        cure: rule.cure,
        exit: rule.exit,
    });
    let matrix = if args.matrix { Some(table(session)?) } else { None };
    session.answer("rules", &Rules { rules: rules.collect(), matrix }, None)?;
    Ok(Exit::Done)
}

/// The table of the vault that is there, or the standard one where there is none.
fn table(session: &mut Session<'_>) -> Result<Table, Failure> {
    let vault = match session.open() {
        Ok(vault) => Some(vault),
        Err(failure) if failure.code == FailureCode::NoVault => None,
        // A rule book is no secret: whoever has no key to the vault at hand reads the standard one.
        Err(failure) if failure.code == FailureCode::CannotUnlock => {
            session.note(&format!("these are the standard rows: {}", failure.message));
            None
        }
        Err(failure) => return Err(failure),
    };
    let protocol = vault.map(|vault| vault.catalog().protocol()).transpose()?;
    let own = protocol.as_ref().map(|adopted| Matrix::standard().with(&adopted.protocol.access.role));
    let matrix = own.as_ref().unwrap_or(Matrix::standard());
    Ok(Table {
        protocol: protocol.as_ref().map(|adopted| adopted.version),
        rows: matrix.lines().into_iter().map(Row::from).collect(),
    })
}
