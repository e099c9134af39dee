//! Why a unit is not running, or does not stay so.

use super::reload::stale;
use super::{unloadable, writing};
use crate::engine::exec_command::ExecCommand;
use crate::engine::exit_status::End;
use crate::engine::finding::cause;
use crate::engine::layers::Layers;
use crate::engine::seen::Seen;
use crate::model::{Diagnosis, PortOwner, SteadyFact, UnitFact};

/// How the last main process ended, if one did: `its main process ended with status 203/EXEC: …`.
pub(crate) fn ending(unit: &UnitFact) -> Option<String> {
    let end = End::of(unit)?;
    Some(format!("its last main process ended with {}", end.describe()))
}

/// The causes of a unit that is not active, or does not stay active; root cause first.
pub(crate) fn why_not_running(
    seen: &Seen,
    unit: &UnitFact,
    layers: Option<&Layers>,
    steady: Option<&SteadyFact>,
) -> Vec<Diagnosis> {
    let mut causes = unloadable(seen, unit, layers);
    if unit.get("LoadState") != "loaded" {
        return causes;
    }
    let end = End::of(unit);
    if let Some(end) = end {
        causes.extend(behind_the_status(seen, unit, layers, end));
    }
    if matches!(end, Some(End::Exited(status)) if (1..200).contains(&status)) {
        causes.extend(stranger_on_the_port(seen));
    }
    causes.extend(never_came_up(seen, unit, end));
    causes.extend(loops(seen, unit, steady));
    causes
}

/// systemd's own statuses name the directive that it could not carry out.
fn behind_the_status(seen: &Seen, unit: &UnitFact, layers: Option<&Layers>, end: End) -> Vec<Diagnosis> {
    let (name, id) = match end {
        End::Exited(203) => ("ExecStart", "exec-missing"),
        End::Exited(217) => ("User", "user-unknown"),
        End::Exited(200) => ("WorkingDirectory", "chdir"),
        _ => return vec![],
    };
    let mut causes = Vec::new();
    let changed = |reloaded: &UnitFact| strip(reloaded.get(name)) != strip(unit.get(name));
    if seen.reloaded().is_some_and(changed) {
        causes.push(stale(seen, layers, name));
    }
    causes.extend(layers.map(|layers| writing(layers, name, &|_| true)).unwrap_or_default());
    let place = layers
        .and_then(|layers| layers.effective(name))
        .map_or_else(|| name.to_owned(), |written| format!("{} at {}", written.text(), written.place()));
    let again = format!("sudo systemctl restart {}", seen.unit);
    causes.push(match id {
        "exec-missing" => {
            let commands = unit.get("ExecStart");
            let program = ExecCommand::parse_all(commands)
                .first()
                .and_then(|command| command.argv.split_whitespace().next().map(str::to_owned))
                .unwrap_or_else(|| "the program".into());
            cause(
                id,
                format!(
                    "systemd could not execute {program} (203/EXEC, {place}): it is missing, not executable, or its #! line names a missing interpreter."
                ),
                format!("ls -l {program}"),
            )
        }
        "user-unknown" => cause(
            id,
            format!("systemd could not become that user (217/USER, {place}): most often there is no such account."),
            format!("getent passwd {0} || sudo useradd --system --shell /usr/sbin/nologin {0}; {again}", account(unit)),
        ),
        _ => cause(
            id,
            format!("systemd could not enter the working directory (200/CHDIR, {place}): it is missing, or closed to the user."),
            format!("namei -l {}; {again}", shell_safe(unit.get(name)).unwrap_or("DIRECTORY")),
        ),
    });
    causes
}

/// Commands carry the times of their last run, which differ from boot to boot.
fn strip(value: &str) -> Vec<&str> {
    let commands = ExecCommand::parse_all(value);
    if commands.is_empty() { vec![value] } else { commands.into_iter().map(|command| command.argv).collect() }
}

fn account(unit: &UnitFact) -> &str {
    shell_safe(unit.get("User")).unwrap_or("NAME")
}

/// A learner may paste what comes next: only a plain word is repeated in it.
fn shell_safe(word: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/@".contains(c);
    (!word.is_empty() && !word.starts_with('-') && word.chars().all(plain)).then_some(word)
}

/// The port that the unit should answer on is held by somebody else: its own bind(2) cannot succeed.
fn stranger_on_the_port(seen: &Seen) -> Vec<Diagnosis> {
    seen.probes()
        .filter_map(|(port, fact)| match &fact.owner {
            PortOwner::Other { pid, comm } => Some(orphan(seen, port, *pid, comm)),
            _ => None,
        })
        .collect()
}

/// Somebody outside of the unit listens where the unit should.
pub(crate) fn orphan(seen: &Seen, port: u16, pid: u32, comm: &str) -> Diagnosis {
    if pid == 1 {
        // A socket unit's: the manager listens for a service that it will start, and it was not this one.
        return cause(
            "socket-unit-holds-the-port",
            format!(
                "systemd itself listens on port {port} for a socket unit, and {0} has not taken it over.",
                seen.unit
            ),
            "systemctl list-sockets",
        );
    }
    cause(
        "orphan-answers-the-port",
        format!("Pid {pid} ({comm}) holds port {port} and does not belong to {0}, so {0} cannot have it.", seen.unit),
        format!("sudo kill {pid}; sudo systemctl restart {}", seen.unit),
    )
}

fn never_came_up(seen: &Seen, unit: &UnitFact, end: Option<End>) -> Option<Diagnosis> {
    let unit_name = seen.unit;
    match (unit.get("ActiveState"), unit.get("SubState")) {
        // ConditionResult is "no" also before the first try; the time stamp tells.
        ("inactive", _)
            if unit.get("ConditionResult") == "no" && !matches!(unit.get("ConditionTimestampMonotonic"), "" | "0") =>
        {
            Some(cause(
                "condition-not-met",
                format!("A Condition…= of {unit_name} is not met, so start does nothing, and reports success."),
                format!("systemctl status {unit_name}"),
            ))
        }
        // A start that an Assert…= refuses fails, and its unit stays inactive.
        ("inactive", _)
            if unit.get("AssertResult") == "no" && !matches!(unit.get("AssertTimestampMonotonic"), "" | "0") =>
        {
            Some(cause(
                "condition-not-met",
                format!("An Assert…= of {unit_name} does not hold, so every start of it fails."),
                format!("systemctl status {unit_name}"),
            ))
        }
        ("inactive", _) if end.is_none() => Some(cause(
            "not-started",
            format!("{unit_name} is loaded, and nothing has started it, or it ended by itself, with success."),
            format!("sudo systemctl start {unit_name}"),
        )),
        ("inactive", _) if end == Some(End::Exited(0)) => Some(cause(
            "ended-by-itself",
            format!("The main process of {unit_name} ended by itself with status 0, and so the service is over."),
            "let ExecStart= run the program in the foreground, without & or a daemon mode",
        )),
        ("activating", "start") if unit.get("Type").starts_with("notify") => Some(cause(
            "waits-for-ready",
            format!("{unit_name} has Type={}, and its program has not sent READY=1 yet.", unit.get("Type")),
            "use Type=exec, unless the program calls sd_notify(3)",
        )),
        _ => None,
    }
}

/// It starts and dies, over and over; or it did, until systemd gave up.
fn loops(seen: &Seen, unit: &UnitFact, steady: Option<&SteadyFact>) -> Vec<Diagnosis> {
    let number = |name| unit.get(name).parse::<u64>().unwrap_or(0);
    let (restarts, burst) = (number("NRestarts"), number("StartLimitBurst"));
    let mut causes = Vec::new();
    let seen_restarting = steady.is_some_and(|fact| fact.after.restarts > fact.before.restarts);
    // The unit may have been looked at later than it was watched.
    let waits = unit.get("SubState").starts_with("auto-restart")
        || steady.is_some_and(|fact| fact.after.sub.starts_with("auto-restart"));
    let failed = unit.get("ActiveState") == "failed";
    let unit_name = seen.unit;
    // A loop may end as start-limit-hit, or as exit-code (truth 19): the counter tells in both cases.
    if seen_restarting || waits || failed && restarts > 0 {
        let restarts = steady.map_or(restarts, |fact| restarts.max(fact.after.restarts));
        causes.push(cause(
            "crash-loop",
            format!(
                "{unit_name} dies, is restarted, and dies again (NRestarts={restarts}): the restarts hide why it dies."
            ),
            format!("journalctl -u {unit_name} -n 30"),
        ));
    }
    if failed && (unit.get("Result") == "start-limit-hit" || burst > 0 && restarts >= burst) {
        causes.push(cause(
            "start-limit-hit",
            format!(
                "{unit_name} was started more often than StartLimitBurst={burst} allows within {}, and systemd gave up.",
                unit.get("StartLimitIntervalUSec")
            ),
            format!("mend the cause first, then sudo systemctl reset-failed {unit_name} && sudo systemctl start {unit_name}"),
        ));
    }
    causes
}
