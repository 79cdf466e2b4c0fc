//! What can be said of a client, when he is named and when that is changed.

use std::str::FromStr;

use crate::cli::args::words;
use crate::cli::days;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::practice::client::ClientDetails;
use crate::practice::client::Part2;
use crate::practice::words::Line;
use crate::time::Date;
use crate::time::When;
use crate::time::Zone;
use crate::time::parse_date;
use crate::vocabulary::Age;
use crate::vocabulary::MinorRule;

/// The options.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// The real name; it stays in the vault
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Another name; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub also_known: Vec<String>,
    /// A telephone number; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub phone: Vec<String>,
    /// An e-mail address; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub email: Vec<String>,
    /// The birth date
    #[arg(long, value_name = "DATE", value_parser = parse_date, conflicts_with_all = ["adult", "minor"])]
    pub birth: Option<Date>,
    /// Of age; the birth date is not known
    #[arg(long, conflicts_with = "minor")]
    pub adult: bool,
    /// A minor; the birth date is not known
    #[arg(long)]
    pub minor: bool,
    /// Who signs while the client is a minor
    #[arg(long, value_name = "RULE", value_parser = words::<MinorRule>(MinorRule::WORDS))]
    pub minor_rule: Option<MinorRule>,
    /// The records fall under 42 CFR Part 2
    #[arg(long)]
    pub part2: bool,
    /// When the limits of confidentiality were talked about
    #[arg(long, value_name = "DATE")]
    pub limits_discussed: Option<When>,
}

/// How old a client is, as somebody types it.
#[derive(Clone, Copy, Debug)]
pub enum Born {
    /// On that day.
    On(Date),
    /// Nobody knows when, but this.
    Of(Age),
}

impl FromStr for Born {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "adult" => Ok(Self::Of(Age::Adult)),
            "minor" => Ok(Self::Of(Age::Minor)),
            date => {
                parse_date(date).map(Self::On).map_err(|_| format!("{date:?} is no birth date, nor adult or minor"))
            }
        }
    }
}

/// What was said; `None` where nothing was, `Some(None)` where a text was cleared.
#[derive(Debug, PartialEq)]
pub struct Said {
    name: Option<Option<Line>>,
    also_known: Option<Vec<Line>>,
    phone: Option<Vec<Line>>,
    email: Option<Vec<Line>>,
    birth: Option<Date>,
    age: Option<Age>,
    minor_rule: Option<MinorRule>,
    part2: Option<Part2>,
    limits_discussed: Option<When>,
}

impl Options {
    /// Asks how old the client is, where nothing was said: without it a consent that the client alone signed is none.
    pub fn ask_age(&mut self, session: &mut Session<'_>) -> Result<(), Failure> {
        if self.birth.is_some() || self.adult || self.minor {
            return Ok(());
        }
        match session.offered(None, "When was the client born (a date, or adult or minor; or Enter)")? {
            Some(Born::On(day)) => self.birth = Some(day),
            Some(Born::Of(age)) => (self.adult, self.minor) = (age == Age::Adult, age == Age::Minor),
            None => {}
        }
        Ok(())
    }

    /// Reads the texts, of which some may stand in files.
    pub fn read(self, session: &mut Session<'_>) -> Result<Said, Failure> {
        let by_flag = [(self.adult, Age::Adult), (self.minor, Age::Minor)];
        Ok(Said {
            name: session.clearable(self.name, "--name")?,
            also_known: session.clearable_list(self.also_known, "--also-known")?,
            phone: session.clearable_list(self.phone, "--phone")?,
            email: session.clearable_list(self.email, "--email")?,
            birth: self.birth,
            age: by_flag.into_iter().find_map(|(given, age)| given.then_some(age)),
            minor_rule: self.minor_rule,
            part2: self.part2.then_some(Part2::Yes),
            limits_discussed: self.limits_discussed,
        })
    }
}

impl Said {
    /// Nobody is born tomorrow.
    pub fn refuse_unborn(&self, today: Date) -> Result<(), Failure> {
        match self.birth.filter(|birth| *birth > today) {
            Some(birth) => Err(Failure::usage(format!("--birth: {birth} is still to come"))),
            None => Ok(()),
        }
    }

    /// Whether nothing was said.
    pub fn is_nothing(&self) -> bool {
        *self
            == Self {
                name: None,
                also_known: None,
                phone: None,
                email: None,
                birth: None,
                age: None,
                minor_rule: None,
                part2: None,
                limits_discussed: None,
            }
    }

    /// The day on which the limits of confidentiality were talked about, a span counting back from `today`.
    pub fn limits_discussed(&self, today: Date, zone: &Zone) -> Result<Option<Date>, Failure> {
        let day = |when| days::happened(Some(when), "--limits-discussed", today, zone);
        self.limits_discussed.map(day).transpose()
    }

    /// Sets what was said; `limits` is [`Said::limits_discussed`].
    pub fn apply(self, details: &mut ClientDetails, limits: Option<Date>) {
        set(&mut details.name, self.name);
        set(&mut details.also_known, self.also_known);
        set(&mut details.phone, self.phone);
        set(&mut details.email, self.email);
        set(&mut details.part2, self.part2);
        set(&mut details.minor_rule, self.minor_rule.map(Some));
        set(&mut details.limits_discussed, limits.map(Some));
        // A birth date says more than "adult", so one takes the other's place.
        if self.birth.is_some() {
            (details.birth, details.age) = (self.birth, None);
        }
        if self.age.is_some() {
            (details.birth, details.age) = (None, self.age);
        }
    }
}

fn set<T>(field: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *field = said;
    }
}
