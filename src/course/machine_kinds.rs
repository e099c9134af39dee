//! Reads the keys of the check kinds about the machine: `listens`, `process`, `account`, `file`, `journal`, `command`.
//!
//! Errors are reported with their position. The returned value is not used then.

use std::net::IpAddr;

use crate::model::{
    AccountCheck, Address, CommandCheck, FileCheck, FileType, JournalCheck, Kind, Listens, ModeRule, ProcessCheck,
    Protocol, RunAs, Since,
};

use super::fields::Fields;

/// An upper bound for the counts of a check. No service has more processes.
const MOST_PROCESSES: u32 = 100_000;

pub(super) fn listens(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let port = fields.need_count("port", 1..=u32::from(u16::MAX));
    let protocol = fields.find_choice("protocol", &[("tcp", Protocol::Tcp), ("udp", Protocol::Udp)]);
    let address = address(fields);
    let protocol = protocol.unwrap_or(Protocol::Tcp);
    Some(Kind::Listens(Listens { port: u16::try_from(port?).ok()?, protocol, address }))
}

fn address(fields: &mut Fields<'_, '_>) -> Option<Address> {
    let value = fields.find("address")?;
    let text = fields.source.text("address", value)?;
    let address = match text {
        "any" => Some(Address::Any),
        "loopback" => Some(Address::Loopback),
        _ => text.parse::<IpAddr>().ok().map(|address| Address::Exactly(address.to_canonical())),
    };
    if address.is_none() {
        let fix = "use \"any\", \"loopback\" or an IP address";
        fields.source.report(value.span(), format!("{text:?} is not an address"), fix);
    }
    address
}

pub(super) fn process(fields: &mut Fields<'_, '_>) -> Kind {
    let mut check = ProcessCheck {
        name: fields.find_text("name").map(str::to_owned),
        cwd: path(fields, "cwd", false),
        argument: fields.find_text("argument").map(str::to_owned),
        at_least: fields.find_count("at-least", 0..=MOST_PROCESSES),
        at_most: fields.find_count("at-most", 0..=MOST_PROCESSES),
    };
    if let Some(count) = fields.find_count("count", 1..=MOST_PROCESSES) {
        if check.at_least.is_some() || check.at_most.is_some() {
            let fix = "use count alone, or at-least and at-most";
            fields.source.report(fields.span(), "count cannot be combined with at-least or at-most", fix);
        }
        (check.at_least, check.at_most) = (Some(count), Some(count));
    }
    if let (Some(least), Some(most)) = (check.at_least, check.at_most)
        && least > most
    {
        fields.source.report(
            fields.span(),
            format!("at-least is {least}, but at-most is {most}"),
            "at-least must not exceed at-most",
        );
    }
    need_any(fields, "the processes", &["name", "cwd", "argument", "count", "at-least", "at-most"]);
    Kind::Process(check)
}

pub(super) fn account(fields: &mut Fields<'_, '_>) -> Kind {
    let check = AccountCheck {
        no_login: fields.find_flag("login", false),
        own: fields.find_flag("own", true),
        member_of_not: fields.find_words("member-of-not").iter().map(|word| (*word.get_ref()).to_owned()).collect(),
    };
    need_any(fields, "the account", &["login", "own", "member-of-not"]);
    Kind::Account(check)
}

pub(super) fn file(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let path = path(fields, "path", true);
    let exists = fields.find("exists").and_then(|value| fields.source.boolean("exists", value));
    let types = [("file", FileType::File), ("folder", FileType::Directory), ("link", FileType::Link)];
    let file_type = fields.find_choice("type", &types);
    let check = FileCheck {
        path: path?,
        absent: exists == Some(false),
        file_type,
        owner: fields.find_text("owner").map(str::to_owned),
        group: fields.find_text("group").map(str::to_owned),
        mode: mode(fields),
        contains: fields.find_text("contains").map(str::to_owned),
        unwritable: fields.find_flag("writable-by-service", false),
    };
    let nothing = FileCheck { path: check.path.clone(), absent: true, ..FileCheck::default() };
    if check.absent && check != nothing {
        let fix = "remove type, owner, group, mode, mode-at-most, contains and writable-by-service";
        fields.source.report(fields.span(), "exists = false cannot be combined with other requirements", fix);
    }
    Some(Kind::File(check))
}

fn mode(fields: &mut Fields<'_, '_>) -> Option<ModeRule> {
    let exactly = bits(fields, "mode").map(ModeRule::Is);
    let at_most = bits(fields, "mode-at-most").map(ModeRule::AtMost);
    if exactly.is_some() && at_most.is_some() {
        let fix = "remove one of them";
        fields.source.report(fields.span(), "mode and mode-at-most cannot be combined", fix);
    }
    exactly.or(at_most)
}

fn bits(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<u32> {
    let value = fields.find(key)?;
    let text = fields.source.text(key, value)?;
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    if !octal {
        let fix = "write three or four octal digits, as for chmod(1): \"0644\"";
        fields.source.report(value.span(), format!("{key} is {text:?}"), fix);
        return None;
    }
    u32::from_str_radix(text, 8).ok()
}

pub(super) fn journal(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let (contains, lacks) = (fields.find_text("contains"), fields.find_text("lacks"));
    let since = fields.find_choice("since", &[("invocation", Since::Invocation), ("boot", Since::Boot)]);
    let since = since.unwrap_or(Since::Invocation);
    let (text, lacks) = match (contains, lacks) {
        (Some(text), None) => (text, false),
        (None, Some(text)) => (text, true),
        _ => {
            let fix = "write contains = \"…\", or lacks = \"…\"";
            fields.source.report(fields.span(), "the check needs exactly one of contains and lacks", fix);
            return None;
        }
    };
    Some(Kind::Journal(JournalCheck { text: text.to_owned(), lacks, since }))
}

pub(super) fn command(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let value = fields.need("run");
    let run = value.and_then(|value| fields.source.words("run", value));
    if let (Some(value), Some([])) = (value, run.as_deref()) {
        fields.source.report(
            value.span(),
            "run is empty",
            "name the program and its arguments: [\"test\", \"-e\", \"/x\"]",
        );
    }
    let exit = fields.find_count("exit", 0..=255).unwrap_or(0);
    let stdout_contains = fields.find_text("stdout-contains").map(str::to_owned);
    let run_as = fields.find_choice("as", &[("root", RunAs::Root), ("learner", RunAs::Learner)]);
    let run_as = run_as.unwrap_or(RunAs::Root);
    let run = run?.iter().map(|word| (*word.get_ref()).to_owned()).collect();
    Some(Kind::Command(CommandCheck { run, exit: u8::try_from(exit).ok()?, stdout_contains, run_as }))
}

/// Reads an absolute path without `.`, `..` and empty parts.
fn path(fields: &mut Fields<'_, '_>, key: &'static str, needed: bool) -> Option<String> {
    let value = if needed { fields.need(key) } else { fields.find(key) }?;
    let text = fields.source.text(key, value)?;
    let parts = || text.split('/').skip(1);
    let is_plain = text.starts_with('/')
        && !text.contains('\0')
        && (text == "/" || parts().all(|part| !["", ".", ".."].contains(&part)));
    if !is_plain {
        let fix = "begin it with /, and remove `.`, `..`, `//` and a final slash";
        fields.source.report(value.span(), format!("{text:?} is not a plain absolute path"), fix);
        return None;
    }
    Some(text.to_owned())
}

fn need_any(fields: &mut Fields<'_, '_>, about: &str, keys: &[&str]) {
    if !fields.has_any(keys) {
        let fix = format!("give at least one of {}", keys.join(", "));
        fields.source.report(fields.span(), format!("the check has no expectation about {about}"), fix);
    }
}
