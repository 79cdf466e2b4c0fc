//! `subrosa restrict list`.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::practice::restriction;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vault::catalog::IdKind;

/// What `subrosa restrict list` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of this client alone
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
}

#[derive(Serialize)]
struct Restrictions {
    restrictions: Vec<Restriction>,
}

#[derive(Serialize)]
struct Restriction {
    id: String,
    client: Who,
    state: &'static str,
    on: String,
    recipients: Vec<Who>,
    roles: Vec<&'static str>,
    kinds: Vec<&'static str>,
    purposes: Vec<&'static str>,
    tags: Vec<String>,
    self_pay: bool,
    ended: Option<Ended>,
}

#[derive(Serialize)]
struct Ended {
    by: &'static str,
    on: String,
}

impl Restriction {
    fn of(catalog: &Catalog, restriction: &restriction::Restriction, today: Date) -> Result<Self, Failure> {
        let asked = &restriction.asked;
        let recipients = asked.recipients.iter().map(|id| Who::recipient(catalog, *id));
        Ok(Self {
            id: asked.restriction.to_string(),
            client: Who::client(catalog, asked.client)?,
            state: restriction.state(today).as_str(),
            on: asked.on.to_string(),
            recipients: recipients.collect::<Result<_, _>>()?,
            roles: asked.roles.iter().map(|role| role.as_str()).collect(),
            kinds: asked.kinds.iter().map(|kind| kind.as_str()).collect(),
            purposes: asked.purposes.iter().map(|purpose| purpose.as_str()).collect(),
            tags: asked.tags.iter().map(ToString::to_string).collect(),
            self_pay: asked.self_pay,
            ended: restriction.ended.as_ref().map(|ended| Ended { by: ended.by.as_str(), on: ended.on.to_string() }),
        })
    }

    /// What is not shared, by the flags that say it.
    fn scope(&self) -> String {
        let mut scope: Vec<String> = self.recipients.iter().map(|who| format!("to {}", who.alias)).collect();
        let words = [("role", &self.roles), ("kind", &self.kinds), ("purpose", &self.purposes)];
        scope.extend(words.iter().flat_map(|(what, words)| words.iter().map(move |word| format!("{what} {word}"))));
        scope.extend(self.tags.iter().map(|tag| format!("tag {tag}")));
        scope.extend(self.self_pay.then(|| "self-pay".to_owned()));
        if scope.is_empty() { "everything".to_owned() } else { scope.join(", ") }
    }

    /// Who ended it and when.
    fn end(&self) -> String {
        self.ended.as_ref().map(|ended| format!("{} by the {}", ended.on, ended.by)).unwrap_or_default()
    }
}

impl Answer for Restrictions {
    fn prose(&self, look: &Look<'_>) -> String {
        let cells = |one: &Restriction| {
            let id = look.id(IdKind::Restriction, &one.id).into_owned();
            let cells = [one.client.alias.clone(), one.state.to_owned(), one.on.clone(), one.scope(), one.end()];
            std::iter::once(id).chain(cells.map(|text| bare(&text).into_owned())).collect()
        };
        look.table(&self.restrictions.iter().map(cells).collect::<Vec<_>>())
    }

    fn bare(&self) -> String {
        let line =
            |one: &Restriction| row([&one.id[..], &one.client.alias, one.state, &one.on, &one.scope(), &one.end()]);
        self.restrictions.iter().map(line).collect()
    }
}

/// Lists them, in the order of their filing.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let client = args.client.as_ref().map(|typed| names::client(vault.catalog(), typed)).transpose()?;
    let today = session.today(&vault)?;
    let all = vault.catalog().restrictions(client.map(|client| client.id()))?;
    let restrictions = all.iter().map(|one| Restriction::of(vault.catalog(), one, today));
    let restrictions = Restrictions { restrictions: restrictions.collect::<Result<_, _>>()? };
    if restrictions.restrictions.is_empty() && !session.globals.json {
        session.note("there is no restriction");
    }
    session.answer("restrict-list", &restrictions, Some(&vault))?;
    Ok(Exit::Done)
}
