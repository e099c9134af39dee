//! Reads the keys of the check kinds about the machine: `listens`, `process`, `account`, `file`, `journal`, `command`.
//!
//! Errors are reported at their place; the returned value is not used then.

use std::net::IpAddr;

use crate::model::{
    AccountCheck, Address, CommandCheck, FileCheck, FileType, JournalCheck, Kind, Listens, ModeRule, ProcessCheck,
    Protocol, RunAs, Since,
};

use super::error::did_you_mean;
use super::fields::Fields;

/// No service has more processes than this.
const MOST_PROCESSES: u32 = 100_000;

pub(super) fn listens(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let port = fields.need_count("port", 1..=u32::from(u16::MAX));
    let protocol = match fields.find_one_of("protocol", &["tcp", "udp"]) {
        Some("udp") => Protocol::Udp,
        _ => Protocol::Tcp,
    };
    let address = address(fields);
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
        let mend = did_you_mean(text, &["any", "loopback"]) + " or an IP address";
        fields.source.fault(value.span(), format!("{text:?} is no address"), mend);
    }
    address
}

pub(super) fn process(fields: &mut Fields<'_, '_>) -> Kind {
    let mut demand = ProcessCheck {
        name: fields.find_text("name").map(str::to_owned),
        cwd: path(fields, "cwd", false),
        argument: fields.find_text("argument").map(str::to_owned),
        at_least: fields.find_count("at-least", 0..=MOST_PROCESSES),
        at_most: fields.find_count("at-most", 0..=MOST_PROCESSES),
    };
    if let Some(count) = fields.find_count("count", 1..=MOST_PROCESSES) {
        if demand.at_least.is_some() || demand.at_most.is_some() {
            let mend = "give either count, or at-least and at-most";
            fields.source.fault(
                fields.span(),
                "the check says more than one thing about the number of processes",
                mend,
            );
        }
        (demand.at_least, demand.at_most) = (Some(count), Some(count));
    }
    if let (Some(least), Some(most)) = (demand.at_least, demand.at_most)
        && least > most
    {
        fields.source.fault(fields.span(), format!("no number is at least {least} and at most {most}"), "");
    }
    says_something(fields, "the processes", &["name", "cwd", "argument", "count", "at-least", "at-most"]);
    Kind::Process(demand)
}

pub(super) fn account(fields: &mut Fields<'_, '_>) -> Kind {
    let demand = AccountCheck {
        no_login: fields.find_flag("login", false),
        own: fields.find_flag("own", true),
        member_of_not: fields.find_words("member-of-not").iter().map(|word| (*word.get_ref()).to_owned()).collect(),
    };
    says_something(fields, "the account", &["login", "own", "member-of-not"]);
    Kind::Account(demand)
}

pub(super) fn file(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let path = path(fields, "path", true);
    let exists = fields.find("exists").and_then(|value| fields.source.boolean("exists", value));
    let file_type = match fields.find_one_of("type", &["file", "folder", "link"]) {
        Some("file") => Some(FileType::File),
        Some("folder") => Some(FileType::Folder),
        Some("link") => Some(FileType::Link),
        _ => None,
    };
    let demand = FileCheck {
        path: path?,
        absent: exists == Some(false),
        file_type,
        owner: fields.find_text("owner").map(str::to_owned),
        group: fields.find_text("group").map(str::to_owned),
        mode: mode(fields),
        contains: fields.find_text("contains").map(str::to_owned),
        unwritable: fields.find_flag("writable-by-service", false),
    };
    let nothing = FileCheck { path: demand.path.clone(), absent: true, ..FileCheck::default() };
    if demand.absent && demand != nothing {
        let mend = "leave out type, owner, group, mode, contains and writable-by-service";
        fields.source.fault(fields.span(), "what must not exist has no properties", mend);
    }
    Some(Kind::File(demand))
}

fn mode(fields: &mut Fields<'_, '_>) -> Option<ModeRule> {
    let exactly = bits(fields, "mode").map(ModeRule::Is);
    let at_most = bits(fields, "mode-at-most").map(ModeRule::AtMost);
    if exactly.is_some() && at_most.is_some() {
        let mend = "give either mode or mode-at-most";
        fields.source.fault(fields.span(), "the check says more than one thing about the mode", mend);
    }
    exactly.or(at_most)
}

fn bits(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<u32> {
    let value = fields.find(key)?;
    let text = fields.source.text(key, value)?;
    let octal = (3..=4).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    if !octal {
        let mend = "write three or four octal digits as chmod takes them: \"0644\"";
        fields.source.fault(value.span(), format!("{key} is {text:?}"), mend);
        return None;
    }
    u32::from_str_radix(text, 8).ok()
}

pub(super) fn journal(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let (contains, lacks) = (fields.find_text("contains"), fields.find_text("lacks"));
    let since = match fields.find_one_of("since", &["invocation", "boot"]) {
        Some("boot") => Since::Boot,
        _ => Since::Invocation,
    };
    let (text, lacks) = match (contains, lacks) {
        (Some(text), None) => (text, false),
        (None, Some(text)) => (text, true),
        _ => {
            let mend = "give either contains = \"…\" or lacks = \"…\"";
            fields.source.fault(fields.span(), "the check does not say what the journal must or must not have", mend);
            return None;
        }
    };
    Some(Kind::Journal(JournalCheck { text: text.to_owned(), lacks, since }))
}

pub(super) fn command(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let value = fields.need("run");
    let run = value.and_then(|value| fields.source.words("run", value));
    if let (Some(value), Some([])) = (value, run.as_deref()) {
        fields.source.fault(
            value.span(),
            "run is empty",
            "name the program and its arguments: [\"test\", \"-e\", \"/x\"]",
        );
    }
    let exit = fields.find_count("exit", 0..=255).unwrap_or(0);
    let stdout_contains = fields.find_text("stdout-contains").map(str::to_owned);
    let run_as = match fields.find_one_of("as", &["root", "learner"]) {
        Some("learner") => RunAs::Learner,
        _ => RunAs::Root,
    };
    let run = run?.iter().map(|word| (*word.get_ref()).to_owned()).collect();
    Some(Kind::Command(CommandCheck { run, exit: u8::try_from(exit).ok()?, stdout_contains, run_as }))
}

/// An absolute path without detours, so that it says where the thing is.
fn path(fields: &mut Fields<'_, '_>, key: &'static str, needed: bool) -> Option<String> {
    let value = if needed { fields.need(key) } else { fields.find(key) }?;
    let text = fields.source.text(key, value)?;
    let parts = || text.split('/').skip(1);
    let straight = text.starts_with('/')
        && !text.contains('\0')
        && (text == "/" || parts().all(|part| !["", ".", ".."].contains(&part)));
    if !straight {
        let mend = "write it from / on, without .., // or a slash at the end";
        fields.source.fault(value.span(), format!("{text:?} is no absolute path"), mend);
        return None;
    }
    Some(text.to_owned())
}

fn says_something(fields: &mut Fields<'_, '_>, about: &str, keys: &[&str]) {
    if !fields.has_any(keys) {
        let mend = format!("give at least one of {}", keys.join(", "));
        fields.source.fault(fields.span(), format!("the check says nothing about {about}"), mend);
    }
}
