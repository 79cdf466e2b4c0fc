//! NOTICE.txt: one page for a person. What this is, for whom and why, what may not be done with it, until when, whom to
//! call, and the receipt code. It names no client, and no title or file name, in which one might stand.

use std::fmt::Write as _;

use crate::id::DisclosureId;
use crate::practice::record::RecordVersion;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Purpose;

/// As many records are named one by one; the manifest names all.
const NAMED: usize = 20;

/// What the page says.
pub struct Notice<'a> {
    /// The disclosure.
    pub disclosure: DisclosureId,
    /// When the package was made.
    pub created: Timestamp,
    /// The practice, if it has a name.
    pub sender: Option<&'a str>,
    /// Whom to call.
    pub contact: Option<&'a str>,
    /// The recipient.
    pub recipient: &'a str,
    /// What for.
    pub purpose: Purpose,
    /// Until when it may be kept.
    pub expires: Option<Date>,
    /// What is in it.
    pub records: &'a [RecordVersion],
    /// The receipt code, as it is read out.
    pub code: &'a str,
}

impl Notice<'_> {
    /// The page.
    pub fn text(&self) -> String {
        let contact = self.contact.unwrap_or("the person who sent it");
        let until = match self.expires {
            Some(date) => format!("Return or destroy it by {date} and confirm."),
            None => "Return or destroy it when the purpose is served, and confirm.".to_owned(),
        };
        let mut page = String::new();
        let mut line = |text: &str| writeln!(page, "{text}").expect("writing to a string does not fail");
        line("CONFIDENTIAL");
        line("");
        line(&format!("From:     {}", self.sender.unwrap_or("(no name given)")));
        line(&format!("To:       {}", self.recipient));
        line(&format!("Purpose:  {}", self.purpose));
        line(&format!("Made:     {}", self.created));
        line(&format!("Number:   {}", self.disclosure));
        line("");
        line("This was sent to you, by name, for the purpose shown above. Please do not pass");
        line("it on, copy it into other systems, or use it for anything else unless the");
        line("client agrees in writing or a law requires it. If it reached you by mistake,");
        line(&format!("stop reading, do not copy it, and call {contact} today."));
        line(&until);
        line("");
        line(&format!("What is in it ({}):", count(self.records.len())));
        for record in self.records.iter().take(NAMED) {
            line(&format!("  {}  {:20}  {}", record.date, record.record_kind, record.record));
        }
        if self.records.len() > NAMED {
            line(&format!("  and {} more, named in the file \"manifest\"", self.records.len() - NAMED));
        }
        line("");
        line(&format!("Questions:     {contact}"));
        line(&format!("Receipt code:  {}", self.code));
        line("Please tell the sender this code, so that they know it arrived.");
        page
    }
}

fn count(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}
