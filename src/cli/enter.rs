//! `unitlab enter` (hidden): becomes root inside a sandbox and does one thing there.

use std::io;

use serde::Deserialize;

use super::examine::CANNOT_EXAMINE;
use super::exit_code::ExitCode;
use crate::app::Error;
use crate::machine;
use crate::os::shell_code;
use crate::sandbox::{self, EnterArgs, SandboxError};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("action").required(true))]
pub(super) struct Args {
    /// Pid and start time of the payload's PID 1
    #[arg(long, value_name = "PID:START", value_parser = leader)]
    leader: (i32, u64),
    /// Make standard input the controlling terminal
    #[arg(long)]
    terminal: bool,
    /// Answer questions: JSON in, JSON out
    #[arg(long, group = "action")]
    examine: bool,
    /// Write the files of an overlay: JSON in
    #[arg(long, group = "action")]
    lay: bool,
    /// Run a program, through the payload's manager or directly
    #[arg(long, group = "action", value_name = "JSON")]
    run: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    managed: Vec<String>,
    direct: Vec<String>,
}

fn leader(text: &str) -> Result<(i32, u64), String> {
    let parsed = text.split_once(':').and_then(|(pid, start)| Some((pid.parse().ok()?, start.parse().ok()?)));
    parsed.ok_or_else(|| "expected PID:START".into())
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Error> {
    let (pid, start) = args.leader;
    sandbox::enter(&EnterArgs { pid, start, terminal: args.terminal })?;
    if args.examine {
        machine::examine(io::stdin(), io::stdout()).map_err(Error::system(CANNOT_EXAMINE))?;
    } else if let Some(json) = &args.run {
        let program: Program = serde_json::from_str(json).map_err(not_understood)?;
        let status = sandbox::run_inside(&program.managed, &program.direct)?;
        return Ok(ExitCode::Program(shell_code(status)));
    } else {
        let overlay = serde_json::from_reader(io::stdin()).map_err(not_understood)?;
        sandbox::write_overlay(&overlay).map_err(|error: SandboxError| Error::failed(error.to_string(), "", ""))?;
    }
    Ok(ExitCode::Success)
}

fn not_understood(error: serde_json::Error) -> Error {
    Error::system("cannot understand what to do in the sandbox")(error.into())
}
