//! The kinds that look beyond the unit: every key is read, and every mistake in one is told where it is.

use super::lab_errors::broken;
use super::tests::{CASE, LAB, course_with};
use crate::model::{
    AccountCheck, Address, CommandCheck, FileCheck, FileType, JournalCheck, Kind, Listens, ModeRule, ProcessCheck,
    Protocol, RunAs, Since,
};

/// The first check made one of another kind.
fn of_kind(keys: &str) -> Vec<String> {
    broken("kind   = \"unit-file\"", keys)
}

#[test]
fn each_mistake_in_a_kind_beyond_the_unit_is_told_where_it_is() {
    let at = |place: &str, what: &str| vec![format!("labs/a/lab.toml:{place}: {what}")];
    for (keys, place, what) in [
        ("kind = \"listens\"", "7:1", "port is missing"),
        (
            "kind = \"listens\"\nport = 80\nprotocol = \"tpc\"",
            "13:12",
            r#"unknown protocol "tpc"; did you mean "tcp"?"#,
        ),
        (
            "kind = \"listens\"\nport = 80\naddress = \"loopbak\"",
            "13:11",
            r#""loopbak" is no address; did you mean "loopback"? or an IP address"#,
        ),
        ("kind = \"listens\"\nport = 80\nadress = \"any\"", "13:1", r#"unknown key "adress"; did you mean "address"?"#),
        (
            "kind = \"process\"",
            "7:1",
            "the check says nothing about the processes; give at least one of name, cwd, argument, count, at-least, at-most",
        ),
        (
            "kind = \"process\"\ncount = 1\nat-most = 2",
            "7:1",
            "the check says more than one thing about the number of processes; give either count, or at-least and at-most",
        ),
        ("kind = \"process\"\nat-least = 3\nat-most = 2", "7:1", "no number is at least 3 and at most 2"),
        (
            "kind = \"process\"\ncwd = \"opt/x/\"",
            "12:7",
            r#""opt/x/" is no absolute path; write it from / on, without .., // or a slash at the end"#,
        ),
        ("kind = \"process\"\nnmae = \"x\"\ncount = 1", "12:1", r#"unknown key "nmae"; did you mean "name"?"#),
        (
            "kind = \"account\"",
            "7:1",
            "the check says nothing about the account; give at least one of login, own, member-of-not",
        ),
        (
            "kind = \"account\"\nown = true\nlogin = true",
            "13:9",
            "login = true has no meaning; write login = false, or leave it out",
        ),
        ("kind = \"file\"", "7:1", "path is missing"),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = \"rw-r\"",
            "13:8",
            r#"mode is "rw-r"; write three or four octal digits as chmod takes them: "0644""#,
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = 644",
            "13:8",
            "mode is of the wrong type: integer; write a text in quotes",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = \"644\"\nmode-at-most = \"755\"",
            "7:1",
            "the check says more than one thing about the mode; give either mode or mode-at-most",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nexists = false\nowner = \"root\"",
            "7:1",
            "what must not exist has no properties; leave out type, owner, group, mode, contains and writable-by-service",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\ntype = \"dir\"",
            "13:8",
            r#"unknown type "dir"; known are: file, folder, link"#,
        ),
        (
            "kind = \"journal\"\ncontains = \"x\"\nlacks = \"y\"",
            "7:1",
            "the check does not say what the journal must or must not have; give either contains = \"…\" or lacks = \"…\"",
        ),
        ("kind = \"journal\"\nlacks = \"x\"\nsince = \"bot\"", "13:9", r#"unknown since "bot"; did you mean "boot"?"#),
        (
            "kind = \"command\"\nrun = []",
            "12:7",
            r#"run is empty; name the program and its arguments: ["test", "-e", "/x"]"#,
        ),
        (
            "kind = \"command\"\nrun = \"test -e /x\"",
            "12:7",
            "run is of the wrong type: string; write a list of texts in brackets",
        ),
        ("kind = \"command\"\nrun = [\"true\"]\nexit = 256", "13:8", "exit is 256; it must be from 0 to 255"),
        ("kind = \"command\"\nrun = [\"true\"]\nas = \"rot\"", "13:6", r#"unknown as "rot"; did you mean "root"?"#),
    ] {
        assert_eq!(of_kind(keys), at(place, what), "{keys}");
    }
}

#[test]
fn every_key_of_the_kinds_beyond_the_unit_is_read() {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
    let text = |text: &str| Some(text.to_owned());
    for (keys, kind) in [
        (
            "kind = \"listens\"\nport = 53\nprotocol = \"udp\"\naddress = \"::ffff:10.0.0.1\"",
            Kind::Listens(Listens {
                port: 53,
                protocol: Protocol::Udp,
                address: Some(Address::Exactly([10, 0, 0, 1].into())),
            }),
        ),
        (
            "kind = \"listens\"\nport = 80\naddress = \"any\"",
            Kind::Listens(Listens { port: 80, protocol: Protocol::Tcp, address: Some(Address::Any) }),
        ),
        (
            "kind = \"process\"\nname = \"python3\"\ncwd = \"/opt/x\"\nargument = \"8000\"\ncount = 2",
            Kind::Process(ProcessCheck {
                name: text("python3"),
                cwd: text("/opt/x"),
                argument: text("8000"),
                at_least: Some(2),
                at_most: Some(2),
            }),
        ),
        (
            "kind = \"account\"\nlogin = false\nown = true\nmember-of-not = [\"sudo\"]",
            Kind::Account(AccountCheck { no_login: true, own: true, member_of_not: words(&["sudo"]) }),
        ),
        (
            "kind = \"file\"\npath = \"/x\"\ntype = \"link\"\nowner = \"0\"\ngroup = \"g\"\nmode-at-most = \"0755\"\n\
             contains = \"t\"\nwritable-by-service = false\nexists = true",
            Kind::File(FileCheck {
                path: "/x".into(),
                absent: false,
                file_type: Some(FileType::Link),
                owner: text("0"),
                group: text("g"),
                mode: Some(ModeRule::AtMost(0o755)),
                contains: text("t"),
                unwritable: true,
            }),
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nexists = false",
            Kind::File(FileCheck { path: "/x".into(), absent: true, ..FileCheck::default() }),
        ),
        (
            "kind = \"journal\"\nlacks = \"x\"\nsince = \"boot\"",
            Kind::Journal(JournalCheck { text: "x".into(), lacks: true, since: Since::Boot }),
        ),
        (
            "kind = \"command\"\nrun = [\"a\", \"b c\"]\nexit = 3\nstdout-contains = \"o\"\nas = \"learner\"",
            Kind::Command(CommandCheck {
                run: words(&["a", "b c"]),
                exit: 3,
                stdout_contains: text("o"),
                run_as: RunAs::Learner,
            }),
        ),
    ] {
        let course = course_with(&LAB.replacen("kind   = \"unit-file\"", keys, 1), CASE, &[]).expect(keys);
        assert_eq!(course.lab("a").expect("the lab").lab.checks[0].kind, kind, "{keys}");
    }
}
