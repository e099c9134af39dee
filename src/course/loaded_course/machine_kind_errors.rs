//! The check kinds about the machine: every key is read, and every error names its line and column.

use super::lab_errors::broken;
use super::tests::{CASE, LAB, course_with};
use crate::model::{
    AccountCheck, Address, CommandCheck, FileCheck, FileType, JournalCheck, Kind, Listens, ModeRule, ProcessCheck,
    Protocol, RunAs, Since,
};

/// The errors of `LAB` whose first check has these keys in place of its kind.
fn of_kind(keys: &str) -> Vec<String> {
    broken("kind   = \"unit-file\"", keys)
}

#[test]
fn an_error_in_a_machine_kind_names_line_and_column() {
    let at = |position: &str, what: &str| vec![format!("labs/a/lab.toml:{position}: {what}")];
    for (keys, position, what) in [
        ("kind = \"listens\"", "7:1", "port is missing"),
        (
            "kind = \"listens\"\nport = 80\nprotocol = \"tpc\"",
            "13:12",
            r#"unknown value "tpc" for protocol; did you mean "tcp"?"#,
        ),
        (
            "kind = \"listens\"\nport = 80\naddress = \"loopbak\"",
            "13:11",
            r#""loopbak" is not an address; use "any", "loopback" or an IP address"#,
        ),
        ("kind = \"listens\"\nport = 80\nadress = \"any\"", "13:1", r#"unknown key "adress"; did you mean "address"?"#),
        (
            "kind = \"process\"",
            "7:1",
            "the check has no expectation about the processes; give at least one of name, cwd, argument, count, at-least, at-most",
        ),
        (
            "kind = \"process\"\ncount = 1\nat-most = 2",
            "7:1",
            "count cannot be combined with at-least or at-most; use count alone, or at-least and at-most",
        ),
        (
            "kind = \"process\"\nat-least = 3\nat-most = 2",
            "7:1",
            "at-least is 3, but at-most is 2; at-least must not exceed at-most",
        ),
        (
            "kind = \"process\"\ncwd = \"opt/x/\"",
            "12:7",
            r#""opt/x/" is not a plain absolute path; begin it with /, and remove `.`, `..`, `//` and a final slash"#,
        ),
        ("kind = \"process\"\nnmae = \"x\"\ncount = 1", "12:1", r#"unknown key "nmae"; did you mean "name"?"#),
        (
            "kind = \"account\"",
            "7:1",
            "the check has no expectation about the account; give at least one of login, own, member-of-not",
        ),
        (
            "kind = \"account\"\nown = true\nlogin = true",
            "13:9",
            "login can only be false; write login = false, or remove the key",
        ),
        ("kind = \"file\"", "7:1", "path is missing"),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = \"rw-r\"",
            "13:8",
            r#"mode is "rw-r"; write three or four octal digits, as for chmod(1): "0644""#,
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = 644",
            "13:8",
            "mode has the wrong type: integer; write a string in quotes",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nmode = \"644\"\nmode-at-most = \"755\"",
            "7:1",
            "mode and mode-at-most cannot be combined; remove one of them",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\nexists = false\nowner = \"root\"",
            "7:1",
            "exists = false cannot be combined with other requirements; remove type, owner, group, mode, mode-at-most, contains and writable-by-service",
        ),
        (
            "kind = \"file\"\npath = \"/x\"\ntype = \"dir\"",
            "13:8",
            r#"unknown value "dir" for type; use one of: file, folder, link"#,
        ),
        (
            "kind = \"journal\"\ncontains = \"x\"\nlacks = \"y\"",
            "7:1",
            "the check needs exactly one of contains and lacks; write contains = \"…\", or lacks = \"…\"",
        ),
        (
            "kind = \"journal\"\nlacks = \"x\"\nsince = \"bot\"",
            "13:9",
            r#"unknown value "bot" for since; did you mean "boot"?"#,
        ),
        (
            "kind = \"command\"\nrun = []",
            "12:7",
            r#"run is empty; name the program and its arguments: ["test", "-e", "/x"]"#,
        ),
        (
            "kind = \"command\"\nrun = \"test -e /x\"",
            "12:7",
            "run has the wrong type: string; write a list of strings in brackets",
        ),
        ("kind = \"command\"\nrun = [\"true\"]\nexit = 256", "13:8", "exit is 256; it must be from 0 to 255"),
        (
            "kind = \"command\"\nrun = [\"true\"]\nas = \"rot\"",
            "13:6",
            r#"unknown value "rot" for as; did you mean "root"?"#,
        ),
    ] {
        assert_eq!(of_kind(keys), at(position, what), "{keys}");
    }
}

#[test]
fn every_key_of_the_machine_kinds_is_read() {
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
