#![no_main]

subrosa_fuzz::target!(evidence);
