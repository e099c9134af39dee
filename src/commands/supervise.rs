//! `unitlab supervise`: owns one sandbox. Started by unitlab, never by a person.

use std::path::PathBuf;

use super::failure::Failure;
use crate::sandbox::{self, Estate};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The service of the host's systemd that this runs in
    #[arg(long)]
    service: Option<String>,
    /// The folder of all sandboxes
    #[arg(long = "estate", id = "supervised")]
    estate: PathBuf,
    /// The sandbox's name
    name: String,
}

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    sandbox::supervise(&Estate::at(&args.estate), &args.name, args.service.as_deref())?;
    Ok(0)
}
