//! Starts programs inside a running sandbox, each through a `unitlab enter` process.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::fs::MemfdFlags;

use super::protocol::{EnterRequest, EnterTask, FileHeader, Program, send};
use super::record::ProcessId;
use super::running::{OutputReader, RunningCommand};
use super::{Record, Relay, SandboxError, descriptors, host};
use crate::model::{Overlay, OverlayFile};
use crate::os::child::{Limits, run_merged};

/// Starts programs inside a running payload.
#[derive(Debug, Clone)]
pub struct Entrance {
    leader: ProcessId,
    program: PathBuf,
}

/// The result of a command that ran inside.
#[derive(Debug, Clone)]
pub struct Captured {
    pub status: ExitStatus,
    /// The beginning of both output streams, decoded.
    pub output: String,
}

/// Bytes that are kept of a captured command's output.
const CAPTURE: usize = 1 << 20;

/// The deadline of a captured command; more than a lab's script gets.
const CAPTURE_LIMIT: Duration = Duration::from_secs(300);

/// The deadline of a lab's script.
const SCRIPT_LIMIT: Duration = Duration::from_secs(90);

/// Run instead of a login shell if the message bus is dead: then the manager cannot start a session.
const BUSLESS: &str = "\
cat <<'END'
The message bus of this sandbox is dead, so you cannot log in.
This is a root shell instead. Repair the bus, then exit:

  systemctl start dbus.socket
  exit

END
cd && exec /bin/bash -l";

impl Record {
    /// None while the payload is not up.
    #[must_use]
    pub fn entrance(&self) -> Option<Entrance> {
        self.leader.map(|leader| Entrance { leader, program: self.program.clone() })
    }
}

impl Entrance {
    /// `contents` follow the request as raw bytes.
    fn command(&self, task: EnterTask, terminal: bool, contents: &[&[u8]]) -> Result<Command, SandboxError> {
        let fail = SandboxError::system("cannot prepare to enter the sandbox");
        // A file in memory holds a message of any length before there is a process that reads it.
        let in_memory = || -> io::Result<File> {
            let mut file = File::from(rustix::fs::memfd_create("enter", MemfdFlags::CLOEXEC)?);
            send(&mut file, &EnterRequest { leader: self.leader, terminal, task })?;
            contents.iter().try_for_each(|content| file.write_all(content))?;
            file.rewind()?;
            Ok(file)
        };
        let request = in_memory().map_err(fail)?;
        let mut command = Command::new(&self.program);
        let number = descriptors::hand_over(&mut command, request.into());
        command.args(["enter", "--fd", &number.to_string()]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin").current_dir("/").envs(terminal_variables());
        Ok(command)
    }

    /// Prepares an examiner, which reads questions about the payload on standard input and writes the answers to standard output.
    pub fn examiner(&self) -> Result<Command, SandboxError> {
        self.command(EnterTask::Examine, false, &[])
    }

    /// Writes an overlay's files, then runs its script through the payload's manager.
    pub fn apply(&self, overlay: &Overlay) -> Result<Captured, SandboxError> {
        let header = |file: &OverlayFile| FileHeader {
            path: file.path.clone(),
            executable: file.executable,
            length: file.bytes.len() as u64,
        };
        let contents: Vec<&[u8]> = overlay.files.iter().map(|file| file.bytes.as_slice()).collect();
        let task = EnterTask::WriteFiles(overlay.files.iter().map(header).collect());
        let written = capture(self.command(task, false, &contents)?, b"")?;
        match &overlay.script {
            Some(script) if written.status.success() => {
                let seconds = SCRIPT_LIMIT.as_secs().to_string();
                let shell = ["/usr/bin/timeout", "--kill-after=1", &seconds, "/bin/sh", "-s"];
                let begun = Instant::now();
                let applied = self.capture(&shell, script.as_bytes())?;
                // A timeout(1) in the script exits with the same status, but earlier.
                if applied.status.code() == Some(124) && begun.elapsed() >= SCRIPT_LIMIT {
                    return Err(SandboxError::Script {
                        what: "a script of the lab".into(),
                        why: format!(
                            "was stopped after {seconds} s; if it waits for a unit that does not start, use `systemctl start --no-block`"
                        ),
                    });
                }
                Ok(applied)
            }
            _ => Ok(written),
        }
    }

    /// Runs one command as root inside, with `input` on its standard input.
    pub fn capture(&self, argv: &[&str], input: &[u8]) -> Result<Captured, SandboxError> {
        let argv: Vec<String> = argv.iter().map(|&arg| arg.to_owned()).collect();
        capture(self.managed(&format!("unitlab-{}", host::random_id()), &["--setenv=HOME=/root"], &argv)?, input)
    }

    /// Prepares one command that runs as root inside. Returns it with the name of its unit, for `Entrance::stop_unit`.
    ///
    /// Pipes carry its standard streams, so nothing of the host's, and no terminal, is passed inside.
    pub fn exec(&self, argv: &[String]) -> Result<(Command, String), SandboxError> {
        let unit = format!("unitlab-exec-{}", host::random_id());
        Ok((self.managed(&unit, &["--setenv=HOME=/root"], argv)?, unit))
    }

    fn managed(&self, unit: &str, options: &[&str], argv: &[String]) -> Result<Command, SandboxError> {
        // With PAM, a start of the type exec never finishes.
        let kind = if options.contains(&"PAMName=login") { "simple" } else { "exec" };
        let mut managed: Vec<String> =
            ["systemd-run", "--quiet", "--collect", "--pipe", "--wait", &format!("--service-type={kind}")]
                .map(str::to_owned)
                .to_vec();
        managed.extend(options.iter().map(|&option| option.to_owned()));
        managed.push(format!("--unit={unit}"));
        if argv.iter().any(|arg| arg.contains('\n')) {
            // systemd 252 writes its default description, which has these newlines, into the unit's file unescaped. A
            // daemon-reload then reads the second line as a setting.
            let line = argv.join(" ");
            managed.push(format!("--description={}", line.lines().next().unwrap_or_default()));
        }
        managed.push("--".into());
        managed.extend(argv.first().cloned());
        // The manager expands its own variables in the arguments.
        managed.extend(argv.iter().skip(1).map(|arg| arg.replace('$', "$$")));
        self.command(EnterTask::Run(Program { managed, direct: argv.to_vec() }), false, &[])
    }

    /// Starts one line of bash: as the learner in a login session, or as root. It is killed after this many seconds, and
    /// then exits with 124, as under timeout(1).
    pub(crate) fn run_with_time_limit(
        &self,
        line: &str,
        root: bool,
        seconds: u32,
    ) -> Result<(RunningCommand, OutputReader), SandboxError> {
        let unit = format!("unitlab-practice-{}", host::random_id());
        let mut options = vec![
            "--setenv=LANG=C.UTF-8",
            "--setenv=TERM=dumb",
            "--setenv=SYSTEMD_PAGER=",
            "--setenv=SYSTEMD_COLORS=0",
            "--setenv=PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            // After Ctrl-C, a process that ignores SIGTERM is killed soon.
            "--property=TimeoutStopSec=2",
        ];
        options.extend(if root {
            ["--setenv=HOME=/root", "-p", "WorkingDirectory=~"].as_slice()
        } else {
            ["-p", "PAMName=login", "-p", "User=learner", "-p", "WorkingDirectory=~"].as_slice()
        });
        let seconds = seconds.to_string();
        let argv = ["/usr/bin/timeout", "--kill-after=1", &seconds, "/bin/bash", "-c", line].map(str::to_owned);
        let command = self.managed(&unit, &options, &argv)?;
        let stop = self.clone();
        let stop_unit = unit.clone();
        RunningCommand::start(command, Box::new(move || drop(stop.stop_unit(&stop_unit))))
    }

    /// A login shell of the learner on a pseudo-terminal of this process.
    pub(crate) fn shell(&self) -> Result<Relay, SandboxError> {
        let mut managed: Vec<String> = [
            "systemd-run",
            "--quiet",
            "--collect",
            "--pty",
            "--wait",
            // Not exec: the helper that keeps the PAM session open also keeps the pipe open by which systemd learns of
            // the exec(2), so the start would time out.
            "--service-type=simple",
            "--description=a learner's shell",
        ]
        .map(str::to_owned)
        .to_vec();
        for property in ["PAMName=login", "User=learner", "WorkingDirectory=~", "UtmpIdentifier=unitlab"] {
            managed.extend(["-p".into(), property.into()]);
        }
        managed.extend(terminal_variables().into_iter().map(|(name, value)| format!("--setenv={name}={value}")));
        managed.extend(["--", "/bin/bash", "-l"].map(str::to_owned));
        let direct = ["/bin/sh", "-c", BUSLESS].map(str::to_owned).to_vec();
        Relay::start(self.command(EnterTask::Run(Program { managed, direct }), true, &[])?)
    }

    /// Stops a command that [`Entrance::exec`] prepared.
    pub(crate) fn stop_unit(&self, unit: &str) -> Result<(), SandboxError> {
        self.capture(&["systemctl", "stop", "--", &format!("{unit}.service")], b"").map(drop)
    }
}

/// The caller's variables that describe its terminal. They are passed to a shell inside, so only harmless values count.
fn terminal_variables() -> Vec<(&'static str, String)> {
    let harmless =
        |value: &String| value.len() <= 64 && value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-+".contains(c));
    let variable = |name| Some((name, std::env::var(name).ok().filter(harmless)?));
    ["TERM", "LANG", "COLORTERM", "NO_COLOR"].into_iter().filter_map(variable).collect()
}

/// Runs a prepared command with bounded output and a deadline.
fn capture(mut command: Command, input: &[u8]) -> Result<Captured, SandboxError> {
    let outcome = run_merged(&mut command, input, Limits { time: CAPTURE_LIMIT, stdout: CAPTURE })
        .map_err(SandboxError::system("cannot run in the sandbox"))?;
    Ok(Captured { status: outcome.status, output: String::from_utf8_lossy(&outcome.output).into_owned() })
}
