//! The fuzz targets of the ledger's formats: [`targets`] says what they do, `fuzz_targets/` are their programs.

mod targets;

pub use targets::*;

/// The program of one target: what libFuzzer calls.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$name(data));
    };
}

/// The program of one target, where libFuzzer is left out: only that there is such a target.
#[cfg(not(feature = "libfuzzer"))]
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        const _: fn(&[u8]) = $crate::$name;
    };
}
