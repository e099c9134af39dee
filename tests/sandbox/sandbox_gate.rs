//! Processes in a sandbox reach the host only through the gate socket, which accepts four requests.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use crate::common::TestEnv;
use crate::common::terminal_session::TerminalSession;

tests! {
    the_gate_refuses_all_other_requests,
    a_check_inside_shows_what_it_waits_for,
}

const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// Sends each string of its input to the gate and prints the last reply. Most are sent as a frame; those that begin
/// with "raw:" are sent as they are.
const ASK: &str = r#"
import json, socket, struct, sys
requests = json.load(sys.stdin)
for request in requests:
    gate = socket.socket(socket.AF_UNIX); gate.connect("/run/unitlab/socket")
    data = request.encode("latin-1")
    data = data[4:] if data.startswith(b"raw:") else struct.pack(">I", len(data)) + data
    try:
        gate.sendall(data); gate.shutdown(socket.SHUT_WR)
    except OSError: pass
    answer = b""
    try:
        while chunk := gate.recv(65536): answer += chunk
    except OSError: pass
    replies = []
    while len(answer) >= 4:
        (length,) = struct.unpack(">I", answer[:4])
        replies.append(answer[4:4 + length].decode()); answer = answer[4 + length:]
    print(json.dumps(replies[-1:]))
"#;

/// Verified to fail without `deny_unknown_fields`: then a request about another lab exits with 0.
fn the_gate_refuses_all_other_requests(env: TestEnv) {
    env.unitlab_stdout(&START);
    let with = |verb: &str| format!(r#"{{"color":false,"width":80,"verb":{verb}}}"#);
    let refused: Vec<String> = [
        "\n".to_owned(),
        String::new(),
        "raw:".into(),
        "raw:\0\0".into(),
        "raw:\0\0\0\u{8}[".into(),
        "raw:\u{ff}\u{ff}\u{ff}\u{ff}{}".into(),
        "raw:GET / HTTP/1.1\r\n\r\n".into(),
        "\0\u{ff}\u{fe}\n".into(),
        "[".repeat(4000),
        with(&format!(r#"{{"brief":{{"lab":"{}"}}}}"#, "a".repeat(1 << 20))),
        "a".repeat(1 << 20),
        format!("raw:{}", "a".repeat(1 << 20)),
        with(r#"{"exec":{"command":["id"]}}"#),
        with(r#""solve""#),
        with(r#"{"solve":{}}"#),
        with(r#"{"stop":{}}"#),
        with(r#"{"brief":{"lab":"other"}}"#),
        with(r#"{"brief":{"lab":null,"course":"/etc"}}"#),
        with(r#"{"brief":{"lab":null},"check":{"lab":null,"format":"human","no_trials":true}}"#),
        with(r#"{"check":{"lab":null,"format":"human","no_trials":true,"state_dir":"/etc"}}"#),
        with(r#"{"check":{"lab":null,"format":"/etc/passwd","no_trials":true}}"#),
        with(r#"["check"]"#),
        r#"{"verb":{"brief":{"lab":null}},"color":false,"width":-1}"#.to_owned(),
        r#"{"verb":{"brief":{"lab":null}},"color":false,"width":80,"estate":"/tmp"}"#.to_owned(),
    ]
    .into();
    let harmless = [
        // An id is a single argument to `hint`, whatever it looks like.
        with(r#"{"hint":{"check":"--estate=/tmp"}}"#),
        with(r#"{"hint":{"check":"../../etc/passwd"}}"#),
        with(r#"{"hint":{"check":"$(touch /tmp/x)\u0000"}}"#),
    ];
    let asked: Vec<&String> = refused.iter().chain(&harmless).collect();
    let input = env.path().join("asked.json");
    fs::write(&input, serde_json::to_vec(&asked).unwrap()).unwrap();
    let mut ask = env.command(&["lab", "exec", "sre-app", "--", "runuser", "-u", "nobody", "--", "python3", "-c", ASK]);
    let output = ask.stdin(File::open(&input).unwrap()).output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), asked.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (request, answer) in refused.iter().zip(&answers) {
        // The gate hung up while the request was being sent, or answered that it was not understood.
        let is_refused = *answer == "[]" || *answer == r#"["{\"exit\":2}"]"#;
        assert!(is_refused, "{}: {answer}", request.chars().take(80).collect::<String>());
    }
    for (request, answer) in harmless.iter().zip(&answers[refused.len()..]) {
        assert!(!answer.contains(r#"\":0}"#) || request.contains("--estate"), "{request}: {answer}");
    }
    // The gate still answers a valid request.
    let brief = env
        .unitlab_stdout(&["lab", "exec", "sre-app", "--", "runuser", "-u", "learner", "--", "unitlab", "lab", "brief"]);
    assert_eq!(brief, env.unitlab_stdout(&["lab", "brief", "sre-app"]));
    let mode = fs::metadata(env.estate.root().join("sandboxes")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others on the host may look into sandboxes");
}

fn a_check_inside_shows_what_it_waits_for(env: TestEnv) {
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    let mut terminal = TerminalSession::open(&env, &["lab", "shell", "sre-app"], &[]);
    terminal.pty.send_keys("clear; unitlab check\r");
    terminal.pty.wait_for_text("waiting up to 8s for sre-app.service to come back");
    terminal.wait_for_prompt("the report");
    assert!(terminal.pty.text().contains("100 of 100 points"), "{}", terminal.pty.text());
    assert!(!terminal.pty.text().contains("waiting"), "{}", terminal.pty.text());
}
