//! Running one program with a deadline and bounded output.
//!
//! One thread and one poll: a process that has entered another pid namespace cannot start threads.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// How much a program may say on stderr before the rest is dropped.
const STDERR_LIMIT: usize = 64 << 10;

/// What a program may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From start to exit.
    pub(crate) time: Duration,
    /// Bytes on stdout; one more ends it.
    pub(crate) stdout: usize,
}

/// What a program that ended by itself left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// All it wrote.
    pub(crate) stdout: Vec<u8>,
    /// The start of what it said.
    pub(crate) stderr: Vec<u8>,
}

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChildError {
    /// It could not be started or watched.
    #[error("cannot be run: {0}")]
    Io(#[from] io::Error),
    /// It was ended at its deadline.
    #[error("gave no answer within {} s", .0.as_secs())]
    Deadline(Duration),
    /// It was ended for writing too much.
    #[error("wrote more than {0} bytes")]
    TooMuch(usize),
}

/// Runs a prepared command to its end, `input` on its stdin. It is dead and reaped when this returns.
pub(crate) fn run(command: &mut Command, input: &[u8], limits: Limits) -> Result<Outcome, ChildError> {
    start(command, limits)?.finish(input)
}

/// Starts a prepared command, and leaves it to itself until it is finished.
pub(crate) fn start(command: &mut Command, limits: Limits) -> Result<Started, ChildError> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    Ok(Started { child, limits, deadline: Instant::now() + limits.time })
}

/// A program that runs while something else is done.
pub(crate) struct Started {
    child: Child,
    limits: Limits,
    deadline: Instant,
}

impl Started {
    /// Waits for its end. It is dead and reaped when this returns.
    pub(crate) fn finish(mut self, input: &[u8]) -> Result<Outcome, ChildError> {
        let conversation = converse(&mut self.child, input, self.limits, self.deadline);
        if conversation.is_err() {
            // It may have ended meanwhile, which is what the kill is for.
            let _ = self.child.kill();
        }
        let status = self.child.wait()?;
        let (stdout, stderr) = conversation?;
        Ok(Outcome { status, stdout, stderr })
    }
}

fn converse(
    child: &mut Child,
    mut input: &[u8],
    limits: Limits,
    deadline: Instant,
) -> Result<(Vec<u8>, Vec<u8>), ChildError> {
    let exit = pidfd_open(Pid::from_child(child), PidfdFlags::empty()).map_err(io::Error::from)?;
    let mut stdin = child.stdin.take();
    let mut stdout = Output::new(child.stdout.take(), limits.stdout + 1)?;
    let mut stderr = Output::new(child.stderr.take(), STDERR_LIMIT)?;
    if let Some(pipe) = &stdin {
        ioctl_fionbio(pipe, true).map_err(io::Error::from)?;
    }
    loop {
        if input.is_empty() {
            stdin = None;
        }
        // Who has ended by now is heard, however late anybody asks.
        let left = deadline.saturating_duration_since(Instant::now());
        let mut ready = vec![PollFd::new(&exit, PollFlags::IN)];
        ready.extend(stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
        ready.extend(
            [stdout.fd(), stderr.fd()].into_iter().flatten().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)),
        );
        match poll(&mut ready, Some(&timespec(left))) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        let exited = !ready[0].revents().is_empty();
        drop(ready);
        if let Some(pipe) = &mut stdin {
            match pipe.write(input) {
                Ok(written) => input = &input[written..],
                Err(error) if is_not_yet(&error) => {}
                // It does not want to hear the rest; what it says is judged by whoever asked.
                Err(_) => input = &[],
            }
        }
        stdout.read()?;
        stderr.read()?;
        if stdout.bytes.len() > limits.stdout {
            return Err(ChildError::TooMuch(limits.stdout));
        }
        if exited {
            return Ok((stdout.bytes, stderr.bytes));
        }
        if left.is_zero() {
            return Err(ChildError::Deadline(limits.time));
        }
    }
}

/// `poll` and friends take this form.
pub(crate) fn timespec(duration: Duration) -> Timespec {
    Timespec::try_from(duration).unwrap_or(Timespec { tv_sec: i64::MAX, tv_nsec: 0 })
}

fn is_not_yet(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

/// One of a child's output pipes, read as far as there is something, kept up to a limit.
struct Output<P> {
    pipe: Option<P>,
    bytes: Vec<u8>,
    limit: usize,
}

impl<P: Read + AsFd> Output<P> {
    fn new(pipe: Option<P>, limit: usize) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            ioctl_fionbio(pipe, true)?;
        }
        Ok(Self { pipe, bytes: Vec::new(), limit })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        // Bounded, so that whoever writes without end cannot keep us from looking at the clock.
        for _ in 0..64 {
            let Some(pipe) = &mut self.pipe else { break };
            match pipe.read(&mut chunk) {
                Ok(0) => self.pipe = None,
                Ok(count) => {
                    let room = self.limit.saturating_sub(self.bytes.len());
                    self.bytes.extend_from_slice(&chunk[..count.min(room)]);
                }
                Err(error) if is_not_yet(&error) => break,
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

    use super::{ChildError, Limits, run};

    const LIMITS: Limits = Limits { time: Duration::from_secs(20), stdout: 1 << 20 };

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_childs_words_and_exit_come_back() {
        let outcome = run(&mut shell("tr a-z A-Z; echo why >&2; exit 3"), b"words", LIMITS).unwrap();
        assert_eq!(outcome.stdout, b"WORDS");
        assert_eq!(outcome.stderr, b"why\n");
        assert_eq!(outcome.status.code(), Some(3));
    }

    #[test]
    fn large_input_and_output_do_not_lock_each_other() {
        let input = vec![b'x'; 1 << 20];
        assert_eq!(run(&mut shell("cat"), &input, LIMITS).unwrap().stdout.len(), input.len());
    }

    #[test]
    fn a_child_that_does_not_listen_is_no_error() {
        assert_eq!(run(&mut shell("echo deaf"), &vec![b'x'; 1 << 20], LIMITS).unwrap().stdout, b"deaf\n");
    }

    #[test]
    fn a_child_that_hangs_ends_at_its_deadline() {
        let begin = Instant::now();
        let limits = Limits { time: Duration::from_millis(200), ..LIMITS };
        assert!(matches!(run(&mut shell("exec sleep 60"), b"", limits), Err(ChildError::Deadline(_))));
        assert!(begin.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_child_that_writes_without_end_is_stopped() {
        assert!(matches!(run(&mut shell("exec cat /dev/zero"), b"", LIMITS), Err(ChildError::TooMuch(_))));
    }

    #[test]
    fn a_grandchild_that_keeps_the_pipes_does_not_keep_us() {
        let begin = Instant::now();
        assert_eq!(run(&mut shell("sleep 15 & echo done"), b"", LIMITS).unwrap().stdout, b"done\n");
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
}
