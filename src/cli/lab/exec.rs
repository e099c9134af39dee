//! `unitlab lab exec`: runs one command as root in the sandbox, through the sandbox's own manager.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::thread;

use crate::app::{self, Error, LabPurpose, NameKind};
use crate::cli::choose_lab::LabArgument;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::cli::sudo;
use crate::os::{self, shell_code};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab exec sre-app -- systemctl is-system-running")]
pub(in crate::cli) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::RunningLab))]
    lab: Option<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let course = context.workspace.course()?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab lab exec",
        purpose: LabPurpose::Sandbox,
        root: Some("entering the sandbox"),
    };
    let lab = &*argument.require(context, &course)?;
    sudo::require_root(context, "entering the sandbox")?;
    let entrance = app::find_session(&context.workspace, lab)?.entrance()?;
    let interrupted = os::signal_stream().map_err(Error::system("cannot watch for signals"))?;
    let (mut command, unit) = entrance.exec(&args.command)?;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let fail = || Error::system("cannot run in the sandbox");
    let mut child = command.spawn().map_err(fail())?;
    let copies = StreamCopies::start(&mut child);
    let (done, watcher) = UnixStream::pair().map_err(fail())?;
    let stop = thread::spawn(move || {
        let was_interrupted = os::wait_for_signal(&interrupted, &watcher);
        if was_interrupted {
            let _ = entrance.stop_unit(&unit);
        }
        was_interrupted
    });
    let status = child.wait().map_err(fail())?;
    copies.join();
    drop(done);
    if stop.join().unwrap_or(false) {
        return Err(Error::Interrupted);
    }
    Ok(ExitCode::Program(shell_code(status)))
}

/// Copies our standard streams to and from the command's pipes. The command never gets a descriptor of the host.
struct StreamCopies {
    threads: Vec<thread::JoinHandle<()>>,
}

impl StreamCopies {
    fn start(child: &mut Child) -> Self {
        if let Some(stdin) = child.stdin.take() {
            // Not joined: it may block in a read for ever.
            thread::spawn(move || copy(io::stdin(), stdin));
        }
        let stdout = child.stdout.take().map(|stream| thread::spawn(move || copy(stream, io::stdout())));
        let stderr = child.stderr.take().map(|stream| thread::spawn(move || copy(stream, io::stderr())));
        Self { threads: stdout.into_iter().chain(stderr).collect() }
    }

    fn join(self) {
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

/// Copies bytes and flushes after each read.
fn copy(mut from: impl Read, mut to: impl Write) {
    let mut chunk = [0; 8192];
    while let Ok(count) = from.read(&mut chunk) {
        if count == 0 || to.write_all(&chunk[..count]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
