//! Services after the next boot: cases 53–66 and 73. The twin has booted, and decides.

use unitlab::model::{Kind, TimeSpan};

use super::row::{Row, active, running};
use super::staying_up::comes_back;

const WANTED: &str = "[Install]\nWantedBy=multi-user.target";

fn survives() -> Kind {
    Kind::SurvivesReboot { hold: TimeSpan::from_micros(1_500_000) }
}

pub(crate) fn rows(version: u32) -> Vec<Row> {
    [volatile(), relations(version), hooks(), places()].into_iter().flatten().collect()
}

fn enabled(truth: u8, name: &str, lines: &str) -> Row {
    Row::of(truth, name).service(&format!("{lines}\n{WANTED}")).enable()
}

/// Cases 53–56 and 73: the service needs something that a boot removes.
fn volatile() -> Vec<Row> {
    let now_only = |truth: u8, name: &str, lines: &str, before: &str| {
        enabled(truth, name, lines)
            .then(&format!("{before}; systemctl start UNIT"))
            .passes(active(true, 1))
            .passes(Kind::Enabled)
    };
    vec![
        now_only(53, "condition", "[Unit]\nConditionPathExists=/run/t53", "touch /run/t53")
            .fails(survives(), &["condition-not-met"]),
        now_only(53, "or", "[Unit]\nConditionPathExists=|/run/t53\nConditionPathExists=|/etc", "true").passes(survives()),
        now_only(54, "assert", "[Unit]\nAssertPathExists=/run/t54", "touch /run/t54")
            .fails(survives(), &["condition-not-met"]),
        now_only(55, "directory", "WorkingDirectory=/run/t55", "mkdir /run/t55").fails(survives(), &["chdir"]),
        now_only(55, "runtime-directory", "WorkingDirectory=/run/t55-runtime\nRuntimeDirectory=t55-runtime", "true").passes(survives()),
        // In this crash loop, it is in the state `activating` most of the time.
        Row::of(73, "loop")
            .text(&format!(
                "[Service]\nType=notify\nNotifyAccess=all\nRestart=always\nRestartSec=200ms\nExecStart=/bin/sh -c 'test -e /run/t73 || {{ sleep 1; exit 1; }}; systemd-notify --ready; exec sleep infinity'\n[Unit]\nStartLimitIntervalSec=0\n{WANTED}\n"
            ))
            .enable()
            .then("touch /run/t73; systemctl start UNIT")
            .passes(active(true, 1))
            .fails(survives(), &["crash-loop"]),
        Row::of(56, "program")
            .text(&format!("[Service]\nExecStart=/run/t56-app infinity\n{WANTED}\n"))
            .enable()
            .then("cp /usr/bin/sleep /run/t56-app; systemctl start UNIT")
            .passes(Kind::Enabled)
            .fails(survives(), &["exec-missing"]),
        // The unit file itself is in /run, as is the link.
        Row::of(56, "unit-file")
            .then("printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/run/UNIT; systemctl enable --quiet --now /run/UNIT")
            .exits("systemctl is-enabled UNIT", 0)
            .passes(active(true, 1))
            .fails(Kind::Enabled, &[])
            .fails(Kind::UnitFile, &[]),
    ]
}

/// Cases 57–60: dependencies on other units.
fn relations(version: u32) -> Vec<Row> {
    // systemd 252 starts it at boot in spite of the missing unit, but not later. Newer versions never start it.
    let requires = |row: Row| {
        if version > 252 {
            row.fails(survives(), &["boot-leaves-it-down"]).unknown(comes_back(), &["could-not-tell"])
        } else {
            row.passes(survives()).fails(comes_back(), &["no-auto-restart"])
        }
    };
    // These lines are added while it runs.
    let later = |truth: u8, name: &str, lines: &str| {
        Row::of(truth, name)
            .service(&format!("Restart=always\n[Unit]\nStartLimitIntervalSec=0\n{WANTED}"))
            .enable()
            .start()
            .then(&format!("mkdir FILE.d; printf '[Unit]\\n{lines}\\n' >FILE.d/later.conf; systemctl daemon-reload"))
    };
    vec![
        requires(
            later(57, "requires", "Requires=t57-missing.service")
                .exits("systemctl restart UNIT", 5)
                .passes(active(true, 1)),
        ),
        later(57, "binds", "BindsTo=t57-missing.service\\nAfter=t57-missing.service")
            .fails(active(true, 1), &["not-started"])
            .fails(survives(), &["boot-leaves-it-down"]),
        later(57, "wants", "Wants=t57-missing.service\\nAfter=t57-missing.service")
            .passes(survives())
            .passes(comes_back()),
        later(58, "requisite", "Requisite=t58-idle.service\\nAfter=t58-idle.service")
            .passes(active(true, 1))
            .fails(survives(), &["boot-leaves-it-down"]),
        Row::of(58, "idle").service(""),
        later(59, "conflicts", "Conflicts=multi-user.target")
            .passes(active(true, 1))
            .fails(survives(), &["boot-leaves-it-down"]),
        // A target is ordered after the units that it wants, except those that are ordered after it.
        enabled(60, "after", "[Unit]\nAfter=multi-user.target").start().passes(Kind::Enabled).passes(survives()),
        enabled(60, "no-defaults", "[Unit]\nDefaultDependencies=no").start().passes(survives()),
        // A boot can start it, only `systemctl start` cannot.
        enabled(60, "refuses", "[Unit]\nRefuseManualStart=yes").passes(Kind::Enabled).passes(survives()),
        enabled(60, "unneeded", "[Unit]\nStopWhenUnneeded=yes").passes(survives()),
    ]
}

/// Cases 61–64: ways to be started at boot.
fn hooks() -> Vec<Row> {
    let etc = "/etc/systemd/system";
    let hooked = |truth: u8, name: &str, install: &str| {
        Row::of(truth, name).service(&format!("[Install]\n{install}")).enable().start()
    };
    vec![
        hooked(61, "default", "WantedBy=default.target").passes(Kind::Enabled).passes(survives()),
        hooked(61, "required", "RequiredBy=multi-user.target").passes(Kind::Enabled).passes(survives()),
        hooked(61, "basic", "WantedBy=sysinit.target").passes(Kind::Enabled),
        hooked(62, "own-target", "WantedBy=t62-own.target")
            .file(&format!("{etc}/t62-own.target"), &format!("[Unit]\nDescription=t62\n{WANTED}\n"))
            .then("systemctl enable --quiet t62-own.target")
            .passes(Kind::Enabled)
            .passes(survives()),
        hooked(62, "idle-target", "WantedBy=t62-idle.target")
            .file(&format!("{etc}/t62-idle.target"), "[Unit]\nDescription=t62\n")
            .exits("systemctl is-enabled UNIT", 0)
            .fails(Kind::Enabled, &["wanted-by-unknown-target"])
            .fails(survives(), &["wanted-by-unknown-target"]),
        // The target itself wants the unit.
        Row::of(63, "wanted")
            .service("")
            .file(&format!("{etc}/multi-user.target.d/t63.conf"), "[Unit]\nWants=t63-wanted.service\nUpholds=t63-upheld.service\n")
            .exits("systemctl is-enabled UNIT", 0)
            .shows("UnitFileState", "static")
            .passes(Kind::Enabled)
            .passes(survives()),
        Row::of(63, "upheld").service("").passes(Kind::Enabled).passes(survives()),
        Row::of(64, "drop-in")
            .service("")
            .drop_in("install.conf", &format!("{WANTED}\n"))
            .then("systemctl enable --quiet UNIT")
            .passes(Kind::Enabled)
            .passes(survives()),
        Row::of(64, "t64-default@web.service")
            .file(
                &format!("{etc}/t64-default@.service"),
                "[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\nDefaultInstance=web\n",
            )
            .then("systemctl enable --quiet t64-default@.service")
            .passes(Kind::Enabled)
            .passes(survives()),
        Row::of(64, "t64-default@other.service").fails(Kind::Enabled, &["not-enabled"]).fails(survives(), &["not-enabled"]),
    ]
}

/// Cases 65 and 66: unit files in other places.
fn places() -> Vec<Row> {
    let text = format!("[Service]\nExecStart=/usr/bin/sleep infinity\n{WANTED}\n");
    vec![
        Row::of(65, "linked")
            .file("/opt/t65-linked.service", &text)
            .then("systemctl enable --quiet --now /opt/t65-linked.service")
            .passes(Kind::UnitFile)
            .passes(running())
            .passes(Kind::Enabled)
            .passes(survives()),
        // systemd keeps the unit loaded after its file is removed.
        Row::of(66, "deleted")
            .file("/etc/systemd/system/t66-deleted.service", &text)
            .enable()
            .start()
            .last("rm FILE")
            .passes(active(true, 1))
            .fails(Kind::UnitFile, &[])
            .fails(Kind::Enabled, &[]),
    ]
}
