//! A real machine gives the recorded facts again. `UNITLAB_RECORD=1` records them anew.

mod normal;

use crate::common::recording::Recording;
use crate::common::{TestEnv, course};
use unitlab::app::{LabSession, Twins};
use unitlab::course::LabDirectory;
use unitlab::engine;
use unitlab::model::Overlay;

tests! {
    a_real_machine_gives_the_same_facts_again,
}

/// Gives an answer in a sandbox.
type Give = fn(&LabSession, &LabDirectory);

/// The name of each recorded answer.
const ANSWERS: [(&str, Give); 4] = [
    ("untouched", |_, _| {}),
    ("beginner", |session, _| run(session, BEGINNER)),
    ("solution", |session, lab| session.apply_or_fail(&lab.solution, "the solution").unwrap()),
    ("stale", |session, lab| {
        session.apply_or_fail(&lab.solution, "the solution").unwrap();
        run(session, "sed -i s/^User=.*/User=root/ /etc/systemd/system/sre-app.service");
    }),
];

/// A beginner's unit file: a comment behind a value, no account, no working directory, not enabled.
const BEGINNER: &str = "cat > /etc/systemd/system/sre-app.service <<'END'
[Unit]
Description=The runbooks

[Service]
ExecStart=/usr/bin/python3 -m http.server 8000
Restart=always   # it must come back
RestartSec=3
User=root

[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl start sre-app
until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8000))' 2>/dev/null
do systemctl is-active --quiet sre-app || exit 1; done
";

fn run(session: &LabSession, script: &str) {
    let overlay = Overlay { files: vec![], script: Some(script.to_owned()) };
    session.apply_or_fail(&overlay, "the answer").unwrap();
}

fn a_real_machine_gives_the_same_facts_again(env: TestEnv) {
    let course = course();
    let lab = course.lab("sre-app").unwrap();
    let anew = std::env::var_os("UNITLAB_RECORD").is_some();
    for (name, give) in ANSWERS {
        let session = env.lab_session(lab, name);
        give(&session, lab);
        let graded = session.grade(lab, Twins::One);
        session.close().unwrap();
        let recording =
            Recording { lab: lab.lab.id.clone(), systemd: graded.place.systemd, observations: graded.observations };
        if anew {
            recording.write(name);
            continue;
        }
        let before = Recording::read(name);
        if before.systemd != recording.systemd {
            // Another version of systemd shows other properties; the verdicts must be the same.
            let statuses = |it: &Recording| {
                let checks = engine::judge(&lab.lab, &it.observations);
                checks.iter().map(|check| check.status).collect::<Vec<_>>()
            };
            assert_eq!(statuses(&before), statuses(&recording), "{name}");
            continue;
        }
        let differences = normal::differences(&before.observations, &recording.observations);
        assert!(differences.is_empty(), "{name}: UNITLAB_RECORD=1 records it again\n{}", differences.join("\n"));
    }
}
