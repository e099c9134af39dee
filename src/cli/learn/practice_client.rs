//! The sandbox beside a sitting: orders to it, and what it says.

use std::ffi::OsString;
use std::io;

use super::session::{Sitting, take};
use crate::app::Failure;
use crate::engine::session::{Event, SandboxStatus, State};
use crate::model::{Order, Told, Tutorial};
use crate::sandbox::{self, LessonClient};
use crate::ui::Screen;

impl Sitting<'_> {
    /// Gives an order to the sandbox, which is started with the first one.
    pub(super) fn order(&mut self, state: &mut State, order: Order) {
        if self.partner.is_none() {
            match LessonClient::start(&self.words()) {
                Ok(Some(partner)) => {
                    self.partner = Some(partner);
                    if let Order::Prepare { .. } = &order {
                        state.sandbox = SandboxStatus::Booting;
                    }
                }
                Ok(None) => {
                    state.sandbox = SandboxStatus::NeedsPassword;
                    self.waiting = vec![order];
                    return;
                }
                Err(error) => {
                    take(
                        self.course.tutorial(),
                        state,
                        Event::Sandbox(SandboxStatus::Unavailable { why: error.to_string() }),
                    );
                    return;
                }
            }
        }
        if !self.partner.as_mut().is_some_and(|partner| partner.order(&order)) {
            self.partner = None;
            let why = "the sandbox has ended without a word".to_owned();
            take(self.course.tutorial(), state, Event::Sandbox(SandboxStatus::Unavailable { why }));
        }
    }

    fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = self.context.global_words();
        words.push("practice".into());
        if let Some(tree) = &self.os_tree {
            words.extend(["--os-tree".into(), tree.into()]);
        }
        words
    }

    /// Lets sudo ask for the password on the whole terminal, and has done what waited for it.
    pub(super) fn unlock(
        &mut self,
        screen: &mut Screen,
        tutorial: &Tutorial,
        state: &mut State,
    ) -> Result<(), Failure> {
        let unlocked = screen.suspend_while(|| {
            use io::Write as _;
            let _ = writeln!(io::stderr(), "unitlab: booting a sandbox needs root; sudo asks for this step alone");
            sandbox::ask_sudo_password()
        });
        let unlocked = unlocked.map_err(Failure::terminal)?;
        self.drain();
        let mut waiting = std::mem::take(&mut self.waiting).into_iter();
        let why = match unlocked {
            Ok(()) => {
                state.sandbox = SandboxStatus::Booting;
                waiting.by_ref().for_each(|order| self.order(state, order));
                if state.sandbox != SandboxStatus::NeedsPassword {
                    return Ok(());
                }
                "sudo forgets at once that it was given the password".to_owned()
            }
            Err(error) => error.to_string(),
        };
        self.waiting.clear();
        take(tutorial, state, Event::Sandbox(SandboxStatus::Unavailable { why }));
        Ok(())
    }

    /// What the sandbox has said, as events.
    pub(super) fn hear(&mut self) -> Vec<Event> {
        let Some(told) = self.partner.as_mut().map(LessonClient::hear) else { return Vec::new() };
        let Some(told) = told else {
            self.partner = None;
            let why = "the sandbox has ended".to_owned();
            return vec![Event::Sandbox(SandboxStatus::Unavailable { why })];
        };
        told.into_iter()
            .map(|told| match told {
                Told::Booting => Event::Sandbox(SandboxStatus::Booting),
                Told::Up { systemd } => Event::Sandbox(SandboxStatus::Running { systemd }),
                Told::Impossible { why } => Event::Sandbox(SandboxStatus::Unavailable { why }),
                Told::Printed { text } => Event::Output(text),
                Told::Ended { code } => Event::Exited(code),
            })
            .collect()
    }
}
