//! The details of a unit's processes: arguments, working directory, groups and capabilities (proc(5)).

use std::path::Path;

use crate::model::{DetailsFact, Identity, ProcessDetails, UnitFact};

use crate::machine::processes::walk::ProcessInfo;
use crate::machine::view::View;

/// More processes of one unit are counted, without details.
const MAX_PROCESSES: usize = 256;

/// The unit's processes among all. `directory` is resolved as their working directories are.
pub(crate) fn details(view: &View, all: &[ProcessInfo], unit: &UnitFact, directory: Option<&str>) -> DetailsFact {
    let own = || all.iter().filter(|process| process.belongs_to(unit));
    let main: u32 = unit.get("MainPID").parse().unwrap_or(0);
    DetailsFact {
        processes: own()
            .take(MAX_PROCESSES)
            .map(|process| process_details(view, process, process.pid == main))
            .collect(),
        count: u32::try_from(own().count()).unwrap_or(u32::MAX),
        directory: directory
            .and_then(|directory| Some(view.canonicalize(Path::new(directory)).ok()?.to_string_lossy().into_owned())),
    }
}

fn process_details(view: &View, process: &ProcessInfo, main: bool) -> ProcessDetails {
    let at = |name: &str| format!("{}/{name}", process.pid);
    let status = view.proc_text(&at("status")).unwrap_or_default();
    let cwd = view.proc_link(&at("cwd"));
    ProcessDetails {
        pid: process.pid,
        main,
        comm: process.comm.clone(),
        argv: view.proc_bytes(&at("cmdline")).ok().map(|bytes| argv(&bytes)),
        cwd: cwd.ok().map(|path| path.to_string_lossy().into_owned()),
        identity: Identity { uid: Some(process.uid), groups: groups(&status), powers: capabilities(&status) },
    }
}

/// The words of a `cmdline` file.
fn argv(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// The effective and the supplementary groups in a `status` file.
fn groups(status: &str) -> Vec<u32> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let effective = field("Gid:").split_whitespace().nth(1);
    let words = effective.into_iter().chain(field("Groups:").split_whitespace());
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Capabilities that permit writing to a file regardless of its mode (capabilities(7)), and their numbers.
const CAPABILITIES: [(&str, u32); 3] = [("CAP_CHOWN", 0), ("CAP_DAC_OVERRIDE", 1), ("CAP_FOWNER", 3)];

/// Those of `CAPABILITIES` that are effective in a `status` file.
fn capabilities(status: &str) -> Vec<String> {
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap_or_default();
    let bits = u64::from_str_radix(line.trim(), 16).unwrap_or(0);
    CAPABILITIES.iter().filter(|(_, number)| bits >> number & 1 == 1).map(|(name, _)| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{argv, capabilities, groups};

    #[test]
    fn capabilities_are_the_effective_ones() {
        let status = |bits: &str| format!("CapPrm:\tffffffffffffffff\nCapEff:\t{bits}\n");
        assert_eq!(capabilities(&status("0000000000000002")), ["CAP_DAC_OVERRIDE"]);
        assert_eq!(capabilities(&status("000000000000040b")), ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"]);
        assert!(capabilities(&status("0000000000000404")).is_empty() && capabilities("").is_empty());
    }

    #[test]
    fn groups_are_the_effective_and_the_supplementary_ones() {
        assert_eq!(groups("Name:\tGid: x\nGid:\t1\t2\t3\t4\nGroups:\t27 100 \n"), [2, 27, 100]);
        assert_eq!(groups(""), Vec::<u32>::new());
    }

    #[test]
    fn arguments_keep_their_spaces() {
        for (bytes, words) in [
            (&b"python3\0-m\0http server\0"[..], vec!["python3", "-m", "http server"]),
            (b"nginx: master process /usr/sbin/nginx", vec!["nginx: master process /usr/sbin/nginx"]),
            (b"a\0\0\xff\0", vec!["a", "", "\u{fffd}"]),
        ] {
            assert_eq!(argv(bytes), words);
        }
    }
}
