//! `unitlab supervise`: owns one sandbox. Started by unitlab, never by a person.

use std::path::Path;

use crate::app::Failure;
use crate::sandbox::{self, Estate};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The service of the host's systemd that this runs in
    #[arg(long)]
    service: Option<String>,
    /// The sandbox's name
    name: String,
}

pub(super) fn run(estate: Option<&Path>, args: &Args) -> Result<u8, Failure> {
    sandbox::supervise(&Estate::at(estate.unwrap_or(Path::new(Estate::DEFAULT))), &args.name, args.service.as_deref())?;
    Ok(0)
}
