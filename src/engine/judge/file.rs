//! `file`: what is at a path is as it should be, now and after a reboot; and the service itself cannot write it.

use super::command::quoted;
use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{
    Cause, Diagnosis, FileCheck, FileFact, FileType, Identity, Layer, ModeRule, Node, ProcessDetails, Search, Unknown,
    Verdict,
};

pub(super) fn judge(view: &UnitView, demand: &FileCheck) -> Verdict {
    let path = &demand.path;
    let mut finding = Finding::expecting(expected(demand));
    let fact = match view.live(&ask::file(view.unit, path, demand.contains.as_deref())) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    finding.show(Layer::File, format!("ls -ld {}", quoted(std::slice::from_ref(path))), described(fact));
    if let (Some(Search::Found { line, text }), Some(node)) = (&fact.search, &fact.node) {
        finding.show(Layer::File, format!("{}:{line}", node.path), text);
    }
    let mut wrong = faults(demand, fact);
    if !wrong.is_empty() {
        return finding.failed(wrong.join("; "));
    }
    if demand.unwritable {
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
    let metadata = FileCheck { contains: None, ..demand.clone() };
    let reborn = view.twin(&ask::file(view.unit, path, None));
    let later = reborn.map(|fact| faults(&metadata, fact)).unwrap_or_default();
    if !later.is_empty() {
        finding.because([Cause::GoneAfterReboot.because(format!("{path} is as it should be now, but not on the disk that a boot reads: it lies on something that is mounted, or is made by hand anew.")).next_step(format!("findmnt -T {}", quoted(std::slice::from_ref(path))))]);
        return finding.failed(format!("right now, but after a reboot: {}", later.join("; ")));
    }
    finding.passed(described(fact))
}

fn expected(demand: &FileCheck) -> String {
    let path = &demand.path;
    if demand.absent {
        return format!("nothing at {path}");
    }
    let mut parts = vec![format!("{} at {path}", demand.file_type.map_or("something", FileType::described))];
    parts.extend(demand.owner.as_ref().map(|owner| format!("owner {owner}")));
    parts.extend(demand.group.as_ref().map(|group| format!("group {group}")));
    parts.extend(demand.mode.map(|mode| match mode {
        ModeRule::Is(mode) => format!("mode {mode:04o}"),
        ModeRule::AtMost(mode) => format!("no permission beyond {mode:04o}"),
    }));
    parts.extend(demand.contains.as_ref().map(|text| format!("with \"{text}\" in it")));
    parts.extend(demand.unwritable.then(|| "that the service cannot write".to_owned()));
    parts.join(", ")
}

fn described(fact: &FileFact) -> String {
    match (&fact.node, fact.link.as_str()) {
        (None, "") => "nothing is there".into(),
        (None, target) => format!("a link to {target}, where nothing is"),
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

/// What differs from the demand, apart from who can write it.
fn faults(demand: &FileCheck, fact: &FileFact) -> Vec<String> {
    let path = &demand.path;
    let is_there = fact.node.is_some() || !fact.link.is_empty();
    if demand.absent {
        return if is_there { vec![format!("at {path} is {}", described(fact))] } else { vec![] };
    }
    let is_link = demand.file_type == Some(FileType::Link);
    if is_link && fact.link.is_empty() {
        return vec![described(fact)];
    }
    let Some(node) = &fact.node else {
        // A link is there even where what it leads to is not; owner, mode and text are those of its end.
        let link_alone = FileCheck { path: path.clone(), file_type: demand.file_type, ..FileCheck::default() };
        return if is_link && *demand == link_alone { vec![] } else { vec![described(fact)] };
    };
    let mut wrong = Vec::new();
    if !is_link && demand.file_type.is_some_and(|wanted| wanted != node.file_type) {
        wrong.push(format!("it is {}", node.file_type.described()));
    }
    let differs = |wanted: &Option<String>, name: &str, number: u32| {
        wanted.as_ref().is_some_and(|wanted| wanted != name && wanted.parse() != Ok(number))
    };
    if differs(&demand.owner, &node.owner, node.uid) {
        wrong.push(format!("its owner is {}", owner(node)));
    }
    if differs(&demand.group, &node.group, node.gid) {
        wrong.push(format!("its group is {}", group(node)));
    }
    let mode_is_wrong = demand.mode.is_some_and(|demand| match demand {
        ModeRule::Is(mode) => node.mode != mode,
        ModeRule::AtMost(mode) => node.mode & !mode != 0,
    });
    if mode_is_wrong {
        wrong.push(format!("its mode is {:04o}", node.mode));
    }
    match (&demand.contains, &fact.search) {
        (Some(text), Some(Search::Absent)) => wrong.push(format!("\"{text}\" is not in it")),
        (Some(text), Some(Search::NoText { what })) => wrong.push(format!("it is {what}, and \"{text}\" is not in it")),
        _ => {}
    }
    wrong
}

/// In how many ways the service could write the file.
fn writers(view: &UnitView, fact: &FileFact) -> Result<Vec<(String, Diagnosis)>, Unknown> {
    let (account, details) = (view.account()?, view.live(&ask::details(view.unit, None))?);
    let Some(node) = &fact.node else { return Ok(vec![]) };
    let mut identities: Vec<(&Identity, &str)> = match details.processes.as_slice() {
        [] => vec![(&account.identity, "")],
        // For its processes it is mounted read-only, whatever the bits say: ProtectSystem=, ReadOnlyPaths=.
        _ if fact.read_only == Some(true) => vec![],
        processes => processes.iter().map(|ProcessDetails { identity, .. }| (identity, "")).collect(),
    };
    let reborn = view.rebooted_account().filter(|reborn| reborn.user != account.user);
    identities.extend(reborn.map(|reborn| (&reborn.identity, " after a reboot")));
    let mut found: Vec<(String, Diagnosis)> = Vec::new();
    for (identity, when) in identities {
        if let Some((what, next)) = way_in(identity, node, &fact.folders)
            && !found.iter().any(|(other, _)| *other == format!("{what}{when}"))
        {
            let text = format!("{}{when}: {what}.", view.unit);
            found.push((format!("{what}{when}"), Cause::ServiceCanWrite.because(text).next_step(next)));
        }
    }
    Ok(found)
}

/// How somebody could change what is at a path: by writing it, or by putting another in its place.
fn way_in(identity: &Identity, node: &Node, folders: &[Node]) -> Option<(String, String)> {
    if identity.uid == Some(0) {
        return Some((
            "it runs as root, and root can write everything".into(),
            "give it an account of its own: User=".into(),
        ));
    }
    if let Some(power) = identity.powers.first() {
        return Some((
            format!("it has {power}, which makes it free to write any file"),
            "take AmbientCapabilities= out of the unit, then sudo systemctl daemon-reload and restart it".into(),
        ));
    }
    let mend = |node: &Node| {
        let drop_list = if node.acl.is_empty() { "" } else { "sudo setfacl -b {0} && " };
        format!("{drop_list}sudo chown root:root {{0}} && sudo chmod go-w {{0}}")
            .replace("{0}", &quoted(std::slice::from_ref(&node.path)))
    };
    if let Some(by) = can_write(identity, node) {
        return Some((format!("it can write {} {by}", node.path), mend(node)));
    }
    let mut below = node;
    for folder in folders {
        // In a sticky folder only the owners may rename and remove.
        let protected =
            folder.mode & 0o1000 != 0 && identity.uid != Some(below.uid) && identity.uid != Some(folder.uid);
        if let Some(by) = can_write(identity, folder).filter(|_| !protected) {
            let what =
                format!("it can put another in the place of {}, for it can write {} {by}", below.path, folder.path);
            return Some((what, mend(folder)));
        }
        below = folder;
    }
    None
}

/// By which right, if by any. An owner without the bit can give it to itself.
fn can_write(identity: &Identity, node: &Node) -> Option<&'static str> {
    let named = |wanted: bool, id: u32| node.acl.iter().filter(move |entry| entry.group == wanted && entry.id == id);
    if identity.uid == Some(node.uid) {
        return Some("as its owner");
    }
    // acl(5): an entry for the account is the last word, then any of those for its groups, then everybody's bits.
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
        (node.mode & 0o002 != 0).then_some("as anybody can")
    }
}
