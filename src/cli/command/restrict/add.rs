//! `subrosa restrict add`.

use crate::cli::Exit;
use crate::cli::answer::Made;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::id::RecipientId;
use crate::id::RestrictionId;
use crate::papers::restrictions;
use crate::practice::restriction::RestrictionAdded;
use crate::practice::words::Tag;
use crate::time::When;
use crate::vocabulary::Purpose;
use crate::vocabulary::RecordKind;
use crate::vocabulary::RestrictionState;
use crate::vocabulary::Role;

/// What `subrosa restrict add` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "What is not narrowed is all: without any of these, nothing of the client's is shared.")]
pub struct Args {
    /// Who asked
    #[arg(long, value_name = "CLIENT")]
    pub client: Option<String>,
    /// Not to this recipient; may be repeated
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "roles")]
    pub to: Vec<String>,
    /// Not to recipients of this role; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = words::<Role>(Role::WORDS))]
    pub roles: Vec<Role>,
    /// No records of this kind; may be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = words::<RecordKind>(RecordKind::WORDS))]
    pub kinds: Vec<RecordKind>,
    /// Not for this purpose; may be repeated
    #[arg(long = "purpose", value_name = "PURPOSE", value_parser = words::<Purpose>(Purpose::WORDS))]
    pub purposes: Vec<Purpose>,
    /// No records with this tag; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<Tag>,
    /// The client paid for it: no payer is told, and nothing overrides this
    #[arg(long)]
    pub self_pay: bool,
    /// From this day on [default: today]
    #[arg(long, value_name = "DATE")]
    pub on: Option<When>,
}

/// Files a restriction.
pub fn run(args: Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let example = "subrosa restrict add --client mk-01 --role family";
    session.must_have(args.client.as_ref(), "--client", example)?;
    let mut vault = session.open_to_append()?;
    let typed = session.required(args.client, "--client", "Who asked (alias)", example)?;
    let client = names::client(vault.catalog(), &typed)?;
    let mut recipients: Vec<RecipientId> = Vec::new();
    for typed in &args.to {
        let id = names::recipient(vault.catalog(), typed)?.id();
        if !recipients.contains(&id) {
            recipients.push(id);
        }
    }
    let (zone, today) = (session.zone(&vault)?, session.today(&vault)?);
    let on = args.on.map_or(Ok(today), |when| when.since(today, &zone))?;
    let restriction = RestrictionId::random(&mut session.host.rng);
    let asked = RestrictionAdded {
        client: client.id(),
        kinds: args.kinds,
        on,
        purposes: args.purposes,
        recipients,
        restriction,
        roles: args.roles,
        self_pay: args.self_pay,
        tags: args.tags,
    };
    let is_everything = asked.is_everything();
    let committed = restrictions::add(&mut session.desk(&mut vault), asked)?;
    let exit = session.committed(&committed);
    let alias = client.details.alias;
    if is_everything {
        session
            .warn(&format!("this restricts everything: nothing of {alias} is shared with anybody until it is ended"));
    }
    let state = if on > today { RestrictionState::Early } else { RestrictionState::Live };
    let made = Made {
        id: restriction.to_string(),
        state: state.as_str(),
        missing: Vec::new(),
        head: (&committed.head).into(),
        sentence: format!("What {alias} asked is filed ({restriction}): {state}."),
    };
    session.answer("restrict-add", &made, Some(&vault))?;
    Ok(exit)
}
