//! `subrosa here`: in which room one is, and for how long. It stands in the catalogue of this computer, where nobody else
//! reads it.

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::answer::Who;
use crate::cli::args::a_while;
use crate::cli::args::words;
use crate::cli::failure::Failure;
use crate::cli::names;
use crate::cli::session::Session;
use crate::cli::session::USUAL;
use crate::cli::text::row;
use crate::practice::room::Here;
use crate::vault::Vault;
use crate::vocabulary::Setting;

/// What `subrosa here` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Content is drawn on a terminal only while a private room is declared. Without a
word it tells which one is.")]
pub struct Args {
    /// The room
    #[arg(value_name = "SETTING", value_parser = words::<Setting>(Setting::WORDS))]
    pub setting: Option<Setting>,
    /// For how long [default: 50min]
    #[arg(long = "for", value_name = "SPAN", requires = "setting", value_parser = a_while)]
    pub seconds: Option<u32>,
    /// With whom: what is added meanwhile is about this client
    #[arg(long, value_name = "CLIENT", requires = "setting")]
    pub client: Option<String>,
    /// Leave the room
    #[arg(long, conflicts_with_all = ["setting", "seconds", "client"])]
    pub end: bool,
}

#[derive(Serialize)]
struct Declared {
    setting: Option<&'static str>,
    private: Option<bool>,
    until: Option<String>,
    client: Option<Who>,
}

impl Declared {
    fn of(vault: &Vault, here: Option<Here>) -> Result<Self, Failure> {
        let client = here.and_then(|here| here.client).map(|id| Who::client(vault.catalog(), id)).transpose()?;
        Ok(Self {
            setting: here.map(|here| here.setting.as_str()),
            private: here.map(|here| here.setting.is_private()),
            until: here.map(|here| here.until.to_string()),
            client,
        })
    }
}

impl Answer for Declared {
    fn prose(&self, _: &Look<'_>) -> String {
        let (Some(setting), Some(until)) = (self.setting, &self.until) else {
            return "No room is declared.\n".to_owned();
        };
        let with = self.client.as_ref().map(|who| format!(", with {}", who.alias)).unwrap_or_default();
        let open = if self.private == Some(false) {
            " Others can hear or see: nothing confidential is shown.\n"
        } else {
            "\n"
        };
        format!("You are in the room {setting} until {until}{with}.{open}")
    }

    fn bare(&self) -> String {
        let (Some(setting), Some(until)) = (self.setting, &self.until) else {
            return String::new();
        };
        row([setting, until.as_str(), self.client.as_ref().map(|who| who.alias.as_str()).unwrap_or_default()])
    }
}

/// Declares, leaves, or tells the room.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let vault = session.open()?;
    let here = match args.setting {
        Some(setting) => {
            let client = args.client.as_ref().map(|typed| names::client(vault.catalog(), typed)).transpose()?;
            let client = client.map(|client| client.id());
            Some(session.declare(&vault, setting, args.seconds.unwrap_or(USUAL), client)?)
        }
        None if args.end => {
            vault.catalog().leave()?;
            None
        }
        None => session.here(&vault)?,
    };
    let declared = Declared::of(&vault, here)?;
    if here.is_none() && !args.end && !session.host.stdout.is_terminal() {
        session.note("no room is declared here");
    }
    session.answer("here", &declared, Some(&vault))?;
    Ok(Exit::Done)
}
