//! The keys of a page, as the help screen lists them.

/// Each key, and what it does.
pub(crate) const KEY_HELP: [(&str, &str); 20] = [
    ("Enter", "run, answer or open the selected block; then go on"),
    ("Space", "scroll down, then turn the page"),
    ("n, Right", "next page"),
    ("p, Left", "previous page"),
    ("Up, Down", "scroll one line"),
    ("PgUp, PgDn", "scroll one screen"),
    ("Home, End", "go to the top or the end of the page"),
    ("1 to 6", "answer with a choice, or mark it"),
    ("a", "type another answer"),
    ("Tab", "select the next question or command"),
    ("Shift-Tab", "select the previous one"),
    ("e", "edit the command before it runs"),
    ("r", "run the command again, or reopen the lab"),
    ("t", "table of contents"),
    ("/", "search all chapters"),
    ("g", "glossary"),
    ("R", "restart this chapter"),
    ("Ctrl-C", "stop the running command; without one, quit"),
    ("Ctrl-Z", "suspend; fg continues"),
    ("q", "quit; your place is saved"),
];
