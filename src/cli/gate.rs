//! `unitlab gate` (hidden): answers one request from inside a sandbox. The sandbox's supervisor starts it.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

use super::context::Context;
use super::exit_code::ExitCode;
use super::show_error::show_error;
use super::streams::Streams;
use super::{answer, check, hint, lab};
use crate::app::{Error, GateJob, GateReply, GateVerb, Workspace};
use crate::learner::{Owner, StateDir};
use crate::os::read_frame;
use crate::sandbox::Estate;

/// The longest job in bytes: a request and some paths.
const LONGEST_JOB: usize = 64 << 10;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file descriptor of the socket; it must be standard input
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=0))]
    fd: u8,
}

pub(super) fn run(_: &Args) -> Result<ExitCode, Error> {
    let fail = || Error::system("cannot read a request from inside a sandbox");
    let socket = std::io::stdin().as_fd().try_clone_to_owned().map_err(fail())?;
    let mut socket = UnixStream::from(socket);
    let job: GateJob = read_frame(&mut socket, LONGEST_JOB)
        .and_then(|job| job.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into()))
        .map_err(fail())?;
    let GateJob { request, lab, locations, owner: (uid, gid) } = job;
    let workspace = |notify| {
        let state = StateDir { path: locations.state_dir, owner: Owner { uid, gid } };
        Workspace::new(locations.course_dir, Estate::at(&locations.estate), state, notify)
    };
    let context = Context::for_gate(Streams::Gate(Mutex::new(socket)), workspace, request.color, request.width);
    let (result, error_format) = answer(&context, lab, request.verb);
    let code = result.unwrap_or_else(|error| {
        show_error(context.streams(), &context.terminal, &error, error_format);
        ExitCode::from(&error)
    });
    context.streams().reply(&GateReply::Exit(code.code())).map_err(Error::system("cannot send the answer"))?;
    Ok(ExitCode::Success)
}

fn answer(context: &Context, lab: String, verb: GateVerb) -> (Result<ExitCode, Error>, Option<crate::report::Format>) {
    match verb {
        GateVerb::Check { format, no_trials, .. } => {
            let args = check::Args::in_sandbox(lab, format, no_trials);
            (check::run(context, &args), args.error_format())
        }
        GateVerb::Hint { check } => (hint::run(context, &hint::Args { lab: Some(lab), check }), None),
        GateVerb::Brief { .. } => (lab::brief::run(context, &lab::brief::Args { lab: Some(lab) }), None),
        GateVerb::Questions => (answer::send_questions(context, &lab), None),
        GateVerb::Answer { check, value } => {
            (answer::run(context, &answer::Args { check, value, lab: Some(lab) }), None)
        }
    }
}
