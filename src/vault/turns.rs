//! Which machine writes the log: it is handed over, taken up, or given up (`docs/format.md`, 4). A log is written by one
//! machine, the one with `writer`; everything here sees to it that there are never two.

use rand_core::CryptoRng;
use rand_core::RngCore;

use crate::id::MachineId;
use crate::ledger::checkpoint::Checkpoint;
use crate::practice::event::Body;
use crate::practice::event::Event;
use crate::practice::log::WriterHanded;
use crate::vault::Vault;
use crate::vault::desk::Desk;
use crate::vault::erasing::event_of;
use crate::vault::error::VaultError;
use crate::vault::standing::Standing;
use crate::vault::step::Held;
use crate::vault::transaction::Committed;

/// Hands the log over: this machine commits that it does, and writes no more.
pub fn hand_over<R: CryptoRng + RngCore>(desk: &mut Desk<'_, R>, to: MachineId) -> Result<Committed, VaultError> {
    let committed = desk.append::<VaultError>(|_| Ok(vec![Body::WriterHanded(WriterHanded { to }).into()]))?;
    // A crash before this line leaves the right here, and the event that says it is another's: the next opening drops
    // it, and nothing is appended before.
    desk.vault.state.drop_writer()?;
    Ok(committed)
}

impl Vault {
    /// To whom the last event gives the log.
    fn handed_to(&self) -> Result<Option<MachineId>, VaultError> {
        Ok(match self.last_event()? {
            Some(Event { body: Body::WriterHanded(handed), .. }) => Some(handed.to),
            // A log is first written by the machine that opened it.
            Some(Event { body: Body::LogContinued(continued), .. }) => Some(continued.machine),
            _ => None,
        })
    }

    /// Takes up the right to write where the last event hands it to this machine, and drops it where it hands it to
    /// another. Nothing but being the last event makes it valid: whoever has appended since was the writer.
    pub(super) fn take_turn(&mut self, held: Held) -> Result<(), VaultError> {
        let Some(to) = self.handed_to()?.filter(|_| self.standing == Standing::InStep) else {
            return Ok(());
        };
        let is_mine = self.state.known_machine() == Some(to);
        if is_mine == self.state.is_writer() {
            return Ok(());
        }
        self.with_state(held, |vault| match is_mine {
            true => vault.state.make_writer(),
            false => vault.state.drop_writer(),
        })
    }

    /// Gives up the right to write: another machine has written this log since `mark`. Unless this one had handed it
    /// over, what it remembers was copied, and so was its id.
    pub(super) fn give_up_writing(&mut self, held: Held, mark: &Checkpoint) -> Result<(), VaultError> {
        let last = mark.size - 1;
        let handed = self.log.opening(last, self.head(), &self.keyring)?.map(event_of);
        let was_handed = matches!(handed, Some(Ok(Event { body: Body::WriterHanded(_), .. })));
        self.with_state(held, |vault| vault.state.drop_writer())?;
        if !was_handed {
            self.state.drop_machine();
            self.seen.gave_up = Some(mark.clone());
        }
        Ok(())
    }
}
