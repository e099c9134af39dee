//! Generates units and drop-ins: valid, unusual and broken ones.

use super::random::Random;

/// Directories of unit files, highest precedence first. Of `/usr`, a sandbox can write only `/usr/local`.
const UNIT_DIRECTORIES: [&str; 3] = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"];

/// A unit with its files and masks.
pub(crate) struct GeneratedUnit {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Paths of the links to /dev/null.
    pub(crate) masks: Vec<String>,
}

const NAMES: &[&str] =
    &["nobody", "daemon", "65534", "0", "root", "", "\"nobody\"", "nobody # web", "no body", "www-data", "%p"];
const SPANS: &[&str] = &[
    "3",
    "3s",
    "3000ms",
    "2s 1000ms",
    "0.5",
    "5m",
    "5M",
    "-1",
    "garbage",
    "",
    "infinity",
    "1h30min",
    "1.5h",
    ".5",
    "3.",
    "3 # three",
    "+3",
    "0",
    "1 s",
    "1s1",
    "1sm",
    "3secs",
    "2 weeks",
    "1y 1month",
    "\"3\"",
    "10us",
    "0.0000001",
    "3.1.4",
    "1d2",
    "99999999999999999999",
    "584542y",
    "584543y",
    "1,5",
    "٣",
    "3\u{a0}s",
    "1.999999999s",
    "0x10",
    "infinitys",
    "1µs",
    "1μs",
    "Infinity",
    "5 min 20 s",
    "5min20",
];
const BOOLEANS: &[&str] =
    &["yes", "no", "1", "0", "on", "OFF", "True", "f", "Y", "", "enabled", "yes # really", "\"yes\"", "maybe"];
const RESTARTS: &[&str] =
    &["always", "on-failure", "on-success", "no", "Always", "", "always # x", "\"always\"", "on-abort", "never"];
const TYPES: &[&str] = &["simple", "exec", "notify", "idle", "forking", "Simple", "", "simple;", "execute"];
const COMMANDS: &[&str] = &[
    "/usr/bin/sleep infinity",
    "/usr/bin/sleep  1000",
    "-/usr/bin/sleep 7",
    "+/usr/bin/sleep 8",
    "",
    "@/usr/bin/sleep sleeper 9",
    "!!/usr/bin/sleep 10",
    ":-/usr/bin/sleep 11",
    "sleep 12",
    "/usr//bin/sleep 13",
    "/usr/bin/sh -c 'sleep 14; true'",
    "/usr/bin/echo \"two words\" three",
    "/usr/bin/true ; /usr/bin/sleep 15",
    "/usr/bin/echo 100%%",
];
const WORKING_DIRECTORIES: &[&str] =
    &["/srv", "/srv/", "-/srv", "/srv//www///", "/", "", "~", "-~", "/srv/./www", "/srv/../etc", "srv", "/with space"];
const UNITS: &[&str] =
    &["network.target", "basic.target sysinit.target", "", "ssh.service nowhere.service", "\"remote-fs.target\""];
const TARGETS: &[&str] = &["multi-user.target", "timers.target sockets.target", "", "basic.target"];
const TEXTS: &[&str] =
    &["A web server", "", "two  blanks", "tab\tinside", "ends in # this", "\"quoted\"", "ünïcödé", "a=b=c"];
const BURSTS: &[&str] = &["5", "0", "", "-1", "ten", "10", "3 # x", "4294967295", "4294967296"];
const PAIRS: &[&str] = &["A=1", "B=2 C=3", "\"D=4 5\"", "", "A=6", "'E=7'"];
const GROUPS: &[&str] = &["daemon", "adm tty", "", "nogroup"];

/// Section, directive, and its possible values.
const LINES: &[(&str, &str, &[&str])] = &[
    ("Unit", "Description", TEXTS),
    ("Unit", "After", UNITS),
    ("Unit", "Wants", UNITS),
    ("Unit", "Requires", &["", "-.mount", "sysinit.target"]),
    ("Unit", "StartLimitBurst", BURSTS),
    ("Service", "StartLimitBurst", BURSTS),
    ("Unit", "StartLimitIntervalSec", SPANS),
    ("Unit", "StartLimitInterval", SPANS),
    ("Service", "StartLimitInterval", SPANS),
    ("Service", "StartLimitIntervalSec", SPANS),
    ("Unit", "DefaultDependencies", BOOLEANS),
    ("Unit", "RefuseManualStop", BOOLEANS),
    ("Unit", "StopWhenUnneeded", BOOLEANS),
    ("Unit", "JobTimeoutSec", SPANS),
    ("Service", "User", NAMES),
    ("Service", "User", NAMES),
    ("Unit", "User", NAMES),
    ("Service", "Group", NAMES),
    ("Service", "SupplementaryGroups", GROUPS),
    ("Service", "DynamicUser", BOOLEANS),
    ("Service", "Restart", RESTARTS),
    ("Service", "Restart", RESTARTS),
    ("Install", "Restart", RESTARTS),
    ("Service", "RestartSec", SPANS),
    ("Service", "RestartSec", SPANS),
    ("Service", "TimeoutStartSec", SPANS),
    ("Service", "TimeoutStopSec", SPANS),
    ("Service", "TimeoutSec", SPANS),
    ("Service", "RuntimeMaxSec", SPANS),
    ("Service", "WatchdogSec", SPANS),
    ("Service", "Type", TYPES),
    ("Service", "KillMode", &["control-group", "mixed", "process", "none", "", "Mixed"]),
    ("Service", "RemainAfterExit", BOOLEANS),
    ("Service", "NoNewPrivileges", BOOLEANS),
    ("Service", "PrivateTmp", BOOLEANS),
    ("Service", "PrivateDevices", BOOLEANS),
    ("Service", "PrivateNetwork", BOOLEANS),
    ("Service", "ProtectKernelTunables", BOOLEANS),
    ("Service", "WorkingDirectory", WORKING_DIRECTORIES),
    ("Service", "ExecStart", COMMANDS),
    ("Service", "ExecStop", COMMANDS),
    ("Service", "Environment", PAIRS),
    ("Install", "WantedBy", TARGETS),
    ("Service", "WantedBy", TARGETS),
    ("Service", "user", NAMES),
    ("service", "User", NAMES),
];

/// The unit with this number. The same number and seed give the same unit.
pub(crate) fn unit(number: usize, seed: u64) -> GeneratedUnit {
    let mut random = Random::new(seed.wrapping_mul(100_000) + number as u64);
    let name = match number % 3 {
        0 => format!("gen{number:03}.service"),
        1 => format!("gen-{number:03}.service"),
        _ => format!("gen-of-{number:03}.service"),
    };
    let mut unit = GeneratedUnit { name: name.clone(), files: vec![], masks: vec![] };
    let unit_directory = random.pick(&UNIT_DIRECTORIES).to_owned();
    unit.files.push((format!("{unit_directory}/{name}"), unit_file(&mut random, true)));
    if random.once_in(6) {
        let other = random.pick(&UNIT_DIRECTORIES);
        if other != unit_directory {
            unit.files.push((format!("{other}/{name}"), unit_file(&mut random, true)));
        }
    }
    for _ in 0..random.below(5) {
        let directory = random.pick(&UNIT_DIRECTORIES);
        let path = format!(
            "{directory}/{name}.d/{}",
            random.pick(&["10-a.conf", "20-b.conf", "9-c.conf", "B.conf", "note.txt", ".x.conf"])
        );
        let is_taken = unit.files.iter().any(|(other, _)| *other == path) || unit.masks.contains(&path);
        if is_taken {
            continue;
        }
        if random.once_in(6) {
            unit.masks.push(path);
        } else {
            let bytes = if random.once_in(12) { vec![] } else { unit_file(&mut random, false) };
            unit.files.push((path, bytes));
        }
    }
    unit
}

/// Drop-ins that apply to more than one unit: to a dashed prefix, and to every service.
pub(crate) fn shared_drop_ins() -> Vec<(String, Vec<u8>)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    vec![
        file("/etc/systemd/system/gen-.service.d/10-a.conf", "[Service]\nRestartSec=41\n"),
        file("/run/systemd/system/gen-.service.d/15-dash.conf", "[Service]\nTimeoutStopSec=42\n"),
        file("/run/systemd/system/gen-of-.service.d/15-dash.conf", "[Service]\nTimeoutStopSec=43\n"),
        file("/usr/local/lib/systemd/system/gen-of-.service.d/99-last.conf", "[Unit]\nStartLimitBurst=44\n"),
        file("/etc/systemd/system/service.d/20-b.conf", "[Service]\nTimeoutStopSec=45\n"),
        file("/usr/local/lib/systemd/system/service.d/05-all.conf", "[Service]\nRestartSec=46\nKillMode=mixed\n"),
    ]
}

/// The text of a unit file or drop-in: random lines under their sections, with noise and odd line ends.
fn unit_file(random: &mut Random, is_fragment: bool) -> Vec<u8> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if is_fragment {
        lines.push(("Service", "ExecStart=/usr/bin/sleep infinity".into()));
    }
    for _ in 0..=random.below(if is_fragment { 9 } else { 4 }) {
        let (section, key, pool) = LINES[random.below(LINES.len())];
        if key == "ExecStart" && !random.once_in(3) {
            // systemd refuses two commands without a reset between them. Then the other lines would not be compared.
            lines.push((section, "ExecStart=".into()));
        }
        let sign = random.pick(&["=", "=", "=", " = ", "= ", "\t=\t"]);
        lines.push((section, format!("{key}{sign}{}", random.pick(pool))));
    }
    let mut text: Vec<u8> = Vec::new();
    if random.once_in(15) {
        text.extend("\u{feff}".as_bytes());
    }
    let end: &[u8] = match random.below(24) {
        0..3 => b"\r\n",
        3 => b"\r",
        4 => b"\n\r",
        _ => b"\n",
    };
    let mut section = "";
    for (wanted, line) in lines {
        if section != wanted {
            section = wanted;
            let indent = random.pick(&["", "", "", "  ", "\t"]);
            text.extend(format!("{indent}[{section}]").bytes().chain(end.iter().copied()));
        }
        if random.once_in(10) {
            text.extend(noise(random).iter().chain(end));
        }
        text.extend(mangled(random, &line, end));
        text.extend(end);
    }
    if random.once_in(10) {
        // The last line has no line end, or continues with a backslash.
        let cut = text.len() - end.len();
        text.truncate(cut);
        text.extend(if random.once_in(2) { &b""[..] } else { b"\\" });
    }
    text
}

/// A line that sets nothing that is compared.
fn noise(random: &mut Random) -> &'static [u8] {
    let lines: [&[u8]; 14] = [
        b"# User=comment",
        b"  ; Restart=always",
        b"",
        b"   \t",
        b"nonsense",
        b"=value",
        b"X-Own=1",
        b"# goes on? \\",
        b"; User=zero\0User=daemon",
        b"Description=bad \xff byte",
        b"\xc2\xa0User=nobody",
        b"User\xc2\xa0=nobody",
        b"Description=nul\0RestartSec=21",
        b"[Service",
    ];
    // systemd stops reading the file at the last of these lines, so it is rare.
    let count = if random.once_in(8) { 14 } else { 13 };
    lines[random.below(count)]
}

fn mangled(random: &mut Random, line: &str, end: &[u8]) -> Vec<u8> {
    let indent = random.pick(&["", "", "", "", " ", "\t"]);
    let blanks: &[&str] = if random.once_in(30) { &["\u{a0}", "\u{b}"] } else { &["", "", "", " ", "\t "] };
    let tail = random.pick(blanks);
    let mut line = format!("{indent}{line}{tail}").into_bytes();
    match random.below(16) {
        // The line continues in the next one, sometimes with a comment between.
        0 | 1 => {
            let at = line.iter().rposition(|byte| b" =".contains(byte)).map_or(line.len(), |at| at + 1);
            let comment: &[u8] = if random.once_in(2) { b"" } else { b"# between" };
            let mut joint = vec![b'\\'];
            joint.extend(end);
            if !comment.is_empty() {
                joint.extend(comment.iter().chain(end));
            }
            line.splice(at..at, joint);
        }
        // Two backslashes are one backslash, and the line does not continue.
        2 if random.once_in(3) => line.extend(b"\\\\"),
        // A backslash before a blank does not continue the line.
        3 if random.once_in(3) => line.extend(b"\\ "),
        _ => {}
    }
    line
}
