//! What permission bits let somebody do: owner, group, others, in this order and no other (`path_resolution(7)`).

use crate::model::{Identity, Node};

/// Search for a folder, execution for a file.
pub(crate) const EXECUTE: u32 = 0o1;
pub(crate) const WRITE: u32 = 0o2;
pub(crate) const READ: u32 = 0o4;

/// Whether the bits give somebody this access. Root reads and writes what it likes, and executes what anybody may.
pub(crate) fn may(identity: &Identity, node: &Node, access: u32) -> bool {
    if identity.uid == Some(0) {
        return access != EXECUTE || node.mode & 0o111 != 0 || is_folder(node);
    }
    if !node.acl.is_empty() {
        // An access control list may say otherwise than the bits, so they prove nothing.
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

/// The first folder on the way, from the root on, that somebody may not enter. `folders` are told the nearest first.
pub(crate) fn closed<'a>(identity: &Identity, folders: &'a [Node]) -> Option<&'a Node> {
    folders.iter().rev().find(|folder| !may(identity, folder, EXECUTE))
}

/// `owner root, group www, mode 0640`.
pub(crate) fn bits(node: &Node) -> String {
    let or = |name: &str, number: u32| if name.is_empty() { number.to_string() } else { name.to_owned() };
    format!("owner {}, group {}, mode {:04o}", or(&node.owner, node.uid), or(&node.group, node.gid), node.mode)
}

fn is_folder(node: &Node) -> bool {
    node.file_type == crate::model::FileType::Folder
}

#[cfg(test)]
mod tests {
    use super::{EXECUTE, READ, WRITE, bits, closed, may};
    use crate::model::{FileType, Identity, Node};

    fn node(path: &str, uid: u32, gid: u32, mode: u32) -> Node {
        let (owner, group) = (String::new(), "www".into());
        Node { path: path.into(), file_type: FileType::File, uid, owner, gid, group, mode, acl: vec![] }
    }

    #[test]
    fn the_first_that_fits_decides() {
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
        let way = [node("/a/b", 0, 0, 0o700), node("/a", 0, 0, 0o711), node("/", 0, 0, 0o755)];
        assert_eq!(closed(&of(7, &[7]), &way).map(|node| node.path.as_str()), Some("/a/b"));
        assert_eq!(closed(&of(0, &[0]), &way), None);
        assert_eq!(bits(&node("/x", 7, 9, 0o640)), "owner 7, group www, mode 0640");
    }
}
