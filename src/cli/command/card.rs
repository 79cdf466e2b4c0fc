//! `subrosa card`: this practice's contact card, for those who share with it. What it says is public.

use std::path::Path;
use std::path::PathBuf;

use qrcode::EcLevel;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::answer::Answer;
use crate::cli::answer::Look;
use crate::cli::card;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::public;
use crate::cli::session::Session;
use crate::cli::text::bare;
use crate::cli::text::row;
use crate::ledger::card::Card;
use crate::ledger::card::safety_text;
use crate::sharing;

/// What `subrosa card` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Others take the card with: subrosa recipient add ALIAS --card FILE
It is no secret, but it could be exchanged on the way: read the safety number to
each other over a number that was known before.")]
pub struct Args {
    /// Where it goes; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// Draw a code for a camera: the keys alone, since the whole card is too large
    #[arg(long)]
    pub qr: bool,
}

#[derive(Serialize)]
struct Written {
    path: Option<String>,
    name: Option<String>,
    organisation: Option<String>,
    contact: Option<String>,
    recipient: String,
    vkey: String,
    previous: Option<String>,
    created: String,
    safety_number: String,
    #[serde(skip)]
    drawing: Option<String>,
}

impl Written {
    fn of(card: Card, path: Option<&Path>, drawing: Option<String>) -> Self {
        let safety_number = card.safety_number().to_string();
        Self {
            path: path.map(|path| path.display().to_string()),
            name: card.name,
            organisation: card.organisation,
            contact: card.contact,
            recipient: card.recipient,
            vkey: card.vkey.to_string(),
            previous: card.previous,
            created: card.created.to_string(),
            safety_number,
            drawing,
        }
    }
}

impl Answer for Written {
    fn prose(&self, _: &Look<'_>) -> String {
        let mut text = self.drawing.clone().unwrap_or_default();
        if self.drawing.is_some() {
            text.push_str("The code holds the two keys, not the whole card: -o FILE writes that.\n");
        }
        if let Some(path) = &self.path {
            text.push_str(&format!("The card is in {}\n", bare(path)));
        }
        text + &format!(
            "Safety number: {}\nRead it to whoever gets the card, over a number that was known before.\n",
            self.safety_number
        )
    }

    fn bare(&self) -> String {
        let drawing = self.drawing.clone().unwrap_or_default();
        drawing + &self.path.as_deref().map(|path| row([path, &self.safety_number])).unwrap_or_default()
    }
}

/// Writes it, draws it, or both.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Failure> {
    let target = public::target(args.output.as_deref(), args.force);
    public::refuse_json_to_stdout(&target, session, "subrosa card --json -o card.txt")?;
    if args.qr && session.globals.json {
        return Err(Failure::usage("--qr draws for a camera, --json answers a program; they do not go together")
            .hint("subrosa card --qr"));
    }
    if args.qr && args.output.as_deref() == Some(Path::new("-")) {
        return Err(Failure::usage("standard output holds the card or the code, not both")
            .hint("subrosa card --qr -o card.txt"));
    }
    let vault = session.open()?;
    let practice = vault.catalog().practice()?;
    let made = sharing::card::own((&vault, vault.signer()?), &practice, session.now(), vault.link_text()?);
    let (card, note) = made.map_err(|error| Failure::new(FailureCode::Failed, error.to_string()))?;
    let drawing = args.qr.then(|| drawn(&card)).transpose()?;
    let path = match (&drawing, &args.output) {
        (Some(_), None) => None,
        _ => public::write(session, &target, "the card", &note, Some(vault.path()))?,
    };
    let number = card.safety_number();
    if path.is_some() || drawing.is_some() {
        let written = Written::of(card, path.as_deref(), drawing);
        session.answer("card", &written, None)?;
        card::tell(session, "this card", number);
    } else {
        // Standard output holds the card; a person who sees it there has still to read the number.
        session.note(&format!("the safety number of this card is {number}"));
    }
    Ok(Exit::Done)
}

/// The text whose digest the safety number is, as a code of some 50 columns and 27 rows, light on dark as terminals
/// are. A whole card takes a code wider than a terminal.
fn drawn(card: &Card) -> Result<String, Failure> {
    let text = safety_text(&card.recipient, &card.vkey);
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .map_err(|error| Failure::new(FailureCode::Failed, format!("the keys fit no code: {error}")))?;
    let colours = (Dense1x2::Light, Dense1x2::Dark);
    Ok(code.render::<Dense1x2>().dark_color(colours.0).light_color(colours.1).build() + "\n")
}
