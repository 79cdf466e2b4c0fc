mod flips;
mod laws;
mod safety;
mod scene;
mod signing;
