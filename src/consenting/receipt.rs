//! The client's copy for a program, after ISO/IEC TS 27560: what was agreed to, between whom, and what happened to it
//! since. Must not know where it goes.

use serde_json::Value;
use serde_json::json;

use crate::policy::plain;
use crate::practice::consent::Signatory;
use crate::vocabulary::ConsentState;

use super::page::Matter;
use super::statements;

impl Matter<'_> {
    /// The receipt, one object.
    pub fn receipt_json(&self, state: ConsentState, version: u64) -> Value {
        let (consent, terms) = (self.consent, &self.consent.terms);
        let name = |id: &crate::id::RecipientId| {
            let person = self.people.iter().find(|person| person.id() == *id).map(|person| &person.details);
            json!({
                "name": person.and_then(|person| person.name.as_ref()).map(ToString::to_string),
                "alias": person.map(|person| person.alias.to_string()),
                "organisation": person.and_then(|person| person.organisation.as_ref()).map(ToString::to_string),
                "role": person.map(|person| person.role.as_str()),
            })
        };
        let told = terms.statements.as_ref().map_or_else(
            || statements::paragraphs(self.protocol, self.client).join("\n\n"),
            |statements| statements.to_string(),
        );
        let signed_by = terms.signed_by.iter().map(|one| match one {
            Signatory::Client => json!("client"),
            Signatory::Representative(id) => name(id),
        });
        let mut events = vec![json!({
            "type": "signed",
            "date": terms.signed_on.map(|day| day.to_string()),
            "by": signed_by.collect::<Vec<_>>(),
            "method": terms.method.map(|method| method.as_str()),
        })];
        events.push(json!({
            "type": "copy-given", "date": terms.copy_given.unwrap_or(self.today).to_string(),
        }));
        events.extend(consent.revoked.iter().map(|revoked| {
            json!({
                "type": "revoked",
                "date": revoked.on.to_string(),
                "how": revoked.how.map(|how| how.as_str()),
                "recipients": revoked.recipients.iter().map(name).collect::<Vec<_>>(),
                "kinds": revoked.kinds,
                "purposes": revoked.purposes,
            })
        }));
        let kinds = terms.kinds.iter().map(|kind| json!({"code": kind.as_str(), "text": plain::kind(*kind)}));
        let purposes =
            terms.purposes.iter().map(|purpose| json!({"code": purpose.as_str(), "text": plain::purpose(*purpose)}));
        json!({
            "schema": "subrosa/consent-receipt/1",
            "record_id": consent.id().to_string(),
            "receipt_date": self.today.to_string(),
            "state": state.as_str(),
            "pii_principal": {
                "id": terms.client.to_string(),
                "name": self.client.details.name.as_ref().map(ToString::to_string),
            },
            "parties": [{
                "role": "controller",
                "name": self.practice.name.as_ref().map(ToString::to_string),
                "contact": self.contact(),
                "disclosers": terms.disclosers.iter().map(ToString::to_string).collect::<Vec<_>>(),
            }],
            "privacy_notice": {
                "protocol_version": version,
                "confidential": self.protocol.confidential.what.as_str(),
                "access": self.protocol.access.who.as_str(),
                "statements": told,
            },
            "pii_processing": {
                "lawful_basis": "consent",
                "purposes": purposes.collect::<Vec<_>>(),
                "pii_information": kinds.collect::<Vec<_>>(),
                "tags": terms.tags.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "description": terms.describe.as_ref().map(ToString::to_string),
                "service_from": terms.service_from.map(|day| day.to_string()),
                "service_to": terms.service_to.map(|day| day.to_string()),
                "de_identified": terms.de_identified,
                "note_class": terms.note_class.map(|class| class.as_str()),
                "legal_proceedings": terms.legal_proceedings,
                "recipients": terms.recipients.iter().map(name).collect::<Vec<_>>(),
                "effective": super::page::first(terms),
                "until": terms.until.map(|day| day.to_string()),
                "on_event": terms.on_event.as_ref().map(ToString::to_string),
                "no_expiry": terms.no_expiry,
                "withdrawal_method": format!("tell or write to: {}", self.contact()),
            },
            "events": events,
        })
    }
}
