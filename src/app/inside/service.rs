//! In the supervisor: passes requests from inside a sandbox to a gate child and relays its replies.

use std::io;
use std::path::Path;

use super::protocol::{GateJob, GateReply, GateRequest, GateVerb, Locations};
use crate::model::escape;
use crate::os::{SelfCommand, read_frame, write_frame};
use crate::sandbox::{GateService, IncomingRequest, LONGEST_GATE_ANSWER, Plan, Replies};

/// Longest check id and longest answer in bytes that are passed on.
const LONGEST_ID: usize = 64;
const LONGEST_VALUE: usize = 512;
/// Of one request, this many `Waiting` replies are passed on, each cut to this many characters.
const MOST_WAITING: usize = 16;
const LONGEST_WAITING: usize = 200;

/// Answers `check`, `hint`, `answer` and `lab brief` for the lab of one sandbox.
#[derive(Debug)]
pub(crate) struct InsideService;

impl GateService for InsideService {
    fn answer(&self, request: IncomingRequest, plan: &Plan, program: &Path, replies: &mut Replies) -> io::Result<()> {
        let request = match request {
            IncomingRequest::Busy => {
                return fail(replies, "unitlab: busy with earlier requests; try again in a moment\n", 3);
            }
            IncomingRequest::Unreadable(error) => return fail(replies, &not_understood(&error.to_string()), 2),
            IncomingRequest::Json(json) => match serde_json::from_slice::<GateRequest>(&json) {
                Ok(request) => request,
                Err(error) => return fail(replies, &not_understood(&error.to_string()), 2),
            },
        };
        if let Some(why) = refusal(&request.verb, &plan.lab) {
            return fail(replies, &why, 2);
        }
        let locations: Locations = serde_json::from_value(plan.gate_data.clone())?;
        let owner = (plan.owner, plan.owner_gid);
        let job =
            GateJob { request: without_invalid_values(request, &plan.lab), lab: plan.lab.clone(), locations, owner };
        relay(&job, program, replies)
    }
}

/// Runs a gate child and passes its replies on.
fn relay(job: &GateJob, program: &Path, replies: &mut Replies) -> io::Result<()> {
    let (mut child, mut stream) = SelfCommand::at(program).arg("gate").args(["--fd", "0"]).spawn_with_socket()?;
    write_frame(&mut stream, job)?;
    let mut code = None;
    let mut waiting = 0;
    let mut is_too_long = false;
    // The learner may have hung up. The child's work is finished all the same, because it records the grade.
    while code.is_none() && !is_too_long {
        let reply = match read_frame(&mut stream, LONGEST_GATE_ANSWER) {
            Ok(Some(reply)) => reply,
            Ok(None) => break,
            Err(error) => {
                is_too_long = error.kind() == io::ErrorKind::FileTooLarge;
                break;
            }
        };
        match reply {
            GateReply::Exit(exit) => code = Some(exit),
            GateReply::Waiting(what) => {
                waiting += 1;
                if waiting <= MOST_WAITING {
                    let what = what.chars().take(LONGEST_WAITING).collect();
                    let _ = replies.send(&GateReply::Waiting(what));
                }
            }
            text => is_too_long |= replies.send(&text).is_ok_and(|fits| !fits),
        }
    }
    drop(stream);
    child.wait()?;
    match code {
        _ if is_too_long => fail(replies, "unitlab: the answer is larger than 1 MiB, too large for a sandbox\n", 3),
        Some(code) => replies.send_last(&GateReply::Exit(code)),
        None => fail(replies, "unitlab: the process that answers on the host ended without an answer\n", 125),
    }
}

fn fail(replies: &mut Replies, message: &str, code: u8) -> io::Result<()> {
    replies.send_last(&GateReply::Stderr(message.to_owned()))?;
    replies.send_last(&GateReply::Exit(code))
}

fn not_understood(why: &str) -> String {
    format!("unitlab: the request was not understood: {why}\n")
}

/// Why the request is refused: it names a lab or a check where only this sandbox's lab can be meant.
fn refusal(verb: &GateVerb, lab: &str) -> Option<String> {
    let (GateVerb::Check { lab: named, .. } | GateVerb::Brief { lab: named }) = verb else { return None };
    let named = named.as_deref().filter(|named| *named != lab)?;
    Some(format!(
        "unitlab: this is the sandbox of the lab {lab:?}, and {:?} is something else\n  \
         next: leave the name out; the lab is {lab}. `unitlab hint CHECK` is about one check\n",
        escape(named)
    ))
}

/// Leaves out ids and answers that cannot be right: too long, or with a zero byte.
fn without_invalid_values(request: GateRequest, lab: &str) -> GateRequest {
    let fits = |text: &String| text.len() <= LONGEST_VALUE && !text.contains('\0');
    let verb = match request.verb {
        GateVerb::Hint { check } => {
            let is_id = |id: &String| id.len() <= LONGEST_ID && !id.starts_with('-') && id != lab;
            GateVerb::Hint { check: check.filter(is_id) }
        }
        GateVerb::Answer { check, value } => GateVerb::Answer { check: check.filter(fits), value: value.filter(fits) },
        other => other,
    };
    GateRequest { verb, ..request }
}
