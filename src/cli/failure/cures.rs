//! Cures that depend on how something was to be disclosed: by a package, for safety, by word of mouth. A rule's own cure says
//! how a share is mended. Must not know what fills the blanks.

use crate::policy::Reason;
use crate::policy::told::Said;
use crate::sharing::SharePlan;
use crate::vocabulary::Medium;
use crate::vocabulary::Setting;

/// What begins the cures that do the same again with another flag.
const AGAIN: &str = "subrosa share {records} --to {recipient} --purpose {purpose}";

/// The cure, its blanks still to be filled.
pub fn cure(plan: &SharePlan, reason: &Reason) -> String {
    let Some(again) = again(plan) else {
        return reason.cure.to_owned();
    };
    match reason.rule.id {
        "E-SETTING-UNDECLARED" | "E-SETTING-PUBLIC" => return again + " --setting private-office",
        "E-SAFETY-INCOMPLETE" => return again,
        // Nothing is drawn or typed there.
        "E-SETTING-RECORDED" => return again + " --batch",
        _ => {}
    }
    if plan.request.about.safety.is_some() {
        // On a consent it is no safety disclosure any more.
        match reason.cure {
            cure if cure.starts_with("subrosa disclose") => return on_consent(plan),
            cure if cure.starts_with("subrosa consent grant") => return format!("{cure} # then: {}", on_consent(plan)),
            _ => {}
        }
    }
    let Some(flags) = reason.cure.strip_prefix(AGAIN) else {
        return reason.cure.to_owned();
    };
    if flags.trim() == "--redact" {
        return format!("subrosa excerpt {{record}} --lines {} --redact", lines(plan));
    }
    again + flags
}

/// What a safety disclosure is where the client says yes: told, handed over or sent as anything is.
fn on_consent(plan: &SharePlan) -> String {
    let medium = plan.request.ask.medium;
    if medium == Medium::Package {
        return AGAIN.to_owned();
    }
    let room = plan.request.about.room.setting.filter(|setting| setting.is_private());
    let room = room.unwrap_or(Setting::PrivateOffice);
    let talk = format!("subrosa disclose {medium} --client {{client}} --to {{recipient}} --purpose {{purpose}}");
    format!("{talk} --setting {room} {{kinds}} --about TEXT")
}

/// The command that was given, for all that is no share.
fn again(plan: &SharePlan) -> Option<String> {
    let request = &plan.request;
    let medium = request.ask.medium;
    if request.about.safety.is_none() {
        let talk = format!("subrosa disclose {medium} --client {{client}} --to {{recipient}} --purpose {{purpose}}");
        let room = match request.about.room.setting {
            Some(setting) if setting.is_private() => format!(" --setting {setting}"),
            _ => String::new(),
        };
        let said = said(&request.about.said);
        return (medium != Medium::Package).then(|| format!("{talk}{room}{said} --about TEXT"));
    }
    let mut again = "subrosa safety disclose --client {client} --to {recipient}".to_owned();
    for id in &request.records {
        again.push_str(&format!(" --record {id}"));
    }
    for drawn in &request.drawn {
        let passages = drawn.version.excerpt_of.iter().flat_map(|excerpt| &excerpt.lines);
        for [first, last] in passages {
            again.push_str(&format!(" --excerpt {}:{first}-{last}", drawn.origin.record));
        }
    }
    if medium != Medium::Package {
        again.push_str(&format!(" --medium {medium}"));
    }
    Some(again + " --answers FILE")
}

/// The flags that say what is told without a record.
fn said(Said { kinds, tags, dates, de_identified }: &Said) -> String {
    let kinds = kinds.iter().map(|kind| format!(" --kind {kind}"));
    let none = tags.iter().filter(|tags| tags.is_empty()).map(|_| " --tag none".to_owned());
    let tags = tags.iter().flatten().map(|tag| format!(" --tag {tag}"));
    let dates = dates.iter().map(|date| format!(" --date {date}"));
    let nameless = de_identified.then(|| " --de-identified".to_owned());
    kinds.chain(none).chain(tags).chain(dates).chain(nameless).collect()
}

/// The lines of what names somebody else: those that were taken, or all of a record.
fn lines(plan: &SharePlan) -> String {
    let first = plan.request.drawn.first().and_then(|drawn| drawn.version.excerpt_of.as_ref());
    let passage = first.and_then(|excerpt| excerpt.lines.first());
    passage.map_or_else(|| "1-".to_owned(), |[first, last]| format!("{first}-{last}"))
}
