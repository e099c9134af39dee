//! Runs `systemctl show` once for many units, and parses it without trusting the values.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::geteuid;

use crate::model::{UnitFact, Unknown};

use crate::machine::units::unit_name::UnitName;
use crate::machine::unknown::{last_line, unknown, unknown_with_remedy};
use crate::machine::view::View;
use crate::os::child::{ChildError, Limits, Outcome, run, start};
use crate::os::{SEARCH_PATH, Software};

/// A manager answers in milliseconds; one that hangs (it opened a FIFO, for example) never does.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes; a unit's properties take about 12 kB.
const STDOUT_PER_UNIT: usize = 256 << 10;

const MANAGER_PROPERTIES: &str = "Version,SystemState,UnitPath";

/// This directory exists where PID 1 is systemd: `sd_booted(3)`.
const SYSTEMD_DIRECTORY: &str = "/run/systemd/system";

/// The properties of units, or why they are unknown.
pub(crate) type Units = BTreeMap<UnitName, Result<UnitFact, Unknown>>;

/// The path of systemctl.
#[derive(Debug, Clone)]
pub(crate) struct Systemctl(&'static Path);

impl Systemctl {
    pub(crate) fn find() -> Result<Self, Unknown> {
        Software::Systemctl.path().map(Self).map_err(|_| {
            unknown_with_remedy(
                "systemctl is not installed on this machine",
                "ask a machine that runs systemd, or a sandbox: unitlab lab start",
            )
        })
    }

    /// The manager's own properties: `Version`, `SystemState` and `UnitPath`.
    pub(crate) fn show_manager(&self) -> Result<UnitFact, Unknown> {
        let filter = format!("--property={MANAGER_PROPERTIES}");
        let mut command = self.command("show", &[&filter], &[]);
        stdout_of(run(&mut command, b"", limits(0))).and_then(|text| parse_block(&text))
    }

    /// The properties of units: all, or those in `only`.
    pub(crate) fn show_units(&self, names: &[UnitName], only: &[&str]) -> Units {
        self.show_units_beside(names, only, || ()).0
    }

    /// The same. `beside` runs while systemctl does.
    pub(crate) fn show_units_beside<T>(
        &self,
        names: &[UnitName],
        only: &[&str],
        beside: impl FnOnce() -> T,
    ) -> (Units, T) {
        let templates = names.iter().filter(|name| name.is_template());
        let mut shown: Units = templates.map(|name| (name.clone(), Err(template_error(name)))).collect();
        let names: Vec<UnitName> = names.iter().filter(|name| !name.is_template()).cloned().collect();
        if names.is_empty() {
            return (shown, beside());
        }
        let filter = format!("--property={}", only.join(","));
        // With --all every property has a line, so a forged one is a duplicate.
        let options = if only.is_empty() { ["--all"] } else { [filter.as_str()] };
        let started = start(&mut self.command("show", &options, &names), limits(names.len()));
        let other = beside();
        let together = stdout_of(started.and_then(|started| started.finish(b"")));
        let blocks = together.as_ref().ok().and_then(|text| split_blocks(text, &names));
        for (index, name) in names.iter().enumerate() {
            let fact = match (&together, &blocks) {
                (Err(unknown), _) => Err(unknown.clone()),
                (Ok(_), Some(blocks)) => Ok(blocks[index].clone()),
                (Ok(_), None) => self.show(&options, std::slice::from_ref(name)).and_then(|text| parse_block(&text)),
            };
            shown.insert(name.clone(), fact.map(without_empty));
        }
        (shown, other)
    }

    /// Stops a transient unit of ours and removes it from the manager, if it still exists.
    pub(crate) fn remove(&self, name: &UnitName) {
        for verb in ["stop", "reset-failed"] {
            let mut command = Command::new(self.0);
            command.args([verb, "--quiet", "--no-ask-password", "--", name.as_str()]).env_clear();
            // Errors are ignored: a unit that succeeded is removed already.
            let _ = run(&mut command, b"", Limits { time: TIMEOUT, stdout: STDOUT_PER_UNIT });
        }
    }

    /// Runs a verb such as `start` on a unit, with a deadline.
    pub(crate) fn run_verb(
        &self,
        verb: &str,
        options: &[&str],
        unit: &UnitName,
        time: Duration,
    ) -> Result<(), Unknown> {
        let mut command = self.command(verb, options, std::slice::from_ref(unit));
        let failed = |line: &str| {
            let forbidden = ["Access denied", "authentication required"].iter().any(|refusal| line.contains(refusal));
            let remedy = if forbidden { "run it as root: sudo unitlab …" } else { "" };
            unknown_with_remedy(format!("systemctl {verb} {} failed: {line}", unit.as_str()), remedy)
        };
        match run(&mut command, b"", Limits { time, stdout: STDOUT_PER_UNIT }) {
            Ok(outcome) if outcome.status.success() => Ok(()),
            Ok(outcome) => match last_line(&outcome.stderr) {
                line if line.is_empty() => Err(failed(&outcome.status.to_string())),
                line => Err(failed(&line)),
            },
            Err(error) => Err(failed(&error.to_string())),
        }
    }

    fn command(&self, verb: &str, options: &[&str], names: &[UnitName]) -> Command {
        let mut command = Command::new(self.0);
        command
            .args([verb, "--no-pager", "--no-ask-password"])
            .args(options)
            .arg("--")
            .args(names.iter().map(UnitName::as_str))
            .env_clear()
            .envs([("PATH", SEARCH_PATH), ("LC_ALL", "C")])
            .envs([("SYSTEMD_COLORS", "0"), ("SYSTEMD_PAGER", ""), ("SYSTEMD_LOG_LEVEL", "err")]);
        command
    }

    fn show(&self, options: &[&str], names: &[UnitName]) -> Result<String, Unknown> {
        stdout_of(run(&mut self.command("show", options, names), b"", limits(names.len())))
    }
}

fn limits(units: usize) -> Limits {
    Limits { time: TIMEOUT, stdout: STDOUT_PER_UNIT * (units + 1) }
}

fn stdout_of(outcome: Result<Outcome, ChildError>) -> Result<String, Unknown> {
    match outcome {
        Ok(outcome) if outcome.status.success() => Ok(String::from_utf8_lossy(&outcome.stdout).into_owned()),
        Ok(outcome) => Err(show_failed(&last_line(&outcome.stderr), &outcome.status.to_string())),
        Err(error @ ChildError::Deadline(_)) => Err(no_answer(&error)),
        Err(error) => Err(unknown(format!("systemctl show {error}"))),
    }
}

/// The manager missed its deadline. The state of PID 1 shows whether it is stopped.
fn no_answer(error: &ChildError) -> Unknown {
    let reason = format!("the service manager does not answer: systemctl show {error}");
    if state_of_init() == Some('T') {
        return unknown_with_remedy(format!("{reason}, because PID 1 is stopped"), "continue it: sudo kill -CONT 1");
    }
    unknown_with_remedy(
        reason,
        "check whether PID 1 hangs, for example on a FIFO among the unit files (ps -o stat,wchan:20,comm -p 1), or \
         whether the machine is overloaded (uptime)",
    )
}

/// The first letter of `ps -o stat`.
fn state_of_init() -> Option<char> {
    let stat = View::live().proc_text("1/stat").ok()?;
    // The name in brackets may contain brackets.
    stat.rsplit_once(") ")?.1.chars().next()
}

/// systemctl failed with this last line on stderr.
fn show_failed(line: &str, status: &str) -> Unknown {
    let unreachable = line.contains("not been booted with systemd") || line.contains("bus") && line.contains("connect");
    let failed = format!("systemctl show failed: {}", if line.is_empty() { status } else { line });
    if !unreachable {
        return unknown(failed);
    }
    let view = View::live();
    if !is_booted(&view) {
        let init = view.proc_text("1/comm").unwrap_or_default();
        return unknown_with_remedy(
            format!("this machine was not booted with systemd: its PID 1 is {:?}", init.trim()),
            "ask a machine whose PID 1 is systemd, or a sandbox: unitlab lab start",
        );
    }
    if geteuid().is_root() {
        return unknown_with_remedy(
            format!("systemd runs, but cannot be reached at its socket under /run/systemd: {failed}"),
            "make systemd re-execute itself, which opens the socket again and keeps services running: sudo kill -TERM 1",
        );
    }
    unknown_with_remedy(
        format!("systemd runs, but the message bus does not, and without it only root can ask systemd: {failed}"),
        "start the bus: sudo systemctl start dbus.socket; or check as root, which needs no bus: sudo unitlab …",
    )
}

fn template_error(name: &UnitName) -> Unknown {
    let name = name.as_str();
    unknown_with_remedy(
        format!("{name} is a template, and only its instances can be loaded"),
        "name an instance: web@eu.service",
    )
}

/// The blocks of several units; `None` if they are not exactly the units that were asked for.
fn split_blocks(text: &str, names: &[UnitName]) -> Option<Vec<UnitFact>> {
    let blocks: Vec<&str> = text.trim_end_matches('\n').split("\n\n").collect();
    if blocks.len() != names.len() {
        return None;
    }
    let facts: Vec<UnitFact> = blocks.into_iter().map(parse_block).collect::<Result<_, _>>().ok()?;
    let belongs = |(fact, name): (&UnitFact, &UnitName)| {
        fact.get("Id") == name.as_str() || fact.list("Names").contains(&name.as_str())
    };
    facts.iter().zip(names).all(belongs).then_some(facts)
}

/// Parses `Key=Value` lines. A line without a key continues the value before it. Successive lines of one key are a list
/// and are joined by line breaks. A key that appears again later is inside of a multi-line value (`ExecStart=` may
/// contain line breaks), and it is unknown which of the two is real.
fn parse_block(text: &str) -> Result<UnitFact, Unknown> {
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
                    return Err(unknown_with_remedy(
                        format!("a value with line breaks makes {key} appear twice in the output of systemctl show"),
                        "remove the line breaks from ExecStart= and Description=, for example by moving commands into a script",
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
    view.metadata(Path::new(SYSTEMD_DIRECTORY)).is_ok_and(|meta| meta.is_dir())
}

/// The properties that `systemctl show` prints without `--all`.
fn without_empty(mut fact: UnitFact) -> UnitFact {
    fact.properties.retain(|_, value| !value.is_empty() && value != "[unprintable]");
    fact
}

#[cfg(test)]
mod tests {
    use super::{UnitName, parse_block, split_blocks};

    fn names(names: &[&str]) -> Vec<UnitName> {
        names.iter().map(|name| UnitName::parse(name).unwrap()).collect()
    }

    #[test]
    fn values_may_contain_equal_signs_spaces_and_line_breaks() {
        for (text, key, value) in [
            ("Id=a.service\nUser=nobody\n", "User", "nobody"),
            ("Environment=A=1 B=2\n", "Environment", "A=1 B=2"),
            ("ExecStart={ a }\nExecStart={ b }\nUser=x\n", "ExecStart", "{ a }\n{ b }"),
            ("ExecStart={ echo a\nb c ; }\nUser=x\n", "ExecStart", "{ echo a\nb c ; }"),
            ("ExecStart={ echo a\n\nlower=1 ; }\nUser=x\n", "ExecStart", "{ echo a\n\nlower=1 ; }"),
            ("Description=\nUser=x\n", "Description", ""),
        ] {
            assert_eq!(parse_block(text).unwrap().get(key), value, "{text:?}");
        }
        assert!(parse_block("").unwrap().properties.is_empty());
    }

    #[test]
    fn a_property_forged_inside_a_value_is_detected() {
        let text = "ExecStart={ sh -c :\n\nUser=nobody\n }\nNice=0\nUser=\nId=a.service\n";
        let unknown = parse_block(text).unwrap_err();
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
