//! `account`: the account that the service runs as is its own, closed to logins, and in no group that it should not be.
//!
//! Judged are the accounts of the live processes and the one that the next start would use. A login is possible where the
//! shell can be started and the account has not expired, password or not: keys, cron and su(1) ask for no password, and
//! nologin(8) stops them all.

use crate::engine::diagnose::{directive_mistakes, shell_safe, stale};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{AccountCheck, AccountFact, Cause, Diagnosis, Layer, PasswdRow, Shell, UnitFact, Unknown, Verdict};

/// The kernel's overflow uid: what everything without an owner is mapped to.
const NOBODY: u32 = 65_534;

pub(super) fn judge(view: &UnitView, demand: &AccountCheck) -> Verdict {
    let mut finding = Finding::expecting(expected(demand));
    let (unit, fact) = match (view.loaded(), view.account()) {
        (Ok(unit), Ok(fact)) => (unit, fact),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let layers = files.as_ref().ok().map(|files| UnitFiles::read(files));
    show(view, unit, fact, layers.as_ref(), &mut finding);
    let mut faults = Faults::default();
    for row in &fact.live {
        faults.of_row(view, demand, fact, row);
    }
    if is_pending(unit, fact) {
        faults.of_loaded(view, demand, fact);
    }
    faults.of_groups(view, demand, fact);
    let rebooted = view.rebooted_account().filter(|reborn| is_other(reborn, fact));
    let mut later = Faults::default();
    if let Some(reborn) = rebooted {
        later.of_loaded(view, demand, reborn);
        later.of_groups(view, demand, reborn);
    }
    let observed = names(fact);
    if !faults.wrong.is_empty() || !later.wrong.is_empty() {
        finding.because(layers.iter().flat_map(|layers| directive_mistakes(layers, "User", &|_| true)));
        // Without a twin: the manager itself reports that it needs a reload.
        let written = layers.as_ref().and_then(|layers| layers.effective("User"));
        if rebooted.is_none()
            && unit.get("NeedDaemonReload") == "yes"
            && written.is_some_and(|written| written.value != unit.get("User"))
        {
            finding.because([stale(view, layers.as_ref(), "User")]);
        }
    }
    if !faults.wrong.is_empty() {
        if rebooted.is_some() && later.wrong.is_empty() && later.unseen.is_none() {
            finding.because(
                rebooted.filter(|reborn| is_unloaded(reborn, fact)).map(|_| stale(view, layers.as_ref(), "User")),
            );
        }
        finding.because(faults.causes);
        return finding.failed(faults.wrong.join("; "));
    }
    if !later.wrong.is_empty() {
        finding
            .because(rebooted.filter(|reborn| is_unloaded(reborn, fact)).map(|_| stale(view, layers.as_ref(), "User")));
        finding.because(later.causes);
        return finding
            .failed(format!("{observed} now, but a fresh boot starts it differently: {}", later.wrong.join("; ")));
    }
    match faults.unseen.or(later.unseen) {
        Some(reason) => finding.unknown(&Unknown { reason, remedy: Some("run the check as root".into()) }),
        None => finding.passed(observed),
    }
}

fn expected(demand: &AccountCheck) -> String {
    let mut parts = vec![if demand.own { "an account of its own" } else { "an account" }.to_owned()];
    parts.extend(demand.no_login.then(|| "that does not allow logins".to_owned()));
    if !demand.member_of_not.is_empty() {
        parts.push(format!("not in {}", demand.member_of_not.join(", ")));
    }
    parts.join(", ")
}

fn show(view: &UnitView, unit: &UnitFact, fact: &AccountFact, layers: Option<&UnitFiles>, finding: &mut Finding) {
    if let Some(layers) = layers {
        let directive = if layers.effective("User").is_none() && fact.dynamic { "DynamicUser" } else { "User" };
        let (place, text) = layers.evidence(view.unit, directive);
        finding.show(Layer::File, place, text);
    }
    let loaded = format!("User={} DynamicUser={}", unit.get("User"), unit.get("DynamicUser"));
    finding.show(Layer::Loaded, view.show("User,DynamicUser"), loaded);
    let rows = if fact.live.is_empty() { fact.row.iter().collect() } else { fact.live.iter().collect::<Vec<_>>() };
    for row in rows.into_iter().take(3) {
        let locked = match (row.locked, row.expired) {
            (_, true) => ", expired",
            (Some(true), _) => ", no password fits",
            _ => "",
        };
        let source = format!("getent passwd {}", row.uid);
        finding.show(Layer::Live, source, format!("{}, shell {}{locked}", name(row), or_none(&row.shell)));
    }
}

fn or_none(shell: &str) -> &str {
    if shell.is_empty() { "not set (/bin/sh)" } else { shell }
}

fn name(row: &PasswdRow) -> String {
    if row.name.is_empty() { format!("uid {}", row.uid) } else { format!("{} (uid {})", row.name, row.uid) }
}

fn names(fact: &AccountFact) -> String {
    let rows: Vec<String> =
        fact.live.iter().chain(fact.row.as_ref().filter(|_| fact.live.is_empty())).map(name).collect();
    match rows.as_slice() {
        [] if fact.dynamic => format!("{}, made by systemd for as long as it runs", fact.user),
        [] => format!("User={}", fact.user),
        rows => rows.join(", "),
    }
}

/// The loaded account counts beside those of the processes, unless it is root and they have left it by themselves.
fn is_pending(unit: &UnitFact, fact: &AccountFact) -> bool {
    let was_told = unit.get("UID").parse::<u32>().is_ok_and(|uid| uid != 0);
    let root = fact.identity.uid == Some(0);
    let known = fact.live.iter().any(|row| Some(row.uid) == fact.identity.uid);
    !known && (fact.live.is_empty() || !root || was_told)
}

/// A fresh boot would start it as another account, or one with another shell, say.
fn is_other(reborn: &AccountFact, fact: &AccountFact) -> bool {
    is_unloaded(reborn, fact) || reborn.row != fact.row
}

/// The difference is one of settings, so the manager is behind the disk.
fn is_unloaded(reborn: &AccountFact, fact: &AccountFact) -> bool {
    (&reborn.user, reborn.dynamic) != (&fact.user, fact.dynamic)
}

#[derive(Default)]
struct Faults {
    wrong: Vec<String>,
    causes: Vec<Diagnosis>,
    unseen: Option<String>,
}

impl Faults {
    fn add(&mut self, cause: Cause, wrong: String, text: String, next: String) {
        self.wrong.push(wrong);
        self.causes.push(cause.because(text).next_step(next));
    }

    /// The account of the next start.
    fn of_loaded(&mut self, view: &UnitView, demand: &AccountCheck, fact: &AccountFact) {
        match (&fact.row, fact.identity.uid) {
            (Some(row), _) => self.of_row(view, demand, fact, row),
            // A dynamic user is the unit's own, has no shell, and is gone when it stops. One that is only a number has
            // no shell either.
            (None, _) if fact.dynamic => {}
            (None, Some(uid)) => {
                let row = PasswdRow { uid, shell_is: Shell::Missing, ..PasswdRow::default() };
                self.of_row(view, demand, fact, &row);
            }
            (None, None) => {
                let user = &fact.user;
                let make = format!("sudo useradd --system --shell /usr/sbin/nologin {}", plain(user));
                self.add(
                    Cause::UserUnknown,
                    format!("no account {user}"),
                    format!("There is no account {user}."),
                    make,
                );
            }
        }
    }

    fn of_row(&mut self, view: &UnitView, demand: &AccountCheck, fact: &AccountFact, row: &PasswdRow) {
        let logs_in = row.shell_is == Shell::Real && !row.expired;
        if demand.own {
            self.of_owner(view, fact, row, logs_in);
        }
        if !demand.no_login || !logs_in {
            return;
        }
        let (who, shell) = (name(row), if row.shell.is_empty() { "/bin/sh" } else { &row.shell });
        match row.locked {
            None => self.unseen = Some(format!("whether {who} has expired is unknown")),
            Some(locked) => {
                let but = if locked { "no password fits, but a key, cron or su" } else { "a login" };
                self.add(
                    Cause::AccountCanLogIn,
                    format!("{who} can log in: its shell is {shell}"),
                    format!("The shell of {who} is {shell}: {but} starts it."),
                    format!("sudo usermod --shell /usr/sbin/nologin {}", plain(&row.name)),
                );
            }
        }
    }

    fn of_owner(&mut self, view: &UnitView, fact: &AccountFact, row: &PasswdRow, logs_in: bool) {
        let unit = view.unit;
        let stem = unit.split(['@', '.']).next().unwrap_or(unit);
        let who = name(row);
        let (low, high) = fact.people;
        let make = format!("User={stem}, after sudo useradd --system --shell /usr/sbin/nologin {stem}");
        if row.uid == 0 {
            let text = format!("{unit} runs as {who}: an attacker who takes it over controls the whole machine.");
            self.add(Cause::RunsAsRoot, who, text, make);
        } else if row.uid == NOBODY || row.name == "nobody" {
            let text = format!(
                "{who} is reserved for files without an owner: every service that runs as it can access the others."
            );
            self.add(Cause::AccountIsNobody, who, text, make);
        } else if (low..=high).contains(&row.uid) && logs_in && row.name != stem {
            let text = format!(
                "{who} can log in and has the uid of a user account ({low} to {high}): it belongs to a person."
            );
            self.add(Cause::AccountOfAPerson, format!("{who} is a person's account"), text, make);
        } else if fact.identity.uid == Some(row.uid) {
            let others: Vec<&str> =
                fact.shared_with.iter().map(String::as_str).filter(|other| !is_family(other, stem)).collect();
            if !others.is_empty() {
                let others = others.join(", ");
                let text =
                    format!("{others} runs as {who} too, so each can access the files and processes of the other.");
                self.add(Cause::AccountIsShared, format!("{who} is also the account of {others}"), text, make);
            }
        }
    }

    fn of_groups(&mut self, view: &UnitView, demand: &AccountCheck, fact: &AccountFact) {
        let within: Vec<&str> =
            demand.member_of_not.iter().filter(|group| fact.groups.contains(group)).map(String::as_str).collect();
        if !within.is_empty() {
            let groups = within.join(", ");
            self.add(
                Cause::AccountInGroup,
                format!("{} is in {groups}", names(fact)),
                format!(
                    "{} has the rights of the group {groups}, by its account, Group= or SupplementaryGroups=.",
                    view.unit
                ),
                format!("id {}; systemctl show {} -p Group,SupplementaryGroups", plain(&fact.user), view.unit),
            );
        }
    }
}

/// `sre-app-cleanup.service` and `sre-app.service` may well share an account.
fn is_family(other: &str, stem: &str) -> bool {
    let other = other.split(['@', '.']).next().unwrap_or(other);
    let (shorter, longer) = if other.len() < stem.len() { (other, stem) } else { (stem, other) };
    longer.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A learner may paste what comes next: only a plain word is repeated in it.
fn plain(word: &str) -> &str {
    shell_safe(word).unwrap_or("NAME")
}
