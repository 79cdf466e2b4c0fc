//! The two pages a client gets: the form to sign, and the copy of what was signed. They are the client's own, so they
//! name people by name. Plain text of 80 columns. Sources: 45 CFR 164.508(c), 42 CFR 2.31(a). Must not know where a page
//! goes, or what a terminal makes of it.

use crate::policy;
use crate::policy::plain;
use crate::practice::client::Client;
use crate::practice::consent::Consent;
use crate::practice::consent::ConsentTerms;
use crate::practice::consent::Signatory;
use crate::practice::owner::VaultCreated;
use crate::practice::protocol::Protocol;
use crate::practice::recipient::Recipient;
use crate::time::Date;
use crate::vocabulary::ConsentState;
use crate::vocabulary::MinorRule;
use crate::vocabulary::SignMethod;

use super::statements;

/// The widest line, in characters.
const WIDTH: usize = 80;
/// Where what is said begins, after what it is said of.
const INDENT: usize = 16;
/// A line to write on.
const RULE: &str = "________________________________";

/// What both pages are made of.
pub struct Matter<'a> {
    /// The consent.
    pub consent: &'a Consent,
    /// Whose it is.
    pub client: &'a Client,
    /// To whom, in the consent's order, and those who signed.
    pub people: &'a [Recipient],
    /// The practice.
    pub practice: &'a VaultCreated,
    /// The protocol in force.
    pub protocol: &'a Protocol,
    /// Today, by the protocol's calendar.
    pub today: Date,
}

impl Matter<'_> {
    fn terms(&self) -> &ConsentTerms {
        &self.consent.terms
    }

    /// The client's name, or else a line for it.
    pub fn name(&self) -> &str {
        self.client.details.name.as_ref().map_or(RULE, |name| name.as_str())
    }

    /// Whom to call.
    pub fn contact(&self) -> &str {
        let contact = self.protocol.practice.contact.as_ref().or(self.practice.contact.as_ref());
        contact.map_or("the person who gave you this page", |contact| contact.as_str())
    }

    /// A person by name, organisation and role.
    pub fn person(&self, id: crate::id::RecipientId) -> String {
        let Some(person) = self.people.iter().find(|person| person.id() == id) else {
            return id.to_string();
        };
        let details = &person.details;
        let name = details.name.as_ref().map_or(details.alias.as_str(), |name| name.as_str()).to_owned();
        let organisation = details.organisation.as_ref().map(ToString::to_string);
        let parts = [Some(name), organisation, plain::role(details.role)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The form: what is agreed to, what to know before signing, and a line for each who has to sign.
    pub fn form(&self) -> String {
        let mut page = Page::default();
        page.line("CONSENT TO SHARE CONFIDENTIAL RECORDS");
        page.line("");
        self.heading(&mut page);
        page.line("");
        page.said("Confidential", [self.protocol.confidential.what.as_str()]);
        page.said("Who has access", [self.protocol.access.who.as_str()]);
        page.line("");
        page.line("I agree that this, and nothing else, is shared:");
        self.scope(&mut page);
        page.line("");
        self.told(&mut page);
        page.line("");
        for who in self.signatories() {
            page.line("");
            page.line(&format!("{RULE}  Date: ______________"));
            page.text(0, &who);
        }
        page.text
    }

    /// The copy: what was agreed to, by whom, when, and what became of it.
    pub fn receipt(&self, state: ConsentState) -> String {
        let terms = self.terms();
        let mut page = Page::default();
        page.line("YOUR COPY OF A CONSENT");
        page.line("");
        self.heading(&mut page);
        page.said("State", [state_of(state)]);
        page.line("");
        page.line("You agreed that this, and nothing else, is shared:");
        self.scope(&mut page);
        page.line("");
        let signed_by = terms.signed_by.iter().map(|one| match one {
            Signatory::Client => "you".to_owned(),
            Signatory::Representative(id) => self.person(*id),
        });
        page.said("Signed by", signed_by);
        page.said("Signed on", terms.signed_on.map(|day| day.to_string()));
        page.said("Signed how", terms.method.map(plain::method));
        page.said("Copy given", Some(terms.copy_given.unwrap_or(self.today).to_string()));
        for revoked in &self.consent.revoked {
            page.said("Taken back", [self.taken_back(revoked)]);
        }
        page.line("");
        self.told(&mut page);
        page.text
    }

    fn heading(&self, page: &mut Page) {
        page.said("Client", [self.name()]);
        page.said("Practice", [self.practice.name.as_ref().map_or(self.contact(), |name| name.as_str())]);
        page.said("Number", [self.consent.id().to_string()]);
    }

    fn scope(&self, page: &mut Page) {
        let terms = self.terms();
        match terms.disclosers.is_empty() {
            true => {
                page.said("Who shares", [self.practice.name.as_ref().map_or("this practice", |name| name.as_str())])
            }
            false => page.said("Who shares", terms.disclosers.iter().map(ToString::to_string)),
        }
        page.said("With whom", terms.recipients.iter().map(|id| self.person(*id)));
        page.said("What", terms.kinds.iter().map(|kind| plain::kind(*kind)));
        page.said("In words", terms.describe.as_ref().map(|text| text.as_str()));
        page.said("Also marked", (!terms.tags.is_empty()).then(|| joined(&terms.tags)));
        let days = match (terms.service_from, terms.service_to) {
            (None, None) => None,
            (Some(from), None) => Some(format!("from {from} on")),
            (None, Some(to)) => Some(format!("up to {to}")),
            (Some(from), Some(to)) => Some(format!("from {from} to {to}")),
        };
        page.said("Of the dates", days);
        page.said("Only if", terms.de_identified.then_some("everything that could tell who it is about was removed"));
        page.said("For these alone", terms.note_class.map(plain::note_class));
        page.said("What for", terms.purposes.iter().map(|purpose| plain::purpose(*purpose)));
        page.said("Proceedings", terms.legal_proceedings.then_some("for use in proceedings, and for nothing else"));
        page.said("From", [first(terms)]);
        page.said("Until", [self.end()]);
    }

    /// What was read before signing; before it, what is to be read.
    fn told(&self, page: &mut Page) {
        match &self.terms().statements {
            Some(text) => page.text(0, text.as_str()),
            None => page.text(0, &statements::paragraphs(self.protocol, self.client).join("\n")),
        }
        page.text(0, &format!("To take it back, or to ask anything about it: {}", self.contact()));
    }

    /// When it ends, in words.
    pub fn end(&self) -> String {
        let terms = self.terms();
        let verbal = terms.signed_on.is_some() && terms.method == Some(SignMethod::Verbal);
        match (policy::consent::last_day(terms, self.protocol), &terms.on_event) {
            (Some(day), None) => day.to_string(),
            (Some(day), Some(event)) if verbal => format!("{event}; at the latest {day}"),
            (_, Some(event)) => event.to_string(),
            (None, None) if terms.no_expiry => "it is taken back".to_owned(),
            (None, None) => match self.protocol.periods.consent.from_date(self.today, false) {
                Ok(day) => format!("{day}, if it is signed today; else as long after the day of signing"),
                Err(_) => "the end of the usual period after the day of signing".to_owned(),
            },
        }
    }

    fn taken_back(&self, revoked: &crate::practice::consent::ConsentRevoked) -> String {
        let whom = revoked.recipients.iter().map(|id| self.person(*id));
        let kinds = revoked.kinds.iter().map(|kind| plain::kind(*kind).to_owned());
        let purposes = revoked.purposes.iter().map(|purpose| plain::purpose(*purpose).to_owned());
        let scope: Vec<String> = whom.chain(kinds).chain(purposes).collect();
        match scope.is_empty() {
            true => format!("on {}: all of it", revoked.on),
            false => format!("on {}: {}", revoked.on, scope.join("; ")),
        }
    }

    /// Who has to sign: the client, or for a minor whom the client's rule names.
    fn signatories(&self) -> Vec<String> {
        let is_adult = self.client.is_adult(self.today, self.protocol);
        let client =
            || self.client.details.name.as_ref().map_or("Client".to_owned(), |name| format!("{name} (client)"));
        let speaking = |is_adult| {
            let representatives = self
                .client
                .representatives
                .iter()
                .filter(move |one| policy::consent::speaks(one.authority, is_adult) && one.holds_on(self.today));
            let named = representatives
                .map(|one| format!("{} ({})", self.person(one.recipient), plain::authority(one.authority)));
            named.collect::<Vec<_>>().join(", or ")
        };
        let guardian = || {
            let named = speaking(Some(false));
            if named.is_empty() { "Parent or guardian of the client".to_owned() } else { named }
        };
        match (is_adult, self.client.minor_rule(self.today, self.protocol)) {
            (Some(true), _) => {
                let for_client = speaking(Some(true));
                let or =
                    if for_client.is_empty() { String::new() } else { format!(", or for the client: {for_client}") };
                vec![client() + &or]
            }
            (Some(false), MinorRule::GuardianSigns) => vec![guardian()],
            (Some(false), MinorRule::MinorSigns) => vec![client()],
            (Some(false), MinorRule::BothSign) => vec![client(), guardian()],
            (None, _) => {
                let age = self.protocol.majority_age();
                vec![client(), format!("{}, if the client is not {age} yet", guardian())]
            }
        }
    }
}

/// Its first day, in words.
pub fn first(terms: &ConsentTerms) -> String {
    match (terms.effective, terms.signed_on) {
        (Some(day), _) | (None, Some(day)) => day.to_string(),
        (None, None) => "the day of signing".to_owned(),
    }
}

/// Where it stands, in words.
pub fn state_of(state: ConsentState) -> &'static str {
    match state {
        ConsentState::Draft => "something is still missing: nothing is shared under it",
        ConsentState::Early => "it has not begun yet",
        ConsentState::Live => "it holds",
        ConsentState::Expired => "it has ended",
        ConsentState::Revoked => "it was taken back",
        ConsentState::False => "it is not used: it was found to be false",
    }
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Lines, filled.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// What is said of something, each under the one before; nothing where nothing is.
    fn said<T: AsRef<str>>(&mut self, of: &str, said: impl IntoIterator<Item = T>) {
        let mut label = format!("  {of}:");
        for said in said {
            for line in filled(said.as_ref(), WIDTH - INDENT - 3) {
                self.line(&format!("{label:<width$}{line}", width = INDENT + 3));
                label.clear();
            }
        }
    }

    fn text(&mut self, indent: usize, text: &str) {
        for line in filled(text, WIDTH - indent) {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }
}

/// Text in lines of so many characters, broken at blanks.
fn filled(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_up_to_their_width() {
        assert_eq!(filled("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
        let mut page = Page::default();
        page.said("What", ["a", "b"]);
        page.said("Nothing", None::<&str>);
        assert_eq!(page.text, "  What:            a\n                   b\n");
    }
}
