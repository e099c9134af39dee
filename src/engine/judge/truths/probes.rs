//! Verdicts about ports, processes, the journal and commands, as tables.

use super::verdicts::{judged, summary};
use crate::engine::testbed::{ObservationsBuilder, UNIT, exec, fragment, service};
use crate::model::{
    Address, CheckReport, CommandCheck, CommandFact, CommandQuestion, DetailsFact, DetailsQuestion, Identity,
    JournalCheck, JournalFact, JournalQuestion, Kind, Listener, Listens, ListensFact, ListensQuestion, PortOwner,
    ProcessCheck, ProcessDetails, Protocol, RunAs, Since, Status, UnitFact,
};

pub(super) const UP: [(&str, &str); 3] = [("ActiveState", "active"), ("SubState", "running"), ("MainPID", "7")];

pub(super) fn observations_of(unit: UnitFact) -> ObservationsBuilder {
    ObservationsBuilder::default()
        .loaded(unit)
        .files(fragment("[Service]\nExecStart=/usr/bin/python3 -m http.server 8000\n"))
}

pub(super) fn unit() -> String {
    UNIT.to_owned()
}

pub(super) fn causes(report: &CheckReport) -> (Status, Vec<&str>) {
    (report.status, summary(report).2)
}

fn listener(address: &str, owner: PortOwner, socket_unit: Option<&str>) -> Listener {
    Listener { address: address.parse().unwrap(), owner, socket_unit: socket_unit.map(str::to_owned) }
}

/// Listeners, expected address; status and causes.
type PortRow = (Vec<Listener>, Option<Address>, Status, &'static [&'static str]);

#[test]
fn a_port_belongs_to_the_unit_that_owns_the_socket() {
    let own = || PortOwner::Unit { pid: 7 };
    let other = |pid| PortOwner::Other { pid, comm: "x".into() };
    let lan = || Some(Address::Exactly("10.0.0.1".parse().unwrap()));
    let both = || vec![listener("10.0.0.2", other(9), None), listener("::", own(), None)];
    #[rustfmt::skip]
    let table: [PortRow; 14] = [
        (vec![listener("0.0.0.0", own(), None)], None, Status::Passed, &[]),
        (vec![listener("::", own(), None)], Some(Address::Any), Status::Passed, &[]),
        (vec![listener("::", own(), None)], lan(), Status::Passed, &[]),
        (vec![listener("10.0.0.1", own(), None)], lan(), Status::Passed, &[]),
        (vec![listener("10.0.0.2", own(), None)], lan(), Status::Failed, &[]),
        (vec![listener("127.0.0.1", own(), None)], lan(), Status::Failed, &["listens-on-loopback-only"]),
        (vec![listener("127.0.0.1", own(), None), listener("::1", own(), None)], Some(Address::Loopback), Status::Passed, &[]),
        (vec![listener("127.0.0.1", own(), None), listener("::", own(), None)], Some(Address::Loopback), Status::Failed, &["listens-for-everybody"]),
        (both(), Some(Address::Any), Status::Passed, &[]),
        (vec![listener("::", other(1), Some("sre-app.socket"))], None, Status::Passed, &[]),
        (vec![listener("::", other(1), None)], None, Status::Failed, &["socket-unit-holds-the-port"]),
        (vec![listener("::", other(9), None)], None, Status::Failed, &["orphan-answers-the-port"]),
        (vec![listener("::", PortOwner::Unknown, None)], None, Status::Unknown, &["could-not-tell"]),
        (vec![], None, Status::Failed, &[]),
    ];
    for (listeners, address, status, ids) in table {
        let question = ListensQuestion { unit: unit(), protocol: Protocol::Tcp, port: 80 };
        let shown = format!("{listeners:?} {address:?}");
        let observations = observations_of(service(&UP)).live(&question, ListensFact { listeners });
        let report = judged(Kind::Listens(Listens { port: 80, protocol: Protocol::Tcp, address }), observations);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{shown}: {}", report.observed);
    }
}

pub(super) fn details(pid: u32, main: bool, argv: &[&str], cwd: &str) -> ProcessDetails {
    let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
    let comm = argv[0].rsplit('/').next().unwrap().to_owned();
    ProcessDetails { pid, main, comm, argv: Some(argv), cwd: Some(cwd.into()), identity: Identity::default() }
}

pub(super) fn processes(processes: Vec<ProcessDetails>) -> DetailsFact {
    DetailsFact { count: u32::try_from(processes.len()).unwrap(), processes, directory: None }
}

#[test]
fn the_main_process_is_checked_or_any_process_without_one() {
    let shell = || details(7, true, &["/bin/sh", "-c", "python3 app.py & wait"], "/");
    let child = || details(8, false, &["python3", "app.py"], "/opt");
    let named = |name: &str| ProcessCheck { name: Some(name.into()), ..ProcessCheck::default() };
    let argument = |text: &str| ProcessCheck { argument: Some(text.into()), ..ProcessCheck::default() };
    let at_least = ProcessCheck { at_least: Some(2), ..ProcessCheck::default() };
    let forked = || vec![details(8, false, &["a"], "/"), details(9, false, &["nginx: worker", ""], "/")];
    let hidden = || vec![ProcessDetails { argv: None, ..shell() }];
    let starting = || vec![ProcessDetails { comm: "(python3)".into(), ..shell() }];
    #[rustfmt::skip]
    let table: [(Vec<ProcessDetails>, ProcessCheck, Status); 11] = [
        (vec![shell(), child()], named("sh"), Status::Passed),
        (vec![shell(), child()], named("python3"), Status::Failed),
        (vec![shell(), child()], argument("app.py"), Status::Passed),
        (vec![shell(), child()], argument("--port"), Status::Failed),
        (vec![shell(), child()], at_least.clone(), Status::Passed),
        (vec![shell()], at_least, Status::Failed),
        // Without a known main process, any process may match.
        (forked(), named("nginx: worker"), Status::Passed),
        (forked(), named("b"), Status::Failed),
        (hidden(), argument("x"), Status::Unknown),
        (hidden(), named("sh"), Status::Passed),
        (starting(), named("sh"), Status::Unknown),
    ];
    for (list, check, status) in table {
        let shown = format!("{list:?} {check:?}");
        let question = DetailsQuestion { unit: unit(), directory: None };
        let report = judged(Kind::Process(check), observations_of(service(&UP)).live(&question, processes(list)));
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}

/// A transient unit does not exist after a boot.
#[test]
fn a_transient_unit_is_judged_by_its_running_process() {
    let question = || DetailsQuestion { unit: unit(), directory: None };
    let gone = service(&[("LoadState", "not-found"), ("ExecStart", ""), ("ExecStartEx", "")]);
    let observations = observations_of(service(&UP))
        .live(&question(), processes(vec![details(7, true, &["/opt/board", "8000"], "/")]))
        .twin_loaded(gone)
        .twin(&question(), processes(vec![]));
    let check = ProcessCheck { argument: Some("8000".into()), at_least: Some(1), ..ProcessCheck::default() };
    assert_eq!(judged(Kind::Process(check), observations).status, Status::Passed);
}

#[test]
fn a_process_that_the_next_boot_starts_differently_fails() {
    let server = |port: &'static str| {
        let argv = ["/usr/bin/python3", "-m", "http.server", port];
        processes(vec![details(7, true, &argv, "/")])
    };
    let command = |port: &str| exec("").replace("8000", port);
    let question = || DetailsQuestion { unit: unit(), directory: None };
    // The port of the live process, as loaded, and on disk. The check expects 8000.
    for (live, loaded, disk, status, ids) in [
        ("8000", "8000", "8000", Status::Passed, vec![]),
        ("8000", "9000", "9000", Status::Failed, vec!["needs-restart"]),
        ("8000", "8000", "9000", Status::Failed, vec!["needs-daemon-reload"]),
        ("9000", "9000", "8000", Status::Failed, vec!["needs-daemon-reload"]),
        ("9000", "8000", "8000", Status::Failed, vec!["needs-restart"]),
        ("9000", "9000", "9000", Status::Failed, vec![]),
    ] {
        let with = |port: &str| service(&[&UP[..], &[("ExecStart", &command(port))]].concat());
        let observations = observations_of(with(loaded))
            .live(&question(), server(live))
            .twin_loaded(with(disk))
            .twin(&question(), server(disk));
        let check = ProcessCheck { argument: Some("8000".into()), ..ProcessCheck::default() };
        let report = judged(Kind::Process(check), observations);
        assert_eq!(causes(&report), (status, ids), "{live} {loaded} {disk}");
    }
}

type Properties = &'static [(&'static str, &'static str)];
/// Fact, `lacks`, properties; status and causes.
type JournalRow = (JournalFact, bool, Properties, Status, &'static [&'static str]);

#[test]
fn a_missing_message_counts_only_if_all_messages_were_read() {
    let fact = |found: Option<&str>, cut| JournalFact {
        started: true,
        messages: 3,
        cut,
        found: found.map(str::to_owned),
        last: Some("last".into()),
    };
    #[rustfmt::skip]
    let table: [JournalRow; 8] = [
        (fact(Some("x"), false), false, &[], Status::Passed, &[]),
        (fact(Some("x"), true), false, &[], Status::Passed, &[]),
        (fact(Some("x"), true), true, &[], Status::Failed, &[]),
        (fact(None, false), true, &[], Status::Passed, &[]),
        (fact(None, true), true, &[], Status::Unknown, &["could-not-tell"]),
        (fact(None, true), false, &[], Status::Unknown, &["could-not-tell"]),
        (fact(None, false), false, &[("StandardOutput", "null")], Status::Failed, &["output-not-in-journal"]),
        (fact(None, false), false, &[("StandardOutput", "journal+console")], Status::Failed, &[]),
    ];
    for (fact, lacks, properties, status, ids) in table {
        let shown = format!("{fact:?} {lacks}");
        let question = JournalQuestion { unit: unit(), text: "x".into(), since: Since::Invocation };
        let observations = observations_of(service(&[&UP[..], properties].concat())).live(&question, fact);
        let report =
            judged(Kind::Journal(JournalCheck { text: "x".into(), lacks, since: Since::Invocation }), observations);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{shown}");
    }
    let question = JournalQuestion { unit: unit(), text: "x".into(), since: Since::Invocation };
    let never_started = observations_of(service(&[])).live(&question, JournalFact::default());
    let check = JournalCheck { text: "x".into(), lacks: true, since: Since::Invocation };
    assert_eq!(causes(&judged(Kind::Journal(check), never_started)), (Status::Failed, vec!["not-started"]));
}

#[test]
fn a_command_passes_only_with_its_expected_status_and_output() {
    let exited = |status, stdout: &str| CommandFact::Exited { status, stdout: stdout.into(), stderr: String::new() };
    for (fact, status, observed) in [
        (exited(3, "all is well\n"), Status::Passed, "it exits with status 3"),
        (exited(3, "nothing is"), Status::Failed, "it exits with status 3, but does not print \"all\""),
        (exited(0, "all"), Status::Failed, "it exits with status 0"),
        (CommandFact::Killed { signal: 9 }, Status::Failed, "killed by signal 9"),
        (CommandFact::TimedOut { seconds: 10 }, Status::Failed, "it was still running after 10 s"),
        (CommandFact::Flooded { bytes: 5 }, Status::Failed, "it prints more than 5 bytes"),
        (CommandFact::Missing, Status::Failed, "/x does not exist, or is not executable"),
    ] {
        let run = vec!["/x".to_owned(), "it's".to_owned()];
        let question = CommandQuestion { run: run.clone(), run_as: RunAs::Learner };
        let observations = ObservationsBuilder::default().live(&question, fact);
        let check = CommandCheck { run, exit: 3, stdout_contains: Some("all".into()), run_as: RunAs::Learner };
        let report = judged(Kind::Command(check), observations);
        assert_eq!((report.status, report.observed.as_str()), (status, observed));
        assert!(report.expected.starts_with("`/x 'it'\\''s'` exits with status 3"), "{}", report.expected);
    }
}
