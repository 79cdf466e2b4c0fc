//! The nouns of the practice and the events that change them: client, recipient, record, disclosure, owner.
//! An event is the only thing that changes a vault; each noun says what its events do to it.
//! Must not know storage, encryption or the clock.

pub mod acknowledgement;
pub mod agreement;
pub mod client;
pub mod concern;
pub mod consent;
pub mod difference;
pub mod disclosure;
pub mod erasure;
pub mod event;
pub mod export;
mod fields;
pub mod file_name;
pub mod group;
pub mod inquiry;
pub mod log;
pub mod need;
pub mod owner;
pub mod periods;
pub mod protocol;
pub mod recipient;
pub mod record;
pub mod rekey;
pub mod restriction;
pub mod room;
pub mod safety;
pub mod scope;
pub mod session;
pub mod suspension;
pub mod talk;
pub mod team;
pub mod training;
pub mod words;
