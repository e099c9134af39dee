//! `file`: type, owner, mode and text of a file, now and after a reboot; and whether the service can write it.

use super::command::quoted;
use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{
    Cause, Diagnosis, FileCheck, FileFact, FileType, Identity, Layer, ModeRule, Node, ProcessDetails, Search, Unknown,
    Verdict,
};

pub(super) fn judge(view: &UnitView, check: &FileCheck) -> Verdict {
    let path = &check.path;
    let mut finding = Finding::expecting(expected(check));
    let fact = match view.live(&ask::file(view.unit, path, check.contains.as_deref())) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    finding.show(Layer::File, format!("ls -ld {}", quoted(std::slice::from_ref(path))), described(fact));
    if let (Some(Search::Found { line, text }), Some(node)) = (&fact.search, &fact.node) {
        finding.show(Layer::File, format!("{}:{line}", node.path), text);
    }
    let mut wrong = faults(check, fact);
    if !wrong.is_empty() {
        return finding.failed(wrong.join("; "));
    }
    if check.unwritable {
        match writers(view, fact) {
            Err(unknown) => return finding.unknown(&unknown),
            Ok(found) => {
                finding.because(found.iter().map(|(_, cause)| cause.clone()));
                wrong.extend(found.into_iter().map(|(what, _)| what));
            }
        }
        if !wrong.is_empty() {
            wrong.dedup();
            return finding.failed(wrong.join("; "));
        }
    }
    if let Some(Search::Unread { why }) = &fact.search {
        return finding.unknown(&Unknown { reason: format!("{path} could not be read: {why}"), remedy: None });
    }
    let metadata = FileCheck { contains: None, ..check.clone() };
    let twin = view.twin(&ask::file(view.unit, path, None));
    let later = twin.map(|fact| faults(&metadata, fact)).unwrap_or_default();
    if !later.is_empty() {
        finding.because([Cause::GoneAfterReboot.because(format!("{path} is right now, but not after a boot: it is on a file system that is mounted by hand, or something creates it by hand.")).next_step(format!("findmnt -T {}", quoted(std::slice::from_ref(path))))]);
        return finding.failed(format!("right now, but after a reboot: {}", later.join("; ")));
    }
    finding.passed(described(fact))
}

fn expected(check: &FileCheck) -> String {
    let path = &check.path;
    if check.absent {
        return format!("nothing at {path}");
    }
    let mut parts = vec![format!("{} at {path}", check.file_type.map_or("something", FileType::described))];
    parts.extend(check.owner.as_ref().map(|owner| format!("owner {owner}")));
    parts.extend(check.group.as_ref().map(|group| format!("group {group}")));
    parts.extend(check.mode.map(|mode| match mode {
        ModeRule::Is(mode) => format!("mode {mode:04o}"),
        ModeRule::AtMost(mode) => format!("no permission beyond {mode:04o}"),
    }));
    parts.extend(check.contains.as_ref().map(|text| format!("containing \"{text}\"")));
    parts.extend(check.unwritable.then(|| "not writable by the service".to_owned()));
    parts.join(", ")
}

fn described(fact: &FileFact) -> String {
    match (&fact.node, fact.link.as_str()) {
        (None, "") => "no file there".into(),
        (None, target) => format!("a link to {target}, which does not exist"),
        (Some(node), link) => {
            let link = if link.is_empty() { String::new() } else { format!("a link to {link}: ") };
            format!("{link}{}, {}:{}, mode {:04o}", node.file_type.described(), owner(node), group(node), node.mode)
        }
    }
}

fn owner(node: &Node) -> String {
    if node.owner.is_empty() { node.uid.to_string() } else { node.owner.clone() }
}

fn group(node: &Node) -> String {
    if node.group.is_empty() { node.gid.to_string() } else { node.group.clone() }
}

/// What differs from the check, except write access.
fn faults(check: &FileCheck, fact: &FileFact) -> Vec<String> {
    let path = &check.path;
    let exists = fact.node.is_some() || !fact.link.is_empty();
    if check.absent {
        return if exists { vec![format!("{path} is {}", described(fact))] } else { vec![] };
    }
    let is_link = check.file_type == Some(FileType::Link);
    if is_link && fact.link.is_empty() {
        return vec![described(fact)];
    }
    let Some(node) = &fact.node else {
        // A dangling link still is a link. Owner, mode and text are those of its target.
        let link_alone = FileCheck { path: path.clone(), file_type: check.file_type, ..FileCheck::default() };
        return if is_link && *check == link_alone { vec![] } else { vec![described(fact)] };
    };
    let mut wrong = Vec::new();
    if !is_link && check.file_type.is_some_and(|wanted| wanted != node.file_type) {
        wrong.push(format!("it is {}", node.file_type.described()));
    }
    let differs = |wanted: &Option<String>, name: &str, number: u32| {
        wanted.as_ref().is_some_and(|wanted| wanted != name && wanted.parse() != Ok(number))
    };
    if differs(&check.owner, &node.owner, node.uid) {
        wrong.push(format!("its owner is {}", owner(node)));
    }
    if differs(&check.group, &node.group, node.gid) {
        wrong.push(format!("its group is {}", group(node)));
    }
    let mode_is_wrong = check.mode.is_some_and(|rule| match rule {
        ModeRule::Is(mode) => node.mode != mode,
        ModeRule::AtMost(mode) => node.mode & !mode != 0,
    });
    if mode_is_wrong {
        wrong.push(format!("its mode is {:04o}", node.mode));
    }
    match (&check.contains, &fact.search) {
        (Some(text), Some(Search::Absent)) => wrong.push(format!("it does not contain \"{text}\"")),
        (Some(text), Some(Search::NoText { what })) => {
            wrong.push(format!("it is {what}, and does not contain \"{text}\""));
        }
        _ => {}
    }
    wrong
}

/// Each way in which the service could write the file, with its cause.
fn writers(view: &UnitView, fact: &FileFact) -> Result<Vec<(String, Diagnosis)>, Unknown> {
    let (account, details) = (view.account()?, view.live(&ask::details(view.unit, None))?);
    let Some(node) = &fact.node else { return Ok(vec![]) };
    let mut identities: Vec<(&Identity, &str)> = match details.processes.as_slice() {
        [] => vec![(&account.identity, "")],
        // ProtectSystem= or ReadOnlyPaths= mount it read-only for the processes; the mode does not matter then.
        _ if fact.read_only == Some(true) => vec![],
        processes => processes.iter().map(|ProcessDetails { identity, .. }| (identity, "")).collect(),
    };
    let twin = view.twin_account().filter(|twin| twin.user != account.user);
    identities.extend(twin.map(|twin| (&twin.identity, " after a reboot")));
    let mut found: Vec<(String, Diagnosis)> = Vec::new();
    for (identity, when) in identities {
        if let Some((what, next)) = write_access(identity, node, &fact.directories)
            && !found.iter().any(|(other, _)| *other == format!("{what}{when}"))
        {
            let text = format!("{}{when}: {what}.", view.unit);
            found.push((format!("{what}{when}"), Cause::ServiceCanWrite.because(text).next_step(next)));
        }
    }
    Ok(found)
}

/// How the identity could change the file, by writing or replacing it, and how to prevent that.
fn write_access(identity: &Identity, node: &Node, directories: &[Node]) -> Option<(String, String)> {
    if identity.uid == Some(0) {
        return Some((
            "it runs as root, and root can write every file".into(),
            "set User= to a system account that only this service uses".into(),
        ));
    }
    if let Some(power) = identity.powers.first() {
        return Some((
            format!("it has {power}, with which it can write every file"),
            "remove AmbientCapabilities= from the unit, then sudo systemctl daemon-reload and restart it".into(),
        ));
    }
    let fix = |node: &Node| {
        let remove_acl = if node.acl.is_empty() { "" } else { "sudo setfacl -b {0} && " };
        format!("{remove_acl}sudo chown root:root {{0}} && sudo chmod go-w {{0}}")
            .replace("{0}", &quoted(std::slice::from_ref(&node.path)))
    };
    if let Some(by) = can_write(identity, node) {
        return Some((format!("it can write {} {by}", node.path), fix(node)));
    }
    let mut below = node;
    for directory in directories {
        // In a sticky directory, only the owner of the file or the directory may rename or remove it.
        let protected =
            directory.mode & 0o1000 != 0 && identity.uid != Some(below.uid) && identity.uid != Some(directory.uid);
        if let Some(by) = can_write(identity, directory).filter(|_| !protected) {
            let what = format!("it can replace {}, because it can write {} {by}", below.path, directory.path);
            return Some((what, fix(directory)));
        }
        below = directory;
    }
    None
}

/// Why the identity can write the file; none if it cannot. An owner can always chmod.
fn can_write(identity: &Identity, node: &Node) -> Option<&'static str> {
    let named = |wanted: bool, id: u32| node.acl.iter().filter(move |entry| entry.group == wanted && entry.id == id);
    if identity.uid == Some(node.uid) {
        return Some("as its owner");
    }
    // acl(5): an entry for the user decides; else the entries for its groups; else the mode bits.
    if let Some(entry) = identity.uid.and_then(|uid| named(false, uid).next()) {
        return entry.write.then_some("by its access control list (getfacl)");
    }
    let mut of_groups = identity.groups.iter().flat_map(|gid| named(true, *gid)).peekable();
    if of_groups.peek().is_some() {
        return of_groups.any(|entry| entry.write).then_some("by its access control list (getfacl)");
    }
    if identity.groups.contains(&node.gid) {
        (node.mode & 0o020 != 0).then_some("as a member of its group")
    } else {
        (node.mode & 0o002 != 0).then_some("as every user can")
    }
}
