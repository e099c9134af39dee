//! Paths in messages about a denied permission (`EACCES` of errno(3)) or a read-only file system (`EROFS`). They are
//! candidates: the file system has to confirm them.

/// The texts of strerror(3), and those of Go.
const DENIED: [&str; 2] = ["Permission denied", "permission denied"];
const READ_ONLY: [&str; 2] = ["Read-only file system", "read-only file system"];
/// Quotation marks around a path.
const QUOTES: [char; 5] = ['\'', '"', '`', '‘', '’'];
/// More paths are not reported.
const MAX_PATHS: usize = 8;

/// A line reports a denied permission.
pub(crate) fn reports_denied_permission(messages: &[String]) -> bool {
    messages.iter().any(|line| DENIED.iter().any(|words| line.contains(words)))
}

/// The paths in lines about a denied permission, the latest line first. A relative path counts only where the line
/// marks it as a path.
pub(crate) fn denied_paths(messages: &[String]) -> Vec<String> {
    paths_in_lines_with(messages, &DENIED)
}

/// The same for a read-only file system.
pub(crate) fn read_only_paths(messages: &[String]) -> Vec<String> {
    paths_in_lines_with(messages, &READ_ONLY)
}

fn paths_in_lines_with(messages: &[String], words: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let lines = messages.iter().rev().filter_map(|line| {
        let (at, words) = words.iter().find_map(|words| Some((line.find(words)?, words)))?;
        Some((&line[..at], &line[at + words.len()..]))
    });
    for path in lines.flat_map(|(before, after)| paths_around(before, after)) {
        if !found.contains(&path) && found.len() < MAX_PATHS {
            found.push(path);
        }
    }
    found
}

/// The nearest path to the error text first: `Permission denied: 'x'` of Python, `sh: 1: cannot create x: ` of a shell,
/// `cat: /x: ` of most other programs.
fn paths_around(before: &str, after: &str) -> Vec<String> {
    let behind = after.trim_start_matches(':').trim();
    let quoted = behind.strip_prefix(QUOTES).and_then(|rest| rest.split(QUOTES).next());
    let ahead = before.trim_end().trim_end_matches(':');
    let last = ahead.rsplit(": ").next().unwrap_or(ahead);
    let created = ["cannot create ", "cannot open ", "cannot touch ", "cannot create directory "]
        .iter()
        .filter_map(|words| last.strip_prefix(words))
        .next_back();
    let absolute = [behind, last]
        .into_iter()
        .flat_map(|part| part.split([' ', '=', '(', ')', ',']))
        .map(|word| word.trim_matches(QUOTES).trim_end_matches([':', '.']))
        .filter(|word| word.starts_with('/') && word.len() > 1);
    let relative = [quoted, created.map(|path| path.trim_matches(QUOTES))];
    relative.into_iter().flatten().chain(absolute).filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{denied_paths, read_only_paths};

    #[test]
    fn paths_of_denied_permissions_are_found() {
        for (line, expected) in [
            ("PermissionError: [Errno 13] Permission denied: '/var/lib/x/log file'", Some("/var/lib/x/log file")),
            ("PermissionError: [Errno 13] Permission denied: 'out.txt'", Some("out.txt")),
            ("/bin/sh: 1: cannot create /var/lib/x: Permission denied", Some("/var/lib/x")),
            ("/bin/sh: 1: cannot create out.txt: Permission denied", Some("out.txt")),
            ("cat: /etc/shadow: Permission denied", Some("/etc/shadow")),
            ("touch: cannot touch '/srv/x': Permission denied", Some("/srv/x")),
            ("mkdir: cannot create directory ‘/srv/y’: Permission denied", Some("/srv/y")),
            ("/srv/a.sh: line 3: /var/lib/y/out: Permission denied", Some("/var/lib/y/out")),
            ("open /etc/app.conf: permission denied", Some("/etc/app.conf")),
            ("nginx: [emerg] open() \"/var/log/x.log\" failed (13: Permission denied)", Some("/var/log/x.log")),
            ("bind: Permission denied", None),
            ("PermissionError: [Errno 13] Permission denied", None),
            ("cat: /etc/x: No such file or directory", None),
        ] {
            assert_eq!(denied_paths(&[line.into()]).first().map(String::as_str), expected, "{line}");
        }
    }

    #[test]
    fn paths_on_read_only_file_systems_are_found() {
        for (line, expected) in [
            ("OSError: [Errno 30] Read-only file system: '/var/lib/x/log'", Some("/var/lib/x/log")),
            ("touch: cannot touch '/srv/x': Read-only file system", Some("/srv/x")),
            ("/bin/sh: 1: cannot create /opt/x: Read-only file system", Some("/opt/x")),
            ("open /data/db: read-only file system", Some("/data/db")),
            ("cat: /etc/shadow: Permission denied", None),
        ] {
            assert_eq!(read_only_paths(&[line.into()]).first().map(String::as_str), expected, "{line}");
        }
    }

    #[test]
    fn the_latest_path_comes_first_and_they_are_bounded() {
        let mut messages: Vec<String> = (0..20).map(|n| format!("cat: /x{n}: Permission denied")).collect();
        messages.push("bye".into());
        let found = denied_paths(&messages);
        assert_eq!((found[0].as_str(), found.len()), ("/x19", 8));
    }
}
