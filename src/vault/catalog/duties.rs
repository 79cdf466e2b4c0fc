//! What is to be done, or holds something back: concerns, groups, safety disclosures and what follows them,
//! acknowledgements, plain copies; how they come into the catalogue, and how they are asked for. What an event does to one
//! of them, it says itself (`practice`). Must not know when something is due.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use crate::id::ClientId;
use crate::id::ConcernId;
use crate::id::DisclosureId;
use crate::id::FollowupId;
use crate::id::GroupId;
use crate::id::LogId;
use crate::id::RecipientId;
use crate::keys::signer::Origin;
use crate::practice::acknowledgement::Acknowledgement;
use crate::practice::concern::Concern;
use crate::practice::consent::Consent;
use crate::practice::event::Body;
use crate::practice::export::Export;
use crate::practice::group::Group;
use crate::practice::safety::Followup;
use crate::practice::safety::FollowupPlanned;
use crate::practice::safety::Planned;
use crate::practice::safety::Safety;
use crate::practice::suspension::Suspension;
use crate::practice::words::Alias;
use crate::practice::words::Prose;
use crate::time::Date;
use crate::time::Timestamp;
use crate::vocabulary::Task;

use super::Catalog;
use super::CatalogError;
use super::column::json;
use super::column::parsed;
use super::column::parsed_or_null;
use super::late::Late;
use super::papers::Papers;
use super::writer::About;
use super::writer::text;

const CONCERN: &str = "concern";
const GROUP: &str = "group";
const SAFETY: &str = "safety";
const ACKNOWLEDGEMENT: &str = "acknowledgement";
const EXPORT: &str = "export";
const SUSPENSION: &str = "suspension";

/// The prepared statements that put duties in order.
pub(super) struct Duties<'t> {
    disclosure: Late<'t>,
    answered: Late<'t>,
    gone: Late<'t>,
    add_followup: Late<'t>,
    get_followup: Late<'t>,
    put_followup: Late<'t>,
}

impl<'t> Duties<'t> {
    pub(super) fn new(db: &'t Connection) -> Self {
        Self {
            disclosure: Late::new(db, "SELECT client, recipient FROM disclosures WHERE id = ?1"),
            answered: Late::new(db, "DELETE FROM unanswered WHERE n = (SELECT n FROM disclosures WHERE id = ?1)"),
            gone: Late::new(db, "UPDATE papers SET open = 0 WHERE about = ?1 AND kind = ?2"),
            add_followup: Late::new(
                db,
                "INSERT OR IGNORE INTO followups (id, disclosure, open, body) VALUES (?1, ?2, 1, ?3)",
            ),
            get_followup: Late::new(db, "SELECT body FROM followups WHERE id = ?1"),
            put_followup: Late::new(db, "UPDATE followups SET open = ?2, body = ?3 WHERE id = ?1"),
        }
    }

    /// Folds an event about duties; gives one about something else back.
    pub(super) fn fold(
        &mut self,
        papers: &mut Papers<'t>,
        n: i64,
        entry: (LogId, u64),
        time: Timestamp,
        actor: &Alias,
        body: Body,
    ) -> rusqlite::Result<Result<About, Body>> {
        Ok(Ok(match body {
            Body::ConcernOpened(opened) => {
                let (id, client) = (opened.concern.to_string(), opened.client);
                let group = opened.group.map(|group| group.to_string());
                let about = client.map(|client| client.to_string()).or(group).unwrap_or_default();
                papers.file_open(n, &id, CONCERN, &about, &Concern::opened(opened, time))?;
                About { client, recipient: None }
            }
            Body::ConcernResolved(resolved) => {
                let id = resolved.concern.to_string();
                let concern = papers.close(&id, |concern: &mut Concern| concern.resolve(resolved, time))?;
                About { client: concern.and_then(|concern| concern.opened.client), recipient: None }
            }
            Body::GroupPlanned(planned) => {
                let id = planned.group.to_string();
                papers.file_open(n, &id, GROUP, &id, &Group::planned(planned, time))?;
                About::default()
            }
            Body::GroupStarted(started) => {
                let id = started.group.to_string();
                papers.change(&id, |group: &mut Group| group.start(started, time))?;
                About::default()
            }
            // It stays open: talks are due after it.
            Body::GroupClosed(closed) => {
                let id = closed.group.to_string();
                papers.change(&id, |group: &mut Group| group.close(closed, time))?;
                About::default()
            }
            Body::GroupCalledOff(called_off) => {
                let id = called_off.group.to_string();
                papers.close(&id, |group: &mut Group| group.call_off(called_off, time))?;
                About::default()
            }
            Body::SafetyDisclosed(disclosed) => {
                let (id, client) = (disclosed.disclosure, disclosed.client);
                self.plan(&disclosed.followups, id, Some(client), actor)?;
                let safety = Safety { disclosed, author: actor.clone(), at: time, reviewed: None };
                papers.file_open(n, &safety_of(id), SAFETY, &client.to_string(), &safety)?;
                About { client: Some(client), recipient: self.about(id)?.recipient }
            }
            Body::SafetyReviewed(reviewed) => {
                let (id, planned) = (reviewed.disclosure, reviewed.followups.clone());
                let by = actor.clone();
                let review = |safety: &mut Safety| {
                    safety.reviewed.get_or_insert((reviewed, by, time));
                };
                if let Some(safety) = papers.close(&safety_of(id), review)? {
                    self.plan(&planned, id, Some(safety.disclosed.client), &safety.author)?;
                }
                self.about(id)?
            }
            Body::FollowupPlanned(planned) => {
                let FollowupPlanned { client, disclosure, due, followup, task } = planned;
                self.plan(&[Planned { due, followup, task }], disclosure, client, actor)?;
                self.about(disclosure)?
            }
            Body::FollowupDone(done) => {
                let id = done.followup.to_string();
                let found = self.get_followup.query_row([&id], |row| json::<Followup>(row, 0)).optional()?;
                let Some(mut followup) = found else {
                    return Ok(Ok(About::default()));
                };
                finish(&mut followup, done.text, time);
                if followup.planned.task == Task::ReturnOrDestroy {
                    // Whether it ever arrived is asked no more.
                    self.answered.execute([followup.disclosure.to_string()])?;
                }
                self.put_followup.execute(params![id, 0, text(&followup)])?;
                self.about(followup.disclosure)?
            }
            Body::DisclosureAcknowledged(given) => {
                self.hear(papers, n, given.disclosure, |heard| heard.give(given.how, time))?;
                self.answered.execute([given.disclosure.to_string()])?;
                self.about(given.disclosure)?
            }
            Body::AcknowledgementFailed(failed) => {
                self.hear(papers, n, failed.disclosure, |heard| heard.fail(time))?;
                self.about(failed.disclosure)?
            }
            Body::ExportMade(made) => {
                let about = place(&made.machine.to_string(), &made.path_sha256.to_string());
                papers.file_open(n, &copy_of(entry), EXPORT, &about, &Export { made, at: time, entry })?;
                About::default()
            }
            Body::ExportEnded(ended) => {
                let log = ended.origin.parse::<Origin>().ok().and_then(|origin| origin.log_id());
                if let Some(log) = log {
                    papers.close(&copy_of((log, ended.index)), |_: &mut Export| ())?;
                }
                About::default()
            }
            Body::ExportGone(gone) => {
                let about = place(&gone.machine.to_string(), &gone.path_sha256.to_string());
                self.gone.execute([about.as_str(), EXPORT])?;
                About::default()
            }
            Body::AccountingSuspended(suspended) => {
                let about = self.about(suspended.disclosure)?;
                let id = suspension_of(suspended.disclosure);
                let replaced = papers.change(&id, |suspension: &mut Suspension| {
                    suspension.replace(suspended.clone(), time);
                })?;
                if replaced.is_none() && about.recipient.is_some() {
                    let client = about.client.map(|client| client.to_string()).unwrap_or_default();
                    let begun = Suspension::begun(about.client, suspended, time);
                    papers.file(n, &id, SUSPENSION, &client, &begun)?;
                }
                about
            }
            Body::AccountingEndNoted(noted) => {
                papers.change(&suspension_of(noted.disclosure), |one: &mut Suspension| one.note_end(time))?;
                self.about(noted.disclosure)?
            }
            Body::ColleagueNudged(nudged) => nudged.recipient.map(About::recipient).unwrap_or_default(),
            other => return Ok(Err(other)),
        }))
    }

    fn plan(
        &mut self,
        planned: &[Planned],
        of: DisclosureId,
        client: Option<ClientId>,
        by: &Alias,
    ) -> rusqlite::Result<()> {
        for planned in planned {
            let followup = Followup { planned: *planned, disclosure: of, client, author: by.clone(), done: None };
            self.add_followup.execute([planned.followup.to_string(), of.to_string(), text(&followup)])?;
        }
        Ok(())
    }

    fn hear(
        &mut self,
        papers: &mut Papers<'t>,
        n: i64,
        of: DisclosureId,
        hear: impl Fn(&mut Acknowledgement),
    ) -> rusqlite::Result<()> {
        let id = acknowledgement_of(of);
        if papers.change(&id, &hear)?.is_none() {
            let mut first = Acknowledgement::default();
            hear(&mut first);
            papers.file(n, &id, ACKNOWLEDGEMENT, &of.to_string(), &first)?;
        }
        Ok(())
    }

    /// Whom a disclosure is about.
    fn about(&mut self, id: DisclosureId) -> rusqlite::Result<About> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(About { client: parsed_or_null::<ClientId>(row, 0)?, recipient: Some(parsed::<RecipientId>(row, 1)?) })
        };
        Ok(self.disclosure.query_row([id.to_string()], read).optional()?.unwrap_or_default())
    }
}

fn finish(followup: &mut Followup, text: Option<Prose>, at: Timestamp) {
    followup.done.get_or_insert((text, at));
}

fn safety_of(id: DisclosureId) -> String {
    format!("safety-{id}")
}

fn suspension_of(id: DisclosureId) -> String {
    format!("suspended-{id}")
}

fn acknowledgement_of(id: DisclosureId) -> String {
    format!("heard-{id}")
}

fn copy_of((log, index): (LogId, u64)) -> String {
    format!("export-{log}-{index}")
}

fn place(machine: &str, path: &str) -> String {
    format!("{machine} {path}")
}

impl Catalog {
    /// A concern.
    pub fn concern(&self, id: ConcernId) -> Result<Option<Concern>, CatalogError> {
        self.paper(&id.to_string())
    }

    /// All concerns, in the order of their filing.
    pub fn concerns(&self) -> Result<Vec<Concern>, CatalogError> {
        self.papers(CONCERN, None)
    }

    /// The concerns that nobody has answered yet.
    pub fn open_concerns(&self) -> Result<Vec<Concern>, CatalogError> {
        self.open_papers(CONCERN)
    }

    /// The open concerns about a client.
    pub fn concerns_about(&self, client: ClientId) -> Result<Vec<Concern>, CatalogError> {
        self.open_about(CONCERN, &client.to_string())
    }

    /// The open concerns about all of a group.
    pub fn concerns_about_group(&self, group: GroupId) -> Result<Vec<Concern>, CatalogError> {
        self.open_about(CONCERN, &group.to_string())
    }

    /// A group.
    pub fn group(&self, id: GroupId) -> Result<Option<Group>, CatalogError> {
        self.paper(&id.to_string())
    }

    /// All groups, in the order of their planning.
    pub fn groups(&self) -> Result<Vec<Group>, CatalogError> {
        self.papers(GROUP, None)
    }

    /// What was answered before a safety disclosure, and its review.
    pub fn safety(&self, id: DisclosureId) -> Result<Option<Safety>, CatalogError> {
        self.paper(&safety_of(id))
    }

    /// All safety disclosures, in the order of the log.
    pub fn safeties(&self) -> Result<Vec<Safety>, CatalogError> {
        self.papers(SAFETY, None)
    }

    /// All safety disclosures about a client.
    pub fn safeties_about(&self, client: ClientId) -> Result<Vec<Safety>, CatalogError> {
        self.papers(SAFETY, Some(client.to_string()))
    }

    /// A follow-up.
    pub fn followup(&self, id: FollowupId) -> Result<Option<Followup>, CatalogError> {
        self.one("SELECT body FROM followups WHERE id = ?1", [id.to_string()], |row| json(row, 0))
    }

    /// The follow-ups of a disclosure.
    pub fn followups_of(&self, id: DisclosureId) -> Result<Vec<Followup>, CatalogError> {
        let sql = "SELECT body FROM followups WHERE disclosure = ?1 ORDER BY rowid";
        self.all(sql, [id.to_string()], |row| json(row, 0))
    }

    /// What is still to be done after safety disclosures.
    pub fn open_followups(&self) -> Result<Vec<Followup>, CatalogError> {
        self.all("SELECT body FROM followups WHERE open = 1 ORDER BY rowid", [], |row| json(row, 0))
    }

    /// All follow-ups, in the order of their planning.
    pub fn followups(&self) -> Result<Vec<Followup>, CatalogError> {
        self.all("SELECT body FROM followups ORDER BY rowid", [], |row| json(row, 0))
    }

    /// What was heard of a disclosure.
    pub fn acknowledgement(&self, id: DisclosureId) -> Result<Acknowledgement, CatalogError> {
        Ok(self.paper(&acknowledgement_of(id))?.unwrap_or_default())
    }

    /// What agencies stated of a disclosure.
    pub fn suspension(&self, id: DisclosureId) -> Result<Option<Suspension>, CatalogError> {
        self.paper(&suspension_of(id))
    }

    /// The same of all disclosures, or of those about one client, in the order of the first statements.
    pub fn suspensions(&self, client: Option<ClientId>) -> Result<Vec<Suspension>, CatalogError> {
        self.papers(SUSPENSION, client.map(|client| client.to_string()))
    }

    /// The packages of which nobody has said yet that they arrived, in the order of the log.
    pub fn unanswered(&self) -> Result<Vec<DisclosureId>, CatalogError> {
        let sql = "SELECT d.id FROM unanswered u JOIN disclosures d ON d.n = u.n ORDER BY u.n";
        self.all(sql, [], |row| parsed(row, 0))
    }

    /// The active clients with whom nobody talked about the limits of confidentiality, and when they came.
    pub fn clients_untold(&self) -> Result<Vec<(ClientId, Timestamp)>, CatalogError> {
        let sql = "SELECT c.id, e.time FROM clients c JOIN entries e ON e.n = c.n \
                   WHERE json_extract(c.body, '$.details.limits_discussed') IS NULL \
                   AND json_extract(c.body, '$.state') = 'active' ORDER BY c.n";
        self.all(sql, [], |row| Ok((parsed(row, 0)?, Timestamp::from_unix(row.get(1)?))))
    }

    /// The consents that name a last day within these, and those that may have one although they name another or none: the
    /// spoken ones, those that somebody signed for the client, and those of clients for whom another signs than did.
    pub fn consents_ending(&self, from: Date, to: Date) -> Result<Vec<Consent>, CatalogError> {
        let ending = "SELECT body FROM papers WHERE kind = 'consent' \
                      AND json_extract(body, '$.terms.until') BETWEEN ?1 AND ?2 \
                      UNION ALL SELECT body FROM papers WHERE kind = 'consent' \
                      AND (json_extract(body, '$.terms.method') = 'verbal' \
                      OR EXISTS (SELECT 1 FROM json_each(body, '$.terms.signed_by') WHERE value <> 'client') \
                      OR about IN (SELECT id FROM clients WHERE json_array_length(body, '$.rules_before') > 0 \
                      OR json_extract(body, '$.minor_until') IS NOT NULL)) \
                      AND coalesce(json_extract(body, '$.terms.until') NOT BETWEEN ?1 AND ?2, TRUE)";
        self.all(ending, [from.to_string(), to.to_string()], |row| json(row, 0))
    }

    /// The plain copies of which nobody knows that they have ended.
    pub fn open_exports(&self) -> Result<Vec<Export>, CatalogError> {
        self.open_papers(EXPORT)
    }
}
