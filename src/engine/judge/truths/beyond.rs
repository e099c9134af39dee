//! The kinds that look beyond the unit, as tables of facts and verdicts.

use super::verdicts::{gist, judged};
use crate::engine::testbed::{Told, UNIT, exec, fragment, service};
use crate::model::{
    AccountDemand, AccountFact, Address, CheckReport, CommandDemand, Details, DetailsFact, Fact, FileDemand, FileFact,
    FileType, Identity, JournalDemand, JournalFact, Kind, Listener, Listens, ListensFact, ModeDemand, Node, PasswdRow,
    PortOwner, ProcessDemand, ProgramFact, Protocol, Question, RunAs, Search, Shell, Since, Status, UnitFact,
};

const UP: [(&str, &str); 3] = [("ActiveState", "active"), ("SubState", "running"), ("MainPID", "7")];

fn told(unit: UnitFact) -> Told {
    Told::default().loaded(unit).files(fragment("[Service]\nExecStart=/usr/bin/python3 -m http.server 8000\n"))
}

fn unit() -> String {
    UNIT.to_owned()
}

fn causes(report: &CheckReport) -> (Status, Vec<&str>) {
    (report.status, gist(report).2)
}

fn listener(address: &str, owner: PortOwner, socket_unit: Option<&str>) -> Listener {
    Listener { address: address.parse().unwrap(), owner, socket_unit: socket_unit.map(str::to_owned) }
}

#[test]
fn a_port_is_the_units_by_its_socket_alone() {
    let own = || PortOwner::Unit { pid: 7 };
    let other = |pid| PortOwner::Other { pid, comm: "x".into() };
    let lan = || Some(Address::Exactly("10.0.0.1".parse().unwrap()));
    let both = || vec![listener("10.0.0.2", other(9), None), listener("::", own(), None)];
    #[rustfmt::skip]
    let table: [(Vec<Listener>, Option<Address>, Status, &[&str]); 14] = [
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
        (vec![listener("::", other(1), None)], None, Status::Failed, &["orphan-answers-the-port"]),
        (vec![listener("::", other(9), None)], None, Status::Failed, &["orphan-answers-the-port"]),
        (vec![listener("::", PortOwner::Unseen, None)], None, Status::Unknown, &["could-not-tell"]),
        (vec![], None, Status::Failed, &[]),
    ];
    for (listeners, address, status, ids) in table {
        let question = Question::Listens { unit: unit(), protocol: Protocol::Tcp, port: 80 };
        let shown = format!("{listeners:?} {address:?}");
        let told = told(service(&UP)).live(Fact::Listens(ListensFact { listeners }), question);
        let report = judged(Kind::Listens(Listens { port: 80, protocol: Protocol::Tcp, address }), told);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{shown}: {}", report.observed);
    }
}

fn details(pid: u32, main: bool, argv: &[&str], cwd: &str) -> Details {
    let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
    let comm = argv[0].rsplit('/').next().unwrap().to_owned();
    Details { pid, main, comm, argv: Some(argv), cwd: Some(cwd.into()), identity: Identity::default() }
}

fn processes(processes: Vec<Details>) -> DetailsFact {
    DetailsFact { count: u32::try_from(processes.len()).unwrap(), processes, folder: None }
}

#[test]
fn the_main_process_speaks_for_the_unit() {
    let shell = || details(7, true, &["/bin/sh", "-c", "python3 app.py & wait"], "/");
    let child = || details(8, false, &["python3", "app.py"], "/opt");
    let named = |name: &str| ProcessDemand { name: Some(name.into()), ..ProcessDemand::default() };
    let argument = |text: &str| ProcessDemand { argument: Some(text.into()), ..ProcessDemand::default() };
    let at_least = ProcessDemand { at_least: Some(2), ..ProcessDemand::default() };
    let forked = || vec![details(8, false, &["a"], "/"), details(9, false, &["nginx: worker", ""], "/")];
    let hidden = || vec![Details { argv: None, ..shell() }];
    let starting = || vec![Details { comm: "(python3)".into(), ..shell() }];
    #[rustfmt::skip]
    let table: [(Vec<Details>, ProcessDemand, Status); 11] = [
        (vec![shell(), child()], named("sh"), Status::Passed),
        (vec![shell(), child()], named("python3"), Status::Failed),
        (vec![shell(), child()], argument("app.py"), Status::Passed),
        (vec![shell(), child()], argument("--port"), Status::Failed),
        (vec![shell(), child()], at_least.clone(), Status::Passed),
        (vec![shell()], at_least, Status::Failed),
        // No main process is known: any of them will do.
        (forked(), named("nginx: worker"), Status::Passed),
        (forked(), named("b"), Status::Failed),
        (hidden(), argument("x"), Status::Unknown),
        (hidden(), named("sh"), Status::Passed),
        (starting(), named("sh"), Status::Unknown),
    ];
    for (list, demand, status) in table {
        let shown = format!("{list:?} {demand:?}");
        let question = Question::Details { unit: unit(), folder: None };
        let report = judged(Kind::Process(demand), told(service(&UP)).live(Fact::Details(processes(list)), question));
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}

#[test]
fn a_process_that_the_next_boot_starts_otherwise_is_not_right() {
    let server = |port: &'static str| {
        let argv = ["/usr/bin/python3", "-m", "http.server", port];
        Fact::Details(processes(vec![details(7, true, &argv, "/")]))
    };
    let command = |port: &str| exec("").replace("8000", port);
    let question = || Question::Details { unit: unit(), folder: None };
    // Live, loaded, on disk; demanded is 8000.
    for (live, loaded, disk, status, ids) in [
        ("8000", "8000", "8000", Status::Passed, vec![]),
        ("8000", "9000", "9000", Status::Failed, vec!["needs-restart"]),
        ("8000", "8000", "9000", Status::Failed, vec!["needs-daemon-reload"]),
        ("9000", "9000", "8000", Status::Failed, vec!["needs-daemon-reload"]),
        ("9000", "8000", "8000", Status::Failed, vec!["needs-restart"]),
        ("9000", "9000", "9000", Status::Failed, vec![]),
    ] {
        let with = |port: &str| service(&[&UP[..], &[("ExecStart", &command(port))]].concat());
        let told = told(with(loaded))
            .live(server(live), question())
            .twin(Fact::Unit(with(disk)))
            .reborn(server(disk), question());
        let demand = ProcessDemand { argument: Some("8000".into()), ..ProcessDemand::default() };
        let report = judged(Kind::Process(demand), told);
        assert_eq!(causes(&report), (status, ids), "{live} {loaded} {disk}");
    }
}

fn row(name: &str, uid: u32, shell_is: Shell) -> PasswdRow {
    PasswdRow { name: name.into(), uid, shell: "/bin/x".into(), shell_is, locked: Some(true), expired: false }
}

fn account(row: Option<PasswdRow>, live: Vec<PasswdRow>) -> AccountFact {
    let user = row.as_ref().filter(|row| row.uid != 0).map(|row| row.name.clone()).unwrap_or_default();
    let identity = Identity { uid: row.as_ref().map(|row| row.uid), groups: vec![] };
    AccountFact { user, row, live, identity, people: (1000, 60_000), ..AccountFact::default() }
}

#[test]
fn an_account_of_its_own_that_nobody_logs_in_to() {
    use Shell::{Missing, Real, Refuses};
    let same = |row: PasswdRow| account(Some(row.clone()), vec![row]);
    let root = || row("root", 0, Real);
    let web = || row("web", 998, Refuses);
    let dynamic =
        AccountFact { user: "sre-app".into(), dynamic: true, ..account(None, vec![row("sre-app", 61_999, Missing)]) };
    let asleep = AccountFact { live: vec![], ..dynamic.clone() };
    let shared = |by: &str| AccountFact { shared_with: vec![by.into()], ..same(web()) };
    let grouped = AccountFact { groups: vec!["sudo".into(), "web".into()], ..same(web()) };
    let unread = PasswdRow { locked: None, ..row("sre-app", 998, Real) };
    let ghost = AccountFact { user: "ghost".into(), ..account(None, vec![]) };
    #[rustfmt::skip]
    let table: [(&str, AccountFact, &[(&str, &str)], Status, &[&str]); 19] = [
        ("system",           same(web()),                          &[],             Status::Passed, &[]),
        ("dynamic",          dynamic,                              &[],             Status::Passed, &[]),
        ("dynamic, stopped", asleep,                               &[],             Status::Passed, &[]),
        ("no number",        same(row("sre-app", 1001, Missing)),  &[],             Status::Passed, &[]),
        ("root",             same(PasswdRow { shell_is: Refuses, ..root() }), &[],  Status::Failed, &["runs-as-root"]),
        ("toor",             same(row("toor", 0, Refuses)),        &[],             Status::Failed, &["runs-as-root"]),
        ("nobody",           same(row("nobody", 65_534, Refuses)), &[],             Status::Failed, &["account-is-nobody"]),
        ("a person",         same(row("learner", 1000, Real)),     &[],             Status::Failed, &["account-of-a-person", "account-can-log-in"]),
        ("own, with shell",  same(row("sre-app", 1001, Real)),     &[],             Status::Failed, &["account-can-log-in"]),
        ("not read",         same(unread),                         &[],             Status::Unknown, &["could-not-tell"]),
        ("expired",          same(PasswdRow { expired: true, ..row("sre-app", 998, Real) }), &[], Status::Passed, &[]),
        ("shared",           shared("nginx.service"),              &[],             Status::Failed, &["account-is-shared"]),
        ("family",           shared("sre-app-log.service"),        &[],             Status::Passed, &[]),
        ("in sudo",          grouped,                              &[],             Status::Failed, &["account-in-group"]),
        ("missing",          ghost,                                &[],             Status::Failed, &["user-unknown"]),
        // Truth 5: no User=, and the program drops root by itself.
        ("drops it",         account(Some(root()), vec![web()]),   &[],             Status::Passed, &[]),
        // User= was taken out, and the process is from before.
        ("will be root",     account(Some(PasswdRow { shell_is: Refuses, ..root() }), vec![web()]), &[("UID", "998")], Status::Failed, &["runs-as-root"]),
        ("was root",         account(Some(web()), vec![PasswdRow { shell_is: Refuses, ..root() }]), &[], Status::Failed, &["runs-as-root"]),
        ("root and a worker", account(Some(PasswdRow { shell_is: Refuses, ..root() }), vec![PasswdRow { shell_is: Refuses, ..root() }, web()]), &[], Status::Failed, &["runs-as-root"]),
    ];
    for (what, fact, properties, status, ids) in table {
        let told = told(service(&[&UP[..], properties].concat()))
            .live(Fact::Account(fact), Question::Account { unit: unit() });
        let demand = AccountDemand { own: true, no_login: true, member_of_not: vec!["sudo".into()] };
        let report = judged(Kind::Account(demand), told);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{what}: {}", report.observed);
    }
}

fn node(path: &str, uid: u32, gid: u32, mode: u32) -> Node {
    Node { path: path.into(), file_type: FileType::File, uid, owner: String::new(), gid, group: "g".into(), mode }
}

fn file(demand: FileDemand, fact: FileFact, who: Identity, reborn: Option<FileFact>) -> CheckReport {
    let question =
        |text: Option<&str>| Question::File { unit: unit(), path: "/f".into(), text: text.map(str::to_owned) };
    let process = Details { identity: who, ..details(7, true, &["x"], "/") };
    let mut told = told(service(&UP))
        .live(Fact::Account(AccountFact::default()), Question::Account { unit: unit() })
        .live(Fact::Details(processes(vec![process])), Question::Details { unit: unit(), folder: None })
        .live(Fact::File(fact), question(demand.contains.as_deref()));
    if let Some(reborn) = reborn {
        told = told.reborn(Fact::File(reborn), question(None));
    }
    judged(Kind::File(FileDemand { path: "/f".into(), ..demand }), told)
}

#[test]
fn a_file_is_what_it_is_demanded_to_be() {
    let fact = || FileFact { node: Some(node("/f", 7, 8, 0o640)), ..FileFact::default() };
    let gone = FileFact::default;
    let dangling = || FileFact { link: "nowhere".into(), ..FileFact::default() };
    let searched = |search| FileFact { search: Some(search), ..fact() };
    let demand = FileDemand::default;
    let absent = || FileDemand { absent: true, ..demand() };
    let link = || FileDemand { file_type: Some(FileType::Link), ..demand() };
    let mode = |mode| FileDemand { mode: Some(mode), ..demand() };
    let owner = |owner: &str| FileDemand { owner: Some(owner.into()), ..demand() };
    let text = || FileDemand { contains: Some("x".into()), ..demand() };
    #[rustfmt::skip]
    let table: [(FileDemand, FileFact, Option<FileFact>, Status); 18] = [
        (demand(), fact(), None, Status::Passed),
        (demand(), gone(), None, Status::Failed),
        (demand(), dangling(), None, Status::Failed),
        (demand(), fact(), Some(fact()), Status::Passed),
        (demand(), fact(), Some(gone()), Status::Failed),
        (absent(), gone(), None, Status::Passed),
        (absent(), dangling(), None, Status::Failed),
        (absent(), gone(), Some(fact()), Status::Failed),
        (link(), dangling(), None, Status::Passed),
        (link(), fact(), None, Status::Failed),
        (mode(ModeDemand::Is(0o640)), fact(), None, Status::Passed),
        (mode(ModeDemand::AtMost(0o644)), fact(), None, Status::Passed),
        (mode(ModeDemand::AtMost(0o604)), fact(), None, Status::Failed),
        (owner("7"), fact(), None, Status::Passed),
        (owner("g"), fact(), None, Status::Failed),
        (text(), searched(Search::Absent), None, Status::Failed),
        (text(), searched(Search::NoText { what: "a FIFO".into() }), None, Status::Failed),
        (text(), searched(Search::Unread { why: "too long".into() }), None, Status::Unknown),
    ];
    for (demand, fact, reborn, status) in table {
        let shown = format!("{demand:?} {fact:?} {reborn:?}");
        let report = file(demand, fact, Identity::default(), reborn);
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}

#[test]
fn whoever_can_replace_a_file_can_write_it() {
    let who = |uid, groups: &[u32]| Identity { uid: Some(uid), groups: groups.to_vec() };
    let closed = |path: &str| node(path, 0, 0, 0o755);
    let table = [
        (who(5, &[5]), node("/a/f", 0, 0, 0o644), closed("/a"), None, Status::Passed),
        (who(0, &[]), node("/a/f", 0, 0, 0o444), closed("/a"), None, Status::Failed),
        (who(5, &[]), node("/a/f", 5, 0, 0o444), closed("/a"), None, Status::Failed),
        (who(5, &[9]), node("/a/f", 0, 9, 0o664), closed("/a"), None, Status::Failed),
        // A member of the group has the group's rights, not everybody's.
        (who(5, &[9]), node("/a/f", 0, 9, 0o646), closed("/a"), None, Status::Passed),
        (who(5, &[]), node("/a/f", 0, 9, 0o646), closed("/a"), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 5, 0, 0o755), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 0, 0, 0o777), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 0, 0, 0o1777), None, Status::Passed),
        (who(5, &[]), node("/a/f", 5, 0, 0o644), closed("/a"), Some(true), Status::Passed),
        (who(5, &[]), node("/a/f", 5, 0, 0o644), closed("/a"), Some(false), Status::Failed),
    ];
    for (who, file_node, folder, read_only, status) in table {
        let shown = format!("{who:?} {file_node:?} {folder:?} {read_only:?}");
        let fact = FileFact { node: Some(file_node), folders: vec![folder], read_only, ..FileFact::default() };
        let report = file(FileDemand { unwritable: true, ..FileDemand::default() }, fact, who, None);
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}

#[test]
fn silence_counts_only_where_everything_was_read() {
    let fact = |found: Option<&str>, cut| JournalFact {
        started: true,
        messages: 3,
        cut,
        found: found.map(str::to_owned),
        last: Some("last".into()),
    };
    #[rustfmt::skip]
    let table: [(JournalFact, bool, &[(&str, &str)], Status, &[&str]); 8] = [
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
        let question = Question::Journal { unit: unit(), text: "x".into(), since: Since::Invocation };
        let told = told(service(&[&UP[..], properties].concat())).live(Fact::Journal(fact), question);
        let report = judged(Kind::Journal(JournalDemand { text: "x".into(), lacks, since: Since::Invocation }), told);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{shown}");
    }
    let question = Question::Journal { unit: unit(), text: "x".into(), since: Since::Invocation };
    let never = told(service(&[])).live(Fact::Journal(JournalFact::default()), question);
    let demand = JournalDemand { text: "x".into(), lacks: true, since: Since::Invocation };
    assert_eq!(causes(&judged(Kind::Journal(demand), never)), (Status::Failed, vec!["not-started"]));
}

#[test]
fn a_program_ends_as_it_should_or_has_failed() {
    let exited = |status, stdout: &str| ProgramFact::Exited { status, stdout: stdout.into(), stderr: String::new() };
    for (fact, status, observed) in [
        (exited(3, "all is well\n"), Status::Passed, "it exits with 3"),
        (exited(3, "nothing is"), Status::Failed, "it exits with 3, and prints no \"all\""),
        (exited(0, "all"), Status::Failed, "it exits with 0"),
        (ProgramFact::Killed { signal: 9 }, Status::Failed, "signal 9 ends it"),
        (ProgramFact::TimedOut { seconds: 10 }, Status::Failed, "it still runs after 10 s"),
        (ProgramFact::Flooded { bytes: 5 }, Status::Failed, "it prints more than 5 bytes"),
        (ProgramFact::Missing, Status::Failed, "/x is not there, or cannot be executed"),
    ] {
        let run = vec!["/x".to_owned(), "it's".to_owned()];
        let question = Question::Command { run: run.clone(), run_as: RunAs::Learner };
        let told = Told::default().live(Fact::Command(fact), question);
        let demand = CommandDemand { run, exit: 3, stdout_contains: Some("all".into()), run_as: RunAs::Learner };
        let report = judged(Kind::Command(demand), told);
        assert_eq!((report.status, report.observed.as_str()), (status, observed));
        assert!(report.expected.starts_with("`/x 'it'\\''s'` exits with 3"), "{}", report.expected);
    }
}
