//! What file modes allow a user to do. The first class that matches decides: owner, group, others; see `path_resolution(7)`.

use crate::model::{Identity, Node};

/// For a directory: search.
pub(crate) const EXECUTE: u32 = 0o1;
pub(crate) const WRITE: u32 = 0o2;
pub(crate) const READ: u32 = 0o4;

/// Whether the mode allows the access. Root may read and write everything, and execute a file with any x bit.
pub(crate) fn may(identity: &Identity, node: &Node, access: u32) -> bool {
    if identity.uid == Some(0) {
        return access != EXECUTE || node.mode & 0o111 != 0 || is_directory(node);
    }
    if !node.acl.is_empty() {
        // An access control list may allow what the mode denies, so the mode proves nothing.
        return true;
    }
    let shift = if identity.uid == Some(node.uid) {
        6
    } else if identity.groups.contains(&node.gid) {
        3
    } else {
        0
    };
    (node.mode >> shift) & access == access
}

/// The first directory on the way from `/` that the user may not enter. `directories` begins with the innermost.
pub(crate) fn closed_directory<'a>(identity: &Identity, directories: &'a [Node]) -> Option<&'a Node> {
    directories.iter().rev().find(|directory| !may(identity, directory, EXECUTE))
}

/// `owner root, group www, mode 0640`.
pub(crate) fn ownership(node: &Node) -> String {
    let name_or_number = |name: &str, number: u32| if name.is_empty() { number.to_string() } else { name.to_owned() };
    format!(
        "owner {}, group {}, mode {:04o}",
        name_or_number(&node.owner, node.uid),
        name_or_number(&node.group, node.gid),
        node.mode
    )
}

fn is_directory(node: &Node) -> bool {
    node.file_type == crate::model::FileType::Directory
}

#[cfg(test)]
mod tests {
    use super::{EXECUTE, READ, WRITE, closed_directory, may, ownership};
    use crate::model::{FileType, Identity, Node};

    fn node(path: &str, uid: u32, gid: u32, mode: u32) -> Node {
        let (owner, group) = (String::new(), "www".into());
        Node { path: path.into(), file_type: FileType::File, uid, owner, gid, group, mode, acl: vec![] }
    }

    #[test]
    fn the_first_matching_class_decides() {
        let of = |uid, groups: &[u32]| Identity { uid: Some(uid), groups: groups.to_vec(), powers: vec![] };
        for (identity, mode, access, expected) in [
            (of(7, &[7]), 0o600, READ, true),
            (of(7, &[7]), 0o077, READ, false),
            (of(8, &[9]), 0o640, READ, true),
            (of(8, &[9]), 0o604, READ, false),
            (of(8, &[8]), 0o604, READ, true),
            (of(8, &[8]), 0o604, WRITE, false),
            (of(0, &[0]), 0o000, WRITE, true),
            (of(0, &[0]), 0o644, EXECUTE, false),
            (of(0, &[0]), 0o744, EXECUTE, true),
        ] {
            assert_eq!(may(&identity, &node("/x", 7, 9, mode), access), expected, "{identity:?} {mode:o}");
        }
        let directories = [node("/a/b", 0, 0, 0o700), node("/a", 0, 0, 0o711), node("/", 0, 0, 0o755)];
        assert_eq!(closed_directory(&of(7, &[7]), &directories).map(|node| node.path.as_str()), Some("/a/b"));
        assert_eq!(closed_directory(&of(0, &[0]), &directories), None);
        assert_eq!(ownership(&node("/x", 7, 9, 0o640)), "owner 7, group www, mode 0640");
    }
}
