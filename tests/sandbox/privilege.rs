//! A user without root continues through sudo, is informed, and keeps the ownership of progress. Without sudo nothing changes.
//!
//! Each command runs in its own mount namespace, with a sudoers file of the test.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::common::terminal_session::TerminalSession;
use crate::common::{TestEnv, UNITLAB};

tests! {
    root_steps_go_through_sudo_and_progress_stays_the_users,
    without_a_terminal_a_sudo_password_is_a_clear_error,
    a_wrong_password_is_not_a_failed_check,
    without_sudo_the_error_names_the_next_step,
}

/// The account `nobody`, which exists on every machine and has no rights.
const NOBODY: u32 = 65534;
const ALLOWED: &str = "root ALL=(ALL) ALL\nnobody ALL=(ALL) NOPASSWD: ALL\n";
const WITH_PASSWORD: &str = "root ALL=(ALL) ALL\nnobody ALL=(ALL) ALL\n";

/// A user without rights, and the rules of sudo for that user.
struct User<'a> {
    env: &'a TestEnv,
    program: PathBuf,
    sudoers: PathBuf,
    has_sudo: bool,
}

impl<'a> User<'a> {
    fn new(env: &'a TestEnv, rules: &str) -> Self {
        // The user must be able to enter this directory, which belongs to root.
        fs::set_permissions(env.path(), Permissions::from_mode(0o711)).unwrap();
        let program = env.path().join("unitlab");
        fs::copy(UNITLAB, &program).unwrap();
        let sudoers = env.path().join("sudoers");
        fs::write(&sudoers, rules).unwrap();
        fs::set_permissions(&sudoers, Permissions::from_mode(0o440)).unwrap();
        fs::create_dir(env.state_dir()).unwrap();
        chown(env.state_dir(), Some(NOBODY), Some(NOBODY)).unwrap();
        Self { env, program, sudoers, has_sudo: true }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-ec", AS_USER, "sh"]).arg(&self.sudoers);
        command.arg(if self.has_sudo { "" } else { "no sudo" }).arg(&self.program).args(args);
        let unitlab = self.env.command(&[]);
        command.env_clear().envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Finished {
        Finished::of(&self.command(args).output().unwrap())
    }
}

/// Runs a command as the user. Arguments: the sudoers file, a text that is empty if there is sudo, the command. A file
/// that cannot be executed hides sudo.
const AS_USER: &str = r#"
[ ! -e /etc/sudoers ] || mount --bind "$1" /etc/sudoers
[ -z "$2" ] || mount --bind /etc/passwd /usr/bin/sudo
shift 2
exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
"#;

struct Finished {
    out: String,
    err: String,
    code: i32,
}

impl Finished {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code().unwrap() }
    }
}

/// Returns every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn assert_nothing_changed(env: &TestEnv) {
    assert!(env.estate.sandboxes().is_empty());
    assert_eq!(files(&env.state_dir()), Vec::<PathBuf>::new());
}

fn root_steps_go_through_sudo_and_progress_stays_the_users(env: TestEnv) {
    let user = User::new(&env, ALLOWED);
    for (args, code, why) in [
        (&["lab", "start", "sre-app", "--no-shell"][..], 0, "booting a sandbox"),
        (&["check"], 1, "entering the sandbox"),
        (&["hint"], 0, "entering the sandbox"),
        (&["lab", "exec", "--", "true"], 0, "entering the sandbox"),
        (&["lab", "stop"], 0, "stopping a sandbox"),
    ] {
        let finished = user.run(args);
        assert_eq!(finished.code, code, "{args:?}\n{}{}", finished.out, finished.err);
        let first = finished.err.lines().next().unwrap_or_default();
        assert_eq!(first, format!("unitlab: {why} needs root; going on through sudo for this step"), "{args:?}");
        let progress = files(&env.state_dir());
        assert!(!progress.is_empty(), "{args:?} recorded nothing");
        for file in progress {
            assert_eq!(fs::metadata(&file).unwrap().uid(), NOBODY, "{} after {args:?}", file.display());
        }
    }
    assert!(
        env.estate.sandboxes()[0].name().starts_with(&format!("{NOBODY}-")),
        "the sandbox does not belong to the user"
    );
    for args in [&["lab", "brief"][..], &["list"], &["hint", "enabled"]] {
        let finished = user.run(args);
        assert_eq!((finished.code, finished.err.as_str()), (0, ""), "{args:?} needs no root");
    }
}

fn without_a_terminal_a_sudo_password_is_a_clear_error(env: TestEnv) {
    let user = User::new(&env, WITH_PASSWORD);
    let finished = user.run(&["lab", "start", "sre-app", "--no-shell"]);
    assert_eq!(finished.code, 3, "{}", finished.err);
    assert_eq!(finished.out, "");
    assert!(
        finished.err.contains("without a terminal sudo refuses") && finished.err.contains("password"),
        "{}",
        finished.err
    );
    assert!(finished.err.contains("next: run it on a terminal"), "{}", finished.err);
    assert_nothing_changed(&env);
    let finished = user.run(&["check", "sre-app", "--format", "json"]);
    assert!(finished.code == 3 && finished.out.contains("unitlab.error/1"), "{}{}", finished.out, finished.err);
}

fn a_wrong_password_is_not_a_failed_check(env: TestEnv) {
    let user = User::new(&env, &format!("Defaults passwd_tries=1\n{WITH_PASSWORD}"));
    let mut terminal = TerminalSession::start(&user.command(&["check", "sre-app"]));
    terminal.pty.wait_for_text("assword");
    terminal.pty.send_keys("wrong\r");
    assert_eq!(terminal.exit_code(), 3, "{}", terminal.pty.text());
    assert!(terminal.pty.text().contains("this needs root, and sudo refuses"), "{}", terminal.pty.text());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    assert_nothing_changed(&env);
}

fn without_sudo_the_error_names_the_next_step(env: TestEnv) {
    let user = User { has_sudo: false, ..User::new(&env, ALLOWED) };
    for args in [&["lab", "start", "sre-app", "--no-shell"][..], &["check", "sre-app"], &["lab", "stop", "sre-app"]] {
        let finished = user.run(args);
        assert_eq!(finished.code, 3, "{}", finished.err);
        assert!(finished.err.contains("there is no sudo on this machine"), "{}", finished.err);
        assert!(finished.err.contains("next: run the same command as root"), "{}", finished.err);
        assert_nothing_changed(&env);
    }
}
