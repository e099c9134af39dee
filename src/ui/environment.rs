//! The environment variables that describe the terminal.

use std::env;

/// The value of `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// Colour on a terminal, unless the environment sets it on or off.
    #[default]
    Auto,
    Always,
    Never,
}

/// The variables that describe the terminal. An empty variable counts as unset (`no-color.org`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TerminalEnv {
    no_color: bool,
    force_color: bool,
    term: String,
    charset: String,
    columns: Option<usize>,
}

impl TerminalEnv {
    pub(super) fn read() -> Self {
        Self::from_variables(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        Self {
            no_color: set("NO_COLOR").is_some(),
            force_color: set("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            term: set("TERM").unwrap_or_default(),
            // The order of setlocale(3).
            charset: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default(),
            columns: set("COLUMNS").and_then(|columns| columns.parse().ok()),
        }
    }

    /// Whether to use colours: `--color` decides, then `NO_COLOR`, then `CLICOLOR_FORCE`, then the terminal.
    pub(super) fn color(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !self.no_color && (self.force_color || is_terminal && !self.is_dumb()),
        }
    }

    /// Whether the locale is UTF-8. The font of the Linux console lacks the glyphs, so `TERM=linux` counts as ASCII.
    pub(super) fn unicode(&self) -> bool {
        let charset = self.charset.to_ascii_lowercase().replace('-', "");
        charset.contains("utf8") && self.term != "linux"
    }

    /// The value of `COLUMNS`, which counts if output is not a terminal.
    pub(super) fn columns(&self) -> Option<usize> {
        self.columns
    }

    pub(super) fn set_columns(&mut self, columns: usize) {
        self.columns = Some(columns);
    }

    /// Whether `TERM=dumb`: such a terminal cannot redraw a line.
    pub(super) fn is_dumb(&self) -> bool {
        self.term == "dumb"
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, TerminalEnv};

    fn with(variables: &[(&str, &str)]) -> TerminalEnv {
        TerminalEnv::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_color_option_overrides_the_environment() {
        use ColorChoice::{Always, Auto, Never};
        for (variables, choice, is_terminal, color) in [
            (&[][..], Auto, true, true),
            (&[], Auto, false, false),
            (&[], Always, false, true),
            (&[], Never, true, false),
            (&[("NO_COLOR", "1")], Auto, true, false),
            (&[("NO_COLOR", "")], Auto, true, true),
            (&[("NO_COLOR", "1")], Always, true, true),
            (&[("CLICOLOR_FORCE", "1")], Auto, false, true),
            (&[("CLICOLOR_FORCE", "0")], Auto, false, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], Auto, true, false),
            (&[("CLICOLOR_FORCE", "1")], Never, true, false),
            (&[("TERM", "dumb")], Auto, true, false),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], Auto, false, true),
        ] {
            assert_eq!(with(variables).color(choice, is_terminal), color, "{variables:?} {choice:?} {is_terminal}");
        }
    }

    #[test]
    fn unicode_needs_a_utf8_locale_and_not_the_linux_console() {
        for (variables, unicode) in [
            (&[("LANG", "en_GB.UTF-8")][..], true),
            (&[("LANG", "de_DE.utf8")], true),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "C"), ("LC_ALL", "C.UTF-8")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_CTYPE", "POSIX")], false),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "")], true),
            (&[("LANG", "en_US.UTF-8"), ("TERM", "linux")], false),
            (&[], false),
        ] {
            assert_eq!(with(variables).unicode(), unicode, "{variables:?}");
        }
    }
}
