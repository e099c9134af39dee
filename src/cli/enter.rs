//! `unitlab enter`: becomes root inside a sandbox and does one thing there. Started by unitlab, never by a person.

use std::io;

use serde::Deserialize;

use super::examine::UNEXAMINED;
use crate::app::Failure;
use crate::machine;
use crate::sandbox::{self, EnterArgs, SandboxError};

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("deed").required(true))]
pub(super) struct Args {
    /// Pid and start time of the payload's PID 1
    #[arg(long, value_name = "PID:START", value_parser = leader)]
    leader: (i32, u64),
    /// Take standard input for the controlling terminal
    #[arg(long)]
    terminal: bool,
    /// Answer questions: JSON in, JSON out
    #[arg(long, group = "deed")]
    examine: bool,
    /// Lay the files of an overlay, read as JSON
    #[arg(long, group = "deed")]
    lay: bool,
    /// Run a program, by way of the payload's manager or without it
    #[arg(long, group = "deed", value_name = "JSON")]
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

pub(super) fn run(args: &Args) -> Result<u8, Failure> {
    let (pid, start) = args.leader;
    sandbox::enter(&EnterArgs { pid, start, terminal: args.terminal })?;
    if args.examine {
        machine::examine(io::stdin(), io::stdout()).map_err(Failure::system(UNEXAMINED))?;
    } else if let Some(json) = &args.run {
        let program: Program = serde_json::from_str(json).map_err(not_understood)?;
        let status = sandbox::run_inside(&program.managed, &program.direct)?;
        return Ok(exit_code(status));
    } else {
        let overlay = serde_json::from_reader(io::stdin()).map_err(not_understood)?;
        sandbox::write_overlay(&overlay)
            .map_err(|error: SandboxError| Failure::could_not(error.to_string(), "", ""))?;
    }
    Ok(0)
}

fn not_understood(error: serde_json::Error) -> Failure {
    Failure::system("cannot understand what to do in the sandbox")(error.into())
}

/// As a shell tells it: the status, or 128 and the signal.
pub(super) fn exit_code(status: std::process::ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(125)
}
