//! The check kinds that examine more than the unit give the right verdict on right, wrong and unusual machines.
//!
//! One sandbox with a real systemd holds all units. Each row of a table is a check and its expected result. The lab is
//! parsed from `lab.toml` text, as an author writes it.

use std::fmt::Write as _;

use crate::common::TestEnv;
use unitlab::app::{Graded, Twins};
use unitlab::course::Course;
use unitlab::model::Status::{self, Failed, Passed, Unknown};

tests! {
    every_check_kind_gives_the_expected_verdict,
}

/// Unit, keys of the check, status, a part of the observed text, ids of the causes.
type Row = (&'static str, &'static str, Status, &'static str, &'static [&'static str]);

/// Grades all rows as one lab in one sandbox. Returns a text for each row with another result.
fn differences(env: &TestEnv, rows: &[Row]) -> Vec<String> {
    let mut lab =
        "title = \"Kinds\"\nchapter = \"systemctl\"\nminutes = 1\npass = 1\nunit = \"web.service\"\n".to_owned();
    for (at, (unit, keys, ..)) in rows.iter().enumerate() {
        writeln!(
            lab,
            "[[check]]\nid = \"c{at}\"\ntitle = \"t\"\npoints = 1\nunit = \"{unit}\"\nwhy = \"w\"\nlesson = \"systemctl\"\n\
             hints = [\"1\", \"2\", \"3\"]\n{}",
            keys.replace("; ", "\n")
        )
        .unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join("labs/kinds").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lab.toml", &lab);
    write("brief.md", "Do it.");
    write("scene/setup.sh", include_str!("kinds/setup.sh"));
    write("solution/notes.md", "Done.");
    write("solution/apply.sh", "true");
    let course = Course::open(dir.path()).unwrap();
    let lab_directory = course.lab("kinds").unwrap();
    let session = env.lab_session(lab_directory, "kinds");
    let graded: Graded = session.grade(lab_directory, Twins::One);
    let left = ["systemctl", "list-units", "--all", "--no-legend", "unitlab-command-*"];
    assert_eq!(crate::common::run_in_sandbox(&session, &left).trim(), "", "a command of a check still runs");
    session.close().unwrap();
    assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
    let mut wrong = Vec::new();
    for ((unit, keys, status, observed, causes), report) in rows.iter().zip(&graded.checks) {
        let got: Vec<&str> = report.diagnosis.iter().map(|cause| cause.cause.id()).collect();
        let has_sources = report.evidence.iter().all(|evidence| !evidence.source.is_empty());
        if report.status != *status || !report.observed.contains(observed) || got != *causes || !has_sources {
            wrong.push(format!(
                "{unit}: {keys}\n    wanted {status:?} {observed:?} {causes:?}\n    got    {:?} {:?} {got:?}\n    {:?}",
                report.status, report.observed, report.evidence
            ));
        }
    }
    wrong
}

#[rustfmt::skip]
const LISTENS: &[Row] = &[
    ("web.service", "kind = \"listens\"; port = 8101", Passed, "0.0.0.0: pid", &[]),
    ("web.service", "kind = \"listens\"; port = 8101; address = \"any\"", Passed, "0.0.0.0: pid", &[]),
    ("web.service", "kind = \"listens\"; port = 8101; address = \"127.0.0.1\"", Passed, "0.0.0.0: pid", &[]),
    ("web.service", "kind = \"listens\"; port = 8101; address = \"loopback\"", Failed, "it listens on 0.0.0.0", &["listens-for-everybody"]),
    ("web.service", "kind = \"listens\"; port = 8101; protocol = \"udp\"", Failed, "no socket listens on udp port 8101", &[]),
    ("web.service", "kind = \"listens\"; port = 8199", Failed, "no socket listens on tcp port 8199", &[]),
    // A socket on IPv6 only is enough.
    ("v6.service", "kind = \"listens\"; port = 8102; address = \"any\"", Passed, "::: pid", &[]),
    ("lo.service", "kind = \"listens\"; port = 8103; address = \"loopback\"", Passed, "127.0.0.1: pid", &[]),
    ("lo.service", "kind = \"listens\"; port = 8103; address = \"any\"", Failed, "it listens on 127.0.0.1", &["listens-on-loopback-only"]),
    // Another process listens on the port.
    ("late.service", "kind = \"listens\"; port = 8104", Failed, "(listen) listens there, not late.service", &["orphan-answers-the-port"]),
    // PID 1 listens for a socket unit: of this service, and of another one.
    ("sock.service", "kind = \"listens\"; port = 8105", Passed, "systemd holds it for sock.socket", &[]),
    ("web.service", "kind = \"listens\"; port = 8105", Failed, "pid 1 (systemd) listens there", &["socket-unit-holds-the-port"]),
    ("udp.service", "kind = \"listens\"; port = 8108; protocol = \"udp\"", Passed, "127.0.0.1: pid", &[]),
    ("private.service", "kind = \"listens\"; port = 8109", Failed, "no socket listens", &["private-network"]),
    // Truth 36: the GET request starts the unit through its socket, and then the unit answers.
    ("probed.service", "kind = \"http\"; port = 8106", Passed, "of probed.service listens", &[]),
];

#[rustfmt::skip]
const PROCESS: &[Row] = &[
    ("web.service", "kind = \"process\"; name = \"listen\"; argument = \"8101\"; cwd = \"/opt/web\"; count = 1", Passed, "listen", &[]),
    // The kernel runs the interpreter of a script. A link counts as the directory that it leads to.
    ("web.service", "kind = \"process\"; name = \"python3\"; cwd = \"/opt/link\"", Passed, "listen", &[]),
    ("web.service", "kind = \"process\"; name = \"nginx\"", Failed, "is listen", &[]),
    ("web.service", "kind = \"process\"; argument = \"9000\"", Failed, "no argument of pid", &[]),
    ("web.service", "kind = \"process\"; cwd = \"/\"", Failed, "is /opt/web", &[]),
    ("web.service", "kind = \"process\"; cwd = \"/nowhere\"", Failed, "is /opt/web", &[]),
    ("web.service", "kind = \"process\"; at-least = 2", Failed, "1 process", &[]),
    ("long.service", "kind = \"process\"; at-most = 1", Failed, "2 processes", &[]),
    ("long.service", "kind = \"process\"; at-least = 2; name = \"a-name-longer-than-the-kernel-keeps\"", Passed, "a-name-longer-t", &[]),
    ("late.service", "kind = \"process\"; at-least = 1", Failed, "no process of it is running", &["not-started"]),
    // After a reload without a restart: the old process has the right argument, or the new one will.
    ("stale.service", "kind = \"process\"; argument = \"100001\"", Failed, "right now, but a fresh boot", &["needs-restart"]),
    ("stale.service", "kind = \"process\"; argument = \"100002\"", Failed, "no argument of pid", &["needs-restart"]),
];

#[rustfmt::skip]
const ACCOUNT: &[Row] = &[
    ("web.service", "kind = \"account\"; own = true; login = false; member-of-not = [\"sudo\", \"root\"]", Passed, "web (uid", &[]),
    ("v6.service", "kind = \"account\"; own = true; login = false; member-of-not = [\"sudo\"]", Passed, "v6 (uid", &[]),
    ("lo.service", "kind = \"account\"; own = true", Failed, "nobody (uid 65534)", &["account-is-nobody"]),
    ("lo.service", "kind = \"account\"; login = false", Passed, "nobody", &[]),
    // Created without useradd -r and with no login shell. Its uid alone does not make it a person's account.
    ("udp.service", "kind = \"account\"; own = true; login = false", Passed, "plain (uid", &[]),
    ("person.service", "kind = \"account\"; own = true", Failed, "learner (uid 1000) is a person's", &["account-of-a-person"]),
    ("shelly.service", "kind = \"account\"; own = true", Passed, "shelly", &[]),
    ("shelly.service", "kind = \"account\"; login = false", Failed, "its shell is /bin/bash", &["account-can-log-in"]),
    ("expired.service", "kind = \"account\"; login = false", Passed, "expired", &[]),
    // A shell whose file name is nologin is still a shell.
    ("fake.service", "kind = \"account\"; login = false", Failed, "its shell is /opt/bin/nologin", &["account-can-log-in"]),
    ("web-grp.service", "kind = \"account\"; own = true", Passed, "web (uid", &[]),
    ("web-grp.service", "kind = \"account\"; member-of-not = [\"sudo\", \"wheel\"]", Failed, "is in sudo", &["account-in-group"]),
    ("alpha.service", "kind = \"account\"; own = true", Failed, "also the account of beta.service", &["account-is-shared"]),
    ("rooted.service", "kind = \"account\"; own = true", Failed, "root (uid 0)", &["runs-as-root"]),
    ("drops.service", "kind = \"account\"; own = true; login = false", Passed, "dropped (uid", &[]),
    ("ghost.service", "kind = \"account\"; own = true", Failed, "no account ghost", &["user-unknown"]),
    // The file has changed since the last daemon-reload: the running process is still right.
    ("switch.service", "kind = \"account\"; own = true; member-of-not = [\"sudo\"]", Failed, "a fresh boot starts it differently", &["needs-daemon-reload", "account-is-nobody"]),
];

#[rustfmt::skip]
const FILE: &[Row] = &[
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; type = \"file\"; owner = \"root\"; group = \"adm\"; mode = \"0640\"; contains = \"key = value\"", Passed, "root:adm, mode 0640", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; owner = \"0\"; mode-at-most = \"0755\"; writable-by-service = false", Passed, "root:adm", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; mode = \"0600\"", Failed, "its mode is 0640", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; contains = \"absent\"", Failed, "does not contain \"absent\"", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; type = \"folder\"", Failed, "it is a regular file", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/link\"; type = \"link\"; contains = \"key\"", Passed, "a link to right", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/right\"; type = \"link\"", Failed, "a regular file", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k\"; type = \"folder\"", Passed, "a directory", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/absent\"", Failed, "no file there", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/absent\"; exists = false", Passed, "no file there", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/loop\"; exists = false", Failed, "a link to loop", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/loop\"", Failed, "which does not exist", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/fifo\"; contains = \"x\"", Failed, "it is a FIFO", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/zero\"; contains = \"x\"", Failed, "it is a device", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/empty\"; contains = \"x\"", Failed, "does not contain", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/gigabyte\"; contains = \"x\"", Unknown, "too long to be read", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/open\"; mode-at-most = \"0644\"", Failed, "its mode is 0666", &[]),
    ("web.service", "kind = \"file\"; path = \"/etc/k/open\"; writable-by-service = false", Failed, "as every user can", &["service-can-write"]),
    ("owned.service", "kind = \"file\"; path = \"/etc/k/named\"; owner = \"owned\"", Passed, "owned:", &[]),
    ("owned.service", "kind = \"file\"; path = \"/etc/k/named\"; writable-by-service = false", Failed, "as its owner", &["service-can-write"]),
    // root owns the page, but not its directory.
    ("owned.service", "kind = \"file\"; path = \"/opt/owned/page\"; writable-by-service = false", Failed, "can replace /opt/owned/page", &["service-can-write"]),
    ("owned.service", "kind = \"file\"; path = \"/srv/sticky/page\"; writable-by-service = false", Passed, "root", &[]),
    ("rooted.service", "kind = \"file\"; path = \"/etc/k/right\"; writable-by-service = false", Failed, "runs as root", &["service-can-write"]),
    // It owns the file, but its mount namespace makes the file read-only.
    ("ro.service", "kind = \"file\"; path = \"/opt/ro/data\"; writable-by-service = false", Passed, "ro:", &[]),
    ("web.service", "kind = \"file\"; path = \"/mnt/k/mounted\"", Failed, "after a reboot: no file there", &["gone-after-reboot"]),
    ("web.service", "kind = \"file\"; path = \"/run/k-volatile\"", Passed, "regular", &[]),
];

#[rustfmt::skip]
const JOURNAL: &[Row] = &[
    ("web.service", "kind = \"journal\"; contains = \"holds 8101\"", Passed, "holds 8101", &[]),
    ("web.service", "kind = \"journal\"; contains = \"holds 8101\"; since = \"boot\"", Passed, "holds 8101", &[]),
    ("web.service", "kind = \"journal\"; lacks = \"holds 8101\"", Failed, "it wrote: holds 8101", &[]),
    ("web.service", "kind = \"journal\"; lacks = \"Address already in use\"", Passed, "none contains it", &[]),
    ("web.service", "kind = \"journal\"; contains = \"nothing of the kind\"", Failed, "none contains it", &[]),
    // A message of the manager about the unit does not count as output of the unit.
    ("desc.service", "kind = \"journal\"; contains = \"secret needle\"; since = \"boot\"", Failed, "none contains it", &[]),
    ("long.service", "kind = \"journal\"; contains = \" here\"", Passed, "bytes \u{fffd}\u{1b}[31m here", &[]),
    ("null.service", "kind = \"journal\"; contains = \"holds\"", Failed, "none contains it", &["output-not-in-journal"]),
    ("late.service", "kind = \"journal\"; lacks = \"x\"", Failed, "was not started", &["not-started"]),
];

#[rustfmt::skip]
const COMMAND: &[Row] = &[
    ("web.service", "kind = \"command\"; run = [\"true\"]", Passed, "exits with status 0", &[]),
    ("web.service", "kind = \"command\"; run = [\"false\"]", Failed, "exits with status 1", &[]),
    ("web.service", "kind = \"command\"; run = [\"sh\", \"-c\", \"echo no >&2;exit 3\"]; exit = 3", Passed, "exits with status 3", &[]),
    // unitlab starts the command without a shell. The manager expands neither variables nor specifiers.
    ("web.service", "kind = \"command\"; run = [\"printf\", \"%s\", \"$HOME ${PATH} %n *\"]; stdout-contains = \"$HOME ${PATH} %n *\"", Passed, "exits with status 0", &[]),
    ("web.service", "kind = \"command\"; run = [\"printf\", \"x\"]; stdout-contains = \"y\"", Failed, "does not print \"y\"", &[]),
    ("web.service", "kind = \"command\"; run = [\"env\"]; stdout-contains = \"LC_ALL=C\\nHOME=/\\nPATH=\"", Passed, "exits with status 0", &[]),
    ("web.service", "kind = \"command\"; run = [\"id\", \"-un\"]; stdout-contains = \"root\"", Passed, "", &[]),
    ("web.service", "kind = \"command\"; run = [\"id\", \"-un\"]; as = \"learner\"; stdout-contains = \"learner\"", Passed, "", &[]),
    ("web.service", "kind = \"command\"; run = [\"sh\", \"-c\", \"kill -9 $$\"]", Failed, "killed by signal 9", &[]),
    ("web.service", "kind = \"command\"; run = [\"/opt/absent\"]", Failed, "/opt/absent does not exist", &[]),
    ("web.service", "kind = \"command\"; run = [\"no-such-tool\"]", Unknown, "there is no no-such-tool", &["could-not-tell"]),
    ("web.service", "kind = \"command\"; run = [\"yes\"]", Failed, "it prints more than", &[]),
    // The command leaves a child that holds the pipe open. The unit ends, and systemd kills the child.
    ("web.service", "kind = \"command\"; run = [\"sh\", \"-c\", \"sleep 1000 & exit 4\"]; exit = 4", Passed, "exits with status 4", &[]),
    ("web.service", "kind = \"command\"; run = [\"sleep\", \"1000\"]", Failed, "still running after 10 s", &[]),
];

fn every_check_kind_gives_the_expected_verdict(env: TestEnv) {
    let rows = [LISTENS, PROCESS, ACCOUNT, FILE, JOURNAL, COMMAND].concat();
    let wrong = differences(&env, &rows);
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
