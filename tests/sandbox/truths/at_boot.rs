//! Units that a boot starts: truths 26–30. The twin has booted, and decides.

use unitlab::model::Kind;

use super::row::{Row, active};

const WANTED: &str = "[Install]\nWantedBy=multi-user.target";

pub(crate) fn rows() -> Vec<Row> {
    [links(), is_enabled(), links_by_hand(), masks()].into_iter().flatten().collect()
}

/// Truths 26 and 27: links that have no effect at boot.
fn links() -> Vec<Row> {
    let enabled = |truth: u8, name: &str, install: &str| {
        Row::of(truth, name).service(install).enable().exits("systemctl is-enabled UNIT", 0)
    };
    vec![
        enabled(26, "misspelt", "[Install]\nWantedBy=mutli-user.target")
            .shows("UnitFileState", "enabled")
            .shows("WantedBy", "")
            .fails(Kind::Enabled, &["wanted-by-unknown-target"]),
        // The target exists, but no boot reaches it.
        enabled(26, "idle", "[Install]\nWantedBy=graphical.target")
            .shows("UnitFileState", "enabled")
            .fails(Kind::Enabled, &["wanted-by-idle-target"]),
        enabled(26, "right", WANTED).shows("WantedBy", "multi-user.target").passes(Kind::Enabled),
        enabled(27, "alias", "[Install]\nAlias=t27-other.service")
            .shows("UnitFileState", "enabled")
            .fails(Kind::Enabled, &["alias-only"]),
        Row::of(27, "runtime")
            .service(WANTED)
            .then("systemctl enable --quiet --runtime UNIT")
            .shows("UnitFileState", "enabled-runtime")
            .shows("WantedBy", "multi-user.target")
            .fails(Kind::Enabled, &["runtime-only"]),
    ]
}

/// Truth 28: the exit status of `systemctl is-enabled`.
fn is_enabled() -> Vec<Row> {
    vec![
        Row::of(28, "static")
            .service("")
            .exits("systemctl is-enabled UNIT", 0)
            .shows("UnitFileState", "static")
            .fails(Kind::Enabled, &["no-install-section"]),
        Row::of(28, "disabled")
            .service(WANTED)
            .exits("systemctl is-enabled UNIT", 1)
            .fails(Kind::Enabled, &["not-enabled"]),
        Row::of(28, "indirect")
            .service("[Install]\nAlso=t28-static.service")
            .exits("systemctl is-enabled UNIT", 0)
            .shows("UnitFileState", "indirect")
            .fails(Kind::Enabled, &["enables-another-unit"]),
        // The alias of a unit that a boot starts.
        Row::of(28, "t28-second.service")
            .file(
                "/etc/systemd/system/t28-first.service",
                "[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\nAlias=t28-second.service\n",
            )
            .then("systemctl enable --quiet t28-first.service")
            .exits("systemctl is-enabled UNIT", 0)
            .passes(Kind::Enabled),
        Row::of(28, "linked")
            .file("/opt/t28-linked.service", &format!("[Service]\nExecStart=/usr/bin/sleep infinity\n{WANTED}\n"))
            .then("systemctl link --quiet /opt/t28-linked.service")
            .exits("systemctl is-enabled UNIT", 1)
            .shows("UnitFileState", "linked")
            .fails(Kind::Enabled, &["linked-not-enabled"]),
        Row::of(28, "masked")
            .then("ln -s /dev/null FILE")
            .exits("systemctl is-enabled UNIT", 1)
            .fails(Kind::Enabled, &["masked"]),
        Row::of(28, "transient")
            .then("systemd-run --quiet --unit=UNIT sleep infinity")
            .exits("systemctl is-enabled UNIT", 1)
            .shows("UnitFileState", "transient")
            .fails(Kind::Enabled, &["runtime-only"]),
    ]
}

/// Truth 29: links and copies made by hand.
fn links_by_hand() -> Vec<Row> {
    let wants = "/etc/systemd/system/multi-user.target.wants";
    vec![
        Row::of(29, "link")
            .service("")
            .then(&format!("mkdir -p {wants}; ln -s FILE {wants}/UNIT; systemctl daemon-reload"))
            .exits("systemctl is-enabled UNIT", 0)
            .shows("UnitFileState", "enabled")
            .passes(Kind::Enabled),
        Row::of(29, "copy")
            .service(WANTED)
            .then(&format!("mkdir -p {wants}; cp FILE {wants}/UNIT; systemctl daemon-reload"))
            .exits("systemctl is-enabled UNIT", 1)
            .shows("UnitFileState", "disabled")
            .fails(Kind::Enabled, &["not-enabled"]),
    ]
}

/// Truth 30: masked units.
fn masks() -> Vec<Row> {
    vec![
        Row::of(30, "running")
            .service(WANTED)
            .enable()
            .start()
            .then("ln -sf /dev/null FILE")
            .shows("LoadState", "masked")
            .shows("ActiveState", "active")
            .fails(Kind::UnitFile, &["masked"])
            .fails(Kind::Enabled, &["masked"])
            .passes(active(true, 1)),
        Row::of(30, "empty").text("").shows("LoadState", "masked").fails(Kind::UnitFile, &["zero-byte-unit"]),
    ]
}
