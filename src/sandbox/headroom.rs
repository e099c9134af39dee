//! How many more sandboxes the limits of this host's kernel allow.

use std::fs;
use std::os::unix::fs::MetadataExt;

/// What one sandbox uses while it boots and is graded. With a learner's shell it uses more, and that is counted.
const INOTIFY_INSTANCES: u64 = 5;
const MEMORY: u64 = 96 << 20;
const TASKS: u64 = 64;
/// What is left for the host's other programs.
const SPARE_INSTANCES: u64 = 8;
const SPARE_MEMORY: u64 = 128 << 20;
const SPARE_TASKS: u64 = 512;

/// The host uids that systemd gives to containers (UIDS-GIDS.md). The kernel counts the inotify instances of a sandbox
/// for root, who created its user namespace.
const CONTAINER_UIDS: std::ops::Range<u32> = 0x0008_0000..0x7000_0000;

/// A resource of the host that sandboxes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    /// With the limit of `fs.inotify.max_user_instances`.
    Inotify(u64),
    Memory,
    Tasks,
}

impl Resource {
    /// Why no more sandboxes fit, as a clause.
    pub(super) fn shortage(self) -> String {
        match self {
            Self::Inotify(limit) => {
                format!(
                    "the kernel's limit of {limit} inotify instances (fs.inotify.max_user_instances) allows no more"
                )
            }
            Self::Memory => "this machine's memory is used up".into(),
            Self::Tasks => "the kernel's limit of processes (kernel.pid_max) allows no more".into(),
        }
    }

    /// What helps besides stopping a sandbox; empty if nothing does.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Inotify(_) => ", or: sudo sysctl -w fs.inotify.max_user_instances=512",
            Self::Memory | Self::Tasks => "",
        }
    }
}

/// How many more sandboxes fit, and the resource that is used up first. `starting` ones have not yet used what they need.
pub(super) fn headroom(starting: u64) -> (u64, Resource) {
    let instances = inotify_limit();
    let all = [
        (fit(instances, inotify_in_use(), SPARE_INSTANCES, INOTIFY_INSTANCES), Resource::Inotify(instances)),
        (available_memory().map_or(u64::MAX, |free| fit(free, 0, SPARE_MEMORY, MEMORY)), Resource::Memory),
        (free_tasks().map_or(u64::MAX, |free| fit(free, 0, SPARE_TASKS, TASKS)), Resource::Tasks),
    ];
    let (sandboxes, resource) =
        all.into_iter().min_by_key(|(sandboxes, _)| *sandboxes).unwrap_or((0, Resource::Memory));
    (sandboxes.saturating_sub(starting), resource)
}

/// How many sandboxes can run on this host if it runs no others.
pub(super) fn capacity() -> u64 {
    let memory = available_memory().map_or(u64::MAX, |free| fit(free, 0, SPARE_MEMORY, MEMORY));
    sandboxes_by_inotify(inotify_limit()).min(memory)
}

fn inotify_limit() -> u64 {
    read_number("/proc/sys/fs/inotify/max_user_instances").unwrap_or(128)
}

/// How many sandboxes this limit allows if nothing else uses any.
pub(super) fn sandboxes_by_inotify(instances: u64) -> u64 {
    fit(instances, 0, SPARE_INSTANCES, INOTIFY_INSTANCES)
}

fn fit(limit: u64, used: u64, spare: u64, each: u64) -> u64 {
    limit.saturating_sub(used).saturating_sub(spare) / each
}

/// Counts the instances that are charged to root: those of root's processes and of all containers.
///
/// The kernel has no counter for it, and taking instances until it refuses would disturb a sandbox that boots.
fn inotify_in_use() -> u64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let charged = processes.filter(|process| {
        let is_pid = process.file_name().as_encoded_bytes().iter().all(u8::is_ascii_digit);
        is_pid && process.metadata().is_ok_and(|meta| meta.uid() == 0 || CONTAINER_UIDS.contains(&meta.uid()))
    });
    let descriptors = charged.flat_map(|process| fs::read_dir(process.path().join("fd")).into_iter().flatten());
    let is_instance = |target: std::path::PathBuf| target.as_os_str() == "anon_inode:inotify";
    let instances =
        descriptors.filter(|fd| fd.as_ref().is_ok_and(|fd| fs::read_link(fd.path()).is_ok_and(is_instance)));
    u64::try_from(instances.count()).unwrap_or(u64::MAX)
}

/// In bytes.
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? << 10)
}

fn free_tasks() -> Option<u64> {
    let load = fs::read_to_string("/proc/loadavg").ok()?;
    let total: u64 = load.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()?;
    Some(read_number("/proc/sys/kernel/pid_max")?.saturating_sub(total))
}

fn read_number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use rustix::fs::inotify;

    use super::{fit, inotify_in_use, sandboxes_by_inotify};

    #[test]
    fn a_limit_is_shared_after_what_is_used_and_spared() {
        for (limit, used, expected) in [(128, 0, 24), (128, 40, 16), (128, 120, 0), (128, 500, 0), (16, 0, 1)] {
            assert_eq!(fit(limit, used, 8, 5), expected, "{limit} {used}");
        }
        assert_eq!(sandboxes_by_inotify(128), 24);
    }

    #[test]
    fn instances_of_this_process_are_counted() {
        if !crate::sandbox::is_root() {
            return;
        }
        let own: Vec<_> = (0..40).filter_map(|_| inotify::init(inotify::CreateFlags::CLOEXEC).ok()).collect();
        assert!(inotify_in_use() >= own.len() as u64 && own.len() > 5, "{}", own.len());
    }
}
