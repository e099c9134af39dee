//! Verdicts about accounts and files, as tables.

use super::probes::{UP, causes, details, observations_of, processes, unit};
use super::verdicts::judged;
use crate::engine::testbed::service;
use crate::model::{
    AccountCheck, AccountFact, AccountQuestion, AclEntry, CheckReport, DetailsQuestion, FileCheck, FileFact,
    FileQuestion, FileType, Identity, Kind, ModeRule, Node, PasswdRow, ProcessDetails, Search, Shell, Status,
};

fn row(name: &str, uid: u32, shell_is: Shell) -> PasswdRow {
    PasswdRow { name: name.into(), uid, shell: "/bin/x".into(), shell_is, locked: Some(true), expired: false }
}

fn account(row: Option<PasswdRow>, live: Vec<PasswdRow>) -> AccountFact {
    let user = row.as_ref().filter(|row| row.uid != 0).map(|row| row.name.clone()).unwrap_or_default();
    let identity = Identity { uid: row.as_ref().map(|row| row.uid), groups: vec![], powers: vec![] };
    AccountFact { user, row, live, identity, people: (1000, 60_000), ..AccountFact::default() }
}

/// Case, account, properties; status and causes.
type AccountRow = (&'static str, AccountFact, &'static [(&'static str, &'static str)], Status, &'static [&'static str]);

#[test]
fn an_account_belongs_to_one_service_and_allows_no_login() {
    use Shell::{Missing, Real, Refuses};
    let same = |row: PasswdRow| account(Some(row.clone()), vec![row]);
    let root = || row("root", 0, Real);
    let web = || row("web", 998, Refuses);
    let dynamic =
        AccountFact { user: "sre-app".into(), dynamic: true, ..account(None, vec![row("sre-app", 61_999, Missing)]) };
    let stopped = AccountFact { live: vec![], ..dynamic.clone() };
    let shared = |by: &str| AccountFact { shared_with: vec![by.into()], ..same(web()) };
    let grouped = AccountFact { groups: vec!["sudo".into(), "web".into()], ..same(web()) };
    let unread = PasswdRow { locked: None, ..row("sre-app", 998, Real) };
    let missing = AccountFact { user: "ghost".into(), ..account(None, vec![]) };
    #[rustfmt::skip]
    let table: [AccountRow; 19] = [
        ("system",           same(web()),                          &[],             Status::Passed, &[]),
        ("dynamic",          dynamic,                              &[],             Status::Passed, &[]),
        ("dynamic, stopped", stopped,                               &[],             Status::Passed, &[]),
        ("no shell",        same(row("sre-app", 1001, Missing)),  &[],             Status::Passed, &[]),
        ("root",             same(PasswdRow { shell_is: Refuses, ..root() }), &[],  Status::Failed, &["runs-as-root"]),
        ("toor",             same(row("toor", 0, Refuses)),        &[],             Status::Failed, &["runs-as-root"]),
        ("nobody",           same(row("nobody", 65_534, Refuses)), &[],             Status::Failed, &["account-is-nobody"]),
        ("a person",         same(row("learner", 1000, Real)),     &[],             Status::Failed, &["account-of-a-person", "account-can-log-in"]),
        ("own, with shell",  same(row("sre-app", 1001, Real)),     &[],             Status::Failed, &["account-can-log-in"]),
        ("not read",         same(unread),                         &[],             Status::Unknown, &["could-not-tell"]),
        ("expired",          same(PasswdRow { expired: true, ..row("sre-app", 998, Real) }), &[], Status::Passed, &[]),
        ("shared",           shared("nginx.service"),              &[],             Status::Failed, &["account-is-shared"]),
        ("companion",         shared("sre-app-log.service"),        &[],             Status::Passed, &[]),
        ("in sudo",          grouped,                              &[],             Status::Failed, &["account-in-group"]),
        ("missing",          missing,                                &[],             Status::Failed, &["user-unknown"]),
        // Truth 5: without User=, the program gives up root by itself.
        ("drops it",         account(Some(root()), vec![web()]),   &[],             Status::Passed, &[]),
        // User= was removed after the process started.
        ("will be root",     account(Some(PasswdRow { shell_is: Refuses, ..root() }), vec![web()]), &[("UID", "998")], Status::Failed, &["runs-as-root"]),
        ("was root",         account(Some(web()), vec![PasswdRow { shell_is: Refuses, ..root() }]), &[], Status::Failed, &["runs-as-root"]),
        ("root and a worker", account(Some(PasswdRow { shell_is: Refuses, ..root() }), vec![PasswdRow { shell_is: Refuses, ..root() }, web()]), &[], Status::Failed, &["runs-as-root"]),
    ];
    for (what, fact, properties, status, ids) in table {
        let observations =
            observations_of(service(&[&UP[..], properties].concat())).live(&AccountQuestion { unit: unit() }, fact);
        let check = AccountCheck { own: true, no_login: true, member_of_not: vec!["sudo".into()] };
        let report = judged(Kind::Account(check), observations);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{what}: {}", report.observed);
    }
}

fn node(path: &str, uid: u32, gid: u32, mode: u32) -> Node {
    let (path, file_type, owner, group) = (path.into(), FileType::File, String::new(), "g".into());
    Node { path, file_type, uid, owner, gid, group, mode, acl: vec![] }
}

fn file(check: FileCheck, fact: FileFact, who: Identity, twin: Option<FileFact>) -> CheckReport {
    let question = |text: Option<&str>| FileQuestion { unit: unit(), path: "/f".into(), text: text.map(str::to_owned) };
    let process = ProcessDetails { identity: who, ..details(7, true, &["x"], "/") };
    let mut observations = observations_of(service(&UP))
        .live(&AccountQuestion { unit: unit() }, AccountFact::default())
        .live(&DetailsQuestion { unit: unit(), directory: None }, processes(vec![process]))
        .live(&question(check.contains.as_deref()), fact);
    if let Some(twin) = twin {
        observations = observations.twin(&question(None), twin);
    }
    judged(Kind::File(FileCheck { path: "/f".into(), ..check }), observations)
}

#[test]
fn a_file_is_compared_with_the_check_now_and_after_a_reboot() {
    let fact = || FileFact { node: Some(node("/f", 7, 8, 0o640)), ..FileFact::default() };
    let gone = FileFact::default;
    let dangling = || FileFact { link: "nowhere".into(), ..FileFact::default() };
    let searched = |search| FileFact { search: Some(search), ..fact() };
    let any = FileCheck::default;
    let absent = || FileCheck { absent: true, ..any() };
    let link = || FileCheck { file_type: Some(FileType::Link), ..any() };
    let mode = |mode| FileCheck { mode: Some(mode), ..any() };
    let owner = |owner: &str| FileCheck { owner: Some(owner.into()), ..any() };
    let text = || FileCheck { contains: Some("x".into()), ..any() };
    #[rustfmt::skip]
    let table: [(FileCheck, FileFact, Option<FileFact>, Status); 18] = [
        (any(), fact(), None, Status::Passed),
        (any(), gone(), None, Status::Failed),
        (any(), dangling(), None, Status::Failed),
        (any(), fact(), Some(fact()), Status::Passed),
        (any(), fact(), Some(gone()), Status::Failed),
        (absent(), gone(), None, Status::Passed),
        (absent(), dangling(), None, Status::Failed),
        (absent(), gone(), Some(fact()), Status::Failed),
        (link(), dangling(), None, Status::Passed),
        (link(), fact(), None, Status::Failed),
        (mode(ModeRule::Is(0o640)), fact(), None, Status::Passed),
        (mode(ModeRule::AtMost(0o644)), fact(), None, Status::Passed),
        (mode(ModeRule::AtMost(0o604)), fact(), None, Status::Failed),
        (owner("7"), fact(), None, Status::Passed),
        (owner("g"), fact(), None, Status::Failed),
        (text(), searched(Search::Absent), None, Status::Failed),
        (text(), searched(Search::NoText { what: "a FIFO".into() }), None, Status::Failed),
        (text(), searched(Search::Unread { why: "too long".into() }), None, Status::Unknown),
    ];
    for (check, fact, twin, status) in table {
        let shown = format!("{check:?} {fact:?} {twin:?}");
        let report = file(check, fact, Identity::default(), twin);
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}

#[test]
fn a_user_who_can_replace_a_file_can_write_it() {
    let who = |uid, groups: &[u32]| Identity { uid: Some(uid), groups: groups.to_vec(), powers: vec![] };
    let listed = |group, id, write| Node { acl: vec![AclEntry { group, id, write }], ..node("/a/f", 0, 0, 0o664) };
    let capable = Identity { powers: vec!["CAP_DAC_OVERRIDE".into()], ..who(5, &[5]) };
    let closed = |path: &str| node(path, 0, 0, 0o755);
    let table = [
        (who(5, &[5]), node("/a/f", 0, 0, 0o644), closed("/a"), None, Status::Passed),
        (who(0, &[]), node("/a/f", 0, 0, 0o444), closed("/a"), None, Status::Failed),
        (who(5, &[]), node("/a/f", 5, 0, 0o444), closed("/a"), None, Status::Failed),
        (who(5, &[9]), node("/a/f", 0, 9, 0o664), closed("/a"), None, Status::Failed),
        // For a member of the group, the group bits count, not those of others.
        (who(5, &[9]), node("/a/f", 0, 9, 0o646), closed("/a"), None, Status::Passed),
        (who(5, &[]), node("/a/f", 0, 9, 0o646), closed("/a"), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 5, 0, 0o755), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 0, 0, 0o777), None, Status::Failed),
        (who(5, &[]), node("/a/f", 0, 0, 0o644), node("/a", 0, 0, 0o1777), None, Status::Passed),
        (who(5, &[]), node("/a/f", 5, 0, 0o644), closed("/a"), Some(true), Status::Passed),
        (capable, node("/a/f", 0, 0, 0o444), closed("/a"), None, Status::Failed),
        // With an access control list, the group bits of the mode are its mask.
        (who(5, &[5]), listed(false, 5, true), closed("/a"), None, Status::Failed),
        (who(5, &[5]), listed(false, 5, false), closed("/a"), None, Status::Passed),
        (who(5, &[5]), listed(true, 5, true), closed("/a"), None, Status::Failed),
        (who(5, &[0]), listed(true, 0, false), closed("/a"), None, Status::Passed),
        (who(5, &[5]), listed(false, 6, true), closed("/a"), None, Status::Passed),
        (who(5, &[]), node("/a/f", 5, 0, 0o644), closed("/a"), Some(false), Status::Failed),
    ];
    for (who, file_node, directory, read_only, status) in table {
        let shown = format!("{who:?} {file_node:?} {directory:?} {read_only:?}");
        let fact = FileFact { node: Some(file_node), directories: vec![directory], read_only, ..FileFact::default() };
        let report = file(FileCheck { unwritable: true, ..FileCheck::default() }, fact, who, None);
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}
