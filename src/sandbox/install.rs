//! Installs packages as root, and shows what the package manager prints.

use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::SandboxError;
use crate::os::{InstallFailure, Installation, SEARCH_PATH, signal_stream};

/// Bytes of the output that are kept to find the cause of a failure.
const KEPT: usize = 64 << 10;

/// Lines of the output that an error repeats.
const LAST_LINES: usize = 5;

#[derive(Debug)]
pub(crate) enum InstallError {
    Interrupted,
    /// The package manager failed.
    Failed {
        /// For example `apt-get install …` failed (exit status: 100).
        what: String,
        /// The last lines that it printed.
        lines: String,
        next: String,
    },
    System(SandboxError),
}

/// Installs the packages. The package lists are fetched first if there are none, and again if they are too old. Takes over
/// SIGINT, SIGTERM and SIGHUP of this process for good.
pub(crate) fn install(installation: &Installation) -> Result<(), InstallError> {
    let signals = signal_stream()
        .map_err(|error| InstallError::System(SandboxError::system("cannot watch for signals")(error)))?;
    let run = |args: &[String]| run(installation, args, &signals);
    let mut refreshed = installation.lists_are_missing();
    let mut output = String::new();
    if refreshed {
        // If some lists could not be fetched, the package may still be in the others.
        output = run(&installation.refresh_args())?.output;
    }
    loop {
        let finished = run(&installation.install_args())?;
        if finished.status.success() {
            return Ok(());
        }
        let failure = InstallFailure::find(&(output + &finished.output));
        if failure == InstallFailure::OldLists && !refreshed && installation.may_refresh_old_lists() {
            let _ = writeln!(io::stderr(), "unitlab: the package lists are too old; fetching them");
            output = run(&installation.refresh_args())?.output;
            refreshed = true;
            continue;
        }
        return Err(InstallError::Failed {
            what: format!("`{}` failed ({})", installation.install_line(), finished.status),
            lines: last_lines(&finished.output),
            next: failure.next(installation),
        });
    }
}

/// A package manager that has exited.
struct Finished {
    status: ExitStatus,
    /// The end of what it printed.
    output: String,
}

/// Runs the package manager with its output on our standard error.
///
/// It has its own process group. So Ctrl-C reaches us alone, and we pass it on to the package manager alone, which ends a
/// download at once, but finishes what it has begun to unpack.
fn run(installation: &Installation, args: &[String], signals: &UnixStream) -> Result<Finished, InstallError> {
    let manager = installation.manager();
    let system =
        |error: io::Error| InstallError::System(SandboxError::system(format!("cannot run {}", manager.name()))(error));
    let mut command = manager.command().map_err(|missing| InstallError::System(missing.into()))?;
    let _ = writeln!(io::stderr(), "unitlab: running {} {}", manager.name(), args.join(" "));
    let (reader, writer) = io::pipe().map_err(system)?;
    command.args(args).process_group(0).stdin(Stdio::null());
    command.stdout(writer.try_clone().map_err(system)?).stderr(writer);
    command.env("PATH", SEARCH_PATH).env("LC_ALL", "C.UTF-8").env("DEBIAN_FRONTEND", "noninteractive");
    let mut child = command.spawn().map_err(system)?;
    // The command holds the writing end.
    drop(command);
    let (output, interrupted) = relay(&child, reader, signals).map_err(system)?;
    let status = child.wait().map_err(system)?;
    if interrupted {
        return Err(InstallError::Interrupted);
    }
    Ok(Finished { status, output })
}

/// Copies the output to standard error until the program exits. Returns the end of it, and whether a signal came.
fn relay(child: &Child, mut reader: PipeReader, signals: &UnixStream) -> io::Result<(String, bool)> {
    let exit = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let mut kept = Vec::new();
    let (mut interrupted, mut open) = (false, true);
    loop {
        let mut fds = vec![PollFd::new(&exit, PollFlags::IN)];
        // One signal is enough: a second one does not make it faster.
        fds.extend((!interrupted).then(|| PollFd::from_borrowed_fd(signals.as_fd(), PollFlags::IN)));
        fds.extend(open.then(|| PollFd::from_borrowed_fd(reader.as_fd(), PollFlags::IN)));
        match poll(&mut fds, None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let exited = !fds[0].revents().is_empty();
        let signalled = !interrupted && !fds[1].revents().is_empty();
        drop(fds);
        if signalled {
            interrupted = true;
            let _ = writeln!(io::stderr(), "\nunitlab: stopping the package manager");
            let _ = pidfd_send_signal(&exit, Signal::INT);
        }
        let mut chunk = [0; 8192];
        while open {
            match reader.read(&mut chunk) {
                Ok(0) => open = false,
                Ok(count) => {
                    let _ = io::stderr().write_all(&chunk[..count]);
                    kept.extend_from_slice(&chunk[..count]);
                    let surplus = kept.len().saturating_sub(KEPT);
                    kept.drain(..surplus);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // A service that a package started may hold the pipe, so do not wait for its end.
        if exited {
            return Ok((String::from_utf8_lossy(&kept).into_owned(), interrupted));
        }
    }
}

/// The last errors in the output; without errors, its last lines.
fn last_lines(output: &str) -> String {
    let all = || output.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let is_error = |line: &&str| ["E:", "error:", "Error:"].iter().any(|begin| line.starts_with(begin));
    let errors: Vec<&str> = all().filter(is_error).collect();
    let lines = if errors.is_empty() { all().collect() } else { errors };
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn an_error_repeats_the_last_errors_or_the_last_lines() {
        let many = "line 4\n\nline 5\n\nline 6\nline 7\nline 8\nline 9\n";
        assert_eq!(last_lines(many), "line 5\nline 6\nline 7\nline 8\nline 9");
        assert_eq!(last_lines(&format!("E: no lock\n{many}E: no space \n")), "E: no lock\nE: no space");
        assert_eq!(last_lines(""), "");
    }
}
