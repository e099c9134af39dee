//! The first start on a machine that lacks what labs need: unitlab offers to install it, and goes on with what was asked.
//!
//! apt-get and dpkg are the real ones. Each test has its own mount namespace, in which `/usr/bin/systemd-nspawn` is hidden
//! and apt-get and dpkg know one local repository and no installed package. The package in it is small and real: its
//! postinst script uncovers systemd-nspawn.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::TestEnv;
use crate::common::harness::Needed;
use crate::common::terminal_session::TerminalSession;

tests! {
    after_yes_the_package_is_installed_and_the_lab_starts,
    after_no_nothing_is_installed_and_the_question_is_not_asked_again,
    a_chapter_opens_with_recorded_output_after_no,
    without_a_terminal_nothing_is_installed_unasked,
    a_package_that_cannot_be_found_leaves_a_message_and_the_next_step,
    lists_that_name_a_package_that_is_gone_are_fetched_again,
    the_question_names_the_exact_cost_and_asking_for_it_installs_nothing,
    ctrl_c_while_a_package_is_set_up_lets_dpkg_finish_and_exits_with_130,
    ctrl_c_at_the_question_installs_nothing_and_exits_with_130,
}

/// Makes a repository with one package. Arguments: the repository, the package's postinst script.
const MAKE_REPOSITORY: &str = r#"
mkdir -p "$1/package/DEBIAN" && cd "$1"
cat >package/DEBIAN/control <<'END'
Package: systemd-container
Version: 1
Architecture: all
Installed-Size: 7000
Maintainer: the tests of unitlab <nobody@localhost>
Description: uncovers systemd-nspawn
END
cp "$2" package/DEBIAN/postinst
dpkg-deb --build --root-owner-group package package.deb >/dev/null
{ cat package/DEBIAN/control; echo "Filename: ./package.deb"; stat -c 'Size: %s' package.deb
  echo "SHA256: $(sha256sum package.deb | cut -d' ' -f1)"; } >Packages
"#;

/// Runs a command on the machine that lacks systemd-nspawn. Arguments: the repository, an empty file, the directory of
/// dpkg's and apt-get's state, the command.
const ON_FRESH_MACHINE: &str = r#"
mount --bind "$2" /usr/bin/systemd-nspawn
for dir in /var/lib/dpkg /var/lib/apt /var/cache/apt /var/log /etc/apt; do
    mkdir -p "$3$dir"; mount --bind "$3$dir" "$dir"
done
mkdir -p /var/lib/dpkg/info /var/lib/dpkg/updates /var/log/apt; touch /var/lib/dpkg/status
echo "deb [trusted=yes] copy:$1 ./" >/etc/apt/sources.list
shift 3; exec "$@"
"#;

/// A machine on which apt-get and dpkg work.
struct AptGet;

impl Needed for AptGet {
    const REQUIRED_IF: &str = "UNITLAB_REQUIRE_APT_GET";

    fn obstacle() -> Option<String> {
        (!Path::new("/usr/bin/apt-get").exists()).then(|| "there is no apt-get".to_owned())
    }

    fn provide() -> Self {
        Self
    }
}

/// A machine that lacks systemd-nspawn, and whose package manager can install it.
struct FreshMachine<'a> {
    env: &'a TestEnv,
    repository: PathBuf,
}

impl<'a> FreshMachine<'a> {
    fn new(env: &'a TestEnv, postinst: &str) -> Self {
        let repository = env.path().join("repository");
        let script = env.path().join("postinst");
        fs::write(&script, format!("#!/bin/sh\nset -e\n{postinst}\n")).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let made =
            Command::new("sh").args(["-ec", MAKE_REPOSITORY, "sh"]).arg(&repository).arg(script).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        fs::write(env.path().join("empty"), "").unwrap();
        // apt-get reads the repository as the user _apt, where it can.
        fs::set_permissions(env.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self { env, repository }
    }

    /// `unitlab ARGS…`. What a command installed is not there for the next one, but dpkg's state is.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-ec", ON_FRESH_MACHINE, "sh"]);
        command.arg(&self.repository).arg(self.env.path().join("empty")).arg(self.env.path().join("machine"));
        let unitlab = self.env.command(args);
        command.arg(unitlab.get_program()).args(args).env_clear();
        command.envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(std::process::Stdio::null());
        command
    }

    fn start(&self, args: &[&str]) -> TerminalSession {
        TerminalSession::start(&self.command(args))
    }

    fn run(&self, args: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        (status.code(), [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat())
    }

    fn dpkg_status(&self) -> String {
        fs::read_to_string(self.env.path().join("machine/var/lib/dpkg/status")).unwrap_or_default()
    }
}

const UNCOVER: &str = "umount /usr/bin/systemd-nspawn";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];
const QUESTION: &str = "Install systemd-container?";

fn after_yes_the_package_is_installed_and_the_lab_starts(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    let mut terminal = machine.start(&START);
    terminal.pty.wait_for_text(QUESTION);
    let text = terminal.pty.text();
    for shown in [
        "systemd-nspawn  it boots the sandboxes",
        // There are no package lists yet.
        "  apt-get update\n  apt-get install -y --no-remove --no-install-recommends systemd-container\n",
        "It takes about 3 MB of disk space.",
        "apt-get remove --autoremove systemd-container",
    ] {
        assert!(text.contains(shown), "{shown}\n{text}");
    }
    assert_eq!(machine.dpkg_status(), "");
    terminal.pty.send_keys("y");
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.pty.text());
    assert!(terminal.pty.text().contains("sre-app is up"), "{}", terminal.pty.text());
    assert!(machine.dpkg_status().contains("Status: install ok installed"), "{}", machine.dpkg_status());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
}

fn after_no_nothing_is_installed_and_the_question_is_not_asked_again(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    let mut terminal = machine.start(&START);
    terminal.pty.wait_for_text(QUESTION);
    terminal.pty.send_keys("n");
    assert_eq!(terminal.exit_code(), 3, "{}", terminal.pty.text());
    assert!(terminal.pty.text().contains("next: `unitlab doctor --fix`"), "{}", terminal.pty.text());
    let mut terminal = machine.start(&START);
    assert_eq!(terminal.exit_code(), 3, "{}", terminal.pty.text());
    let text = terminal.pty.text();
    assert!(text.contains("next: `unitlab doctor --fix`") && !text.contains(QUESTION), "{text}");
    assert_eq!(machine.dpkg_status(), "");
    // The home screen says it in one line, and opens.
    let mut terminal = machine.start(&[]);
    terminal.pty.wait_until("the home screen", vt100::Screen::alternate_screen);
    terminal.pty.send_keys("q");
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.pty.text());
    let text = terminal.pty.text();
    assert!(text.contains("labs need systemd-nspawn") && text.contains("unitlab doctor --fix"), "{text}");
    assert!(!text.contains(QUESTION), "{text}");
    // --yes answers the question that is not asked any more.
    let (code, text) = machine.run(&[&["--yes"][..], &START].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(machine.dpkg_status().contains("Status: install ok installed"), "{text}");
}

fn a_chapter_opens_with_recorded_output_after_no(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    let mut terminal = machine.start(&["learn", "systemctl"]);
    terminal.pty.wait_for_text(QUESTION);
    terminal.pty.send_keys("n");
    terminal.pty.wait_until("the chapter", vt100::Screen::alternate_screen);
    terminal.pty.send_keys("q");
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.pty.text());
    assert!(terminal.pty.text().contains("unitlab doctor --fix"), "{}", terminal.pty.text());
    assert_eq!(machine.dpkg_status(), "");
}

fn without_a_terminal_nothing_is_installed_unasked(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    for args in [&START[..], &["demo"], &["course", "check", "--lab", "sre-app"]] {
        let (code, text) = machine.run(args);
        assert_eq!(code, Some(3), "{args:?}\n{text}");
        assert!(
            text.contains("next: unitlab doctor --fix --yes, which runs `apt-get update`, then `apt-get"),
            "{text}"
        );
        assert_eq!(machine.dpkg_status(), "", "{args:?}");
    }
}

fn a_package_that_cannot_be_found_leaves_a_message_and_the_next_step(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    fs::write(machine.repository.join("Packages"), "").unwrap();
    let (code, text) = machine.run(&[&["--yes"][..], &START].concat());
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("E: Unable to locate package systemd-container"), "{text}");
    assert!(text.contains("next: see whether the repositories of this distribution are enabled"), "{text}");
    assert_eq!(env.estate.sandboxes().len(), 0);
}

fn lists_that_name_a_package_that_is_gone_are_fetched_again(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    let packages = machine.repository.join("Packages");
    let right = fs::read_to_string(&packages).unwrap();
    // The lists of the first command name another package.
    fs::write(&packages, "Package: other\nVersion: 1\nArchitecture: all\nFilename: ./other.deb\nSize: 1\n").unwrap();
    let (code, text) = machine.run(&["--yes", "install-software", "sudo"]);
    assert_eq!(code, Some(3), "{text}");
    // They are kept, and are older than the repository.
    fs::write(&packages, right).unwrap();
    let (code, text) = machine.run(&[&["--yes"][..], &START].concat());
    assert_eq!(code, Some(0), "{text}");
    let steps = ["the package lists are too old", "running apt-get update", "running apt-get install", "sre-app is up"];
    for step in steps {
        assert!(text.contains(step), "{step}\n{text}");
    }
}

fn the_question_names_the_exact_cost_and_asking_for_it_installs_nothing(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    // This fetches the package lists.
    let (code, text) = machine.run(&["--yes", "install-software", "sudo"]);
    assert_eq!(code, Some(3), "{text}");
    let mut terminal = machine.start(&START);
    terminal.pty.wait_for_text(QUESTION);
    let text = terminal.pty.text();
    assert!(text.contains("It downloads 0.0 MB and takes 7.1 MB of disk space."), "{text}");
    assert!(!text.contains("apt-get update"), "{text}");
    assert_eq!(machine.dpkg_status(), "");
    terminal.pty.send_keys("n");
    assert_eq!((terminal.exit_code(), machine.dpkg_status().as_str()), (3, ""));
}

fn ctrl_c_while_a_package_is_set_up_lets_dpkg_finish_and_exits_with_130(_: AptGet, env: TestEnv) {
    let waiting = env.path().join("waiting");
    let postinst = format!("{UNCOVER}\necho set up >&2; read -r line <{}", waiting.display());
    let machine = FreshMachine::new(&env, &postinst);
    assert!(Command::new("mkfifo").arg(&waiting).status().unwrap().success());
    let mut terminal = machine.start(&START);
    terminal.pty.wait_for_text(QUESTION);
    terminal.pty.send_keys("y");
    terminal.wait_for_row("set up");
    terminal.pty.send_keys("\u{3}");
    terminal.pty.wait_for_text("stopping the package manager");
    fs::write(&waiting, "go on\n").unwrap();
    assert_eq!(terminal.exit_code(), 130, "{}", terminal.pty.text());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    assert!(terminal.pty.shows_cursor());
    assert!(machine.dpkg_status().contains("Status: install ok installed"), "{}", machine.dpkg_status());
    assert_eq!(env.estate.sandboxes().len(), 0);
}

fn ctrl_c_at_the_question_installs_nothing_and_exits_with_130(_: AptGet, env: TestEnv) {
    let machine = FreshMachine::new(&env, UNCOVER);
    let mut terminal = machine.start(&START);
    terminal.pty.wait_for_text(QUESTION);
    terminal.pty.send_key_in_raw_mode('\u{3}');
    assert_eq!(terminal.exit_code(), 130, "{}", terminal.pty.text());
    assert_eq!((terminal.pty.modes(), machine.dpkg_status().as_str()), (terminal.modes_before.clone(), ""));
}
