//! Who is not root goes on through sudo, is told so, and keeps what is theirs; without a way to root nothing happens.
//!
//! Each command runs in a mount namespace of its own, with rules for sudo that the machine does not have.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::terminal_session::TerminalSession;
use common::{TestEnv, UNITLAB, test_env};

/// `nobody`, who is on every machine and has no rights on any.
const NOBODY: u32 = 65534;
const ALLOWED: &str = "root ALL=(ALL) ALL\nnobody ALL=(ALL) NOPASSWD: ALL\n";
const WITH_PASSWORD: &str = "root ALL=(ALL) ALL\nnobody ALL=(ALL) ALL\n";

/// A person without rights, and the rules that sudo has for them.
struct Person<'a> {
    env: &'a TestEnv,
    program: PathBuf,
    sudoers: PathBuf,
    path: &'static str,
}

impl<'a> Person<'a> {
    fn new(env: &'a TestEnv, rules: &str) -> Self {
        // Everything below must be reachable for somebody who may enter nothing of root's.
        fs::set_permissions(env.path(), Permissions::from_mode(0o711)).unwrap();
        let program = env.path().join("unitlab");
        fs::copy(UNITLAB, &program).unwrap();
        let sudoers = env.path().join("sudoers");
        fs::write(&sudoers, rules).unwrap();
        fs::set_permissions(&sudoers, Permissions::from_mode(0o440)).unwrap();
        fs::create_dir(env.state_dir()).unwrap();
        chown(env.state_dir(), Some(NOBODY), Some(NOBODY)).unwrap();
        Self { env, program, sudoers, path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-ec", INTO_THEIR_SHOES, "sh"]).arg(&self.sudoers).arg(self.path);
        command.arg(&self.program).args(words);
        let unitlab = self.env.command(&[]);
        command.env_clear().envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Said {
        Said::by(&self.command(words).output().unwrap())
    }
}

/// Rules in place of the machine's, for this process and its children alone.
const INTO_THEIR_SHOES: &str = r#"
[ ! -e /etc/sudoers ] || mount --bind "$1" /etc/sudoers
export PATH="$2"; shift 2
exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
"#;

struct Said {
    out: String,
    err: String,
    code: i32,
}

impl Said {
    fn by(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code().unwrap() }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn nothing_has_changed(env: &TestEnv) {
    assert!(env.estate.sandboxes().is_empty());
    assert_eq!(files(&env.state_dir()), Vec::<PathBuf>::new());
}

#[test]
fn sudo_is_used_and_said_and_progress_stays_the_persons() {
    let Some(env) = test_env() else { return };
    let person = Person::new(&env, ALLOWED);
    for (words, code, why) in [
        (&["lab", "start", "sre-app", "--no-shell"][..], 0, "booting a sandbox"),
        (&["check"], 1, "entering the sandbox"),
        (&["hint"], 0, "entering the sandbox"),
        (&["lab", "exec", "--", "true"], 0, "entering the sandbox"),
        (&["lab", "stop"], 0, "stopping a sandbox"),
    ] {
        let said = person.run(words);
        assert_eq!(said.code, code, "{words:?}\n{}{}", said.out, said.err);
        let first = said.err.lines().next().unwrap_or_default();
        assert_eq!(first, format!("unitlab: {why} needs root; going on through sudo for this step"), "{words:?}");
        let kept = files(&env.state_dir());
        assert!(!kept.is_empty(), "{words:?} kept nothing");
        for file in kept {
            assert_eq!(fs::metadata(&file).unwrap().uid(), NOBODY, "{} after {words:?}", file.display());
        }
    }
    assert!(env.estate.sandboxes()[0].name().starts_with(&format!("{NOBODY}-")), "whose sandbox it is");
    for words in [&["lab", "brief"][..], &["list"], &["hint", "enabled"]] {
        let said = person.run(words);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{words:?} needs no root");
    }
}

#[test]
fn a_password_that_nobody_can_type_is_a_plain_refusal() {
    let Some(env) = test_env() else { return };
    let person = Person::new(&env, WITH_PASSWORD);
    let said = person.run(&["lab", "start", "sre-app", "--no-shell"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert_eq!(said.out, "");
    assert!(said.err.contains("without a terminal sudo refuses") && said.err.contains("password"), "{}", said.err);
    assert!(said.err.contains("next: run it on a terminal"), "{}", said.err);
    nothing_has_changed(&env);
    let said = person.run(&["check", "sre-app", "--format", "json"]);
    assert!(said.code == 3 && said.out.contains("unitlab.error/1"), "{}{}", said.out, said.err);
}

#[test]
fn a_wrong_password_is_not_a_failed_check() {
    let Some(env) = test_env() else { return };
    let person = Person::new(&env, &format!("Defaults passwd_tries=1\n{WITH_PASSWORD}"));
    let mut terminal = TerminalSession::start(&person.command(&["check", "sre-app"]));
    terminal.pty.wait_for_text("assword");
    terminal.pty.keys("wrong\r");
    assert_eq!(terminal.exit_code(), 3, "{}", terminal.pty.text());
    assert!(terminal.pty.text().contains("this needs root, and sudo refuses"), "{}", terminal.pty.text());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    nothing_has_changed(&env);
}

#[test]
fn without_sudo_the_next_step_is_named() {
    let Some(env) = test_env() else { return };
    let person = Person { path: "/nowhere", ..Person::new(&env, ALLOWED) };
    for words in [&["lab", "start", "sre-app", "--no-shell"][..], &["check", "sre-app"], &["lab", "stop", "sre-app"]] {
        let said = person.run(words);
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("there is no sudo on this machine"), "{}", said.err);
        assert!(said.err.contains("next: run the same command as root"), "{}", said.err);
        nothing_has_changed(&env);
    }
}
