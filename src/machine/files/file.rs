//! What is at a path: type, owner and mode, the directories above it, and whether a text is in it. Only regular files are
//! opened.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::model::{Content, FileFact, FileType, Node, Search, UnitFact, Unknown};

use crate::machine::accounts::passwd::{Accounts, Groups};
use crate::machine::files::acl;
use crate::machine::files::read::read;
use crate::machine::unknown::unknown_with_remedy;
use crate::machine::view::View;

/// No path that the kernel accepts is deeper.
const MAX_DEPTH: usize = 256;
/// Longer lines are cut to this many characters.
const MAX_LINE: usize = 300;

/// The file at a path. A dynamic user is in no file, so the unit's properties name it.
pub(crate) fn file(view: &View, path: &str, text: Option<&str>, unit: Option<&UnitFact>) -> Result<FileFact, Unknown> {
    let cannot = |error: &io::Error| unknown_with_remedy(format!("{path} cannot be examined: {error}"), "ask as root");
    let path = Path::new(path);
    let link = match view.symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => {
            view.read_link(path).map_err(|error| cannot(&error))?.to_string_lossy().into_owned()
        }
        Ok(_) => String::new(),
        Err(error) if is_absence(&error) => return Ok(FileFact::default()),
        Err(error) => return Err(cannot(&error)),
    };
    let (real, meta) = match view.canonicalize(path).and_then(|real| Ok((real.clone(), view.metadata(&real)?))) {
        Ok(found) => found,
        // A dangling link, or a loop of links.
        Err(error) if is_absence(&error) => return Ok(FileFact { link, ..FileFact::default() }),
        Err(error) => return Err(cannot(&error)),
    };
    let names = OwnerNames { view, accounts: Accounts::read(view), groups: Groups::read(view), unit };
    let above = real.ancestors().skip(1).take(MAX_DEPTH);
    let directories =
        above.filter_map(|directory| Some(names.node(directory, &view.metadata(directory).ok()?))).collect();
    let main: u32 = unit.map(|unit| unit.get("MainPID").parse().unwrap_or(0)).unwrap_or_default();
    let mounts = (main > 0).then(|| view.proc_text(&format!("{main}/mountinfo")).ok()).flatten();
    Ok(FileFact {
        link,
        node: Some(names.node(&real, &meta)),
        directories,
        search: text.map(|text| search(view, &real, text)),
        read_only: mounts.and_then(|mounts| read_only(&mounts, &real)),
    })
}

fn is_absence(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(Errno::from_io_error(error), Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG))
}

struct OwnerNames<'a> {
    view: &'a View,
    accounts: Accounts,
    groups: Groups,
    unit: Option<&'a UnitFact>,
}

impl OwnerNames<'_> {
    fn node(&self, path: &Path, meta: &Metadata) -> Node {
        let (uid, gid) = (meta.uid(), meta.gid());
        let dynamic = |name: &str, property: &str, number: u32| match self.unit {
            Some(unit) if name.is_empty() && unit.get("DynamicUser") == "yes" => {
                if unit.get(property).parse() == Ok(number) { unit.get("User").to_owned() } else { String::new() }
            }
            _ => name.to_owned(),
        };
        let what = meta.file_type();
        let file_type = if what.is_file() {
            FileType::File
        } else if what.is_dir() {
            FileType::Directory
        } else {
            FileType::Special
        };
        Node {
            path: path.to_string_lossy().into_owned(),
            file_type,
            uid,
            owner: dynamic(self.accounts.name(uid), "UID", uid),
            gid,
            group: dynamic(self.groups.name(gid), "GID", gid),
            mode: meta.mode() & 0o7777,
            acl: acl::read(self.view, path, gid),
        }
    }
}

fn search(view: &View, path: &Path, wanted: &str) -> Search {
    match read(view, path) {
        Content::Text { text, .. } => match text.find(wanted) {
            Some(at) => {
                let begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
                let line = text[begin..].lines().next().unwrap_or_default();
                let number = text[..at].bytes().filter(|byte| *byte == b'\n').count() + 1;
                Search::Found {
                    line: u32::try_from(number).unwrap_or(u32::MAX),
                    text: line.chars().take(MAX_LINE).collect(),
                }
            }
            None => Search::Absent,
        },
        Content::Empty => Search::Absent,
        Content::Masked => Search::NoText { what: "a device".into() },
        Content::TooLarge { bytes } => Search::Unread { why: format!("it is {bytes} bytes long, too long to be read") },
        Content::NotRegular { what } | Content::BadLink { what } => Search::NoText { what },
        Content::Unreadable { why } => Search::Unread { why },
    }
}

/// Whether the mount of a path is read-only, by a process's `mountinfo`; `None` if that file was cut.
fn read_only(mounts: &str, path: &Path) -> Option<bool> {
    let mount = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let separator = fields.iter().position(|field| *field == "-")?;
        let flags = [fields.get(5)?, fields.get(separator + 3)?];
        let read_only = flags.iter().any(|flags| flags.split(',').any(|flag| flag == "ro"));
        Some((PathBuf::from(unescape(fields.get(4)?)), read_only))
    };
    if !mounts.ends_with('\n') {
        return None;
    }
    let over = mounts.lines().filter_map(mount).filter(|(point, _)| path.starts_with(point));
    // The later of two mounts on one point covers the earlier; max_by_key takes the last of equals.
    over.max_by_key(|(point, _)| point.components().count()).map(|(_, read_only)| read_only)
}

/// `mountinfo` writes spaces in octal: `\040`.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (code, character)| text.replace(code, character))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use rustix::fs::{CWD, FileType as Kind, Mode, mknodat};

    use super::{FileFact, FileType, Search, View, file, read_only};

    fn look(path: &Path, text: Option<&str>) -> FileFact {
        file(&View::live(), path.to_str().unwrap(), text, None).unwrap()
    }

    #[test]
    fn special_files_are_reported_and_not_opened() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("text"), "one\ntwo words\n").unwrap();
        fs::set_permissions(at("text"), fs::Permissions::from_mode(0o4640)).unwrap();
        fs::write(at("empty"), "").unwrap();
        fs::File::create(at("gigabyte")).unwrap().set_len(1 << 30).unwrap();
        mknodat(CWD, at("fifo"), Kind::Fifo, Mode::RUSR, 0).unwrap();
        for (link, target) in [("good", "text"), ("dangling", "nowhere"), ("loop", "loop"), ("zero", "/dev/zero")] {
            symlink(target, at(link)).unwrap();
        }
        let found = |line, text: &str| Some(Search::Found { line, text: text.into() });
        for (name, file_type, link, search) in [
            ("text", Some(FileType::File), "", found(2, "two words")),
            ("empty", Some(FileType::File), "", Some(Search::Absent)),
            ("good", Some(FileType::File), "text", found(2, "two words")),
            ("dangling", None, "nowhere", None),
            ("loop", None, "loop", None),
            ("absent", None, "", None),
            ("text/below", None, "", None),
            (".", Some(FileType::Directory), "", Some(Search::NoText { what: "a directory".into() })),
            ("fifo", Some(FileType::Special), "", Some(Search::NoText { what: "a FIFO".into() })),
            ("zero", Some(FileType::Special), "/dev/zero", Some(Search::NoText { what: "a device".into() })),
        ] {
            let fact = look(&at(name), Some("words"));
            assert_eq!(fact.node.as_ref().map(|node| node.file_type), file_type, "{name}");
            assert_eq!((fact.link.as_str(), fact.search), (link, search), "{name}");
        }
        assert!(matches!(look(&at("gigabyte"), Some("x")).search, Some(Search::Unread { .. })));
        let fact = look(&at("good"), None);
        assert_eq!(fact.node.unwrap().mode, 0o4640);
        assert_eq!(fact.directories[0].path, dir.path().canonicalize().unwrap().to_str().unwrap());
        assert_eq!(fact.directories.last().unwrap().path, "/");
    }

    #[test]
    fn the_innermost_mount_decides() {
        let mounts = "\
22 1 0:20 / / ro,relatime shared:1 - ext4 /dev/x rw
23 22 0:21 / /var rw,nosuid shared:2 - ext4 /dev/y rw
24 23 0:22 / /var/with\\040blank ro - ext4 /dev/y rw
25 23 0:23 / /var/disc rw - iso9660 /dev/z ro
26 23 0:24 / /var rw - tmpfs tmpfs rw
";
        for (path, expected) in [
            ("/etc/x", Some(true)),
            ("/var/x", Some(false)),
            ("/variant", Some(true)),
            ("/var/with blank/x", Some(true)),
            ("/var/disc/x", Some(true)),
        ] {
            assert_eq!(read_only(mounts, Path::new(path)), expected, "{path}");
        }
        assert_eq!(read_only("cut", Path::new("/")), None);
    }
}
