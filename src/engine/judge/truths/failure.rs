//! The diagnosis of a failed start: the steps EXEC, CHDIR, USER, GROUP and NAMESPACE, and messages of the program that
//! the machine confirms.

use super::verdicts::judged;
use crate::engine::testbed::{ObservationsBuilder, UNIT, fragment, service};
use crate::model::{
    Cause, CheckReport, FailureFact, FileFact, FileType, Identity, Kind, Node, PortHolder, ProgramFormat, Protocol,
    Purpose, RequiredPath, Sample, StabilityFact, StabilityQuestion, TimeSpan,
};

const UNIT_FILE: &str = "\
[Service]
User=sre-app
ExecStart=/opt/app/serve.sh
WorkingDirectory=/srv/app
ReadWritePaths=/var/lib/app
";

fn node(path: &str, file_type: FileType, uid: u32, mode: u32) -> Node {
    let owner = if uid == 0 { "root" } else { "sre-app" };
    Node { path: path.into(), file_type, uid, owner: owner.into(), gid: uid, group: owner.into(), mode, acl: vec![] }
}

/// A path whose parent directories every user may enter.
fn at(path: &str, file_type: FileType, mode: u32) -> FileFact {
    let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
    let directories = vec![node(above, FileType::Directory, 0, 0o755), node("/", FileType::Directory, 0, 0o755)];
    FileFact { node: Some(node(path, file_type, 0, mode)), directories, ..FileFact::default() }
}

fn missing(nearest: &str, mode: u32) -> FileFact {
    FileFact { directories: vec![node(nearest, FileType::Directory, 0, mode)], ..FileFact::default() }
}

fn below_directory_with_mode(mode: u32) -> FileFact {
    let mut fact = at("/opt/app/serve.sh", FileType::File, 0o755);
    fact.directories[0].mode = mode;
    fact
}

fn requires(path: &str, purpose: Purpose, found: FileFact, head: Option<ProgramFormat>) -> FailureFact {
    let required = RequiredPath { path: path.into(), purpose, found, format: head };
    FailureFact { paths: vec![required], identity: Some(as_service()), ..FailureFact::default() }
}

fn as_service() -> Identity {
    Identity { uid: Some(998), groups: vec![998], powers: vec![] }
}

fn failed(status: &str, more: &[(&str, &str)], fact: FailureFact) -> CheckReport {
    let mut properties = vec![
        ("ActiveState", "failed"),
        ("SubState", "failed"),
        ("Result", "exit-code"),
        ("ExecMainCode", "1"),
        ("ExecMainStatus", status),
        ("User", "sre-app"),
        ("WorkingDirectory", "/srv/app"),
    ];
    properties.extend(more);
    let sample = Sample { active: "failed".into(), sub: "failed".into(), ..Sample::default() };
    let stability = StabilityFact { before: sample.clone(), after: sample, watched_ms: 0 };
    let observations = ObservationsBuilder::default()
        .loaded(service(&properties))
        .files(fragment(UNIT_FILE))
        .live(&StabilityQuestion { unit: UNIT.into(), window_ms: 3_000 }, stability)
        .failure(fact);
    judged(Kind::Active { running: true, hold: TimeSpan::from_micros(3_000_000) }, observations)
}

fn first(report: &CheckReport) -> (&str, &str) {
    report.diagnosis.first().map_or(("", ""), |cause| (cause.cause.id(), &cause.text))
}

#[test]
fn status_203_has_different_causes() {
    let script = |line: &str, runs| Some(ProgramFormat::Script { line: line.into(), runs });
    let sound = || script("/bin/sh", true);
    let file = |mode| at("/opt/app/serve.sh", FileType::File, mode);
    let link = FileFact { link: "/opt/old".into(), ..FileFact::default() };
    for (found, head, id, part) in [
        (missing("/opt/app", 0o755), None, "exec-missing", "there is no /opt/app/serve.sh."),
        (
            missing("/opt", 0o755),
            None,
            "exec-missing",
            "there is no /opt/app/serve.sh; of its parent directories only /opt",
        ),
        (link, None, "exec-missing", "is a link to /opt/old, which does not exist"),
        (
            at("/opt/app/serve.sh", FileType::Directory, 0o755),
            None,
            "exec-not-executable",
            "is a directory, not a program",
        ),
        (file(0o644), sound(), "exec-not-executable", "is not executable (owner root, group root, mode 0644)"),
        (file(0o744), sound(), "permission-denied", "sre-app may not execute /opt/app/serve.sh"),
        (below_directory_with_mode(0o700), sound(), "permission-denied", "sre-app may not enter /opt/app (owner root"),
        (file(0o755), script("/bin/sh\r", false), "exec-bad-interpreter", "Windows line endings (CRLF)"),
        (file(0o755), script("/bin/zsch -e", false), "exec-bad-interpreter", "/bin/zsch is missing or not executable"),
        (file(0o755), Some(ProgramFormat::Other), "exec-format", "neither begins with #!"),
        (file(0o755), Some(ProgramFormat::Binary { native: false }), "exec-format", "a different CPU architecture"),
        (file(0o755), Some(ProgramFormat::Binary { native: true }), "exec-failed", "exists now and is executable"),
    ] {
        let report = failed("203", &[], requires("/opt/app/serve.sh", Purpose::Program, found, head));
        let (found, text) = first(&report);
        assert_eq!(found, id, "{text}");
        let lead = "Step EXEC failed (203/EXEC, ExecStart=/opt/app/serve.sh at /etc/systemd/system/sre-app.service:3)";
        assert!(text.starts_with(lead) && text.contains(part), "{text} lacks {part}");
    }
    let bare = requires("serve", Purpose::Program, FileFact::default(), None);
    assert!(first(&failed("203", &[], bare)).1.contains("no serve in the directories that systemd searches"));
    let mut hidden = requires("/root/x", Purpose::Program, at("/root/x", FileType::File, 0o755), None);
    hidden.identity = Some(Identity { uid: Some(0), groups: vec![0], powers: vec![] });
    let report = failed("203", &[("ProtectHome", "yes")], hidden);
    assert_eq!(first(&report).0, "exec-missing");
    assert!(first(&report).1.contains("ProtectHome= hides it"), "{}", first(&report).1);
}

/// `ExecStartPre=` has the same steps. A shell built-in is not a program.
#[test]
fn a_failed_step_of_another_command_names_the_command() {
    let ran = |argv: &str| {
        let path = argv.split(' ').next().unwrap_or_default();
        format!(
            "{{ path={path} ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] ; pid=7 ; code=exited ; status=203 }}"
        )
    };
    let lead = "Step EXEC of ExecStartPre= failed (203/EXEC, ExecStartPre): ";
    for (argv, part, next) in [
        ("/opt/prepare --all", "there is no /opt/prepare", "ls -l /opt/prepare"),
        ("cd /opt", "cd is a shell built-in, not a program", "set the directory with WorkingDirectory="),
        ("prepare", "there is no prepare in the directories", "command -v prepare"),
    ] {
        let path = argv.split(' ').next().unwrap_or_default();
        let before = [("ExecMainCode", "0"), ("ExecStartPre", &ran(argv))];
        let found = if path.starts_with('/') { missing("/opt", 0o755) } else { FileFact::default() };
        let report = failed("0", &before, requires(path, Purpose::Program, found, None));
        let (id, text) = first(&report);
        assert_eq!(id, "exec-missing", "{text}");
        assert!(text.starts_with(lead) && text.contains(part), "{text}");
        assert!(report.diagnosis[0].next.starts_with(next), "{}", report.diagnosis[0].next);
        assert!(report.observed.contains("its ExecStartPre= exited with status 203/EXEC"), "{}", report.observed);
    }
}

/// A low port needs a capability, which is looked up in the loaded settings.
#[test]
fn a_denied_port_is_named_with_its_capability() {
    let messages = vec!["    self.socket.bind(self.server_address)".into(), "[Errno 13] Permission denied".to_owned()];
    let denied = |uid| FailureFact {
        messages: messages.clone(),
        first_unprivileged_port: Some(1024),
        identity: Some(Identity { uid: Some(uid), ..Identity::default() }),
        ..FailureFact::default()
    };
    let command = |port: &str| {
        format!("{{ path=/x ; argv[]=/x -m http.server {port} ; ignore_errors=no ; start_time=[n/a] ; pid=7 }}")
    };
    for (uid, port, capabilities, part) in [
        (998, "80", ("AmbientCapabilities", ""), "runs as sre-app and may not listen on port 80"),
        (998, "80", ("AmbientCapabilities", "cap_net_bind_service"), ""),
        (998, "8000", ("AmbientCapabilities", ""), ""),
        (0, "80", ("CapabilityBoundingSet", "cap_chown"), "which CapabilityBoundingSet= does not list"),
        (0, "80", ("CapabilityBoundingSet", "cap_chown cap_net_bind_service"), ""),
    ] {
        let report = failed("1", &[("ExecStart", &command(port)), capabilities], denied(uid));
        assert_eq!(first(&report).0, if part.is_empty() { "" } else { "permission-denied" }, "{uid} {port}");
        assert!(first(&report).1.contains(part), "{}", first(&report).1);
    }
}

/// env(1) exists, but does not find the interpreter.
#[test]
fn status_127_of_a_script_with_windows_line_endings() {
    let of = |line: &str| {
        let head = Some(ProgramFormat::Script { line: line.into(), runs: true });
        let found = at("/opt/app/serve.sh", FileType::File, 0o755);
        failed("127", &[], requires("/opt/app/serve.sh", Purpose::Program, found, head))
    };
    assert_eq!(first(&of("/usr/bin/env python3\r")).0, "exec-bad-interpreter");
    for line in ["/usr/bin/env python3", "/bin/sh -e\r"] {
        assert_eq!(first(&of(line)).0, "", "{line}");
    }
}

#[test]
fn the_other_steps_name_what_is_missing_or_denied() {
    let directory = |found| requires("/srv/app", Purpose::WorkingDirectory, found, None);
    let mut closed = at("/srv/app", FileType::Directory, 0o700);
    closed.directories[0].path = "/srv".into();
    let no_account = FailureFact { identity: None, ..FailureFact::default() };
    let account_exists = FailureFact { identity: Some(as_service()), ..FailureFact::default() };
    let no_group = FailureFact { unknown_groups: vec!["web".into()], ..FailureFact::default() };
    let groups_exist = FailureFact { identity: Some(as_service()), ..FailureFact::default() };
    let listed = |found| requires("/var/lib/app", Purpose::Namespace("ReadWritePaths".into()), found, None);
    for (status, fact, id, part) in [
        (
            "200",
            directory(missing("/srv", 0o755)),
            "chdir",
            "Step CHDIR failed (200/CHDIR, WorkingDirectory=/srv/app at",
        ),
        (
            "200",
            directory(at("/srv/app", FileType::File, 0o644)),
            "chdir",
            "/srv/app is a regular file, not a directory",
        ),
        ("200", directory(closed), "permission-denied", "the user sre-app may not enter /srv/app (owner root"),
        ("200", directory(at("/srv/app", FileType::Directory, 0o755)), "chdir", "exists now"),
        (
            "217",
            no_account,
            "user-unknown",
            "Step USER failed (217/USER, User=sre-app at /etc/systemd/system/sre-app.service:2): there is no account named sre-app.",
        ),
        ("217", account_exists, "user-unknown", "the account sre-app exists now"),
        ("216", no_group, "group-unknown", "Step GROUP failed (216/GROUP, Group): there is no group named web."),
        ("216", groups_exist, "group-unknown", "all its groups exist now"),
        (
            "226",
            listed(missing("/var/lib", 0o755)),
            "namespace",
            "Step NAMESPACE failed (226/NAMESPACE, ReadWritePaths=/var/lib/app at",
        ),
        ("226", listed(at("/var/lib/app", FileType::Directory, 0o755)), "", ""),
    ] {
        let report = failed(status, &[("Group", "web")], fact);
        assert_eq!(first(&report).0, id, "{status} {part}");
        assert!(first(&report).1.contains(part), "{} lacks {part}", first(&report).1);
    }
}

#[test]
fn a_port_in_use_names_the_process_that_holds_it() {
    let messages = vec!["OSError: [Errno 98] Address already in use".to_owned()];
    let holder = |pid, service: Option<&str>| PortHolder {
        protocol: Protocol::Tcp,
        port: 8000,
        pid,
        comm: "python3".into(),
        service: service.map(str::to_owned),
    };
    for (holders, part, next) in [
        (
            vec![holder(99, Some("ledger.service"))],
            "could not listen on port 8000",
            "sudo systemctl stop ledger.service &&",
        ),
        (
            vec![holder(99, Some("ledger.service"))],
            "pid 99 (python3) of ledger.service listens on it",
            "sudo systemctl stop",
        ),
        (vec![holder(99, Some(UNIT))], "left over from an earlier run", "sudo kill 99; "),
        (vec![holder(99, None)], "belongs to no service", "systemctl status 99, "),
        (vec![holder(1, None)], "for a socket unit", "systemctl list-sockets"),
        (vec![], "No process listens on it now", "sudo ss -tulnp"),
    ] {
        let fact = FailureFact {
            messages: messages.clone(),
            port_holders: holders,
            identity: Some(as_service()),
            ..FailureFact::default()
        };
        let report = failed("1", &[], fact);
        let cause = &report.diagnosis[0];
        assert_eq!((cause.cause, cause.lesson.as_deref()), (Cause::AddressInUse, Some("process-and-service")));
        assert!(cause.text.contains(part) && cause.next.starts_with(next), "{cause:?}");
    }
    let silent = FailureFact { port_holders: vec![holder(99, None)], ..FailureFact::default() };
    assert!(failed("1", &[], silent).diagnosis.is_empty());
}

/// The program names a path in its message, and the mode of the path must confirm it.
#[test]
fn a_denied_path_is_confirmed_by_its_mode() {
    let file = |mode| at("/var/log/app.log", FileType::File, mode);
    let mut inner = file(0o666);
    inner.directories[0].mode = 0o750;
    for (found, part) in [
        (file(0o644), Some("The user sre-app of sre-app.service may not write /var/log/app.log (owner root")),
        (file(0o600), Some("may not read or write /var/log/app.log")),
        (file(0o666), None),
        (inner, Some("may not enter /var/log (owner root, group root, mode 0750), and /var/log/app.log is below it")),
        (missing("/var/log", 0o755), Some("may not make /var/log/app.log in /var/log (owner root")),
        (missing("/var/log", 0o777), None),
        (missing("/var", 0o755), None),
        (at("/var/log/app.log", FileType::Directory, 0o755), Some("may not make or remove files in /var/log/app.log")),
    ] {
        let report = failed("1", &[], requires("/var/log/app.log", Purpose::Denied, found.clone(), None));
        assert_eq!(first(&report).0, part.map_or("", |_| "permission-denied"), "{found:?}");
        assert!(first(&report).1.contains(part.unwrap_or_default()), "{}", first(&report).1);
    }
    let mut root = requires("/x", Purpose::Denied, at("/x", FileType::File, 0o600), None);
    root.identity = Some(Identity { uid: Some(0), groups: vec![0], powers: vec![] });
    assert!(failed("1", &[], root).diagnosis.is_empty());
}

/// Consequences come after the root cause and name it.
#[test]
fn the_start_limit_follows_from_the_cause_of_the_failures() {
    let found = at("/opt/app/serve.sh", FileType::File, 0o644);
    let fact = requires("/opt/app/serve.sh", Purpose::Program, found, None);
    let report = failed("203", &[("Result", "start-limit-hit"), ("NRestarts", "5")], fact);
    let found: Vec<_> =
        report.diagnosis.iter().map(|cause| (cause.cause.id(), cause.follows.map_or("", Cause::id))).collect();
    let root = "exec-not-executable";
    assert_eq!(found, [(root, ""), ("crash-loop", root), ("start-limit-hit", root)]);
    assert!(report.diagnosis[0].next.contains("reset-failed sre-app.service"), "{}", report.diagnosis[0].next);
}
