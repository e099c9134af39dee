//! `unitlab supervise` (hidden): owns one sandbox until it stops.

use std::path::Path;
use std::sync::Arc;

use super::exit_code::ExitCode;
use crate::app::{Error, InsideService};
use crate::sandbox::{self, Estate};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The unit of the host's systemd that this runs in
    #[arg(long)]
    service: Option<String>,
    /// The sandbox's name
    name: String,
}

pub(super) fn run(estate: Option<&Path>, args: &Args) -> Result<ExitCode, Error> {
    let estate = Estate::at(estate.unwrap_or(Path::new(Estate::DEFAULT)));
    sandbox::supervise(&estate, &args.name, args.service.as_deref(), Arc::new(InsideService))?;
    Ok(ExitCode::Success)
}
