//! What an agreement says: the standard text of its type, or a text of one's own. A text of one's own has both lists and the
//! consequences, or it is none.

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::papers::agreements::Terms;
use crate::papers::standard;
use crate::practice::words::Prose;
use crate::vocabulary::AgreementType;

/// A whole command that has what is missing.
pub(super) const EXAMPLE: &str = "subrosa agreement add dr-lee --type staff --signed-on 2026-11-21 --standard";

/// The options.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The standard text of this type
    #[arg(long, conflicts_with_all = ["may_share", "may_not_share", "consequences"])]
    pub standard: bool,
    /// What may be shared outside; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub may_share: Vec<String>,
    /// What may not be shared outside; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub may_not_share: Vec<String>,
    /// What breaching it leads to
    #[arg(long, value_name = "TEXT")]
    pub consequences: Option<String>,
    /// What else the party promises; may be repeated, and adds to the standard text
    #[arg(long = "duty", value_name = "TEXT")]
    pub duties: Vec<String>,
}

impl Options {
    fn is_own(&self) -> bool {
        !self.may_share.is_empty() || !self.may_not_share.is_empty() || self.consequences.is_some()
    }

    /// Refuses early what says nothing, or half of it.
    pub fn check(&self, session: &Session<'_>) -> Result<(), Failure> {
        if self.standard || (!self.is_own() && session.is_interactive()) {
            return Ok(());
        }
        let parts = [
            ("--may-share", self.may_share.is_empty()),
            ("--may-not-share", self.may_not_share.is_empty()),
            ("--consequences", self.consequences.is_none()),
        ];
        let missing: Vec<_> = parts.iter().filter_map(|(flag, is_missing)| is_missing.then_some(*flag)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(Failure::usage(format!("the agreement does not say enough: {missing} missing, or --standard"))
            .hint(EXAMPLE))
    }

    /// The terms. Where nothing was said, somebody at a terminal is offered the standard text.
    pub fn read(self, agreement_type: AgreementType, session: &mut Session<'_>) -> Result<Terms, Failure> {
        let is_own = self.is_own();
        let more = texts(self.duties, "--duty", session)?;
        if is_own {
            let consequences = session.word(self.consequences, "--consequences")?;
            return Ok(Terms {
                may_share: texts(self.may_share, "--may-share", session)?,
                may_not_share: texts(self.may_not_share, "--may-not-share", session)?,
                consequences: session.required(
                    consequences,
                    "--consequences",
                    "What does a breach lead to",
                    EXAMPLE,
                )?,
                duties: more,
            });
        }
        let mut terms = standard::terms(agreement_type);
        terms.duties.extend(more);
        if !self.standard {
            offer(&terms, session)?;
        }
        Ok(terms)
    }
}

fn texts(given: Vec<String>, flag: &str, session: &mut Session<'_>) -> Result<Vec<Prose>, Failure> {
    let each = given.into_iter().map(|text| session.word::<Prose>(Some(text), flag));
    Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Shows the standard text and asks whether it is this that was signed.
fn offer(terms: &Terms, session: &mut Session<'_>) -> Result<(), Failure> {
    if let Some(terminal) = session.terminal() {
        let parts = [
            ("May be shared outside", &terms.may_share),
            ("May not be shared outside", &terms.may_not_share),
            ("A breach leads to this", &vec![terms.consequences.clone()]),
            ("Promised besides", &terms.duties),
        ];
        for (heading, texts) in parts {
            terminal.tell(&format!("{heading}:"))?;
            for text in texts {
                terminal.tell(&format!("  {text}"))?;
            }
        }
    }
    if session.confirm("Is this what was signed?", true)? {
        return Ok(());
    }
    Err(Failure::usage("nothing was filed: say what was signed by --may-share, --may-not-share and --consequences")
        .hint(EXAMPLE))
}
