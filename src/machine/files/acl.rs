//! The access control list of a file (acl(5)): `ls -l` shows it as a mere `+`, and it may let somebody write whom the mode
//! keeps out.

use std::path::Path;

use crate::machine::view::View;
use crate::model::AclEntry;

/// Where the kernel keeps it, in the form of its `posix_acl_xattr.h`.
const NAME: &str = "system.posix_acl_access";
const VERSION: u32 = 2;
const USER: u16 = 0x02;
const OWNING_GROUP: u16 = 0x04;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;
const WRITE: u16 = 2;
/// More entries than any file system takes.
const LONGEST: usize = 64 << 10;

/// What it says of accounts and groups; nothing where there is none. `group` is the file's own.
pub(crate) fn read(view: &View, path: &Path, group: u32) -> Vec<AclEntry> {
    parse(&view.xattr(path, NAME, LONGEST).unwrap_or_default(), group)
}

/// Little-endian on every machine: the version, then tag, permissions and number of each entry.
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
    let told = |(tag, permissions, id): &(u16, u16, u32)| {
        let write = permissions & mask & WRITE != 0;
        match *tag {
            USER => Some(AclEntry { group: false, id: *id, write }),
            GROUP => Some(AclEntry { group: true, id: *id, write }),
            OWNING_GROUP => Some(AclEntry { group: true, id: group, write }),
            _ => None,
        }
    };
    entries.iter().filter_map(told).collect()
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
    fn the_mask_takes_from_what_is_named() {
        let named = |mask| {
            list(&[(1, 6, u32::MAX), (USER, 6, 5), (OWNING_GROUP, 4, u32::MAX), (GROUP, 6, 9), (MASK, mask, u32::MAX)])
        };
        let told = |write| {
            let entry = |group, id, write| AclEntry { group, id, write };
            vec![entry(false, 5, write), entry(true, 7, false), entry(true, 9, write)]
        };
        assert_eq!(parse(&named(6), 7), told(true));
        assert_eq!(parse(&named(4), 7), told(false));
    }

    #[test]
    fn what_is_no_list_says_nothing() {
        assert_eq!(parse(&[], 7), []);
        assert_eq!(parse(&[9, 0, 0, 0, 2, 0, 6, 0, 5, 0, 0, 0], 7), []);
        assert_eq!(parse(&list(&[(USER, 6, 5)])[..9], 7), []);
    }
}
