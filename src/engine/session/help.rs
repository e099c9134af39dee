//! The keys of a page, as the help screen tells them.

/// Each key, and what it does.
pub const KEYS: [(&str, &str); 20] = [
    ("Enter", "do what is in hand: run, answer, open; else go on"),
    ("Space", "down, and on to the next page"),
    ("n, Right", "next page"),
    ("p, Left", "page before"),
    ("Up, Down", "a line up or down"),
    ("PgUp, PgDn", "a screen up or down"),
    ("Home, End", "to the top or the end of the page"),
    ("1 to 6", "answer with a choice, or mark it"),
    ("a", "answer again, in words"),
    ("Tab", "the next question or command on this page"),
    ("Shift-Tab", "the one before"),
    ("e", "change the command before it runs"),
    ("r", "run it again; back to the lab"),
    ("t", "contents: every chapter and page"),
    ("/", "search in all chapters"),
    ("g", "glossary: the words of the trade"),
    ("R", "begin this chapter anew"),
    ("Ctrl-C", "stop a command that runs; else quit"),
    ("Ctrl-Z", "step out to the shell; fg comes back"),
    ("q", "quit: where you are is kept"),
];
