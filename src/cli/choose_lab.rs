//! The LAB argument: the named lab, the current one, or one that the user chooses from a list.

use std::borrow::Cow;

use super::context::Context;
use super::sudo;
use crate::app::{self, Error, LabChoice, LabPurpose};
use crate::course::{Course, LabDirectory};

/// A command with a LAB argument.
pub(super) struct LabArgument<'a> {
    /// What the user named.
    pub(super) named: Option<&'a str>,
    /// The command, as it is typed before LAB.
    pub(super) command: &'a str,
    pub(super) purpose: LabPurpose,
    /// Which step of the command needs root; `None` if no step does.
    pub(super) root: Option<&'a str>,
}

impl LabArgument<'_> {
    /// Finds the lab; `None` if the user left the list.
    pub(super) fn find<'c>(
        &self,
        context: &Context,
        course: &'c Course,
    ) -> Result<Option<Cow<'c, LabDirectory>>, Error> {
        let workspace = &context.workspace;
        if self.named.is_some() {
            return Ok(Some(workspace.lab(course, self.named)?));
        }
        let can_ask = context.terminal.is_interactive();
        if let (true, Some(why)) = (can_ask, self.root) {
            // sudo runs the whole command again, so it comes before the question. And only root sees what is running.
            sudo::require_root(context, why)?;
        }
        let id = match app::lab_choice(workspace, course, self.purpose, can_ask, self.command)? {
            LabChoice::Known(id) => id,
            LabChoice::Ask(mut choices, default) => {
                let Some(chosen) = context.terminal.choose("Which lab?", &choices, default)? else {
                    context.streams().print_error("No lab was chosen.\n");
                    return Ok(None);
                };
                choices.swap_remove(chosen).name
            }
        };
        Ok(Some(workspace.lab(course, Some(&id))?))
    }

    /// Like [`LabArgument::find`]. Leaving the list is an error, for commands whose exit code 0 means more than that.
    pub(super) fn require<'c>(&self, context: &Context, course: &'c Course) -> Result<Cow<'c, LabDirectory>, Error> {
        let none = || Error::usage("no lab was chosen", format!("name one: `{} LAB`", self.command));
        self.find(context, course)?.ok_or_else(none)
    }
}
