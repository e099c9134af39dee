//! Accounts and files, and who may do what with them, as tables of facts and verdicts.

use super::probes::{UP, causes, details, observed, processes, unit};
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

/// What it is, the account, properties; status and causes.
type AccountRow = (&'static str, AccountFact, &'static [(&'static str, &'static str)], Status, &'static [&'static str]);

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
    let table: [AccountRow; 19] = [
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
        let observed = observed(service(&[&UP[..], properties].concat())).live(&AccountQuestion { unit: unit() }, fact);
        let demand = AccountCheck { own: true, no_login: true, member_of_not: vec!["sudo".into()] };
        let report = judged(Kind::Account(demand), observed);
        assert_eq!(causes(&report), (status, ids.to_vec()), "{what}: {}", report.observed);
    }
}

fn node(path: &str, uid: u32, gid: u32, mode: u32) -> Node {
    let (path, file_type, owner, group) = (path.into(), FileType::File, String::new(), "g".into());
    Node { path, file_type, uid, owner, gid, group, mode, acl: vec![] }
}

fn file(demand: FileCheck, fact: FileFact, who: Identity, reborn: Option<FileFact>) -> CheckReport {
    let question = |text: Option<&str>| FileQuestion { unit: unit(), path: "/f".into(), text: text.map(str::to_owned) };
    let process = ProcessDetails { identity: who, ..details(7, true, &["x"], "/") };
    let mut observed = observed(service(&UP))
        .live(&AccountQuestion { unit: unit() }, AccountFact::default())
        .live(&DetailsQuestion { unit: unit(), directory: None }, processes(vec![process]))
        .live(&question(demand.contains.as_deref()), fact);
    if let Some(reborn) = reborn {
        observed = observed.twin(&question(None), reborn);
    }
    judged(Kind::File(FileCheck { path: "/f".into(), ..demand }), observed)
}

#[test]
fn a_file_is_what_it_is_demanded_to_be() {
    let fact = || FileFact { node: Some(node("/f", 7, 8, 0o640)), ..FileFact::default() };
    let gone = FileFact::default;
    let dangling = || FileFact { link: "nowhere".into(), ..FileFact::default() };
    let searched = |search| FileFact { search: Some(search), ..fact() };
    let demand = FileCheck::default;
    let absent = || FileCheck { absent: true, ..demand() };
    let link = || FileCheck { file_type: Some(FileType::Link), ..demand() };
    let mode = |mode| FileCheck { mode: Some(mode), ..demand() };
    let owner = |owner: &str| FileCheck { owner: Some(owner.into()), ..demand() };
    let text = || FileCheck { contains: Some("x".into()), ..demand() };
    #[rustfmt::skip]
    let table: [(FileCheck, FileFact, Option<FileFact>, Status); 18] = [
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
        (mode(ModeRule::Is(0o640)), fact(), None, Status::Passed),
        (mode(ModeRule::AtMost(0o644)), fact(), None, Status::Passed),
        (mode(ModeRule::AtMost(0o604)), fact(), None, Status::Failed),
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
    let who = |uid, groups: &[u32]| Identity { uid: Some(uid), groups: groups.to_vec(), powers: vec![] };
    let listed = |group, id, write| Node { acl: vec![AclEntry { group, id, write }], ..node("/a/f", 0, 0, 0o664) };
    let mighty = Identity { powers: vec!["CAP_DAC_OVERRIDE".into()], ..who(5, &[5]) };
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
        (mighty, node("/a/f", 0, 0, 0o444), closed("/a"), None, Status::Failed),
        // Where there is a list, the mode shows its mask in the place of the group's bits.
        (who(5, &[5]), listed(false, 5, true), closed("/a"), None, Status::Failed),
        (who(5, &[5]), listed(false, 5, false), closed("/a"), None, Status::Passed),
        (who(5, &[5]), listed(true, 5, true), closed("/a"), None, Status::Failed),
        (who(5, &[0]), listed(true, 0, false), closed("/a"), None, Status::Passed),
        (who(5, &[5]), listed(false, 6, true), closed("/a"), None, Status::Passed),
        (who(5, &[]), node("/a/f", 5, 0, 0o644), closed("/a"), Some(false), Status::Failed),
    ];
    for (who, file_node, folder, read_only, status) in table {
        let shown = format!("{who:?} {file_node:?} {folder:?} {read_only:?}");
        let fact = FileFact { node: Some(file_node), folders: vec![folder], read_only, ..FileFact::default() };
        let report = file(FileCheck { unwritable: true, ..FileCheck::default() }, fact, who, None);
        assert_eq!(report.status, status, "{shown}: {}", report.observed);
    }
}
