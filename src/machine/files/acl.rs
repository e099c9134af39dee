//! The access control list of a file (acl(5)), which can permit what the mode does not. `ls -l` shows only a `+`.

use std::path::Path;

use crate::machine::view::View;
use crate::model::AclEntry;

/// The attribute that holds it, in the format of the kernel's `posix_acl_xattr.h`.
const ATTRIBUTE: &str = "system.posix_acl_access";
const VERSION: u32 = 2;
const USER: u16 = 0x02;
const OWNING_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const WRITE: u16 = 2;
/// Bytes; no file system takes a longer list.
const MAX_BYTES: usize = 64 << 10;

/// The entries for accounts and groups; empty without a list. `group` is the group that owns the file.
pub(crate) fn read(view: &View, path: &Path, group: u32) -> Vec<AclEntry> {
    parse(&view.xattr(path, ATTRIBUTE, MAX_BYTES).unwrap_or_default(), group)
}

/// The attribute is little-endian: the version, then tag, permissions and id of each entry.
fn parse(bytes: &[u8], group: u32) -> Vec<AclEntry> {
    let Some(entries) = bytes.strip_prefix(&VERSION.to_le_bytes()) else { return Vec::new() };
    let entries: Vec<(u16, u16, u32)> = entries
        .chunks_exact(8)
        .map(|entry| {
            let short = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
            (short(0), short(2), u32::from_le_bytes([entry[4], entry[5], entry[6], entry[7]]))
        })
        .collect();
    let mask = entries.iter().find(|(tag, ..)| *tag == MASK).map_or(u16::MAX, |(_, permissions, _)| *permissions);
    let entry = |(tag, permissions, id): &(u16, u16, u32)| {
        let write = permissions & mask & WRITE != 0;
        match *tag {
            USER => Some(AclEntry { group: false, id: *id, write }),
            GROUP => Some(AclEntry { group: true, id: *id, write }),
            OWNING_GROUP => Some(AclEntry { group: true, id: group, write }),
            _ => None,
        }
    };
    entries.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::{AclEntry, GROUP, MASK, OWNING_GROUP, USER, VERSION, parse};

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let entry = |(tag, permissions, id): &(u16, u16, u32)| {
            [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        VERSION.to_le_bytes().into_iter().chain(entries.iter().flat_map(entry)).collect()
    }

    #[test]
    fn the_mask_limits_named_entries() {
        let named = |mask| {
            list(&[(1, 6, u32::MAX), (USER, 6, 5), (OWNING_GROUP, 4, u32::MAX), (GROUP, 6, 9), (MASK, mask, u32::MAX)])
        };
        let expected = |write| {
            let entry = |group, id, write| AclEntry { group, id, write };
            vec![entry(false, 5, write), entry(true, 7, false), entry(true, 9, write)]
        };
        assert_eq!(parse(&named(6), 7), expected(true));
        assert_eq!(parse(&named(4), 7), expected(false));
    }

    #[test]
    fn a_malformed_list_has_no_entries() {
        assert_eq!(parse(&[], 7), []);
        assert_eq!(parse(&[9, 0, 0, 0, 2, 0, 6, 0, 5, 0, 0, 0], 7), []);
        assert_eq!(parse(&list(&[(USER, 6, 5)])[..9], 7), []);
    }
}
