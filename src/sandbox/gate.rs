//! What a learner inside may ask of unitlab outside: fixed verbs, about this lab only, in bounded JSON, without paths.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Plan;
use crate::model::escape;

/// Where the socket is, seen from inside.
pub const INSIDE_SOCKET: &str = "/run/unitlab/socket";

/// A question from inside. Its fields are all there is to say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRequest {
    /// What to do.
    pub verb: GateVerb,
    /// A check's id, for a hint or an answer; else the lab, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// An answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The report's format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<GateFormat>,
    /// Grade without a twin.
    #[serde(default)]
    pub no_trials: bool,
    /// The asker's terminal shows colours.
    pub color: bool,
    /// Its width in columns.
    pub width: u16,
}

/// The verbs that the gate knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateVerb {
    /// `unitlab check`
    Check,
    /// `unitlab hint`
    Hint,
    /// `unitlab lab brief`
    Brief,
    /// `unitlab answer`
    Answer,
}

/// The formats that a report can be asked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateFormat {
    /// For a person.
    Human,
    /// `unitlab.report/1`.
    Json,
    /// `JUnit` XML.
    Junit,
    /// The Test Anything Protocol.
    Tap,
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum GateReply {
    /// For standard output.
    Out(String),
    /// For standard error.
    Err(String),
    /// What is being waited for, in a few words.
    Wait(String),
    /// The end, and the exit code.
    Exit(u8),
}

/// A line on standard error that begins so tells what is being waited for.
pub const WAIT_MARK: &str = "\u{2}wait ";
/// Nobody reads more of it.
const MOST_WAITS: usize = 16;
const LONGEST_WAIT: usize = 200;

/// At most so many questions of one sandbox are worked on at once.
const AT_ONCE: usize = 2;
const REQUEST: u64 = 4096;
const REPLY: u64 = 1 << 20;
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Takes one connection and answers it on a thread of its own.
pub(super) fn receive(gate: &UnixListener, plan: &Plan, exe: &Path) {
    let Ok((stream, _)) = gate.accept() else { return };
    if BUSY.fetch_add(1, Ordering::AcqRel) >= AT_ONCE {
        BUSY.fetch_sub(1, Ordering::AcqRel);
        let _ = reply(&stream, &GateReply::Err("unitlab: busy with earlier questions; try again in a moment\n".into()));
        let _ = reply(&stream, &GateReply::Exit(3));
        return;
    }
    let (plan, exe) = (plan.clone(), exe.to_owned());
    let spawned = thread::Builder::new().spawn(move || {
        let _ = serve(&stream, &plan, &exe);
        BUSY.fetch_sub(1, Ordering::AcqRel);
    });
    if spawned.is_err() {
        BUSY.fetch_sub(1, Ordering::AcqRel);
    }
}

fn reply(mut stream: &UnixStream, reply: &GateReply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    stream.write_all(&line)
}

fn serve(stream: &UnixStream, plan: &Plan, exe: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    let mut line = String::new();
    BufReader::new(stream.take(REQUEST)).read_line(&mut line)?;
    let request: GateRequest = match serde_json::from_str(&line) {
        Ok(request) => request,
        Err(error) => {
            reply(stream, &GateReply::Err(format!("unitlab: the request was not understood: {error}\n")))?;
            return reply(stream, &GateReply::Exit(2));
        }
    };
    if let Some(why) = asks_for_another(&request, &plan.lab) {
        reply(stream, &GateReply::Err(why))?;
        return reply(stream, &GateReply::Exit(2));
    }
    let mut child = Command::new(exe)
        .args(&plan.global_args)
        .args(arguments(&request, &plan.lab))
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .env("COLUMNS", request.width.to_string())
        .env("SUDO_UID", plan.owner.to_string())
        .env("SUDO_GID", plan.owner_gid.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err) = thread::scope(|scope| {
        let err = scope.spawn(|| err.map(|err| pass_on(err, stream)).unwrap_or_default());
        (bounded(out), err.join().unwrap_or_default())
    });
    let code = child.wait()?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(125);
    if out.len() as u64 > REPLY {
        // Half of a document is worse than none.
        reply(stream, &GateReply::Err("unitlab: the answer is larger than 1 MiB, too large for a sandbox\n".into()))?;
        return reply(stream, &GateReply::Exit(3));
    }
    for (text, wrap) in [(out, GateReply::Out as fn(String) -> GateReply), (err, GateReply::Err)] {
        if !text.is_empty() {
            reply(stream, &wrap(text))?;
        }
    }
    reply(stream, &GateReply::Exit(code))
}

/// Why this sandbox does not do it: what is wanted is not its own lab, or not the whole of it.
fn asks_for_another(request: &GateRequest, lab: &str) -> Option<String> {
    let whole = matches!(request.verb, GateVerb::Check | GateVerb::Brief);
    let word = request.check.as_deref().filter(|word| whole && *word != lab)?;
    Some(format!(
        "unitlab: this is the sandbox of the lab {lab:?}, and {:?} is something else\n  \
         next: without a word, all of {lab} is meant; `unitlab hint CHECK` is about one check\n",
        escape(word)
    ))
}

/// The command line that stands for a request; a check's id and an answer are the only words of the learner's in it.
fn arguments(request: &GateRequest, lab: &str) -> Vec<String> {
    let mut args = vec!["--color".to_owned(), if request.color { "always" } else { "never" }.to_owned()];
    match request.verb {
        GateVerb::Check => {
            args.extend(["check".to_owned(), lab.to_owned()]);
            let format = match request.format {
                None | Some(GateFormat::Human) => "human",
                Some(GateFormat::Json) => "json",
                Some(GateFormat::Junit) => "junit",
                Some(GateFormat::Tap) => "tap",
            };
            args.extend(["--format", format].map(str::to_owned));
            if request.no_trials {
                args.push("--no-trials".to_owned());
            }
            args.push("--say-waits".to_owned());
        }
        GateVerb::Hint => {
            args.extend(["hint", "--", lab].map(str::to_owned));
            let id = request.check.iter().filter(|id| id.len() <= 64 && !id.starts_with('-') && *id != lab);
            args.extend(id.cloned());
        }
        GateVerb::Answer => {
            args.extend(["answer", "--lab", lab, "--"].map(str::to_owned));
            let words = request.check.iter().chain(&request.value);
            args.extend(words.filter(|word| word.len() <= 512 && !word.contains('\0')).cloned());
        }
        GateVerb::Brief => args.extend(["lab", "brief", lab].map(str::to_owned)),
    }
    args
}

fn bounded(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = (&mut stream).take(REPLY + 1).read_to_end(&mut bytes);
        let _ = io::copy(&mut stream, &mut io::sink());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads what is said on standard error; what is waited for goes on at once, the rest is returned.
fn pass_on(err: impl Read, stream: &UnixStream) -> String {
    let mut err = BufReader::new(err);
    let (mut rest, mut line, mut waits) = (Vec::new(), Vec::new(), 0);
    while (&mut err).take(REPLY).read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        if let Some(wait) = line.strip_prefix(WAIT_MARK.as_bytes()) {
            let wait: String = String::from_utf8_lossy(wait).trim_end().chars().take(LONGEST_WAIT).collect();
            waits += 1;
            if waits <= MOST_WAITS {
                // Whoever asked may have hung up; the answer is where that shows.
                let _ = reply(stream, &GateReply::Wait(wait));
            }
        } else if rest.len() + line.len() <= usize::try_from(REPLY).unwrap_or(usize::MAX) {
            rest.append(&mut line);
        }
        line.clear();
    }
    String::from_utf8_lossy(&rest).into_owned()
}

/// The other side, inside: sends a request and hands every reply to `hear`; the exit code.
pub fn ask_gate(request: &GateRequest, mut hear: impl FnMut(GateReply)) -> io::Result<u8> {
    let mut stream = UnixStream::connect(INSIDE_SOCKET)?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str(&line?)? {
            GateReply::Exit(code) => return Ok(code),
            other => hear(other),
        }
    }
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the sandbox's supervisor hung up"))
}
