//! A step of a session: it changes the state for one event and collects the actions.

use super::action::{Action, ProgressUpdate};
use super::layout::Layout;
use super::quiz_answer::{QuizAnswer, is_correct};
use super::sandbox_status::SandboxStatus;
use super::state::{AnswerHistory, CommandRun, Location, MAX_OUTPUT, Mode, State};
use crate::model::{Block, Chapter, Tutorial};

pub(super) struct Step<'t> {
    pub(super) tutorial: &'t Tutorial,
    pub(super) state: State,
    pub(super) actions: Vec<Action>,
}

impl<'t> Step<'t> {
    pub(super) fn new(tutorial: &'t Tutorial, state: State) -> Self {
        Self { tutorial, state, actions: Vec::new() }
    }

    pub(super) fn emit(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Opens a page and selects its first block that is not done.
    pub(super) fn open(&mut self, chapter: usize, page: usize) {
        let changes_chapter = chapter != self.state.chapter;
        self.state.chapter = chapter;
        self.state.page = page;
        self.state.scroll = 0;
        self.state.mode = Mode::Page;
        self.state.marked.clear();
        self.state.scroll_to_focus = false;
        self.state.layout = Layout::default();
        let (chapter, page) = (self.state.chapter(self.tutorial), self.state.page(self.tutorial));
        self.state.opened.insert((chapter.id.clone(), page.slug.clone()));
        self.state.focus = self.next_undone(0);
        let complete = chapter.pages.iter().all(|page| self.state.is_opened(chapter, page));
        let opened = ProgressUpdate::PageOpened { chapter: chapter.id.clone(), page: page.slug.clone(), complete };
        self.emit(Action::SaveProgress(opened));
        let preparing = self.actions.iter().any(|action| matches!(action, Action::PrepareSandbox { .. }));
        if !preparing && (changes_chapter || self.state.sandbox == SandboxStatus::NotStarted) {
            self.prepare_sandbox();
        }
    }

    /// Starts the current chapter again. First answers and scores are kept.
    pub(super) fn restart_chapter(&mut self) {
        let chapter = self.state.chapter(self.tutorial).id.clone();
        for (_, answers) in self.state.answers.iter_mut().filter(|((of, _), _)| *of == chapter) {
            answers.latest = None;
        }
        self.state.command_runs.retain(|(of, _), _| *of != chapter);
        self.state.opened.retain(|(of, _)| *of != chapter);
        self.emit(Action::SaveProgress(ProgressUpdate::ChapterRestarted { chapter }));
        self.prepare_sandbox();
        self.open(self.state.chapter, 0);
    }

    /// Stops the running command, and requests a fresh sandbox if the chapter has commands.
    fn prepare_sandbox(&mut self) {
        if self.state.running.is_some() {
            self.emit(Action::Stop);
        }
        self.state.ran_in_sandbox.clear();
        let chapter = self.state.chapter(self.tutorial);
        if chapter.pages.iter().flat_map(|page| &page.blocks).any(|block| block.command().is_some()) {
            self.emit(Action::PrepareSandbox { chapter: self.state.chapter });
        }
    }

    /// The first block from index `from` on that is not done.
    pub(super) fn next_undone(&self, from: usize) -> Option<usize> {
        let blocks = &self.state.page(self.tutorial).blocks;
        (from..blocks.len()).find(|index| !self.state.is_done(self.tutorial, &blocks[*index]))
    }

    /// Selects a block and scrolls to it.
    pub(super) fn select(&mut self, block: usize) {
        self.state.focus = Some(block);
        self.state.marked.clear();
        self.scroll_to_focus();
    }

    /// Scrolls to the selected block, now and at the next layout.
    pub(super) fn scroll_to_focus(&mut self) {
        self.state.scroll_to_focus = true;
        self.scroll_to_focus_now();
    }

    fn scroll_to_focus_now(&mut self) {
        let state = &mut self.state;
        if let Some((begin, end)) = state.focus.and_then(|block| state.layout.blocks.get(block)).copied() {
            let rows = state.layout.window_rows;
            // While a command prints more than fits, show the end of its output.
            let show_end = state.running.is_some() && end - begin > rows;
            if end > state.scroll + rows {
                state.scroll = if show_end { end - rows } else { begin.min(end.saturating_sub(rows)) };
            }
            if !show_end && (end - begin > rows || begin < state.scroll) {
                state.scroll = begin;
            }
        }
        self.limit_scroll();
    }

    pub(super) fn scroll_down(&mut self, rows: usize) {
        self.state.scroll = self.state.scroll.saturating_add(rows);
        self.limit_scroll();
    }

    pub(super) fn scroll_up(&mut self, rows: usize) {
        self.state.scroll = self.state.scroll.saturating_sub(rows);
        self.limit_scroll();
    }

    fn limit_scroll(&mut self) {
        let max = self.state.layout.page_rows.saturating_sub(self.state.layout.window_rows);
        self.state.scroll = self.state.scroll.min(max);
    }

    pub(super) fn set_layout(&mut self, layout: Layout) {
        self.state.layout = layout;
        if std::mem::take(&mut self.state.scroll_to_focus) {
            self.scroll_to_focus_now();
        }
        self.limit_scroll();
    }

    pub(super) fn set_sandbox(&mut self, status: SandboxStatus) {
        if !matches!(status, SandboxStatus::Running { .. }) {
            self.state.ran_in_sandbox.clear();
        }
        let is_gone = !matches!(status, SandboxStatus::Booting | SandboxStatus::Running { .. });
        self.state.sandbox = status;
        if is_gone && let Some(location) = self.state.running.take() {
            self.abort_command(&location);
        }
    }

    /// Marks a command as finished because its sandbox is gone. If it printed nothing, shows its recorded output.
    fn abort_command(&mut self, location: &Location) {
        self.state.scroll_to_focus |= self.end_is_visible(location);
        let chapter = self.tutorial.chapters.iter().find(|chapter| chapter.id == location.0);
        let Some(run) = self.state.command_runs.get_mut(location) else { return };
        match chapter {
            Some(chapter) if run.output.is_empty() => *run = recorded_run(chapter, &location.1, &run.command),
            _ => run.finished = true,
        }
    }

    pub(super) fn append_output(&mut self, text: &str) {
        let Some(location) = self.state.running.clone() else { return };
        self.state.scroll_to_focus |= self.end_is_visible(&location);
        let Some(run) = self.state.command_runs.get_mut(&location) else { return };
        let room = MAX_OUTPUT.saturating_sub(run.output.len());
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        run.output.push_str(&text[..end]);
    }

    pub(super) fn finish_command(&mut self, exit_code: Option<i32>) {
        let Some(location) = self.state.running.take() else { return };
        // While a command runs, the only notice is that it runs.
        self.state.notice.clear();
        self.state.scroll_to_focus |= self.end_is_visible(&location);
        // None if the chapter was restarted while the command ran.
        let Some(run) = self.state.command_runs.get_mut(&location) else { return };
        run.finished = true;
        run.exit_code = exit_code;
        if exit_code.is_some() && matches!(self.state.sandbox, SandboxStatus::Running { .. }) {
            let chapter = self.tutorial.chapters.iter().find(|chapter| chapter.id == location.0);
            let original = chapter.and_then(|chapter| chapter.block(&location.1)).and_then(Block::command);
            let unedited = original.filter(|original| original.run == run.command).map(|_| location.1.clone());
            let ran = run.prerequisites.iter().cloned().chain(unedited);
            self.state.ran_in_sandbox.extend(ran.map(|block| (location.0.clone(), block)));
        }
        self.emit(Action::SaveProgress(ProgressUpdate::CommandRan { chapter: location.0, block: location.1 }));
    }

    /// Whether this block is selected and its last row is visible. Only then does the window follow its output.
    fn end_is_visible(&self, location: &Location) -> bool {
        let state = &self.state;
        let Some(index) = state.focus else { return false };
        let id = state.block(self.tutorial).and_then(Block::id);
        let is_visible = |(_, end): &(usize, usize)| *end <= state.scroll.saturating_add(state.layout.window_rows);
        id.is_some_and(|id| state.location(self.tutorial, id) == *location)
            && state.layout.blocks.get(index).is_none_or(is_visible)
    }

    pub(super) fn notify_busy(&mut self) {
        "a command is running; Ctrl-C stops it".clone_into(&mut self.state.notice);
    }

    /// Opens a lab, unless a command is running.
    pub(super) fn open_lab(&mut self, lab: &str) {
        if self.state.running.is_some() {
            return self.notify_busy();
        }
        self.emit(Action::OpenLab { lab: lab.to_owned() });
    }

    pub(super) fn leave_lab(&mut self, message: String) {
        if let Some(Block::LabLink { lab }) = self.state.block(self.tutorial) {
            self.state.visited_labs.insert(lab.clone(), message);
        }
        self.emit(Action::Redraw);
        // The window may have been resized meanwhile.
        self.scroll_to_focus();
    }

    /// Answers the selected question. A prediction then runs its command, unless it has run.
    pub(super) fn answer(&mut self, answer: QuizAnswer) {
        let Some((id, question)) = self.state.block(self.tutorial).and_then(|block| block.id().zip(block.question()))
        else {
            return;
        };
        let correct = is_correct(question, &answer);
        let location = self.state.location(self.tutorial, id);
        let answers = self.state.answers.entry(location.clone()).or_insert_with(|| AnswerHistory {
            first: answer.clone(),
            first_correct: correct,
            latest: None,
        });
        answers.latest = Some((answer.clone(), correct));
        self.state.marked.clear();
        let (chapter, block) = location;
        self.emit(Action::SaveProgress(ProgressUpdate::QuestionAnswered { chapter, block, answer, correct }));
        self.scroll_to_focus();
        if let Some(Block::Predict { id, command, .. }) = self.state.block(self.tutorial)
            && !self.state.has_run(self.tutorial, id)
        {
            self.run(&command.run);
        }
    }

    /// Runs `command` for the selected block. Without a sandbox, shows the recorded output.
    pub(super) fn run(&mut self, command: &str) {
        let Some(block) = self.state.block(self.tutorial) else { return };
        let Some(id) = block.command().and(block.id()).map(str::to_owned) else { return };
        if self.state.running.is_some() {
            return self.notify_busy();
        }
        let chapter = self.state.chapter(self.tutorial);
        let location = (chapter.id.clone(), id.clone());
        if let SandboxStatus::Unavailable { .. } = self.state.sandbox {
            let run = recorded_run(chapter, &id, command);
            self.state.command_runs.insert(location, run);
            return self.scroll_to_focus();
        }
        let chain = chapter.required_commands(&id);
        let prerequisites: Vec<String> = chain
            .iter()
            .filter_map(|block| block.id())
            .filter(|need| {
                *need != id && !self.state.ran_in_sandbox.contains(&self.state.location(self.tutorial, need))
            })
            .map(str::to_owned)
            .collect();
        let run =
            CommandRun { command: command.to_owned(), prerequisites: prerequisites.clone(), ..CommandRun::default() };
        self.state.command_runs.insert(location.clone(), run);
        self.state.running = Some(location);
        self.emit(Action::Run { chapter: self.state.chapter, prerequisites, block: id, command: command.to_owned() });
        self.scroll_to_focus();
    }
}

/// A run with the recorded output of a command.
fn recorded_run(chapter: &Chapter, id: &str, command: &str) -> CommandRun {
    let record = chapter.record(id);
    CommandRun {
        command: record.map_or(command, |record| &record.run).to_owned(),
        output: record.map(|record| record.output.clone()).unwrap_or_default(),
        finished: true,
        recorded: true,
        ..CommandRun::default()
    }
}
