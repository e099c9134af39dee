//! Reading a file that anybody may have put there: bounded in time and memory, whatever it is.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;

use crate::model::Content;

/// No unit file of a person is longer.
pub(crate) const LONGEST: u64 = 1 << 20;

/// Looks what a path is, links followed, and reads it if it is a regular file of a sensible size.
pub(crate) fn read(path: &Path) -> Content {
    // Opening is already too much for a FIFO or a device (a watchdog would start), so look first; and look again at
    // what was opened, for it may have been exchanged.
    let looked = std::fs::metadata(path);
    let result = looked.and_then(|meta| match kind(&meta) {
        Some(content) => Ok(content),
        None => read_regular(path),
    });
    result.unwrap_or_else(|error| failure(path, &error))
}

fn read_regular(path: &Path) -> io::Result<Content> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    if let Some(content) = kind(&file.metadata()?) {
        return Ok(content);
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Ok(Content::TooLarge { bytes: bytes.len() as u64 });
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Content::Text { text, lossy: false },
        Err(error) => Content::Text { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), lossy: true },
    })
}

/// What a file is without reading it; none for a regular one worth reading.
fn kind(meta: &Metadata) -> Option<Content> {
    const NULL_DEVICE: u64 = device(1, 3);
    let what = meta.file_type();
    let named = if what.is_file() {
        return match meta.size() {
            0 => Some(Content::Empty),
            bytes if bytes > LONGEST => Some(Content::TooLarge { bytes }),
            _ => None,
        };
    } else if what.is_char_device() && meta.rdev() == NULL_DEVICE {
        return Some(Content::Masked);
    } else if what.is_dir() {
        "a folder"
    } else if what.is_fifo() {
        "a FIFO"
    } else if what.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Some(Content::NotRegular { what: named.to_owned() })
}

/// `makedev` for small numbers, where it is the same on every Linux.
const fn device(major: u64, minor: u64) -> u64 {
    major << 8 | minor
}

fn failure(path: &Path, error: &io::Error) -> Content {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    match Errno::from_io_error(error) {
        Some(Errno::LOOP) => Content::BadLink { what: "a loop of links".into() },
        Some(Errno::NOENT | Errno::NOTDIR) if is_link => Content::BadLink { what: "a link to a missing file".into() },
        _ => Content::Unreadable { why: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::{Content, LONGEST, read};

    fn not_regular(what: &str) -> Content {
        Content::NotRegular { what: what.into() }
    }

    fn bad_link(what: &str) -> Content {
        Content::BadLink { what: what.into() }
    }

    #[test]
    fn whatever_it_is_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("text"), "[Unit]\n").unwrap();
        fs::write(at("bytes"), b"A=\xff\n").unwrap();
        fs::write(at("empty"), "").unwrap();
        fs::File::create(at("gigabyte")).unwrap().set_len(1 << 30).unwrap();
        let longest = "x".repeat(usize::try_from(LONGEST).unwrap());
        fs::write(at("longest"), &longest).unwrap();
        mknodat(CWD, at("fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        for (link, target) in [
            ("null", "/dev/null"),
            ("zero", "/dev/zero"),
            ("loop", "loop"),
            ("dangling", "nowhere"),
            ("to-fifo", "fifo"),
            ("to-text", "text"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        for (name, content) in [
            ("text", Content::Text { text: "[Unit]\n".into(), lossy: false }),
            ("to-text", Content::Text { text: "[Unit]\n".into(), lossy: false }),
            ("bytes", Content::Text { text: "A=\u{fffd}\n".into(), lossy: true }),
            ("empty", Content::Empty),
            ("null", Content::Masked),
            ("zero", not_regular("a device")),
            ("gigabyte", Content::TooLarge { bytes: 1 << 30 }),
            ("longest", Content::Text { text: longest, lossy: false }),
            ("fifo", not_regular("a FIFO")),
            ("to-fifo", not_regular("a FIFO")),
            ("socket", not_regular("a socket")),
            (".", not_regular("a folder")),
            ("loop", bad_link("a loop of links")),
            ("dangling", bad_link("a link to a missing file")),
        ] {
            assert_eq!(read(&at(name)), content, "{name}");
        }
        assert!(matches!(read(&at("absent")), Content::Unreadable { .. }));
    }
}
