//! The tutorial on a terminal: draws frames, and reacts to keys and to the lesson host.

use std::io::Read as _;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::lesson_client::{LessonClient, Sent};
use crate::app::{self, Curriculum, Error, LessonRequest, StepKind};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitCode;
use crate::course::Course;
use crate::engine::session::{Action, Event, Key, SandboxStatus, SavedProgress, State, begin, update};
use crate::model::Tutorial;
use crate::os;
use crate::sandbox;
use crate::ui::{LabSummary, Screen, UiEvent, home_frame, lesson_frame};

/// What is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Start {
    Home,
    /// A chapter, by its index in the tutorial.
    Chapter(usize),
}

/// The tutorial on one terminal.
pub(in crate::cli) struct TutorialScreen<'a> {
    context: &'a Context,
    course: &'a Course,
    lesson_host: LessonClient,
    /// Readable after a signal such as SIGINT or SIGTERM.
    interrupted: UnixStream,
}

/// Why the tutorial ends.
enum End {
    Quit,
    /// By a signal, or because the terminal is gone.
    Interrupted,
}

impl<'a> TutorialScreen<'a> {
    pub(in crate::cli) fn new(context: &'a Context, course: &'a Course, os_tree: Option<&Path>) -> Result<Self, Error> {
        let interrupted = os::signal_stream().map_err(Error::system("cannot watch for signals"))?;
        interrupted.set_nonblocking(true).map_err(Error::system("cannot watch for Ctrl-C"))?;
        let lesson_host = LessonClient::new(&context.workspace, os_tree)?;
        Ok(Self { context, course, lesson_host, interrupted })
    }

    /// Runs until the learner quits.
    pub(in crate::cli) fn run(mut self, mut screen: Screen, start: Start) -> Result<ExitCode, Error> {
        let chapter = match start {
            Start::Chapter(chapter) => Ok(chapter),
            Start::Home => self.home(&mut screen)?,
        };
        let end = match chapter {
            Ok(chapter) => self.read(&mut screen, chapter)?,
            Err(end) => end,
        };
        drop(screen);
        match end {
            End::Quit => Ok(ExitCode::Success),
            End::Interrupted => Err(Error::Interrupted),
        }
    }

    /// Shows the home screen; returns the chosen chapter, or why the tutorial ends.
    fn home(&mut self, screen: &mut Screen) -> Result<Result<usize, End>, Error> {
        let mut curriculum = Curriculum::of(self.course, &self.context.workspace.progress()?);
        let mut chosen = curriculum.next;
        loop {
            let (rows, columns) = screen.size();
            screen.draw(&home_frame(&curriculum.rows(), chosen, rows, self.context.terminal.screen_style(columns)))?;
            let last = curriculum.steps.len().saturating_sub(1);
            match screen.wait(&[self.interrupted.as_fd()]).map_err(Error::terminal)? {
                UiEvent::Key(Key::Char('q') | Key::Ctrl('c')) => return Ok(Err(End::Quit)),
                UiEvent::Closed | UiEvent::Readable(_) => return Ok(Err(End::Interrupted)),
                UiEvent::Key(Key::Up | Key::Char('k') | Key::BackTab) => chosen = chosen.saturating_sub(1),
                UiEvent::Key(Key::Down | Key::Char('j') | Key::Tab) => chosen = (chosen + 1).min(last),
                UiEvent::Key(Key::Home) => chosen = 0,
                UiEvent::Key(Key::End) => chosen = last,
                UiEvent::Key(Key::Ctrl('z')) => screen.suspend().map_err(Error::terminal)?,
                UiEvent::Key(Key::Ctrl('l')) => screen.redraw(),
                UiEvent::Key(Key::Enter | Key::Char(' ')) => {
                    match curriculum.steps.get(chosen).map(|step| &step.kind) {
                        Some(StepKind::Chapter(chapter)) => return Ok(Ok(*chapter)),
                        Some(StepKind::Lab(lab)) => {
                            let lab = lab.clone();
                            self.lab(screen, &lab)?;
                            curriculum = Curriculum::of(self.course, &self.context.workspace.progress()?);
                            chosen = curriculum.next;
                        }
                        None => return Ok(Err(End::Quit)),
                    }
                }
                UiEvent::Key(_) | UiEvent::Resized => {}
            }
        }
    }

    /// Shows a chapter, and those after it.
    fn read(&mut self, screen: &mut Screen, chapter: usize) -> Result<End, Error> {
        let tutorial = self.course.tutorial();
        let progress = self.context.workspace.progress()?;
        let page = app::page_left(&tutorial.chapters[chapter], &progress);
        let (mut state, actions) = begin(tutorial, chapter, page, app::saved_progress(tutorial, &progress));
        self.draw(screen, tutorial, &mut state)?;
        let mut actions = actions;
        loop {
            for action in actions {
                match action {
                    Action::Quit => return Ok(End::Quit),
                    action => self.act(screen, tutorial, &mut state, action)?,
                }
            }
            self.draw(screen, tutorial, &mut state)?;
            let mut streams = vec![self.interrupted.as_fd()];
            streams.extend(self.lesson_host.fd());
            let events = match screen.wait(&streams).map_err(Error::terminal)? {
                UiEvent::Key(key) => vec![Event::Key(key)],
                UiEvent::Resized => Vec::new(),
                UiEvent::Closed | UiEvent::Readable(0) => return Ok(End::Interrupted),
                UiEvent::Readable(_) => self.lesson_host.receive(),
            };
            actions = Vec::new();
            for event in events {
                let (next, wanted) = update(tutorial, state, event);
                state = next;
                actions.extend(wanted);
            }
        }
    }

    /// Draws the page, and stores its layout in the state.
    fn draw(&self, screen: &mut Screen, tutorial: &Tutorial, state: &mut State) -> Result<(), Error> {
        let progress = self.context.workspace.progress()?;
        let labs: Vec<LabSummary<'_>> = self
            .course
            .labs()
            .iter()
            .map(|directory| LabSummary {
                id: &directory.lab.id,
                title: &directory.lab.title,
                minutes: directory.lab.minutes,
                best: progress.labs.get(&directory.lab.id).and_then(|lab| lab.best_percent),
            })
            .collect();
        let (rows, columns) = screen.size();
        let style = self.context.terminal.screen_style(columns);
        // If the layout changed, the scroll position may change too; the layout does not depend on it, so one redraw is enough.
        let (mut picture, layout) = lesson_frame(tutorial, state, &labs, rows, style);
        if !state.has_layout(&layout) {
            apply(tutorial, state, Event::Layout(layout));
            picture = lesson_frame(tutorial, state, &labs, rows, style).0;
        }
        screen.draw(&picture)?;
        Ok(())
    }

    fn act(
        &mut self,
        screen: &mut Screen,
        tutorial: &Tutorial,
        state: &mut State,
        action: Action,
    ) -> Result<(), Error> {
        match action {
            Action::SaveProgress(update) => app::record_lesson(&self.context.workspace, update)?,
            Action::PrepareSandbox { chapter } => {
                let chapter = tutorial.chapters[chapter].id.clone();
                self.send(state, LessonRequest::Prepare { chapter });
            }
            Action::Run { prerequisites, block, command, .. } => {
                if state.sandbox == SandboxStatus::NeedsPassword {
                    self.ask_password(screen, state)?;
                }
                // Without a sandbox, the recorded output is shown already.
                if state.running.is_some() {
                    self.send(state, LessonRequest::Run { prerequisites, block, command_line: command });
                }
            }
            Action::Stop => self.send(state, LessonRequest::Stop),
            Action::OpenLab { lab } => {
                let result = self.lab(screen, &lab)?;
                apply(tutorial, state, Event::LabClosed(result));
            }
            Action::Redraw => screen.redraw(),
            Action::Suspend => screen.suspend().map_err(Error::terminal)?,
            Action::Quit => {}
        }
        Ok(())
    }

    /// Sends a request to the lesson host.
    fn send(&mut self, state: &mut State, request: LessonRequest) {
        let is_prepare = matches!(request, LessonRequest::Prepare { .. });
        match self.lesson_host.send(request) {
            Sent::Started if is_prepare => state.sandbox = SandboxStatus::Booting,
            Sent::Started | Sent::Delivered => {}
            Sent::NeedsPassword => state.sandbox = SandboxStatus::NeedsPassword,
            Sent::Failed(why) => self.show_unavailable(state, why),
        }
    }

    /// Shows that there will be no sandbox.
    fn show_unavailable(&self, state: &mut State, why: String) {
        apply(self.course.tutorial(), state, Event::Sandbox(SandboxStatus::Unavailable { why }));
    }

    /// Lets sudo ask for the password on the whole terminal, then sends the requests that waited for it.
    fn ask_password(&mut self, screen: &mut Screen, state: &mut State) -> Result<(), Error> {
        let unlocked = screen.suspend_while(|| self.lesson_host.ask_password()).map_err(Error::terminal)?;
        self.discard_interrupts();
        let why = match unlocked {
            Ok(waiting) => {
                state.sandbox = SandboxStatus::Booting;
                for request in waiting {
                    self.send(state, request);
                }
                if state.sandbox != SandboxStatus::NeedsPassword {
                    return Ok(());
                }
                "sudo does not keep the password that it was given".to_owned()
            }
            Err(error) => error.message().unwrap_or_default().what,
        };
        self.lesson_host.forget_waiting();
        self.show_unavailable(state, why);
        Ok(())
    }

    /// Opens a lab's shell on the whole terminal; returns what to say about it afterwards, as markdown.
    fn lab(&mut self, screen: &mut Screen, lab: &str) -> Result<String, Error> {
        let start = self.context.workspace.self_command()?.args(["lab", "start", "--or-shell", lab]);
        let status = screen.suspend_while(|| {
            let status = sandbox::run_on_terminal(&start);
            if !status.as_ref().is_ok_and(std::process::ExitStatus::success) {
                // Let the learner read the error before the screen is drawn over it.
                let _ = crate::ui::wait_for_enter("Press Enter to go back.");
            }
            status
        });
        let status = status.map_err(Error::terminal)??;
        self.discard_interrupts();
        let progress = self.context.workspace.progress()?;
        let known = progress.labs.get(lab);
        let best = known.and_then(|known| known.best_percent);
        Ok(match best {
            Some(best) if known.is_some_and(|known| known.passed_at.is_some()) => {
                format!("**Passed**, with {best} %. Enter goes on.")
            }
            Some(best) => {
                format!("Your best score so far: {best} %. The machine is as you left it: `unitlab lab shell {lab}`.")
            }
            None if status.success() => {
                format!(
                    "It is not graded yet. The machine is as you left it: `unitlab lab shell {lab}`, then `unitlab check`."
                )
            }
            None => "It could not be opened; `unitlab doctor` shows what this machine lacks.".to_owned(),
        })
    }

    /// Discards signals that arrived while another program had the terminal.
    fn discard_interrupts(&self) {
        while (&self.interrupted).read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
    }
}

/// Applies an event that causes no action.
fn apply(tutorial: &Tutorial, state: &mut State, event: Event) {
    let before = std::mem::replace(state, State::new(0, 0, SavedProgress::default()));
    *state = update(tutorial, before, event).0;
}
