//! What a terminal can show, told by the environment alone.

use std::env;

/// The answer to `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// Where a terminal is, unless the environment says otherwise.
    #[default]
    Auto,
    /// In files and pipes too.
    Always,
    /// Nowhere.
    Never,
}

/// The variables that speak about terminals; an empty one counts as not set (`no-color.org`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    no_color: bool,
    force_color: bool,
    term: String,
    charset: String,
    columns: Option<usize>,
}

impl Abilities {
    pub(super) fn of_environment() -> Self {
        Self::read(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
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

    /// `--color` has the last word, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether it is a terminal with colours.
    pub(super) fn color(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => !self.no_color && (self.force_color || is_terminal && !self.dumb()),
        }
    }

    /// The locale writes UTF-8. The font of the Linux console has no ticks and arrows, whatever the locale is.
    pub(super) fn unicode(&self) -> bool {
        let charset = self.charset.to_ascii_lowercase().replace('-', "");
        charset.contains("utf8") && self.term != "linux"
    }

    /// What whoever started us says about the width, for where there is no terminal to ask.
    pub(super) fn columns(&self) -> Option<usize> {
        self.columns
    }

    /// A terminal on which nothing can be redrawn.
    pub(super) fn dumb(&self) -> bool {
        self.term == "dumb"
    }
}

#[cfg(test)]
mod tests {
    use super::{Abilities, ColorChoice};

    fn with(variables: &[(&str, &str)]) -> Abilities {
        Abilities::read(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn who_decides_about_colour() {
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
    fn where_signs_beyond_ascii_are_shown() {
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
