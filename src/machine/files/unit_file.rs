//! The files of a unit that the manager would read now, in its order (systemd.unit(5)).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::model::{Content, DiskFile, FilesFact, Role, UnitFact};

use crate::machine::files::read::read;
use crate::machine::units::unit_name::UnitName;
use crate::machine::view::View;

/// More entries of one `.d` directory are not read.
const MAX_ENTRIES: usize = 4096;
/// More files of one unit are not read.
const MAX_FILES: usize = 256;
/// More copies of a unit's fragment are not read.
const MAX_COPIES: usize = 4;
/// More bytes of one unit are not read.
const MAX_TEXT: usize = 2 << 20;

/// The unit's files in the manager's search path. The loaded properties add the unit's other names, and the fragment of
/// an alias.
pub(crate) fn files(view: &View, unit: &UnitName, unit_path: &str, loaded: Option<&UnitFact>) -> FilesFact {
    let directories: Vec<&Path> = unit_path.split_whitespace().map(Path::new).collect();
    let loaded_path = loaded.map(|fact| fact.get("FragmentPath")).filter(|path| !path.is_empty()).map(PathBuf::from);
    let fragment = match (fragment(view, unit, &directories), loaded_path) {
        // The manager names the fragment by its own path, and not by the alias.
        (Some(found), Some(loaded_path))
            if view.canonicalize(&found).is_ok_and(|end| view.canonicalize(&loaded_path).is_ok_and(|it| it == end)) =>
        {
            Some(loaded_path)
        }
        (found, loaded_path) => found.or(loaded_path),
    };
    let shadowed = fragment.iter().flat_map(|path| newer_copies(view, unit, path, &directories)).collect();
    let fragment = fragment.map(|path| (path, Role::Fragment));
    let mut names = vec![unit.clone()];
    let aliases = loaded.map(|fact| fact.list("Names")).unwrap_or_default();
    names.extend(
        aliases.into_iter().filter(|name| *name != unit.as_str()).filter_map(|name| UnitName::parse(name).ok()),
    );
    let drop_ins = drop_ins(view, &names, &directories).into_iter().map(|path| (path, Role::DropIn));
    let mut text_left = MAX_TEXT;
    let files = fragment.into_iter().chain(drop_ins).take(MAX_FILES).map(|(path, role)| {
        let mut content = read(view, &path);
        if let Content::Text { text, .. } = &content {
            match text_left.checked_sub(text.len()) {
                Some(left) => text_left = left,
                None => content = Content::Unreadable { why: "the unit's files are too large to read them all".into() },
            }
        }
        DiskFile { path: path.to_string_lossy().into_owned(), role, content }
    });
    FilesFact { files: files.collect(), shadowed }
}

/// Files with the unit's name that were changed after the one that the manager reads.
fn newer_copies(view: &View, unit: &UnitName, fragment: &Path, directories: &[&Path]) -> Vec<DiskFile> {
    let changed = |path: &Path| view.metadata(path).and_then(|meta| meta.modified()).ok();
    let (Some(since), Ok(read_now)) = (changed(fragment), view.canonicalize(fragment)) else { return Vec::new() };
    let copies = directories.iter().map(|directory| directory.join(unit.as_str())).filter(|path| {
        // Through a link it may be the same file.
        changed(path).is_some_and(|when| when > since) && view.canonicalize(path).is_ok_and(|other| other != read_now)
    });
    let found = copies.map(|path| DiskFile {
        content: read(view, &path),
        path: path.to_string_lossy().into_owned(),
        role: Role::Fragment,
    });
    found.filter(|file| matches!(file.content, Content::Text { .. })).take(MAX_COPIES).collect()
}

/// The unit's fragment: by its full name in the first directory that has it, otherwise by its template.
///
/// The manager skips a FIFO, directory, device or socket; one of these is returned only if there is no file.
fn fragment(view: &View, unit: &UnitName, directories: &[&Path]) -> Option<PathBuf> {
    let names = [Some(unit.as_str().to_owned()), unit.template()];
    let candidates = || {
        names
            .iter()
            .flatten()
            .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
            .filter_map(|path| {
                let what = view.symlink_metadata(&path).ok()?.file_type();
                Some((path, what.is_file() || what.is_symlink()))
            })
    };
    candidates().find(|(_, loadable)| *loadable).or_else(|| candidates().next()).map(|(path, _)| path)
}

/// The drop-ins of all names of the unit, sorted by file name. Of equal file names, the first directory wins.
fn drop_ins(view: &View, names: &[UnitName], directories: &[&Path]) -> Vec<PathBuf> {
    let of_names = names.iter().flat_map(|name| {
        let chain = name.drop_in_names();
        directories
            .iter()
            .flat_map(move |directory| chain.clone().into_iter().map(move |name| directory.join(name + ".d")))
    });
    // The drop-ins of the whole type come last, because anything more specific overrides them.
    let of_type = names
        .iter()
        .take(1)
        .flat_map(|name| directories.iter().map(|directory| directory.join(format!("{}.d", name.kind()))));
    let mut found: BTreeMap<OsString, PathBuf> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for directory in of_names.chain(of_type) {
        match view.list(&directory, MAX_ENTRIES) {
            Ok(entries) => {
                // The manager names a drop-in by the real path of its directory.
                let directory = view.canonicalize(&directory).unwrap_or(directory);
                for name in entries.into_iter().filter(|name| is_drop_in(name)) {
                    let path = directory.join(&name);
                    if let Entry::Vacant(vacant) = found.entry(name) {
                        vacant.insert(path);
                    }
                }
            }
            // An unreadable directory is reported, since it may not be empty.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => unreadable.push(directory),
            Err(_) => {}
        }
    }
    found.into_values().chain(unreadable).collect()
}

/// The manager takes every name that ends with `.conf` and is not hidden, even of a directory or a FIFO.
fn is_drop_in(name: &std::ffi::OsStr) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".conf") && !name.starts_with(b".")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::{Content, FilesFact, Role, UnitFact, UnitName, View, files};

    struct Disk(tempfile::TempDir);

    impl Disk {
        /// Creates files in `etc`, `run` and `lib`; `-> x` makes a link, a trailing `/` makes a directory.
        fn new(entries: &[&str]) -> Self {
            let disk = Self(tempfile::tempdir().unwrap());
            for entry in entries {
                let (path, target) =
                    entry.split_once(" -> ").map_or((*entry, None), |(path, target)| (path, Some(target)));
                let at = disk.0.path().join(path);
                fs::create_dir_all(if path.ends_with('/') { &at } else { at.parent().unwrap() }).unwrap();
                match target {
                    Some(target) => symlink(target, at).unwrap(),
                    None if path.ends_with('/') => {}
                    None => fs::write(at, "[Unit]\n").unwrap(),
                }
            }
            disk
        }

        fn ask(&self, unit: &str, loaded: &[(&str, &str)]) -> FilesFact {
            let root = self.0.path().display();
            let properties =
                loaded.iter().map(|(key, value)| ((*key).to_owned(), value.replace('~', &root.to_string())));
            let loaded = UnitFact { properties: properties.collect() };
            files(
                &View::live(),
                &UnitName::parse(unit).unwrap(),
                &format!("{root}/etc {root}/run {root}/lib"),
                Some(&loaded),
            )
        }

        fn paths(&self, unit: &str, loaded: &[(&str, &str)]) -> Vec<String> {
            let short = |path: &str| Path::new(path).strip_prefix(self.0.path()).unwrap().display().to_string();
            self.ask(unit, loaded).files.iter().map(|file| short(&file.path)).collect()
        }
    }

    #[test]
    fn directories_of_higher_priority_hide_lower_ones() {
        let disk = Disk::new(&[
            "lib/a.service",
            "etc/a.service",
            "run/a.service.d/20.conf",
            "lib/a.service.d/20.conf",
            "lib/a.service.d/10.conf",
            "etc/a.service.d/30.conf",
            "lib/only.service",
        ]);
        assert_eq!(
            disk.paths("a.service", &[]),
            ["etc/a.service", "lib/a.service.d/10.conf", "run/a.service.d/20.conf", "etc/a.service.d/30.conf"]
        );
        assert_eq!(disk.paths("only.service", &[]), ["lib/only.service"]);
        assert!(disk.paths("missing.service", &[]).is_empty());
    }

    #[test]
    fn drop_ins_of_prefixes_and_of_the_whole_type_apply() {
        let disk = Disk::new(&[
            "lib/foo-bar.service",
            "etc/service.d/05.conf",
            "etc/service.d/10.conf",
            "lib/foo-bar.service.d/10.conf",
            "etc/foo-.service.d/20.conf",
            "run/foo-bar.service.d/20.conf",
            "etc/foo-bar.service.d/notes.txt",
            "etc/foo-bar.service.d/.30.conf",
            "etc/foo-bar.service.d/40.conf/",
            "etc/socket.d/50.conf",
        ]);
        assert_eq!(
            disk.paths("foo-bar.service", &[]),
            [
                "lib/foo-bar.service",
                "etc/service.d/05.conf",
                "lib/foo-bar.service.d/10.conf",
                "etc/foo-.service.d/20.conf",
                "etc/foo-bar.service.d/40.conf",
            ]
        );
    }

    #[test]
    fn instances_are_read_from_their_template() {
        let disk = Disk::new(&[
            "lib/web@.service",
            "lib/web@eu.service.d/10.conf",
            "etc/web@.service.d/20.conf",
            "lib/web@us.service",
            "etc/web@.service",
        ]);
        assert_eq!(
            disk.paths("web@eu.service", &[]),
            ["etc/web@.service", "lib/web@eu.service.d/10.conf", "etc/web@.service.d/20.conf"]
        );
        assert_eq!(disk.paths("web@us.service", &[])[0], "lib/web@us.service");
    }

    #[test]
    fn the_loaded_names_bring_the_alias_drop_ins() {
        let disk = Disk::new(&[
            "lib/real.service",
            "etc/alias.service -> ../lib/real.service",
            "etc/real.service.d/10.conf",
            "etc/alias.service.d/20.conf",
        ]);
        let loaded = [("Names", "real.service alias.service"), ("FragmentPath", "~/lib/real.service")];
        assert_eq!(
            disk.paths("alias.service", &loaded),
            ["lib/real.service", "etc/real.service.d/10.conf", "etc/alias.service.d/20.conf"]
        );
    }

    #[test]
    fn a_newer_copy_that_the_manager_does_not_read_is_reported() {
        let disk = Disk::new(&[
            "etc/a.service",
            "run/a.service",
            "lib/a.service",
            "etc/b.service",
            "lib/b.service -> ../etc/b.service",
        ]);
        let at = |path: &str| fs::File::options().append(true).open(disk.0.path().join(path)).unwrap();
        let noon = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(43_200);
        for (path, hours) in [("etc/a.service", 2), ("run/a.service", 1), ("lib/a.service", 3)] {
            at(path).set_modified(noon + std::time::Duration::from_secs(hours * 3600)).unwrap();
        }
        let copies = |unit| disk.ask(unit, &[]).shadowed.into_iter().map(|file| file.path).collect::<Vec<_>>();
        assert_eq!(copies("a.service"), [disk.0.path().join("lib/a.service").display().to_string()]);
        assert!(copies("b.service").is_empty());
        assert!(copies("c.service").is_empty());
    }

    #[test]
    fn masks_and_hostile_files_are_reported() {
        let disk = Disk::new(&[
            "etc/a.service -> /dev/null",
            "lib/a.service",
            "etc/a.service.d/10.conf -> /dev/null",
            "lib/a.service.d/10.conf",
            "etc/b.service/",
            "etc/c.service/",
            "lib/c.service",
            "etc/d.service -> d.service",
        ]);
        let contents = |unit| disk.ask(unit, &[]).files.into_iter().map(|file| file.content).collect::<Vec<_>>();
        assert_eq!(contents("a.service"), [Content::Masked, Content::Masked]);
        assert_eq!(contents("b.service"), [Content::NotRegular { what: "a directory".into() }]);
        assert_eq!(disk.paths("c.service", &[]), ["lib/c.service"]);
        assert_eq!(contents("d.service"), [Content::BadLink { what: "a loop of links".into() }]);
    }

    #[test]
    fn the_answer_of_one_unit_is_bounded() {
        let disk = Disk::new(&["etc/a.service"]);
        let directory = disk.0.path().join("etc/a.service.d");
        fs::create_dir(&directory).unwrap();
        for number in 0..300 {
            fs::write(directory.join(format!("{number:03}.conf")), "# ".repeat(8 << 10)).unwrap();
        }
        let fact = disk.ask("a.service", &[]);
        let bytes = |content: &Content| if let Content::Text { text, .. } = content { text.len() } else { 0 };
        assert_eq!(fact.files.len(), super::MAX_FILES);
        assert!(fact.files.iter().map(|file| bytes(&file.content)).sum::<usize>() <= super::MAX_TEXT);
        assert!(fact.files.iter().skip(1).all(|file| file.role == Role::DropIn));
    }
}
