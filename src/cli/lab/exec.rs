//! `unitlab lab exec`: one command as the sandbox's root, by way of its own manager.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::thread;

use crate::app::Failure;
use crate::cli::check;
use crate::cli::context::Context;
use crate::cli::enter::exit_code;
use crate::cli::root;
use crate::sandbox;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab lab exec sre-app -- systemctl is-system-running")]
pub(in crate::cli) struct Args {
    /// The lab; the one in hand when left out
    lab: Option<String>,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<String>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    let course = context.course()?;
    let lab = &*context.lab(&course, args.lab.as_deref())?;
    root::required(context, "entering the sandbox")?;
    let entrance = check::find(context, lab)?.entrance()?;
    let interrupted = sandbox::signal_stream()?;
    let (mut command, unit) = entrance.exec(&args.command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let fail = |error: io::Error| Failure::could_not("cannot run in the sandbox", error.to_string(), "");
    let mut child = command.spawn().map_err(fail)?;
    let pumps = Pumps::start(&mut child);
    let (done, watcher) = UnixStream::pair().map_err(fail)?;
    let stop = thread::spawn(move || {
        let was_interrupted = sandbox::wait_for_signal(&interrupted, &watcher);
        if was_interrupted {
            let _ = entrance.stop_unit(&unit);
        }
        was_interrupted
    });
    let status = child.wait().map_err(fail)?;
    pumps.finish();
    drop(done);
    if stop.join().unwrap_or(false) {
        return Err(Failure::interrupted());
    }
    Ok(exit_code(status))
}

/// Our standard streams and the command's, joined by pipes: nothing of ours is handed inside.
struct Pumps {
    out: Vec<thread::JoinHandle<()>>,
}

impl Pumps {
    fn start(child: &mut Child) -> Self {
        if let Some(stdin) = child.stdin.take() {
            // Nobody waits for this one: it may sit in a read that never ends.
            thread::spawn(move || pump(io::stdin(), stdin));
        }
        let out = child.stdout.take().map(|stream| thread::spawn(move || pump(stream, io::stdout())));
        let err = child.stderr.take().map(|stream| thread::spawn(move || pump(stream, io::stderr())));
        Self { out: out.into_iter().chain(err).collect() }
    }

    fn finish(self) {
        for thread in self.out {
            let _ = thread.join();
        }
    }
}

/// Carries bytes as they come, without waiting for a buffer to fill.
fn pump(mut from: impl Read, mut to: impl Write) {
    let mut chunk = [0; 8192];
    while let Ok(count) = from.read(&mut chunk) {
        if count == 0 || to.write_all(&chunk[..count]).and_then(|()| to.flush()).is_err() {
            return;
        }
    }
}
