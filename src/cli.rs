//! The command line: the only floor that knows the operating system, the terminal and the words users type.
//! Nothing imports it.

// What it stands on: the world outside, and how it is written to.
pub mod editor;
pub mod host;
pub mod interrupt;
pub mod location;
pub mod output;
pub mod pager;
pub mod platform;
pub mod private;
pub mod progress;
pub mod terminal;
pub mod text;
pub mod twin;
