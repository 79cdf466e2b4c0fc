//! `subrosa client list`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::client::Part2;
use crate::vault::catalog::IdKind;

/// What `subrosa client list` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// With the real names
    #[arg(long)]
    pub names: bool,
}

#[derive(Serialize)]
struct Clients {
    clients: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    alias: String,
    state: &'static str,
    part2: bool,
    /// Null without `--names`, and where it is not known.
    name: Option<String>,
    #[serde(skip)]
    is_named: bool,
}

impl Line {
    fn name(&self) -> Option<&str> {
        self.is_named.then(|| self.name.as_deref().unwrap_or_default())
    }
}

impl Answer for Clients {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |line: &Line| {
            let mut cells =
                vec![look.id(IdKind::Client, &line.id).into_owned(), line.alias.clone(), line.state.to_owned()];
            cells.extend(line.name().map(|name| bare(name).into_owned()));
            cells
        };
        look.table(&self.clients.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line = |line: &Line| row([&line.id[..], &line.alias, line.state].into_iter().chain(line.name()));
        self.clients.iter().map(line).collect()
    }
}

/// Lists them.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let clients = vault.catalog().clients()?.into_iter().map(|client| Line {
        id: client.id().to_string(),
        alias: client.details.alias.to_string(),
        state: client.state.as_str(),
        part2: client.details.part2 == Part2::Yes,
        name: client.details.name.as_ref().filter(|_| args.names).map(ToString::to_string),
        is_named: args.names,
    });
    let clients = Clients { clients: clients.collect() };
    if clients.clients.is_empty() && !session.globals.json {
        session.note("there are no clients yet");
    }
    session.answer("client-list", &clients, Some(&vault))?;
    Ok(Exit::Done)
}
