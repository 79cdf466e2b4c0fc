//! Whether what is drawn on this terminal is being written down: by asciinema, `script` and their like above this process,
//! by a tmux that pipes this pane, by a GNU screen with a log. A build server (`CI`) is no recorder. What cannot be found out is
//! not there: this finds forgotten recorders, not hidden ones. Must not know what would be drawn.

use std::process::Command;
use std::process::Stdio;

use crate::cli::host::Host;
use crate::platform::ancestors;
use crate::platform::ancestors::Ancestor;

/// Variables that a recorder sets for what it records.
const VARIABLES: &[(&str, &str)] = &[
    ("ASCIINEMA_REC", "asciinema"),
    ("ASCIINEMA_SESSION", "asciinema"),
    // BSD's, and so the Mac's; elsewhere the word may mean anything.
    #[cfg(not(target_os = "linux"))]
    ("SCRIPT", "script"),
];

/// Programs that record what is drawn below them.
const PROGRAMS: &[&str] = &["asciinema", "script", "scriptlive", "t-rec", "termrec", "termtosvg", "ttyrec"];

/// Files that a GNU screen has open without logging.
const NO_LOGS: &[&str] = &["utmp", "utmpx", "wtmp"];

/// Where it is asked what this process was started from.
#[derive(Clone, Debug)]
pub enum Ancestry {
    /// The process itself, and its terminal multiplexer.
    OfProcess,
    /// These names alone.
    Fixed(Vec<String>),
}

/// The recorder of this terminal, by name.
pub fn find(host: &Host) -> Option<String> {
    let by_variable = VARIABLES.iter().find(|(variable, _)| host.var(variable).is_some());
    if let Some((_, recorder)) = by_variable {
        return Some((*recorder).to_owned());
    }
    match &host.ancestry {
        Ancestry::Fixed(names) => names.iter().find(|name| is_recorder(name)).cloned(),
        Ancestry::OfProcess => {
            let line = ancestors::line_of(None);
            recorder_in(&line).or_else(|| in_tmux(host)).or_else(|| in_screen(&line))
        }
    }
}

fn is_recorder(name: &str) -> bool {
    PROGRAMS.contains(&name)
}

fn recorder_in(line: &[Ancestor]) -> Option<String> {
    line.iter().find(|ancestor| is_recorder(&ancestor.name)).map(|ancestor| ancestor.name.clone())
}

/// tmux stands between: it may pipe this pane itself, and whoever looks at it may be recorded.
fn in_tmux(host: &Host) -> Option<String> {
    host.var("TMUX")?;
    let pane = host.var("TMUX_PANE").unwrap_or_default();
    let target: Vec<_> = if pane.is_empty() { Vec::new() } else { vec!["-t".into(), pane] };
    let ask = |words: &[&str]| {
        let mut command = Command::new("tmux");
        command.arg(words[0]).args(&target).args(&words[1..]).stdin(Stdio::null()).stderr(Stdio::null());
        command.output().ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    if ask(&["display-message", "-p", "#{pane_pipe}"]).trim() == "1" {
        return Some("tmux pipe-pane".to_owned());
    }
    let clients = ask(&["list-clients", "-F", "#{client_pid}"]);
    clients.lines().filter_map(|pid| pid.parse().ok()).find_map(|pid| recorder_in(&ancestors::line_of(Some(pid))))
}

/// GNU screen tells nobody whether it logs, but its log is a file that it writes.
fn in_screen(line: &[Ancestor]) -> Option<String> {
    let screen = line.iter().find(|ancestor| ancestor.name.eq_ignore_ascii_case("screen"))?;
    let is_log =
        |path: &std::path::PathBuf| path.file_name().is_some_and(|name| !NO_LOGS.iter().any(|known| name == *known));
    ancestors::written_by(screen.pid).iter().any(is_log).then(|| "a log of screen".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::twin;

    #[test]
    fn recorders_are_known_by_variable_or_by_name_and_a_build_server_is_none() {
        let host = || twin::host(Path::new("/"), 0, 1).0;
        assert_eq!(find(&host().with_var("CI", "true")), None);
        assert_eq!(find(&host().with_var("ASCIINEMA_REC", "1")).as_deref(), Some("asciinema"));
        assert_eq!(find(&host().with_var("ASCIINEMA_SESSION", "x")).as_deref(), Some("asciinema"));
        let below = |names: &[&str]| {
            let mut host = host();
            host.ancestry = Ancestry::Fixed(names.iter().map(|name| (*name).to_owned()).collect());
            find(&host)
        };
        assert_eq!(below(&["subrosa", "sh", "script", "sh"]).as_deref(), Some("script"));
        assert_eq!(below(&["subrosa", "scripts", "bash", "tmux: server"]), None);
    }
}
