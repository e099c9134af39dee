//! Units with drop-ins as people, packages and accidents write them.

use super::dice::Dice;

/// Where unit files are laid, highest first. `/usr` of a sandbox cannot be written; this folder of it can.
const FOLDERS: [&str; 3] = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"];

/// One unit and all that was laid for it.
pub(crate) struct Generated {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Paths that are to be links to /dev/null.
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
const FOLDERS_TO_WORK_IN: &[&str] =
    &["/srv", "/srv/", "-/srv", "/srv//www///", "/", "", "~", "-~", "/srv/./www", "/srv/../etc", "srv", "/with space"];
const UNITS: &[&str] =
    &["network.target", "basic.target sysinit.target", "", "ssh.service nowhere.service", "\"remote-fs.target\""];
const TARGETS: &[&str] = &["multi-user.target", "timers.target sockets.target", "", "basic.target"];
const TEXTS: &[&str] =
    &["A web server", "", "two  blanks", "tab\tinside", "ends in # this", "\"quoted\"", "ünïcödé", "a=b=c"];
const BURSTS: &[&str] = &["5", "0", "", "-1", "ten", "10", "3 # x", "4294967295", "4294967296"];
const PAIRS: &[&str] = &["A=1", "B=2 C=3", "\"D=4 5\"", "", "A=6", "'E=7'"];
const GROUPS: &[&str] = &["daemon", "adm tty", "", "nogroup"];

/// Section, directive, and what may stand behind its sign.
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
    ("Service", "WorkingDirectory", FOLDERS_TO_WORK_IN),
    ("Service", "ExecStart", COMMANDS),
    ("Service", "ExecStop", COMMANDS),
    ("Service", "Environment", PAIRS),
    ("Install", "WantedBy", TARGETS),
    ("Service", "WantedBy", TARGETS),
    ("Service", "user", NAMES),
    ("service", "User", NAMES),
];

/// One unit of its number.
pub(crate) fn unit(number: usize, seed: u64) -> Generated {
    let mut dice = Dice::new(seed.wrapping_mul(100_000) + number as u64);
    let name = match number % 3 {
        0 => format!("gen{number:03}.service"),
        1 => format!("gen-{number:03}.service"),
        _ => format!("gen-of-{number:03}.service"),
    };
    let mut unit = Generated { name: name.clone(), files: vec![], masks: vec![] };
    let home = dice.of(&FOLDERS).to_owned();
    unit.files.push((format!("{home}/{name}"), file(&mut dice, true)));
    if dice.once_in(6) {
        let other = dice.of(&FOLDERS);
        if other != home {
            unit.files.push((format!("{other}/{name}"), file(&mut dice, true)));
        }
    }
    for _ in 0..dice.below(5) {
        let folder = dice.of(&FOLDERS);
        let path = format!(
            "{folder}/{name}.d/{}",
            dice.of(&["10-a.conf", "20-b.conf", "9-c.conf", "B.conf", "note.txt", ".x.conf"])
        );
        let taken = unit.files.iter().any(|(there, _)| *there == path) || unit.masks.contains(&path);
        if taken {
            continue;
        }
        if dice.once_in(6) {
            unit.masks.push(path);
        } else {
            let bytes = if dice.once_in(12) { vec![] } else { file(&mut dice, false) };
            unit.files.push((path, bytes));
        }
    }
    unit
}

/// Drop-ins that more than one unit has: of dashed prefixes, and of every service.
pub(crate) fn shared() -> Vec<(String, Vec<u8>)> {
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

/// Some lines under their sections, mangled.
fn file(dice: &mut Dice, is_fragment: bool) -> Vec<u8> {
    let mut lines: Vec<(&str, String)> = Vec::new();
    if is_fragment {
        lines.push(("Service", "ExecStart=/usr/bin/sleep infinity".into()));
    }
    for _ in 0..=dice.below(if is_fragment { 9 } else { 4 }) {
        let (section, key, pool) = LINES[dice.below(LINES.len())];
        if key == "ExecStart" && !dice.once_in(3) {
            // Two commands without a reset between them are refused, and teach nothing about the other lines.
            lines.push((section, "ExecStart=".into()));
        }
        let sign = dice.of(&["=", "=", "=", " = ", "= ", "\t=\t"]);
        lines.push((section, format!("{key}{sign}{}", dice.of(pool))));
    }
    let mut text: Vec<u8> = Vec::new();
    if dice.once_in(15) {
        text.extend("\u{feff}".as_bytes());
    }
    let end: &[u8] = match dice.below(24) {
        0..3 => b"\r\n",
        3 => b"\r",
        4 => b"\n\r",
        _ => b"\n",
    };
    let mut section = "";
    for (wanted, line) in lines {
        if section != wanted {
            section = wanted;
            let indent = dice.of(&["", "", "", "  ", "\t"]);
            text.extend(format!("{indent}[{section}]").bytes().chain(end.iter().copied()));
        }
        if dice.once_in(10) {
            text.extend(noise(dice).iter().chain(end));
        }
        text.extend(mangled(dice, &line, end));
        text.extend(end);
    }
    if dice.once_in(10) {
        // The last line is not ended, or wants to go on.
        let cut = text.len() - end.len();
        text.truncate(cut);
        text.extend(if dice.once_in(2) { &b""[..] } else { b"\\" });
    }
    text
}

/// Lines that say nothing.
fn noise(dice: &mut Dice) -> &'static [u8] {
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
    // The last one ends the reading of a file, so it is rare.
    let sides = if dice.once_in(8) { 14 } else { 13 };
    lines[dice.below(sides)]
}

fn mangled(dice: &mut Dice, line: &str, end: &[u8]) -> Vec<u8> {
    let indent = dice.of(&["", "", "", "", " ", "\t"]);
    let blanks: &[&str] = if dice.once_in(30) { &["\u{a0}", "\u{b}"] } else { &["", "", "", " ", "\t "] };
    let tail = dice.of(blanks);
    let mut line = format!("{indent}{line}{tail}").into_bytes();
    match dice.below(16) {
        // Goes on in the next line, behind a comment perhaps.
        0 | 1 => {
            let at = line.iter().rposition(|byte| b" =".contains(byte)).map_or(line.len(), |at| at + 1);
            let comment: &[u8] = if dice.once_in(2) { b"" } else { b"# between" };
            let mut joint = vec![b'\\'];
            joint.extend(end);
            if !comment.is_empty() {
                joint.extend(comment.iter().chain(end));
            }
            line.splice(at..at, joint);
        }
        // Two backslashes are one, and nothing goes on.
        2 if dice.once_in(3) => line.extend(b"\\\\"),
        // A backslash with a blank behind it joins nothing.
        3 if dice.once_in(3) => line.extend(b"\\ "),
        _ => {}
    }
    line
}
