//! Reads an untrusted file, bounded in time and memory.

use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use rustix::io::Errno;

use crate::machine::view::View;
use crate::model::Content;

/// Bytes; longer files are not read.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

/// Follows links, and reads what it finds if that is a regular file of at most `MAX_BYTES` bytes.
pub(crate) fn read(view: &View, path: &Path) -> Content {
    // Opening a device can have effects (a watchdog starts), so check the type first; and check what was opened, since
    // it may have been replaced.
    let result = view.metadata(path).and_then(|meta| match content_by_metadata(&meta) {
        Some(content) => Ok(content),
        None => read_regular(view, path),
    });
    result.unwrap_or_else(|error| content_of_error(view, path, &error))
}

fn read_regular(view: &View, path: &Path) -> io::Result<Content> {
    let file = view.open(path)?;
    let meta = file.metadata()?;
    if let Some(content) = content_by_metadata(&meta) {
        return Ok(content);
    }
    // One byte more than its size shows its end.
    let mut bytes = Vec::with_capacity(usize::try_from(meta.size()).unwrap_or_default() + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Ok(Content::TooLarge { bytes: bytes.len() as u64 });
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Content::Text { text, lossy: false },
        Err(error) => Content::Text { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), lossy: true },
    })
}

/// What a file is, by its metadata alone; `None` for a regular file that has to be read.
fn content_by_metadata(meta: &Metadata) -> Option<Content> {
    const NULL_DEVICE: u64 = device(1, 3);
    let what = meta.file_type();
    let named = if what.is_file() {
        return match meta.size() {
            0 => Some(Content::Empty),
            bytes if bytes > MAX_BYTES => Some(Content::TooLarge { bytes }),
            _ => None,
        };
    } else if what.is_char_device() && meta.rdev() == NULL_DEVICE {
        return Some(Content::Masked);
    } else if what.is_dir() {
        "a directory"
    } else if what.is_fifo() {
        "a FIFO"
    } else if what.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Some(Content::NotRegular { what: named.to_owned() })
}

/// makedev(3) for small numbers.
const fn device(major: u64, minor: u64) -> u64 {
    major << 8 | minor
}

fn content_of_error(view: &View, path: &Path, error: &io::Error) -> Content {
    let is_link = view.symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
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

    use super::{Content, MAX_BYTES, View, read};

    fn not_regular(what: &str) -> Content {
        Content::NotRegular { what: what.into() }
    }

    fn bad_link(what: &str) -> Content {
        Content::BadLink { what: what.into() }
    }

    #[test]
    fn special_files_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("text"), "[Unit]\n").unwrap();
        fs::write(at("bytes"), b"A=\xff\n").unwrap();
        fs::write(at("empty"), "").unwrap();
        fs::File::create(at("gigabyte")).unwrap().set_len(1 << 30).unwrap();
        let longest = "x".repeat(usize::try_from(MAX_BYTES).unwrap());
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
            (".", not_regular("a directory")),
            ("loop", bad_link("a loop of links")),
            ("dangling", bad_link("a link to a missing file")),
        ] {
            assert_eq!(read(&View::live(), &at(name)), content, "{name}");
        }
        assert!(matches!(read(&View::live(), &at("absent")), Content::Unreadable { .. }));
    }
}
