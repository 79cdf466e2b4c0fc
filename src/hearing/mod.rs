//! What comes from outside: somebody asks after a person, and a recipient says that a package arrived. Must not know how
//! anybody types or reads any of it.

pub mod acknowledgements;
pub mod inquiries;
