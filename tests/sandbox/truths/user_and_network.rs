//! Users, groups and ports of services: cases 67–72.

use unitlab::model::{AccountCheck, Kind, Listens, Protocol};

use super::active::SERVE;
use super::row::{Row, answers, not_root, user_set};

const NOBODY: &str = "User=nobody";

/// Listens 1.5 s after its start, within the time in which unitlab retries young units. It has few imports, so that it
/// starts fast on a busy machine, too.
const LATE: &str = r#"import _socket, sys, time
server = _socket.socket()
server.bind(("127.0.0.1", int(sys.argv[1])))
time.sleep(1.5)
server.listen(8)
while True:
    guest = _socket.socket(fileno=server._accept()[0])
    guest.recv(4096)
    guest.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    guest.close()
"#;

fn not_in(group: &str) -> Kind {
    Kind::Account(AccountCheck { member_of_not: vec![group.into()], ..AccountCheck::default() })
}

pub(crate) fn rows() -> Vec<Row> {
    [users(), rights(), ports()].into_iter().flatten().collect()
}

/// Cases 67–69: the source of the user, and processes of earlier runs.
fn users() -> Vec<Row> {
    vec![
        Row::of(67, "web")
            .service("")
            .file("/etc/systemd/system/t67-.service.d/user.conf", "[Service]\nUser=nobody\n")
            .start()
            .passes(user_set())
            .passes(not_root()),
        // systemd reads only drop-ins that end in .conf.
        Row::of(67, "backup").service(NOBODY).drop_in("user.conf.bak", "[Service]\nUser=root\n").start().passes(not_root()),
        // An existing account replaces the dynamic user.
        Row::of(68, "fixed").service("DynamicUser=yes\nUser=nobody").start().shows("UID", "65534").passes(not_root()),
        // Root in a user namespace counts as root.
        Row::of(68, "private-users").service("PrivateUsers=yes").start().fails(not_root(), &["runs-as-root"]),
        // With KillMode=process, children of the earlier run survive the restart, and keep their user.
        Row::of(69, "left-behind")
            .text("[Service]\nType=exec\nKillMode=process\nExecStart=/bin/sh -c 'sleep infinity & exec sleep infinity'\n")
            .start()
            .then("mkdir FILE.d; printf '[Service]\\nUser=nobody\\n' >FILE.d/user.conf; systemctl daemon-reload; systemctl restart UNIT")
            .shows("UID", "65534")
            .passes(user_set())
            .fails(not_root(), &["runs-as-root"]),
    ]
}

/// Case 70: groups and capabilities do not change the uid.
fn rights() -> Vec<Row> {
    vec![
        Row::of(70, "group")
            .service("User=nobody\nSupplementaryGroups=root")
            .start()
            .passes(not_root())
            .fails(not_in("root"), &["account-in-group"]),
        Row::of(70, "plain").service(NOBODY).start().passes(not_in("root")),
        Row::of(70, "capable")
            .service("User=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE")
            .start()
            .passes(not_root()),
    ]
}

/// Cases 71 and 72: ports that others can reach.
fn ports() -> Vec<Row> {
    let server = |lines: &str, port: u16| {
        format!(
            "[Service]\nType=notify\nWorkingDirectory=/srv\nExecStart=/usr/bin/python3 /opt/serve.py {port}\n{lines}\n"
        )
    };
    vec![
        Row::of(71, "private")
            .file("/opt/serve.py", SERVE)
            .text(&server("PrivateNetwork=yes", 8071))
            .start()
            .fails(answers(8071), &[]),
        Row::of(71, "shared")
            .text(&server("PrivateTmp=yes\nNoNewPrivileges=yes\nProtectSystem=strict", 8072))
            .start()
            .passes(answers(8072)),
        // With Type=simple, it is active long before it listens.
        Row::of(72, "slow")
            .file("/opt/late.py", LATE)
            .text("[Service]\nExecStart=/usr/bin/python3 -I -S /opt/late.py 8073\n")
            .last("systemctl restart UNIT")
            .passes(Kind::Listens(Listens { port: 8073, protocol: Protocol::Tcp, address: None }))
            .passes(answers(8073)),
    ]
}
