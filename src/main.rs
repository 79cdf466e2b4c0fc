//! The program: see the library.

use std::process::ExitCode;

use subrosa::cli;
use subrosa::cli::host::Host;

fn main() -> ExitCode {
    cli::report_panics_quietly();
    let listening = cli::interrupt::listen();
    let mut host = Host::of_process();
    if let Err(error) = listening {
        // Without it an interrupt leaves half-written files under their temporary names; nothing worse.
        let _ = host.stderr.say(&format!("subrosa: interrupts are not heard: {error}\n"));
    }
    ExitCode::from(cli::run(std::env::args_os(), &mut host))
}
