//! The identifier scan: who is named in a text that the text is not about, and what of it could identify anybody.
//! Text in, findings out. Its main types are [`Identifier`] and [`Index`] (who could be named), [`Scan`] and [`Hit`] (who
//! is), [`redaction`] (their names put out) and [`deidentify()`] (identifiers of every kind removed).
//!
//! How a name is judged, in the order of the rules:
//!
//! 1. Letters are compared folded: without case, accents, look-alikes and invisible characters (`letters`).
//! 2. Two parts of one name beside each other count, in either order; so does a part with an initial of another.
//! 3. A part alone counts when it has three letters or more and is no particle (`da`, `van`, `al`); one of two letters
//!    only where it looks like a name. All parts beside each other count whatever they are (`Al Wu`, `mark hope`), and
//!    so does a name of one short part spelled as on file (`JJ`). In scripts without blanks a name counts anywhere.
//! 4. A part alone that is also an ordinary word counts only where it looks like a name (`ordinary`).
//! 5. Of findings that overlap the longest counts; where it is as well the name of somebody allowed, nobody is named.
//!
//! Initials alone name somebody only with their dots and nothing between (`M.L.`), in the order of the name, and where they
//! are no abbreviation: in a practice of a few hundred they are everybody's. Where identifiers are removed they all go, and
//! the names of whom the text is about (`own`) are found more readily. Must not know the
//! vault, the catalogue or the practice; who is on file is asked of an [`Index`].

mod ages;
mod answers;
mod called;
pub mod categories;
mod date;
mod dates;
pub mod deidentify;
mod email;
mod facilities;
pub mod hit;
pub mod identifier;
mod initials;
mod joints;
mod labels;
mod letters;
mod names;
mod ordinary;
pub mod own;
mod phone;
mod places;
pub mod readable;
pub mod redaction;
pub mod scanner;
mod tokens;
mod told;
mod unspaced;
mod wires;

pub use deidentify::deidentify;
pub use hit::Allowed;
pub use hit::Hit;
pub use hit::Scan;
pub use hit::ScanError;
pub use identifier::Identifier;
pub use identifier::IdentifierKind;
pub use identifier::Index;
pub use identifier::MemoryIndex;
pub use identifier::keys_of;
pub use identifier::reached;
pub use own::Own;
pub use redaction::redact;
pub use redaction::redact_all;
pub use scanner::scan;
pub use scanner::scan_reader;

#[cfg(test)]
mod tests;
