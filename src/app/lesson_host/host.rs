//! Serves requests on standard input until it ends, then stops the sandbox. Events go to standard output.

use std::io;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Instant;

use super::command_run::{self, CommandEvent};
use super::protocol::{LONGEST_REQUEST, LessonEvent, LessonRequest};
use crate::app::error::Error;
use crate::app::lab_session::LabSession;
use crate::app::workspace::Workspace;
use crate::course::Course;
use crate::model::{Block, Chapter, LessonCommand};
use crate::os::{read_frame, shell_code, write_frame};
use crate::sandbox::{self, Entrance};

/// What the host waits for.
enum Event {
    Request(LessonRequest),
    /// Standard input has ended.
    EndOfRequests,
    Command(CommandEvent),
}

/// How one command ended.
enum CommandEnd {
    /// With this exit code, as a shell reports it.
    Exited(i32),
    /// It was stopped or could not be started.
    Stopped,
    /// The client is gone.
    ClientGone,
}

/// Runs the lesson host. `os_tree` is the OS tree that its sandboxes boot on, if not the host's.
pub(crate) fn serve(workspace: &Workspace, os_tree: Option<&Path>) -> Result<(), Error> {
    let course = workspace.course()?;
    let (sender, events) = mpsc::channel();
    let requests = sender.clone();
    thread::spawn(move || read_requests(&requests));
    let mut host = LessonHost { workspace, course: &course, os_tree, events, sender, session: None, next: None };
    host.serve();
    if let Some((_, session)) = host.session.take() {
        session.close()?;
    }
    Ok(())
}

fn read_requests(events: &Sender<Event>) {
    let mut input = io::stdin().lock();
    while let Ok(Some(request)) = read_frame(&mut input, LONGEST_REQUEST) {
        if events.send(Event::Request(request)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::EndOfRequests);
}

/// Sends an event; false if the client is gone.
fn send(event: &LessonEvent) -> bool {
    write_frame(&mut io::stdout().lock(), event).is_ok()
}

struct LessonHost<'a> {
    workspace: &'a Workspace,
    course: &'a Course,
    os_tree: Option<&'a Path>,
    events: Receiver<Event>,
    sender: Sender<Event>,
    session: Option<(&'a Chapter, LabSession)>,
    /// A request that arrived while a command ran, and stopped it.
    next: Option<LessonRequest>,
}

impl<'a> LessonHost<'a> {
    fn serve(&mut self) {
        loop {
            let request = match self.next.take() {
                Some(request) => request,
                None => match self.events.recv() {
                    Ok(Event::Request(request)) => request,
                    // Late output of a command that was stopped.
                    Ok(Event::Command(_)) => continue,
                    Ok(Event::EndOfRequests) | Err(_) => return,
                },
            };
            if !self.answer(request) {
                return;
            }
        }
    }

    /// Does what a request asks for; false if the client is gone.
    fn answer(&mut self, request: LessonRequest) -> bool {
        match request {
            LessonRequest::Prepare { chapter } => match self.course.chapter(&chapter) {
                Ok(chapter) => self.prepare(chapter),
                Err(error) => send(&LessonEvent::BootFailed { why: error.to_string() }),
            },
            LessonRequest::Run { prerequisites, block, command_line } => {
                self.run(&prerequisites, &block, &command_line)
            }
            LessonRequest::Stop => true,
        }
    }

    fn prepare(&mut self, chapter: &'a Chapter) -> bool {
        if !send(&LessonEvent::Booting) {
            return false;
        }
        if let Some((_, session)) = self.session.take() {
            let _ = session.close();
        }
        match self.boot(chapter) {
            Ok((session, systemd)) => {
                self.session = Some((chapter, session));
                send(&LessonEvent::Up { systemd })
            }
            Err(error) => send(&LessonEvent::BootFailed { why: error.message().unwrap_or_default().what }),
        }
    }

    fn boot(&self, chapter: &Chapter) -> Result<(LabSession, String), Error> {
        let name = format!("{}-{}", self.workspace.sandbox_name("lesson"), sandbox::random_id());
        let session = self.workspace.lab_runner(self.os_tree)?.open_chapter(chapter, &name)?;
        let printed = session.entrance()?.capture(&["systemctl", "--version"], b"")?.output;
        let version = printed.split_whitespace().nth(1).unwrap_or("");
        Ok((session, version.chars().take_while(char::is_ascii_digit).collect()))
    }

    fn run(&mut self, prerequisites: &[String], block: &str, command_line: &str) -> bool {
        let not_run = LessonEvent::Exited { code: None };
        let Some((chapter, session)) = &self.session else { return send(&not_run) };
        let (chapter, entrance) = (*chapter, session.entrance());
        let find_command = |id: &str| chapter.block(id).and_then(Block::command);
        let (Ok(entrance), Some(command)) = (entrance, find_command(block)) else { return send(&not_run) };
        for earlier in prerequisites.iter().filter_map(|id| find_command(id)) {
            match self.run_one(&entrance, earlier, &earlier.run, false) {
                CommandEnd::Exited(_) => {}
                CommandEnd::Stopped => return send(&not_run),
                CommandEnd::ClientGone => return false,
            }
        }
        match self.run_one(&entrance, command, command_line, true) {
            CommandEnd::Exited(code) => send(&LessonEvent::Exited { code: Some(code) }),
            CommandEnd::Stopped => send(&not_run),
            CommandEnd::ClientGone => false,
        }
    }

    /// Runs one command to its end. With `send_output` its output goes to the client.
    fn run_one(
        &mut self,
        entrance: &Entrance,
        command: &LessonCommand,
        command_line: &str,
        send_output: bool,
    ) -> CommandEnd {
        let sender = self.sender.clone();
        let on_event = move |event| sender.send(Event::Command(event)).is_ok();
        let Ok(mut running) = command_run::start(entrance, command, command_line, on_event) else {
            return CommandEnd::Stopped;
        };
        let mut stopped = false;
        let mut has_client = true;
        let mut limit = Instant::now() + command_run::time_limit(command);
        loop {
            match self.events.recv_timeout(limit.saturating_duration_since(Instant::now())) {
                Ok(Event::Command(CommandEvent::Text(text))) if send_output && has_client => {
                    has_client = send(&LessonEvent::Output { text });
                }
                Ok(Event::Command(CommandEvent::End)) => break,
                Ok(Event::Request(LessonRequest::Stop)) => {
                    stopped = true;
                    running.stop();
                }
                // The learner has gone on to another chapter.
                Ok(Event::Request(request @ LessonRequest::Prepare { .. })) => {
                    self.next = Some(request);
                    stopped = true;
                    running.stop();
                }
                // Only one command runs at a time; another request to run is ignored.
                Ok(Event::Request(LessonRequest::Run { .. }) | Event::Command(_)) => {}
                Err(RecvTimeoutError::Timeout) => {
                    stopped = true;
                    running.stop();
                    limit = Instant::now() + command_run::time_limit(command);
                }
                Ok(Event::EndOfRequests) | Err(RecvTimeoutError::Disconnected) => {
                    running.stop();
                    let _ = running.wait();
                    return CommandEnd::ClientGone;
                }
            }
        }
        match running.wait() {
            _ if !has_client => CommandEnd::ClientGone,
            Ok(status) if !stopped => CommandEnd::Exited(i32::from(shell_code(status))),
            _ => CommandEnd::Stopped,
        }
    }
}
