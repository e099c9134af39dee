//! Raw mode of the terminal on standard input, see termios(3).

use std::io;

use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// What is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawModeKind {
    /// Line editing, echo, signal keys and flow control: every key is read as it is pressed. Output stays as it is.
    Keys,
    /// Everything, as cfmakeraw(3) does: bytes pass unchanged both ways.
    Relay,
}

/// Keeps the terminal in raw mode. Dropping it restores the original mode, also on panic.
#[derive(Debug)]
pub(crate) struct RawMode {
    original: Termios,
    kind: RawModeKind,
}

impl RawMode {
    /// Enters raw mode. Fails if standard input is not a terminal.
    pub(crate) fn enter(kind: RawModeKind) -> io::Result<Self> {
        let mode = Self { original: tcgetattr(io::stdin())?, kind };
        mode.resume()?;
        Ok(mode)
    }

    /// Enters raw mode again after [`RawMode::restore`].
    pub(crate) fn resume(&self) -> io::Result<()> {
        let mut raw = self.original.clone();
        let when = match self.kind {
            RawModeKind::Keys => {
                raw.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN);
                raw.input_modes.remove(InputModes::IXON);
                OptionalActions::Now
            }
            RawModeKind::Relay => {
                raw.make_raw();
                OptionalActions::Drain
            }
        };
        Ok(tcsetattr(io::stdin(), when, &raw)?)
    }

    /// Restores the original mode.
    pub(crate) fn restore(&self) {
        let when = match self.kind {
            RawModeKind::Keys => OptionalActions::Drain,
            // The terminal may have replied to the last output. Unread, the reply would go to the shell outside.
            RawModeKind::Relay => OptionalActions::Flush,
        };
        let _ = tcsetattr(io::stdin(), when, &self.original);
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        self.restore();
    }
}
