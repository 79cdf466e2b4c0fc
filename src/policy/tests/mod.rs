mod flips;
mod laws;
mod scene;
