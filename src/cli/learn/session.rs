//! One sitting at a terminal: keys and the sandbox's words in, frames and orders out.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use super::history::{page_left, past, remember};
use crate::app::Failure;
use crate::app::{Curriculum, Goal};
use crate::cli::context::Context;
use crate::course::Course;
use crate::engine::session::{Action, Event, History, Key, SandboxStatus, State, begin, update};
use crate::model::{Order, Tutorial};
use crate::sandbox::{self, LessonClient};
use crate::ui::{LabSummary, Screen, UiEvent, home_frame, lesson_frame};

/// Where a sitting begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Where {
    /// At the home screen.
    Home,
    /// In a chapter, by its place in the tutorial.
    Chapter(usize),
}

/// A learner who sits at the tutorial.
pub(in crate::cli) struct Sitting<'a> {
    pub(super) context: &'a Context,
    pub(super) course: &'a Course,
    pub(super) os_tree: Option<PathBuf>,
    pub(super) partner: Option<LessonClient>,
    interrupted: UnixStream,
    /// What the sandbox has to do as soon as it may.
    pub(super) waiting: Vec<Order>,
}

/// What ends a sitting.
enum End {
    Quit,
    /// Ctrl-C from outside, or the end of the terminal.
    Interrupted,
}

impl<'a> Sitting<'a> {
    pub(in crate::cli) fn new(
        context: &'a Context,
        course: &'a Course,
        os_tree: Option<PathBuf>,
    ) -> Result<Self, Failure> {
        let interrupted = sandbox::signal_stream()?;
        interrupted.set_nonblocking(true).map_err(Failure::system("cannot watch for Ctrl-C"))?;
        Ok(Self { context, course, os_tree, partner: None, interrupted, waiting: Vec::new() })
    }

    /// Goes on until the learner has had enough.
    pub(in crate::cli) fn run(mut self, mut screen: Screen, begin: Where) -> Result<u8, Failure> {
        let chapter = match begin {
            Where::Chapter(chapter) => Ok(chapter),
            Where::Home => self.home(&mut screen)?,
        };
        let end = match chapter {
            Ok(chapter) => self.read(&mut screen, chapter)?,
            Err(end) => end,
        };
        drop(screen);
        match end {
            End::Quit => Ok(0),
            End::Interrupted => Err(Failure::interrupted()),
        }
    }

    /// The home screen; the chapter that was chosen, or how it was left.
    fn home(&mut self, screen: &mut Screen) -> Result<Result<usize, End>, Failure> {
        let mut curriculum = Curriculum::of(self.course, &self.context.progress()?);
        let mut chosen = curriculum.next;
        loop {
            let (rows, columns) = screen.size();
            screen.draw(&home_frame(&curriculum.rows(), chosen, rows, self.context.terminal.screen_style(columns)))?;
            let last = curriculum.steps.len().saturating_sub(1);
            match screen.wait(&[self.interrupted.as_fd()]).map_err(Failure::terminal)? {
                UiEvent::Key(Key::Char('q') | Key::Ctrl('c')) => return Ok(Err(End::Quit)),
                UiEvent::Closed | UiEvent::Readable(_) => return Ok(Err(End::Interrupted)),
                UiEvent::Key(Key::Up | Key::Char('k') | Key::BackTab) => chosen = chosen.saturating_sub(1),
                UiEvent::Key(Key::Down | Key::Char('j') | Key::Tab) => chosen = (chosen + 1).min(last),
                UiEvent::Key(Key::Home) => chosen = 0,
                UiEvent::Key(Key::End) => chosen = last,
                UiEvent::Key(Key::Ctrl('z')) => screen.suspend().map_err(Failure::terminal)?,
                UiEvent::Key(Key::Ctrl('l')) => screen.redraw(),
                UiEvent::Key(Key::Enter | Key::Char(' ')) => {
                    match curriculum.steps.get(chosen).map(|step| &step.goal) {
                        Some(Goal::Chapter(chapter)) => return Ok(Ok(*chapter)),
                        Some(Goal::Lab(lab)) => {
                            let lab = lab.clone();
                            self.lab(screen, &lab)?;
                            curriculum = Curriculum::of(self.course, &self.context.progress()?);
                            chosen = curriculum.next;
                        }
                        None => return Ok(Err(End::Quit)),
                    }
                }
                UiEvent::Key(_) | UiEvent::Resized => {}
            }
        }
    }

    /// Reads from a chapter on.
    fn read(&mut self, screen: &mut Screen, chapter: usize) -> Result<End, Failure> {
        let tutorial = self.course.tutorial();
        let progress = self.context.progress()?;
        let page = page_left(&tutorial.chapters[chapter], &progress);
        let (mut state, actions) = begin(tutorial, chapter, page, past(tutorial, &progress));
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
            streams.extend(self.partner.as_ref().map(AsFd::as_fd));
            let events = match screen.wait(&streams).map_err(Failure::terminal)? {
                UiEvent::Key(key) => vec![Event::Key(key)],
                UiEvent::Resized => Vec::new(),
                UiEvent::Closed | UiEvent::Readable(0) => return Ok(End::Interrupted),
                UiEvent::Readable(_) => self.hear(),
            };
            actions = Vec::new();
            for event in events {
                let (next, wanted) = update(tutorial, state, event);
                state = next;
                actions.extend(wanted);
            }
        }
    }

    /// Puts the sitting on the screen; the state learns how its page lies.
    fn draw(&self, screen: &mut Screen, tutorial: &Tutorial, state: &mut State) -> Result<(), Failure> {
        let progress = self.context.progress()?;
        let labs: Vec<LabSummary<'_>> = self
            .course
            .labs()
            .iter()
            .map(|folder| LabSummary {
                id: &folder.lab.id,
                title: &folder.lab.title,
                minutes: folder.lab.minutes,
                best: progress.labs.get(&folder.lab.id).and_then(|lab| lab.best_percent),
            })
            .collect();
        let (rows, columns) = screen.size();
        let style = self.context.terminal.screen_style(columns);
        // The place of the window depends on the layout, and the layout on nothing that changes with it: twice is enough.
        let (mut picture, layout) = lesson_frame(tutorial, state, &labs, rows, style);
        if !state.has_layout(&layout) {
            take(tutorial, state, Event::Layout(layout));
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
    ) -> Result<(), Failure> {
        match action {
            Action::SaveProgress(update) => remember(self.context, update)?,
            Action::PrepareSandbox { chapter } => {
                let chapter = tutorial.chapters[chapter].id.clone();
                self.order(state, Order::Prepare { chapter });
            }
            Action::Run { prerequisites, block, command, .. } => {
                if state.sandbox == SandboxStatus::NeedsPassword {
                    self.unlock(screen, tutorial, state)?;
                }
                // Without a sandbox there is a record of it, which is shown already.
                if state.running.is_some() {
                    self.order(state, Order::Run { first: prerequisites, block, run: command });
                }
            }
            Action::Stop => self.order(state, Order::Stop),
            Action::OpenLab { lab } => {
                let said = self.lab(screen, &lab)?;
                take(tutorial, state, Event::LabClosed(said));
            }
            Action::Redraw => screen.redraw(),
            Action::Suspend => screen.suspend().map_err(Failure::terminal)?,
            Action::Quit => {}
        }
        Ok(())
    }

    /// Through the door into a lab, and back; what there is to say of it.
    fn lab(&mut self, screen: &mut Screen, lab: &str) -> Result<String, Failure> {
        let mut words = self.context.global_words();
        words.extend(["lab", "start", "--or-shell", lab].map(OsString::from));
        let status = screen.suspend_while(|| {
            let status = sandbox::run_self(&words);
            if !status.as_ref().is_ok_and(std::process::ExitStatus::success) {
                // What went wrong stands on the screen that is about to be covered.
                let _ = crate::ui::wait_for_enter("Press Enter to go back.");
            }
            status
        });
        let status = status.map_err(Failure::terminal)??;
        self.drain();
        let progress = self.context.progress()?;
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
            None => "It could not be opened; `unitlab doctor` tells what this machine lacks.".to_owned(),
        })
    }

    /// Forgets interruptions that were for somebody else.
    pub(super) fn drain(&self) {
        while (&self.interrupted).read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
    }
}

/// One event for which nothing has to be done.
pub(super) fn take(tutorial: &Tutorial, state: &mut State, event: Event) {
    let before = std::mem::replace(state, State::new(0, 0, History::default()));
    *state = update(tutorial, before, event).0;
}
