//! The user of a service: truths 1–10.

use unitlab::model::{Expect, Kind, Value};

use super::row::{Row, not_root, setting, user_set};

/// Gives up root before it notifies systemd, so the process is no longer root when the start returns.
const DROPS: &str = "/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups";
const READY_AND_STAY: &str = "/bin/sh -c 'systemd-notify --ready; exec sleep infinity'";

pub(crate) fn rows() -> Vec<Row> {
    [settings(), accounts(), changes(), several_processes()].into_iter().flatten().collect()
}

/// Truths 1–5: settings and the uid that results.
fn settings() -> Vec<Row> {
    let nobody = "User=nobody";
    let prefixed = |name: &str, prefix: &str| {
        Row::of(3, name)
            .text(&format!("[Service]\nType=exec\nUser=nobody\nExecStart={prefix}/usr/bin/sleep infinity\n"))
            .start()
            .shows("User", "nobody")
    };
    vec![
        // Three names of uid 0.
        Row::of(1, "number").service("User=0").start().shows("UID", "0").fails(not_root(), &["runs-as-root"]),
        Row::of(1, "name").service("User=root").start().shows("UID", "0").fails(not_root(), &["runs-as-root"]),
        Row::of(1, "toor")
            .service("User=toor")
            .then("useradd --non-unique --uid 0 --gid 0 toor && systemctl start UNIT")
            .shows("User", "toor")
            .shows("UID", "0")
            .fails(not_root(), &["runs-as-root"]),
        Row::of(2, "reset")
            .service(nobody)
            .drop_in("reset.conf", "[Service]\nUser=\n")
            .start()
            .shows("User", "")
            .fails(not_root(), &["overridden-by-drop-in", "runs-as-root"])
            .fails(user_set(), &["overridden-by-drop-in"]),
        // The prefix overrides User=, but the properties User and UID do not show that.
        prefixed("plus", "+").shows("UID", "65534").fails(not_root(), &["runs-as-root"]).passes(user_set()),
        prefixed("bang", "!").shows("UID", "65534").fails(not_root(), &["runs-as-root"]).passes(user_set()),
        prefixed("two-bangs", "!!").shows("UID", "65534").passes(not_root()),
        Row::of(4, "dynamic")
            .service("DynamicUser=yes")
            .start()
            .shows("User", "t04-dynamic")
            .proves(|unit| unit.get("UID").parse().is_ok_and(|uid: u32| (61_184..=65_519).contains(&uid)))
            .passes(not_root()),
        Row::of(4, "dynamic-root")
            .service("DynamicUser=yes\nUser=root")
            .start()
            .shows("UID", "0")
            .fails(not_root(), &["runs-as-root"]),
        Row::of(5, "drops")
            .text(&format!("[Service]\nType=notify\nNotifyAccess=all\nExecStart={DROPS} {READY_AND_STAY}\n"))
            .start()
            .shows("User", "")
            .passes(not_root())
            .fails(user_set(), &[]),
    ]
}

/// Truths 6–8: invalid names, numbers and specifiers.
fn accounts() -> Vec<Row> {
    // With Type=simple, the start succeeds before systemd looks up the account.
    let unknown = |truth: u8, name: &str, user: &str| {
        Row::of(truth, name)
            .text(&format!("[Service]\nUser={user}\nExecStart=/usr/bin/sleep infinity\n"))
            .exits("systemctl start UNIT", 0)
            .awaits("ActiveState", "failed")
            .shows("ExecMainStatus", "217")
            .shows("Result", "exit-code")
            .shows("User", user)
    };
    let nobody = || setting("User", Expect::Is(Value::Text("nobody".into())));
    vec![
        unknown(6, "comment", "nobody # web")
            .fails(not_root(), &["inline-comment", "user-unknown"])
            .fails(nobody(), &["inline-comment"]),
        unknown(6, "quotes", "\"nobody\"")
            .fails(not_root(), &["quoted-value", "user-unknown"])
            .fails(nobody(), &["quoted-value"]),
        unknown(7, "unknown", "nosuch").fails(not_root(), &["user-unknown"]),
        Row::of(8, "number").service("User=65534").start().shows("User", "65534").passes(not_root()),
        Row::of(8, "t08-user@nobody.service")
            .file(
                "/etc/systemd/system/t08-user@.service",
                "[Service]\nType=exec\nUser=%i\nExecStart=/usr/bin/sleep infinity\n",
            )
            .start()
            .shows("User", "nobody")
            .shows("UID", "65534")
            .passes(not_root())
            .passes(nobody()),
    ]
}

/// Truth 9: changes that are not reloaded, or not restarted.
fn changes() -> Vec<Row> {
    let (to_nobody, to_root) = ("sed -i s/User=root/User=nobody/ FILE", "sed -i s/User=nobody/User=root/ FILE");
    vec![
        // Reloaded but not restarted: the property is right, and the process is still root.
        Row::of(9, "fixed")
            .service("User=root")
            .start()
            .then(to_nobody)
            .shows("User", "nobody")
            .fails(not_root(), &["needs-restart"])
            .passes(user_set()),
        Row::of(9, "fixed-on-disk")
            .service("User=root")
            .start()
            .last(to_nobody)
            .shows("User", "root")
            .fails(not_root(), &["needs-daemon-reload"]),
        // The reverse: not root now, but root at the next start.
        Row::of(9, "broken")
            .service("User=nobody")
            .start()
            .then(to_root)
            .shows("User", "root")
            .fails(not_root(), &["needs-restart"]),
        Row::of(9, "broken-on-disk")
            .service("User=nobody")
            .start()
            .last(to_root)
            .shows("User", "nobody")
            .fails(not_root(), &["needs-daemon-reload"]),
        Row::of(9, "restarted")
            .service("User=root")
            .start()
            .then(&format!("{to_nobody}; systemctl daemon-reload; systemctl restart UNIT"))
            .passes(not_root()),
    ]
}

/// Truth 10: processes with different users.
fn several_processes() -> Vec<Row> {
    let both = |name: &str, user: &str, script: &str| {
        Row::of(10, name)
            .text(&format!("[Service]\nType=notify\nNotifyAccess=all\n{user}ExecStart=+/bin/sh -c '{script}'\n"))
            .start()
    };
    let as_nobody = format!("{DROPS} sleep infinity");
    vec![
        both("workers", "", &format!("{as_nobody} & systemd-notify --ready; exec sleep infinity"))
            .fails(not_root(), &["runs-as-root"])
            .passes(Kind::RunsAs { root: true }),
        // The reverse: the main process is nobody, and its child is root.
        both("helper", "User=nobody\n", &format!("sleep infinity & systemd-notify --ready; exec {as_nobody}"))
            .fails(not_root(), &["runs-as-root"])
            .fails(Kind::RunsAs { root: true }, &[]),
    ]
}
