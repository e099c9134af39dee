//! `unitlab supervise` (hidden): owns one sandbox until it stops.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::Arc;

use super::exit_code::ExitCode;
use crate::app::{Error, InsideService};
use crate::sandbox::{self, SupervisorChannel};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("channel").required(true))]
pub(super) struct Args {
    /// Number of the inherited socket that the request arrives on
    #[arg(long, group = "channel", value_name = "N")]
    fd: Option<RawFd>,
    /// Path of a socket to connect to for the request
    #[arg(long, group = "channel", value_name = "PATH")]
    socket: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Error> {
    let descriptor = args.fd.map(SupervisorChannel::Descriptor);
    if let Some(channel) = descriptor.or_else(|| args.socket.clone().map(SupervisorChannel::Socket)) {
        sandbox::supervise(channel, Arc::new(InsideService))?;
    }
    Ok(ExitCode::Success)
}
