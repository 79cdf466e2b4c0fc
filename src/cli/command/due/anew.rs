//! Papers once more: the flags that grant, sign or complete the same again, spelt so that a shell and the program take each
//! text as the text it is. Must not know when it is due.

use crate::cli::answer::Who;
use crate::cli::failure::Failure;
use crate::consenting::statements;
use crate::policy::consent;
use crate::practice::agreement::Agreement;
use crate::practice::consent::Consent;
use crate::practice::consent::Signatory;
use crate::practice::protocol::Protocol;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::vault::catalog::Catalog;
use crate::vocabulary::Profile;
use crate::vocabulary::Understood;

/// The flags that grant a consent once more, today, for as many days as it held. By law the form is what counts: it is filed
/// as a draft, and neither a signature nor a copy is claimed before there is one; nor is a signature where nobody may sign.
pub fn granted(catalog: &Catalog, consent: &Consent, protocol: &Protocol, today: Date) -> Result<String, Failure> {
    let terms = &consent.terms;
    let mut flags = Vec::new();
    for id in &terms.recipients {
        flags.push(format!("--to {}", Who::recipient(catalog, *id)?.alias));
    }
    flags.extend(terms.kinds.iter().map(|kind| format!("--kind {kind}")));
    flags.extend(terms.purposes.iter().map(|purpose| format!("--purpose {purpose}")));
    flags.extend(terms.tags.iter().map(|tag| format!("--tag {tag}")));
    flags.extend(service_dates(consent));
    flags.extend(terms.describe.as_ref().map(|text| said("--describe", text.as_str())));
    flags.extend(terms.disclosers.iter().map(|alias| format!("--discloser {alias}")));
    flags.extend(terms.note_class.map(|class| format!("--note-class {class}")));
    flags.extend(terms.legal_proceedings.then(|| "--legal-proceedings".to_owned()));
    flags.extend(terms.de_identified.then(|| "--de-identified".to_owned()));
    let by_law = protocol.has(Profile::Hipaa) || protocol.has(Profile::Part2);
    let is_signed = !by_law && !terms.signed_by.is_empty();
    if is_signed {
        flags.extend(signed_by(catalog, &terms.signed_by)?);
    }
    flags.extend(terms.method.map(|method| format!("--method {method}")));
    flags.extend(match &terms.on_event {
        Some(event) => Some(said("--on-event", event.as_str())),
        None if terms.no_expiry => Some("--no-expiry".to_owned()),
        None => span(consent.first_day(), consent::last_day(terms, protocol)).map(|days| format!("--until {days}")),
    });
    let client = catalog.client(terms.client)?;
    let standard = client.filter(|_| terms.statements.is_some()).map(|client| statements::standard(protocol, &client));
    let has_standard = standard.is_some() && standard == terms.statements;
    flags.extend((by_law || has_standard).then(|| "--statements standard".to_owned()));
    flags.extend(is_signed.then(|| format!("--signed-on {today}")));
    Ok(flags.join(" "))
}

/// What does the next thing that a draft lacks: its papers and signatures, then the client's copy.
pub fn completed(
    catalog: &Catalog,
    draft: &Consent,
    lacks: &[&str],
    signs: &[Signatory],
    today: Date,
) -> Result<String, Failure> {
    let client = Who::client(catalog, draft.terms.client)?.alias;
    if lacks.contains(&"signed-by") && signs.is_empty() {
        let who = "--recipient RECIPIENT --relationship guardian --authority guardian --evidence -";
        return Ok(format!("client representative {client} {who}"));
    }
    let mut flags = Vec::new();
    for element in lacks {
        match *element {
            "signed-on" => flags.push(format!("--signed-on {today}")),
            "signed-by" => flags.extend(signed_by(catalog, signs)?),
            "statements" => flags.push("--statements standard".to_owned()),
            "until" => flags.push("--until 12m".to_owned()),
            _ => {}
        }
    }
    // What reads standard input ends in a dash.
    flags.extend(lacks.contains(&"form").then(|| "--form -".to_owned()));
    if !flags.is_empty() {
        return Ok(format!("consent complete {} {}", draft.id(), flags.join(" ")));
    }
    if lacks.contains(&"copy-given") {
        return Ok(format!("consent receipt {}", draft.id()));
    }
    // All that is left to be said is how old the client is.
    Ok(format!("client edit {client} --adult"))
}

/// The flags that sign the same agreement once more.
pub fn signed(agreement: &Agreement) -> String {
    let paper = &agreement.signed;
    let list = |flag: &str, texts: &[Prose]| texts.iter().map(|text| said(flag, text.as_str())).collect::<Vec<_>>();
    let mut flags = vec![format!("--type {}", paper.agreement_type)];
    flags.extend(list("--may-share", &paper.may_share));
    flags.extend(list("--may-not-share", &paper.may_not_share));
    flags.push(said("--consequences", paper.consequences.as_str()));
    flags.extend(list("--duty", &paper.duties));
    flags.push(format!("--understood {}", paper.understood.unwrap_or(Understood::Explained)));
    flags.extend(span(Some(paper.effective), paper.ends).map(|days| format!("--ends {days}")));
    flags.join(" ")
}

/// As long as the old paper held: nobody who renews it said that it may be longer.
pub fn span(first: Option<Date>, last: Option<Date>) -> Option<String> {
    let days = first?.until(last?).ok()?.get_days();
    Some(format!("{}d", days.max(0)))
}

/// A flag and its text: neither an option, nor a file's name, nor standard input, whatever it looks like.
pub fn said(flag: &str, text: &str) -> String {
    let spelt = match text {
        // A blank at the end of a text is none of it.
        "-" => "- ".to_owned(),
        text if text.starts_with('@') => format!("@{text}"),
        text => text.to_owned(),
    };
    let word = shlex::try_quote(&spelt).map_or_else(|_| "TEXT".to_owned(), |word| word.into_owned());
    let between = if text.starts_with('-') { '=' } else { ' ' };
    format!("{flag}{between}{word}")
}

fn signed_by(catalog: &Catalog, signatories: &[Signatory]) -> Result<Vec<String>, Failure> {
    let flag = |signatory: &Signatory| match signatory {
        Signatory::Client => Ok("--signed-by client".to_owned()),
        Signatory::Representative(id) => Ok(format!("--signed-by {}", Who::recipient(catalog, *id)?.alias)),
    };
    signatories.iter().map(flag).collect()
}

/// The dates of the records that it covers.
fn service_dates(consent: &Consent) -> Option<String> {
    let end = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let (from, to) = (consent.terms.service_from, consent.terms.service_to);
    (from.is_some() || to.is_some()).then(|| format!("--service-dates {}..{}", end(from), end(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_spelt_so_that_it_is_taken_as_it_is() {
        for (text, spelt) in [
            ("themes", "--duty themes"),
            ("how it's going", "--duty \"how it's going\""),
            ("@home", "--duty @@home"),
            ("-", "--duty='- '"),
            ("- a bullet", "--duty='- a bullet'"),
            ("--help", "--duty=--help"),
        ] {
            assert_eq!(said("--duty", text), spelt);
        }
    }
}
