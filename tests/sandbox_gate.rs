//! The one thing of the host that is reached from inside is a socket, which knows its verbs and nothing else.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use common::desk::Desk;
use common::home;

const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// Says each line of its input to the gate and prints what comes back.
const ASK: &str = r#"
import json, socket, sys
requests = json.load(sys.stdin)
for request in requests:
    gate = socket.socket(socket.AF_UNIX); gate.connect("/run/unitlab/socket")
    try:
        gate.sendall(request.encode("latin-1")); gate.shutdown(socket.SHUT_WR)
    except OSError: pass
    answer = b""
    try:
        while chunk := gate.recv(65536): answer += chunk
    except OSError: pass
    print(json.dumps(answer.decode().splitlines()[-1:]))
"#;

/// The naive way, tried by hand: without `deny_unknown_fields` the request about another lab was answered with 0.
#[test]
fn the_gate_knows_its_verbs_and_nothing_else() {
    let Some(home) = home() else { return };
    home.must(&START);
    let with = |more: &str| format!(r#"{{"color":false,"width":80,{more}}}{}"#, "\n");
    let refused: Vec<String> = [
        "\n".to_owned(),
        String::new(),
        "GET / HTTP/1.1\r\n\r\n".into(),
        "\0\u{ff}\u{fe}\n".into(),
        format!("{}\n", "[".repeat(4000)),
        with(&format!(r#""verb":"brief","check":"{}""#, "a".repeat(1 << 20))),
        "a".repeat(1 << 20),
        with(r#""verb":"exec","command":["id"]"#),
        with(r#""verb":"solve""#),
        with(r#""verb":"stop""#),
        with(r#""verb":"brief","lab":"other""#),
        with(r#""verb":"check","course":"/etc""#),
        with(r#""verb":"check","state_dir":"/etc""#),
        with(r#""verb":"check","format":"/etc/passwd""#),
        with(r#""verb":["check"]"#),
        r#"{"verb":"brief","color":false,"width":-1}"#.to_owned() + "\n",
    ]
    .into();
    let harmless = [
        // An id is one word to `hint`, whatever it looks like.
        with(r#""verb":"hint","check":"--estate=/tmp""#),
        with(r#""verb":"hint","check":"../../etc/passwd""#),
        with(r#""verb":"hint","check":"$(touch /tmp/x)\u0000""#),
    ];
    let asked: Vec<&String> = refused.iter().chain(&harmless).collect();
    let input = home.path().join("asked.json");
    fs::write(&input, serde_json::to_vec(&asked).unwrap()).unwrap();
    let mut ask =
        home.command(&["lab", "exec", "sre-app", "--", "runuser", "-u", "nobody", "--", "python3", "-c", ASK]);
    let output = ask.stdin(File::open(&input).unwrap()).output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), asked.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (request, answer) in refused.iter().zip(&answers) {
        // Hung up on while it still spoke, or told that it was not understood.
        let is_refused = *answer == "[]" || *answer == r#"["{\"exit\":2}"]"#;
        assert!(is_refused, "{}: {answer}", request.chars().take(80).collect::<String>());
    }
    for (request, answer) in harmless.iter().zip(&answers[refused.len()..]) {
        assert!(!answer.contains(r#"\":0}"#) || request.contains("--estate"), "{request}: {answer}");
    }
    // It is as ready as before, for what it does know.
    let brief =
        home.must(&["lab", "exec", "sre-app", "--", "runuser", "-u", "learner", "--", "unitlab", "lab", "brief"]);
    assert_eq!(brief, home.must(&["lab", "brief", "sre-app"]));
    let mode = fs::metadata(home.estate.root().join("sandboxes")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others on the host may look into sandboxes");
}

/// A grade with a twin takes seconds. Without word from outside, the sign inside turned under one and the same sentence.
#[test]
fn a_check_inside_says_what_it_waits_for() {
    let Some(home) = home() else { return };
    home.must(&START);
    home.must(&["lab", "solve", "sre-app", "--yes"]);
    let mut desk = Desk::at(&home, &["lab", "shell", "sre-app"], &[]);
    desk.pty.keys("clear; unitlab check\r");
    desk.pty.shows("waiting up to 8s for sre-app.service to come back");
    desk.wait_for_prompt("the report");
    assert!(desk.pty.text().contains("100 of 100 points"), "{}", desk.pty.text());
    assert!(!desk.pty.text().contains("waiting"), "{}", desk.pty.text());
}
