mod cures;
mod flips;
mod laws;
mod safety;
pub(crate) mod scene;
mod signing;
mod told;
