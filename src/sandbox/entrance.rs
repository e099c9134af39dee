//! The ways into a running sandbox, as commands of this program's own `enter`.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use super::record::ProcessId;
use super::{OutputReader, Record, Relay, RunningCommand, SandboxError, host};
use crate::model::Overlay;
use crate::os::child::{Limits, run_merged};

/// A running payload's door.
#[derive(Debug, Clone)]
pub struct Entrance {
    leader: ProcessId,
    program: PathBuf,
}

/// What a captured command did.
#[derive(Debug, Clone)]
pub struct Captured {
    /// How it ended.
    pub status: ExitStatus,
    /// The start of what it printed, both streams, decoded.
    pub output: String,
}

/// Bytes that are kept of a captured command's output.
const CAPTURE: usize = 1 << 20;

/// Longer than every command that runs inside may take, the scripts of a lab included.
const CAPTURE_LIMIT: Duration = Duration::from_secs(300);

/// A lab's script that takes longer waits for something that will not come.
const SCRIPT_LIMIT: Duration = Duration::from_secs(90);

/// A shell where no manager can be asked for one: nobody logs in, so there is no learner and no session.
const BUSLESS: &str = "\
cat <<'END'
The message bus of this sandbox is dead: nobody can log in.
This is a bare root shell instead. Mend it, and come back:

  systemctl start dbus.socket
  exit

END
cd && exec /bin/bash -l";

impl Record {
    /// The way in; none while the payload is not up.
    #[must_use]
    pub fn entrance(&self) -> Option<Entrance> {
        self.leader.map(|leader| Entrance { leader, program: self.program.clone() })
    }
}

impl Entrance {
    fn command(&self, mode: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("enter").arg("--leader").arg(format!("{}:{}", self.leader.pid, self.leader.start)).args(mode);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin").current_dir("/");
        for name in ["TERM", "LANG", "COLORTERM", "NO_COLOR"] {
            // They go on to a shell, so they must be what they claim to be.
            if let Ok(value) = std::env::var(name)
                && value.len() <= 64
                && value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-+".contains(c))
            {
                command.env(name, value);
            }
        }
        command
    }

    /// The examiner: answers questions as JSON on its standard streams.
    #[must_use]
    pub fn examiner(&self) -> Command {
        self.command(&["--examine"])
    }

    /// Lays an overlay's files, then runs its script through the payload's manager.
    pub fn apply(&self, overlay: &Overlay) -> Result<Captured, SandboxError> {
        let json =
            serde_json::to_vec(overlay).map_err(|error| SandboxError::system("cannot write the overlay")(error))?;
        let laid = capture(self.command(&["--lay"]), &json)?;
        match &overlay.script {
            Some(script) if laid.status.success() => {
                let seconds = SCRIPT_LIMIT.as_secs().to_string();
                let shell = ["/usr/bin/timeout", "--kill-after=1", &seconds, "/bin/sh", "-s"];
                let begun = Instant::now();
                let applied = self.capture(&shell, script.as_bytes())?;
                // A timeout(1) of its own ends with the same status, and earlier.
                if applied.status.code() == Some(124) && begun.elapsed() >= SCRIPT_LIMIT {
                    return Err(SandboxError::Script {
                        what: "a script of the lab".into(),
                        why: format!(
                            "was stopped after {seconds} s: does it wait for a start that never comes? `systemctl start --no-block` does not"
                        ),
                    });
                }
                Ok(applied)
            }
            _ => Ok(laid),
        }
    }

    /// Runs one command as the payload's root with this on its standard input.
    pub fn capture(&self, argv: &[&str], input: &[u8]) -> Result<Captured, SandboxError> {
        let argv: Vec<String> = argv.iter().map(|&arg| arg.to_owned()).collect();
        capture(self.managed(&format!("unitlab-{}", host::random_id()), &argv), input)
    }

    /// Runs one command as the payload's root, its standard streams joined to ours by pipes: nothing of the host's,
    /// and no terminal, is handed inside. Returns the command and the name of its unit, by which it can be stopped.
    #[must_use]
    pub fn exec(&self, argv: &[String]) -> (Command, String) {
        let unit = format!("unitlab-exec-{}", host::random_id());
        (self.managed(&unit, argv), unit)
    }

    fn managed(&self, unit: &str, argv: &[String]) -> Command {
        self.managed_with(unit, &["--setenv=HOME=/root"], argv)
    }

    fn managed_with(&self, unit: &str, options: &[&str], argv: &[String]) -> Command {
        let mut command = self.command(&["--run"]);
        // With PAM, a start of the type exec is never over.
        let kind = if options.contains(&"PAMName=login") { "simple" } else { "exec" };
        let mut through: Vec<String> =
            ["systemd-run", "--quiet", "--collect", "--pipe", "--wait", &format!("--service-type={kind}")]
                .map(str::to_owned)
                .to_vec();
        through.extend(options.iter().map(|&option| option.to_owned()));
        through.push(format!("--unit={unit}"));
        if argv.iter().any(|arg| arg.contains('\n')) {
            // systemd 252 writes what it would make of these words into the unit's file as it is, and a daemon-reload
            // reads the second line of it as a setting.
            let words = argv.join(" ");
            through.push(format!("--description={}", words.lines().next().unwrap_or_default()));
        }
        through.push("--".into());
        through.extend(argv.first().cloned());
        // The manager would put variables of its own into the arguments.
        through.extend(argv.iter().skip(1).map(|arg| arg.replace('$', "$$")));
        command.arg(serde_json::json!({ "managed": through, "direct": argv }).to_string());
        command
    }

    /// Runs one line of bash as the learner in a session of their own, or as root, for so many seconds at most (then it
    /// ends with 124, as under timeout(1)). Returns it running, and what it prints.
    pub fn practice(
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
            // Whoever presses Ctrl-C does not wait for what ignores it.
            "--property=TimeoutStopSec=2",
        ];
        options.extend(if root {
            ["--setenv=HOME=/root", "-p", "WorkingDirectory=~"].as_slice()
        } else {
            ["-p", "PAMName=login", "-p", "User=learner", "-p", "WorkingDirectory=~"].as_slice()
        });
        let seconds = seconds.to_string();
        let argv = ["/usr/bin/timeout", "--kill-after=1", &seconds, "/bin/bash", "-c", line];
        RunningCommand::start(self.managed_with(&unit, &options, &argv.map(str::to_owned)), unit, self.clone())
    }

    /// A login shell of the learner's on a pseudo-terminal of ours.
    pub fn shell(&self) -> Result<Relay, SandboxError> {
        let mut command = self.command(&["--terminal", "--run"]);
        let mut through: Vec<String> = [
            "systemd-run",
            "--quiet",
            "--collect",
            "--pty",
            "--wait",
            // Not exec: the helper that keeps the PAM session holds on to the pipe by which systemd hears of the
            // exec(2), so that the start would never be over, and time out.
            "--service-type=simple",
            "--description=a learner's shell",
        ]
        .map(str::to_owned)
        .to_vec();
        for property in ["PAMName=login", "User=learner", "WorkingDirectory=~", "UtmpIdentifier=unitlab"] {
            through.extend(["-p".into(), property.into()]);
        }
        for (name, value) in command.get_envs() {
            if let (Some(name), Some(value)) = (name.to_str(), value.and_then(|value| value.to_str()))
                && name != "PATH"
            {
                through.push(format!("--setenv={name}={value}"));
            }
        }
        through.extend(["--".into(), "/bin/bash".into(), "-l".into()]);
        let direct = ["/bin/sh", "-c", BUSLESS];
        command.arg(serde_json::json!({ "managed": through, "direct": direct }).to_string());
        Relay::start(command)
    }

    /// Ends a command that was begun by [`Entrance::exec`].
    pub fn stop_unit(&self, unit: &str) -> Result<(), SandboxError> {
        self.capture(&["systemctl", "stop", "--", &format!("{unit}.service")], b"").map(drop)
    }
}

/// Runs a prepared command, with its output bounded and a deadline that no command of a lab should reach.
fn capture(mut command: Command, input: &[u8]) -> Result<Captured, SandboxError> {
    let outcome = run_merged(&mut command, input, Limits { time: CAPTURE_LIMIT, stdout: CAPTURE })
        .map_err(SandboxError::system("cannot run in the sandbox"))?;
    Ok(Captured { status: outcome.status, output: String::from_utf8_lossy(&outcome.output).into_owned() })
}
