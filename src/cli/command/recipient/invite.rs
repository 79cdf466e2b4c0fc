//! `subrosa recipient invite`: a page for a person who has no key yet. It names nobody but the practice: it may lie on
//! a printer, or travel by post.

use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::failure::Failure;
use crate::cli::failure::unless_refused;
use crate::cli::names;
use crate::cli::output;
use crate::cli::output::Output;
use crate::cli::output::Target;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::wrapped;
use crate::people::PeopleError;
use crate::place::Contents;
use crate::place::Lifted;
use crate::practice::owner::VaultCreated;

/// What `subrosa recipient invite` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recipient
    #[arg(value_name = "ALIAS")]
    pub recipient: String,
    /// Where the page goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

#[derive(Serialize)]
struct Invited {
    id: String,
    state: &'static str,
    path: String,
}

impl Answer for Invited {
    fn prose(&self, _: &Look<'_>) -> String {
        format!("The page is in {}. Give it to the person, or send it.\n", bare(&self.path))
    }

    fn bare(&self) -> String {
        format!("{}\n", bare(&self.path))
    }
}

/// Writes the page.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let path = args.output.clone().filter(|path| path.as_os_str() != "-");
    if session.globals.json && path.is_none() {
        return Err(Failure::usage("--json needs a file for the page: -o FILE")
            .hint("subrosa --json recipient invite dr-lee -o invitation.txt"));
    }
    let vault = session.open()?;
    let recipient = names::recipient(vault.catalog(), &args.recipient)?;
    if recipient.suspended.is_some() {
        return Err(PeopleError::Suspended(recipient.details.alias).into());
    }
    let page = page(&vault.catalog().practice()?);
    let target = match path {
        Some(path) => Target::File { path, force: args.force },
        None => Target::Stdout,
    };
    // Nothing in it is secret: it may go wherever sealed output may.
    let risks = output::risks(&target, session.host, Some(vault.path()))?;
    let judgement = Contents::Sealed.judge(&risks, Lifted { location: false, force: args.force });
    unless_refused("the page", &judgement)?;
    for risk in &judgement.warned {
        session.warn(&risk.to_string());
    }
    if target == Target::Stdout {
        session.host.stdout.say(&page)?;
        return Ok(Exit::Done);
    }
    let host = &mut *session.host;
    let mut output = Output::open(&target, Contents::Sealed, &host.cwd, &mut host.stdout)?;
    output.write_all(page.as_bytes())?;
    let path = output.finish()?.unwrap_or_default().display().to_string();
    let invited = Invited { id: recipient.id().to_string(), state: recipient.state().as_str(), path };
    session.answer("recipient-invite", &invited, Some(&vault))?;
    Ok(Exit::Done)
}

fn page(practice: &VaultCreated) -> String {
    let name = practice.name.as_ref().map(|name| format!("From: {}\n\n", bare(name.as_str()))).unwrap_or_default();
    let contact = practice.contact.as_ref().map_or("at the number you already have", |contact| contact.as_str());
    let text = format!(
        "\
HOW TO RECEIVE CONFIDENTIAL DOCUMENTS

{name}We would like to send you documents that only you can open. For that you need
a key of your own. It takes five minutes, costs nothing, and is done once. The
program is called age; it is free and well known. You need nothing else.

1. Install age

     Windows         winget install FiloSottile.age
     macOS           brew install age
     Debian, Ubuntu  sudo apt install age
     others          https://age-encryption.org

2. Make your key. In a terminal, type:

     age-keygen -o key.txt

   It prints a line such as:  Public key: age1...
   The file key.txt is the key that opens. Keep it on your own computer, make
   one copy on a stick that you lock away, and never send it to anybody, not to
   us either. Whoever has it can read what is sent to you.

3. Send us the public key

   That is the line that begins with age1, and nothing else. It is no secret:
   e-mail will do.

4. Let us make sure that it is yours

   We call you at a number that we know already, or meet you. Have the public
   key before you, and read it to us from beginning to end, four characters at
   a time. If a stranger calls and says that he is us, hang up, and call us
   yourself: {contact}

5. Open what you receive

     age -d -i key.txt FILE.age | tar x

   Read NOTICE.txt first. It says what the documents are for, and what may not
   be done with them.
",
        contact = bare(contact),
    );
    wrapped(&text, 80).join("\n") + "\n"
}
