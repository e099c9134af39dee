//! `systemctl show`, asked once for many units, and read without trusting what the values hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::geteuid;

use crate::model::{UnitFact, Unknown};

use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::{last_words, unknown, unknown_but};
use crate::machine::view::View;
use crate::os::child::{ChildError, Limits, Outcome, run, start};

/// A manager that answers at all answers in milliseconds; a stopped one (it opened a FIFO, say) would keep us for long.
const TIME: Duration = Duration::from_secs(10);
/// A unit's properties take about 12 kB.
const STDOUT_PER_UNIT: usize = 256 << 10;

/// There where PID 1 is systemd: `sd_booted(3)`.
const BOOTED: &str = "/run/systemd/system";

/// The properties of many units, or why they are not known.
pub(crate) type Shown = BTreeMap<UnitName, Result<UnitFact, Unknown>>;

/// The program, found once.
#[derive(Debug, Clone)]
pub(crate) struct Systemctl(PathBuf);

impl Systemctl {
    /// Looks for it on PATH.
    pub(crate) fn find() -> Result<Self, Unknown> {
        which::which("systemctl").map(Self).map_err(|_| {
            unknown_but(
                "there is no systemctl here",
                "ask a machine that runs systemd, or a sandbox: unitlab lab start",
            )
        })
    }

    /// The manager's own properties, and what is asked about units meanwhile: each of the two is a program's run.
    pub(crate) fn manager<T>(&self, meanwhile: impl FnOnce() -> T) -> (Result<UnitFact, Unknown>, T) {
        let mut command = self.command("show", &["--property=Version,SystemState,UnitPath"], &[]);
        let started = start(&mut command, limits(0));
        let other = meanwhile();
        let outcome = started.and_then(|started| started.finish(b""));
        (shown(outcome).and_then(|text| read_block(&text)), other)
    }

    /// The properties of units: all, or the named ones.
    pub(crate) fn units(&self, names: &[UnitName], only: &[&str]) -> Shown {
        let templates = names.iter().filter(|name| name.is_template());
        let mut shown: Shown = templates.map(|name| (name.clone(), Err(a_template(name)))).collect();
        let names: Vec<UnitName> = names.iter().filter(|name| !name.is_template()).cloned().collect();
        if names.is_empty() {
            return shown;
        }
        let filter = format!("--property={}", only.join(","));
        // With --all every property has its line, which is what makes a forged one stand out as a second.
        let options = if only.is_empty() { ["--all"] } else { [filter.as_str()] };
        let together = self.show(&options, &names);
        let blocks = together.as_ref().ok().and_then(|text| split_blocks(text, &names));
        for (index, name) in names.iter().enumerate() {
            let fact = match (&together, &blocks) {
                (Err(unknown), _) => Err(unknown.clone()),
                (Ok(_), Some(blocks)) => Ok(blocks[index].clone()),
                (Ok(_), None) => self.show(&options, std::slice::from_ref(name)).and_then(|text| read_block(&text)),
            };
            shown.insert(name.clone(), fact.map(without_empty));
        }
        shown
    }

    /// Ends a unit that is ours and has it forgotten, whether there is anything left to end or not.
    pub(crate) fn end(&self, name: &UnitName) {
        for verb in ["stop", "reset-failed"] {
            let mut command = Command::new(&self.0);
            command.args([verb, "--quiet", "--no-ask-password", "--", name.as_str()]).env_clear();
            // One that ended well is forgotten already, and there is nothing to be done about one that will not.
            let _ = run(&mut command, b"", Limits { time: TIME, stdout: STDOUT_PER_UNIT });
        }
    }

    /// Has the manager do something to a unit, and waits for it no longer than `time`.
    pub(crate) fn act(&self, verb: &str, options: &[&str], unit: &UnitName, time: Duration) -> Result<(), Unknown> {
        let mut command = self.command(verb, options, std::slice::from_ref(unit));
        let failed = |words: &str| {
            let forbidden = ["Access denied", "authentication required"].iter().any(|refusal| words.contains(refusal));
            let remedy = if forbidden { "run it as root: sudo unitlab …" } else { "" };
            unknown_but(format!("systemctl {verb} {} failed: {words}", unit.as_str()), remedy)
        };
        match run(&mut command, b"", Limits { time, stdout: STDOUT_PER_UNIT }) {
            Ok(outcome) if outcome.status.success() => Ok(()),
            Ok(outcome) => match last_words(&outcome.stderr) {
                words if words.is_empty() => Err(failed(&outcome.status.to_string())),
                words => Err(failed(&words)),
            },
            Err(error) => Err(failed(&error.to_string())),
        }
    }

    fn command(&self, verb: &str, options: &[&str], names: &[UnitName]) -> Command {
        let mut command = Command::new(&self.0);
        command
            .args([verb, "--no-pager", "--no-ask-password"])
            .args(options)
            .arg("--")
            .args(names.iter().map(UnitName::as_str))
            .env_clear()
            .envs([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("LC_ALL", "C")])
            .envs([("SYSTEMD_COLORS", "0"), ("SYSTEMD_PAGER", ""), ("SYSTEMD_LOG_LEVEL", "err")]);
        command
    }

    fn show(&self, options: &[&str], names: &[UnitName]) -> Result<String, Unknown> {
        shown(run(&mut self.command("show", options, names), b"", limits(names.len())))
    }
}

fn limits(units: usize) -> Limits {
    Limits { time: TIME, stdout: STDOUT_PER_UNIT * (units + 1) }
}

fn shown(outcome: Result<Outcome, ChildError>) -> Result<String, Unknown> {
    match outcome {
        Ok(outcome) if outcome.status.success() => Ok(String::from_utf8_lossy(&outcome.stdout).into_owned()),
        Ok(outcome) => Err(refused(&last_words(&outcome.stderr), &outcome.status.to_string())),
        Err(error @ ChildError::Deadline(_)) => Err(silent(&error)),
        Err(error) => Err(unknown(format!("systemctl show {error}"))),
    }
}

/// The manager had its time. Nothing can be asked of it; how its process stands, the kernel tells everybody.
fn silent(error: &ChildError) -> Unknown {
    let reason = format!("the service manager does not answer: systemctl show {error}");
    if state_of_init() == Some('T') {
        return unknown_but(format!("{reason}, for PID 1 is stopped"), "let it go on: sudo kill -CONT 1");
    }
    unknown_but(
        reason,
        "look whether PID 1 hangs (a FIFO among unit files does that: ps -o stat,wchan:20,comm -p 1) or the machine is \
         overloaded (uptime)",
    )
}

/// The letter that `ps -o stat` begins with.
fn state_of_init() -> Option<char> {
    let stat = View::live().proc_text("1/stat").ok()?;
    // The name in brackets may hold brackets.
    stat.rsplit_once(") ")?.1.chars().next()
}

/// systemctl ended with these last words on its stderr.
fn refused(words: &str, status: &str) -> Unknown {
    let unreachable =
        words.contains("not been booted with systemd") || words.contains("bus") && words.contains("connect");
    let failed = format!("systemctl show failed: {}", if words.is_empty() { status } else { words });
    if !unreachable {
        return unknown(failed);
    }
    let view = View::live();
    if !is_booted(&view) {
        let init = view.proc_text("1/comm").unwrap_or_default();
        return unknown_but(
            format!("this machine was not booted with systemd: its PID 1 is {:?}", init.trim()),
            "ask a machine whose PID 1 is systemd, or a sandbox: unitlab lab start",
        );
    }
    if geteuid().is_root() {
        return unknown_but(
            format!("systemd runs, but cannot be reached at its socket under /run/systemd: {failed}"),
            "have systemd open its socket again, of which no service takes notice: sudo kill -TERM 1",
        );
    }
    unknown_but(
        format!("systemd runs, but the message bus, over which all but root ask it, is dead: {failed}"),
        "bring the bus back: sudo systemctl start dbus.socket; or check as root, who needs no bus: sudo unitlab …",
    )
}

fn a_template(name: &UnitName) -> Unknown {
    let name = name.as_str();
    unknown_but(
        format!("{name} is a template, and only its instances can be loaded"),
        "name an instance: web@eu.service",
    )
}

/// Takes apart the blocks of several units; none when they are not exactly the units asked for.
fn split_blocks(text: &str, names: &[UnitName]) -> Option<Vec<UnitFact>> {
    let blocks: Vec<&str> = text.trim_end_matches('\n').split("\n\n").collect();
    if blocks.len() != names.len() {
        return None;
    }
    let facts: Vec<UnitFact> = blocks.into_iter().map(read_block).collect::<Result<_, _>>().ok()?;
    let belongs = |(fact, name): (&UnitFact, &UnitName)| {
        fact.get("Id") == name.as_str() || fact.list("Names").contains(&name.as_str())
    };
    facts.iter().zip(names).all(belongs).then_some(facts)
}

/// Reads `Key=Value` lines. A line without a key continues the value before it; a list that is printed as several
/// lines of one key is joined by line breaks. A key that comes back later stands in somebody's multi-line value
/// (an `ExecStart=` may hold line breaks), and then nobody can tell which of the two is real.
fn read_block(text: &str) -> Result<UnitFact, Unknown> {
    let mut properties: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Option<&str> = None;
    for line in text.trim_end_matches('\n').split('\n') {
        match line.split_once('=').filter(|(key, _)| is_key(key)) {
            Some((key, value)) if current == Some(key) => {
                let joined = properties.entry(key.to_owned()).or_default();
                joined.push('\n');
                joined.push_str(value);
            }
            Some((key, value)) => {
                if properties.insert(key.to_owned(), value.to_owned()).is_some() {
                    return Err(unknown_but(
                        format!("a value with line breaks makes {key} appear twice in what systemctl show prints"),
                        "write the line breaks of ExecStart= or Description= into a script of their own",
                    ));
                }
                current = Some(key);
            }
            None => {
                let Some(value) = current.and_then(|key| properties.get_mut(key)) else { continue };
                value.push('\n');
                value.push_str(line);
            }
        }
    }
    Ok(UnitFact { properties })
}

fn is_key(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_uppercase()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// PID 1 of this machine is systemd.
pub(crate) fn is_booted(view: &View) -> bool {
    view.metadata(Path::new(BOOTED)).is_ok_and(|meta| meta.is_dir())
}

/// As `systemctl show` prints without `--all`.
fn without_empty(mut fact: UnitFact) -> UnitFact {
    fact.properties.retain(|_, value| !value.is_empty() && value != "[unprintable]");
    fact
}

#[cfg(test)]
mod tests {
    use super::{UnitName, read_block, split_blocks};

    fn names(names: &[&str]) -> Vec<UnitName> {
        names.iter().map(|name| UnitName::parse(name).unwrap()).collect()
    }

    #[test]
    fn values_hold_signs_spaces_and_line_breaks() {
        for (text, key, value) in [
            ("Id=a.service\nUser=nobody\n", "User", "nobody"),
            ("Environment=A=1 B=2\n", "Environment", "A=1 B=2"),
            ("ExecStart={ a }\nExecStart={ b }\nUser=x\n", "ExecStart", "{ a }\n{ b }"),
            ("ExecStart={ echo a\nb c ; }\nUser=x\n", "ExecStart", "{ echo a\nb c ; }"),
            ("ExecStart={ echo a\n\nlower=1 ; }\nUser=x\n", "ExecStart", "{ echo a\n\nlower=1 ; }"),
            ("Description=\nUser=x\n", "Description", ""),
        ] {
            assert_eq!(read_block(text).unwrap().get(key), value, "{text:?}");
        }
        assert!(read_block("").unwrap().properties.is_empty());
    }

    #[test]
    fn a_property_forged_inside_a_value_is_noticed() {
        let text = "ExecStart={ sh -c :\n\nUser=nobody\n }\nNice=0\nUser=\nId=a.service\n";
        let unknown = read_block(text).unwrap_err();
        assert!(unknown.reason.contains("appear twice"), "{unknown:?}");
    }

    #[test]
    fn blocks_are_matched_with_the_units_asked_for() {
        let two = "Id=a.service\nNames=a.service\n\nId=b.service\nNames=b.service alias.service\n";
        let facts = split_blocks(two, &names(&["a.service", "alias.service"])).unwrap();
        assert_eq!(facts[1].get("Id"), "b.service");
        for (text, asked) in [
            (two, ["b.service", "a.service"].as_slice()),
            (two, &["a.service"]),
            ("Id=a.service\nExecStart=x\n\nId=b.service\nNames=a.service\n", &["a.service"]),
            ("", &["a.service"]),
        ] {
            assert!(split_blocks(text, &names(asked)).is_none(), "{text:?} {asked:?}");
        }
    }
}
