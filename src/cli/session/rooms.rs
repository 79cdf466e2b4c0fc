//! The room in which this is done: declared beforehand, named now, or asked for once; and whether content may be drawn in it
//! (`docs/command-line.md`, "Rooms"). Must not know what is drawn.

use crate::cli::answer::Reason;
use crate::cli::failure::Failure;
use crate::cli::failure::FailureCode;
use crate::cli::recorder;
use crate::cli::session::Session;
use crate::id::ClientId;
use crate::id::RecordId;
use crate::policy;
use crate::policy::Room;
use crate::practice::room::Here;
use crate::vault::Vault;
use crate::vocabulary::Label;
use crate::vocabulary::Setting;

/// How long a room holds of which nobody said for how long, in seconds: a session.
pub const USUAL: u32 = 50 * 60;
/// The rule about terminals that are recorded.
const RECORDED: &str = "E-SETTING-RECORDED";

impl Session<'_> {
    /// The room that was declared here, if it still holds.
    pub fn here(&self, vault: &Vault) -> Result<Option<Here>, Failure> {
        Ok(vault.catalog().here()?.filter(|here| here.is_live(self.now())))
    }

    /// Declares it.
    pub fn declare(
        &mut self,
        vault: &Vault,
        setting: Setting,
        seconds: u32,
        client: Option<ClientId>,
    ) -> Result<Here, Failure> {
        let since = self.now();
        let here = Here { setting, since, until: since.plus_seconds(seconds.into()), client };
        if !vault.catalog().declare(&here)? {
            self.warn("the room is not remembered: the catalogue of this vault cannot be written here");
        }
        Ok(here)
    }

    /// The room in which this is done now: the one that was given, else, where one is needed, the one that was declared; at a
    /// terminal it is asked for once. Whether that room will do is the policy's to say.
    pub fn room(&mut self, vault: &Vault, given: Option<Setting>, is_needed: bool) -> Result<Room, Failure> {
        if !is_needed {
            return Ok(Room { setting: given, ..Room::default() });
        }
        let declared = self.here(vault)?.map(|here| here.setting);
        let setting = match given.or(declared) {
            Some(setting) => Some(setting),
            None => self.ask_room(vault)?,
        };
        Ok(Room { setting, is_needed, is_recorded: self.is_recorded() })
    }

    /// The room to be written down: the one in which it is done, or the one that was declared although none was needed.
    pub fn room_now(&self, vault: &Vault, room: Room) -> Result<Option<Setting>, Failure> {
        Ok(room.setting.or(self.here(vault)?.map(|here| here.setting)))
    }

    fn ask_room(&mut self, vault: &Vault) -> Result<Option<Setting>, Failure> {
        if let Some(over) = vault.catalog().here()? {
            self.note(&format!("the room that was declared, {}, held until {}", over.setting, over.until));
        }
        let asked = self.offered(None, "In which room are you (word, Enter: not now)")?;
        if let Some(setting) = asked {
            self.declare(vault, setting, USUAL, None)?;
        }
        Ok(asked)
    }

    /// Whether what is drawn at this run's terminal is being written down.
    pub fn is_recorded(&self) -> bool {
        let is_drawn = self.host.terminal.is_some() || self.host.stdout.is_terminal();
        is_drawn && recorder::find(self.host).is_some()
    }

    /// Refuses to draw a record's content in a room that will not do for its label.
    /// `otherwise` is what to do where the terminal is recorded, if it is not to show it to a file.
    pub fn may_show(&self, room: Room, label: Label, record: RecordId, otherwise: Option<&str>) -> Result<(), Failure> {
        let id = record.to_string();
        judged(room, label, Some(&id), otherwise)
            .map_err(|reasons| Failure::new(FailureCode::Unsafe, format!("{id} is not shown here")).because(reasons))
    }

    /// Refuses to have what is confidential typed in a room that will not do for it; `otherwise` is the command that needs no
    /// typing. Asked before the first question: what was typed is on the screen, and in the recording.
    pub fn may_type(&self, room: Room, label: Label, otherwise: &str) -> Result<(), Failure> {
        judged(room, label, None, Some(otherwise)).map_err(|reasons| {
            Failure::new(FailureCode::Unsafe, "what is confidential is not typed here").because(reasons)
        })
    }

    /// The same where no room has to be declared: one that was, and one that is named, is judged, and so is a recording. The
    /// room in which something was told is not the one in which it is typed.
    pub fn may_type_here(&self, vault: &Vault, given: Option<Setting>, otherwise: &str) -> Result<(), Failure> {
        let rooms = [given, self.here(vault)?.map(|here| here.setting)];
        let judged = |setting: Option<Setting>| {
            self.may_type(Room { setting, is_needed: false, is_recorded: self.is_recorded() }, Label::R, otherwise)
        };
        rooms.into_iter().try_for_each(judged)
    }

    /// The room for an interview, where somebody sits who would type it.
    pub fn room_to_type(&mut self, vault: &Vault, given: Option<Setting>, otherwise: &str) -> Result<Room, Failure> {
        let room = self.room(vault, given, true)?;
        self.may_type(room, Label::R, otherwise)?;
        Ok(room)
    }
}

/// What is wrong with a room for that label. `otherwise` is the cure of a terminal that is recorded, where it is not the rule's.
fn judged(room: Room, label: Label, record: Option<&str>, otherwise: Option<&str>) -> Result<(), Vec<Reason>> {
    let Err(refusal) = policy::may_show(room, label) else {
        return Ok(());
    };
    let reasons = refusal.reasons.iter().map(|reason| {
        let told = Reason::from(reason.rule);
        let otherwise = otherwise.filter(|_| reason.rule.id == RECORDED).map(str::to_owned);
        let cure = otherwise.or(told.cure.map(|cure| cure.replace("{record}", record.unwrap_or("@"))));
        Reason { cure, record: record.map(str::to_owned), ..told }
    });
    Err(reasons.collect())
}
