//! `account`: the account of a service is its own, allows no login, and is in no forbidden group.
//!
//! Both the accounts of the live processes and the account of the next start are judged. A login is possible if the shell
//! can be executed and the account has not expired. The password does not matter: SSH keys, cron and su(1) ask for none.
//! nologin(8) stops them all.

use super::expect::either;
use crate::engine::diagnose::{directive_mistakes, shell_safe, stale};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{AccountCheck, AccountFact, Cause, Diagnosis, Layer, PasswdRow, Shell, UnitFact, Unknown, Verdict};

/// The kernel's overflow uid, shown for owners without a mapping.
const NOBODY: u32 = 65_534;

pub(super) fn judge(view: &UnitView, check: &AccountCheck) -> Verdict {
    let mut finding = Finding::expecting(expected(check));
    let (unit, fact) = match (view.loaded(), view.account()) {
        (Ok(unit), Ok(fact)) => (unit, fact),
        (Err(unknown), _) | (_, Err(unknown)) => return finding.unknown(&unknown),
    };
    let files = view.files();
    let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
    show(view, unit, fact, unit_files.as_ref(), &mut finding);
    let mut now = Faults::default();
    for row in &fact.live {
        now.check_row(view, check, fact, row);
    }
    if is_pending(unit, fact) {
        now.check_next_start(view, check, fact);
    }
    now.check_groups(view, check, fact);
    let twin = view.twin_account().filter(|twin| starts_differently(twin, fact));
    let mut after_boot = Faults::default();
    if let Some(twin) = twin {
        after_boot.check_next_start(view, check, twin);
        after_boot.check_groups(view, check, twin);
    }
    let observed = names(fact);
    if !now.wrong.is_empty() || !after_boot.wrong.is_empty() {
        finding.because(unit_files.iter().flat_map(|unit_files| directive_mistakes(unit_files, "User", &|_| true)));
        // Without a twin, NeedDaemonReload= shows that the manager has not read the files.
        let written = unit_files.as_ref().and_then(|unit_files| unit_files.effective("User"));
        if twin.is_none()
            && unit.get("NeedDaemonReload") == "yes"
            && written.is_some_and(|written| written.value != unit.get("User"))
        {
            finding.because([stale(view, unit_files.as_ref(), "User")]);
        }
    }
    let not_loaded = || twin.filter(|twin| user_differs(twin, fact)).map(|_| stale(view, unit_files.as_ref(), "User"));
    if !now.wrong.is_empty() {
        if after_boot.wrong.is_empty() && after_boot.unknown.is_none() {
            finding.because(not_loaded());
        }
        finding.because(now.causes);
        return finding.failed(now.wrong.join("; "));
    }
    if !after_boot.wrong.is_empty() {
        finding.because(not_loaded());
        finding.because(after_boot.causes);
        return finding.failed(format!(
            "{observed} now, but a fresh boot starts it differently: {}",
            after_boot.wrong.join("; ")
        ));
    }
    match now.unknown.or(after_boot.unknown) {
        Some(reason) => finding.unknown(&Unknown { reason, remedy: Some("run the check as root".into()) }),
        None => finding.passed(observed),
    }
}

fn expected(check: &AccountCheck) -> String {
    let mut parts = vec![if check.own { "an account that only this service uses" } else { "an account" }.to_owned()];
    parts.extend(check.no_login.then(|| "with logins disabled".to_owned()));
    if !check.member_of_not.is_empty() {
        parts.push(format!("not in the group {}", either(&check.member_of_not)));
    }
    parts.join(", ")
}

fn show(view: &UnitView, unit: &UnitFact, fact: &AccountFact, unit_files: Option<&UnitFiles>, finding: &mut Finding) {
    if let Some(unit_files) = unit_files {
        let directive = if unit_files.effective("User").is_none() && fact.dynamic { "DynamicUser" } else { "User" };
        let (place, text) = unit_files.evidence(view.unit, directive);
        finding.show(Layer::File, place, text);
    }
    let loaded = format!("User={} DynamicUser={}", unit.get("User"), unit.get("DynamicUser"));
    finding.show(Layer::Loaded, view.show("User,DynamicUser"), loaded);
    let rows = if fact.live.is_empty() { fact.row.iter().collect() } else { fact.live.iter().collect::<Vec<_>>() };
    for row in rows.into_iter().take(3) {
        let locked = match (row.locked, row.expired) {
            (_, true) => ", expired",
            (Some(true), _) => ", password locked",
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
        [] if fact.dynamic => format!("{}, a dynamic user that exists while the unit runs", fact.user),
        [] => format!("User={}", fact.user),
        rows => rows.join(", "),
    }
}

/// The next start may use an account that no process has now.
///
/// Not if the account is root and the processes gave up root by themselves.
fn is_pending(unit: &UnitFact, fact: &AccountFact) -> bool {
    let started_as_user = unit.get("UID").parse::<u32>().is_ok_and(|uid| uid != 0);
    let root = fact.identity.uid == Some(0);
    let known = fact.live.iter().any(|row| Some(row.uid) == fact.identity.uid);
    !known && (fact.live.is_empty() || !root || started_as_user)
}

/// A fresh boot uses another account, or the account has another passwd entry there.
fn starts_differently(twin: &AccountFact, fact: &AccountFact) -> bool {
    user_differs(twin, fact) || twin.row != fact.row
}

/// `User=` or `DynamicUser=` differ, so the manager has not loaded what is on disk.
fn user_differs(twin: &AccountFact, fact: &AccountFact) -> bool {
    (&twin.user, twin.dynamic) != (&fact.user, fact.dynamic)
}

#[derive(Default)]
struct Faults {
    wrong: Vec<String>,
    causes: Vec<Diagnosis>,
    /// Why a fault can be neither shown nor excluded.
    unknown: Option<String>,
}

impl Faults {
    fn add(&mut self, cause: Cause, wrong: String, text: String, next: String) {
        self.wrong.push(wrong);
        self.causes.push(cause.because(text).next_step(next));
    }

    fn check_next_start(&mut self, view: &UnitView, check: &AccountCheck, fact: &AccountFact) {
        match (&fact.row, fact.identity.uid) {
            (Some(row), _) => self.check_row(view, check, fact, row),
            // A dynamic user belongs to the unit, has no shell, and is removed when the unit stops.
            (None, _) if fact.dynamic => {}
            (None, Some(uid)) => {
                // A uid without a passwd entry has no shell.
                let row = PasswdRow { uid, shell_is: Shell::Missing, ..PasswdRow::default() };
                self.check_row(view, check, fact, &row);
            }
            (None, None) => {
                let user = &fact.user;
                let make = format!("sudo useradd --system --shell /usr/sbin/nologin {}", paste_safe(user));
                self.add(
                    Cause::UserUnknown,
                    format!("no account {user}"),
                    format!("There is no account {user}."),
                    make,
                );
            }
        }
    }

    fn check_row(&mut self, view: &UnitView, check: &AccountCheck, fact: &AccountFact, row: &PasswdRow) {
        let logs_in = row.shell_is == Shell::Real && !row.expired;
        if check.own {
            self.check_owner(view, fact, row, logs_in);
        }
        if !check.no_login || !logs_in {
            return;
        }
        let (who, shell) = (name(row), if row.shell.is_empty() { "/bin/sh" } else { &row.shell });
        match row.locked {
            None => self.unknown = Some(format!("whether {who} has expired is unknown")),
            Some(locked) => {
                let starter = if locked { "the password is locked, but an SSH key, cron or su" } else { "a login" };
                self.add(
                    Cause::AccountCanLogIn,
                    format!("{who} can log in: its shell is {shell}"),
                    format!("The shell of {who} is {shell}: {starter} starts it."),
                    format!("sudo usermod --shell /usr/sbin/nologin {}", paste_safe(&row.name)),
                );
            }
        }
    }

    fn check_owner(&mut self, view: &UnitView, fact: &AccountFact, row: &PasswdRow, logs_in: bool) {
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
                "{who} is reserved for files without an owner: services that run as it can access each other's processes and files."
            );
            self.add(Cause::AccountIsNobody, who, text, make);
        } else if (low..=high).contains(&row.uid) && logs_in && row.name != stem {
            let text = format!(
                "{who} can log in and has the uid of a user account ({low} to {high}): it belongs to a person."
            );
            self.add(Cause::AccountOfAPerson, format!("{who} is a person's account"), text, make);
        } else if fact.identity.uid == Some(row.uid) {
            let others: Vec<&str> =
                fact.shared_with.iter().map(String::as_str).filter(|other| !is_companion(other, stem)).collect();
            if !others.is_empty() {
                let others = others.join(", ");
                let text =
                    format!("{others} runs as {who} too, so each can access the files and processes of the other.");
                self.add(Cause::AccountIsShared, format!("{who} is also the account of {others}"), text, make);
            }
        }
    }

    fn check_groups(&mut self, view: &UnitView, check: &AccountCheck, fact: &AccountFact) {
        let within: Vec<&str> =
            check.member_of_not.iter().filter(|group| fact.groups.contains(group)).map(String::as_str).collect();
        if !within.is_empty() {
            let groups = within.join(", ");
            self.add(
                Cause::AccountInGroup,
                format!("{} is in {groups}", names(fact)),
                format!(
                    "{} has the rights of the group {groups}, through its account, Group= or SupplementaryGroups=.",
                    view.unit
                ),
                format!("id {}; systemctl show {} -p Group,SupplementaryGroups", paste_safe(&fact.user), view.unit),
            );
        }
    }
}

/// One name extends the other, as `sre-app-cleanup.service` extends `sre-app.service`: they may share an account.
fn is_companion(other: &str, stem: &str) -> bool {
    let other = other.split(['@', '.']).next().unwrap_or(other);
    let (shorter, longer) = if other.len() < stem.len() { (other, stem) } else { (stem, other) };
    longer.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The word if it is safe to paste into a shell; else a placeholder.
fn paste_safe(word: &str) -> &str {
    shell_safe(word).unwrap_or("NAME")
}
