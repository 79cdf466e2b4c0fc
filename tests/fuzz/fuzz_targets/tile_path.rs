#![no_main]

subrosa_fuzz::target!(tile_path);
