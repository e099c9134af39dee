//! Runs one program with a deadline and bounded output.
//!
//! One thread and one poll(2): a process that has entered another PID namespace cannot start threads.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// Bytes of stderr that are kept; the rest is dropped.
const STDERR_LIMIT: usize = 64 << 10;

/// How long a program may run and how much it may print.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From start to exit.
    pub(crate) time: Duration,
    /// In bytes.
    pub(crate) stdout: usize,
}

/// The result of a program that exited by itself.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    /// The first 64 KiB.
    pub(crate) stderr: Vec<u8>,
}

/// The result of a program whose two output streams share one pipe.
#[derive(Debug)]
pub(crate) struct MergedOutcome {
    pub(crate) status: ExitStatus,
    /// The beginning, up to the limit, in the order in which it was written.
    pub(crate) output: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    /// The program could not be started or watched.
    #[error("cannot be run: {0}")]
    Io(#[from] io::Error),
    /// The program was killed at its deadline.
    #[error("gave no answer within {} s", .0.as_secs())]
    Deadline(Duration),
    /// The program was killed because it wrote more than its limit.
    #[error("wrote more than {0} bytes")]
    TooMuch(usize),
}

impl From<ChildError> for io::Error {
    fn from(error: ChildError) -> Self {
        match error {
            ChildError::Io(error) => error,
            ChildError::Deadline(_) => Self::new(io::ErrorKind::TimedOut, error.to_string()),
            ChildError::TooMuch(_) => Self::new(io::ErrorKind::FileTooLarge, error.to_string()),
        }
    }
}

/// Runs a prepared command with `input` on its stdin, and waits until it exits. A program that writes more to stdout
/// than its limit is killed.
///
/// The program is dead and reaped when this returns, also on an error. What it left running in the background is not
/// waited for, even if it holds the pipes.
pub(crate) fn run(command: &mut Command, input: &[u8], limits: Limits) -> Result<Outcome, ChildError> {
    start(command, limits)?.finish(input)
}

/// Like [`run`], but with both output streams through one pipe. Output beyond the limit is read and dropped.
pub(crate) fn run_merged(command: &mut Command, input: &[u8], limits: Limits) -> Result<MergedOutcome, ChildError> {
    let (reader, writer) = io::pipe()?;
    let mut child = command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    // The command holds the writing end until it gets other streams.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut output = Output::new(Some(reader.into()), limits.stdout)?;
    let deadline = Instant::now() + limits.time;
    let exited = wait_for_exit(&mut child, input, [&mut output], deadline, |_| true);
    let status = reap(&mut child, exited, limits)?;
    Ok(MergedOutcome { status, output: output.bytes })
}

/// Starts a prepared command. Its output is read only by [`Started::finish`].
pub(crate) fn start(command: &mut Command, limits: Limits) -> Result<Started, ChildError> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    Ok(Started { child, limits, deadline: Instant::now() + limits.time })
}

/// A program that runs while the caller does something else.
pub(crate) struct Started {
    child: Child,
    limits: Limits,
    deadline: Instant,
}

impl Started {
    /// Waits until the program exits; see [`run`].
    pub(crate) fn finish(mut self, input: &[u8]) -> Result<Outcome, ChildError> {
        // One byte more than the limit shows that there is too much.
        let mut stdout = Output::new(self.child.stdout.take().map(OwnedFd::from), self.limits.stdout + 1)?;
        let mut stderr = Output::new(self.child.stderr.take().map(OwnedFd::from), STDERR_LIMIT)?;
        let limit = self.limits.stdout;
        let within = |outputs: &[&mut Output; 2]| outputs[0].bytes.len() <= limit;
        let exited = wait_for_exit(&mut self.child, input, [&mut stdout, &mut stderr], self.deadline, within);
        let status = reap(&mut self.child, exited, self.limits)?;
        Ok(Outcome { status, stdout: stdout.bytes, stderr: stderr.bytes })
    }
}

/// Why [`wait_for_exit`] returned.
enum Wait {
    Exited,
    Deadline,
    TooMuch,
}

/// Waits for a program that exited; kills one that did not.
fn reap(child: &mut Child, waited: io::Result<Wait>, limits: Limits) -> Result<ExitStatus, ChildError> {
    if !matches!(waited, Ok(Wait::Exited)) && child.kill().is_err() {
        // sudo runs as another user, and cannot be killed: waiting for it could take forever.
        return Err(waited.err().map_or(ChildError::Deadline(limits.time), ChildError::Io));
    }
    let status = child.wait()?;
    match waited? {
        Wait::Exited => Ok(status),
        Wait::Deadline => Err(ChildError::Deadline(limits.time)),
        Wait::TooMuch => Err(ChildError::TooMuch(limits.stdout)),
    }
}

/// Feeds `input` and reads the outputs until the program exits, its deadline passes, or `within` returns false.
fn wait_for_exit<const N: usize>(
    child: &mut Child,
    mut input: &[u8],
    mut outputs: [&mut Output; N],
    deadline: Instant,
    within: impl Fn(&[&mut Output; N]) -> bool,
) -> io::Result<Wait> {
    let exit = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let mut stdin: Option<ChildStdin> = child.stdin.take();
    if let Some(pipe) = &stdin {
        ioctl_fionbio(pipe, true)?;
    }
    loop {
        if input.is_empty() {
            stdin = None;
        }
        // After the deadline, poll still reports an exit that has already happened.
        let left = deadline.saturating_duration_since(Instant::now());
        let mut ready = vec![PollFd::new(&exit, PollFlags::IN)];
        ready.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
        ready.extend(
            outputs.iter().filter_map(|output| output.fd()).map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)),
        );
        match poll(&mut ready, Some(&timespec(left))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let exited = !ready[0].revents().is_empty();
        drop(ready);
        if let Some(pipe) = &mut stdin {
            match pipe.write(input) {
                Ok(written) => input = &input[written..],
                Err(error) if is_not_ready(&error) => {}
                // The program closed its stdin. Its output and status tell whether that is an error.
                Err(_) => input = &[],
            }
        }
        for output in &mut outputs {
            output.read()?;
        }
        if !within(&outputs) {
            return Ok(Wait::TooMuch);
        }
        if exited {
            return Ok(Wait::Exited);
        }
        if left.is_zero() {
            return Ok(Wait::Deadline);
        }
    }
}

/// Converts a duration for poll(2); one that is too long becomes the longest.
pub(crate) fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 })
}

fn is_not_ready(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// The reading end of a program's output, and the first bytes that came from it.
struct Output {
    /// None after the end of the stream.
    pipe: Option<File>,
    bytes: Vec<u8>,
    limit: usize,
}

impl Output {
    fn new(pipe: Option<OwnedFd>, limit: usize) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            ioctl_fionbio(pipe, true)?;
        }
        Ok(Self { pipe: pipe.map(File::from), bytes: Vec::new(), limit })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Reads what is there, keeps it up to the limit, and drops the rest.
    fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        // Bounded, so that endless output cannot keep the caller from checking the deadline.
        for _ in 0..64 {
            let Some(pipe) = &mut self.pipe else { break };
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    let room = self.limit.saturating_sub(self.bytes.len());
                    self.bytes.extend_from_slice(&chunk[..count.min(room)]);
                }
                Err(error) if is_not_ready(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::{ChildError, Limits, run, run_merged};

    const LIMITS: Limits = Limits { time: Duration::from_secs(20), stdout: 1 << 20 };

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_exit_status_are_returned() {
        let outcome = run(&mut shell("tr a-z A-Z; echo why >&2; exit 3"), b"text", LIMITS).unwrap();
        assert_eq!(outcome.stdout, b"TEXT");
        assert_eq!(outcome.stderr, b"why\n");
        assert_eq!(outcome.status.code(), Some(3));
    }

    #[test]
    fn large_input_and_output_do_not_deadlock() {
        let input = vec![b'x'; 1 << 20];
        assert_eq!(run(&mut shell("cat"), &input, LIMITS).unwrap().stdout.len(), input.len());
    }

    #[test]
    fn a_program_that_does_not_read_its_input_is_no_error() {
        assert_eq!(run(&mut shell("echo done"), &vec![b'x'; 1 << 20], LIMITS).unwrap().stdout, b"done\n");
    }

    #[test]
    fn a_program_that_hangs_is_killed_at_its_deadline() {
        let begin = Instant::now();
        let limits = Limits { time: Duration::from_millis(200), ..LIMITS };
        assert!(matches!(run(&mut shell("exec sleep 60"), b"", limits), Err(ChildError::Deadline(_))));
        assert!(begin.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_program_that_writes_without_end_is_killed() {
        assert!(matches!(run(&mut shell("exec cat /dev/zero"), b"", LIMITS), Err(ChildError::TooMuch(_))));
    }

    #[test]
    fn a_background_process_that_holds_the_pipes_is_not_waited_for() {
        let begin = Instant::now();
        assert_eq!(run(&mut shell("sleep 15 & echo done"), b"", LIMITS).unwrap().stdout, b"done\n");
        assert!(begin.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn merged_streams_keep_their_order_and_their_limit() {
        let outcome = run_merged(&mut shell("cat; echo b >&2; echo c; exit 4"), b"a\n", LIMITS).unwrap();
        assert_eq!((outcome.output.as_slice(), outcome.status.code()), (&b"a\nb\nc\n"[..], Some(4)));
        let little = Limits { stdout: 3, ..LIMITS };
        let outcome = run_merged(&mut shell("head -c 1000000 /dev/zero; exit 5"), b"", little).unwrap();
        assert_eq!((outcome.output.len(), outcome.status.code()), (3, Some(5)));
        let short = Limits { time: Duration::from_millis(200), ..LIMITS };
        assert!(matches!(run_merged(&mut shell("exec cat /dev/zero"), b"", short), Err(ChildError::Deadline(_))));
    }
}
