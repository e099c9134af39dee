//! What a newcomer who types an unknown command probably means.

use crate::course::Course;

/// Words that other programs use, with the command of unitlab. An argument may follow the command.
const WORDS: [(&[&str], &str); 16] = [
    (&["start", "run", "boot", "up", "begin", "launch", "open"], "unitlab lab start"),
    (&["stop", "quit", "exit", "down", "halt", "poweroff", "shutdown", "end", "kill"], "unitlab lab stop"),
    (&["shell", "enter", "ssh", "attach", "login", "connect"], "unitlab lab shell"),
    (&["exec"], "unitlab lab exec"),
    (&["reset", "restart", "reboot", "undo", "retry", "revert"], "unitlab lab reset"),
    (&["brief", "task", "todo", "show", "describe"], "unitlab lab brief"),
    (&["solve", "solution", "reveal"], "unitlab lab solve"),
    (&["status", "ls", "labs", "chapters", "lessons", "ps", "overview"], "unitlab list"),
    (&["grade", "test", "verify", "score", "eval"], "unitlab check"),
    (&["submit", "handin", "hand-in", "reply", "respond"], "unitlab answer"),
    (&["clue", "tip", "hints"], "unitlab hint"),
    (&["read", "lesson", "chapter", "tutorial", "study"], "unitlab learn"),
    (&["stats", "points", "history", "export"], "unitlab progress"),
    (&["fix", "setup", "install", "info", "diag"], "unitlab doctor"),
    (&["next", "continue", "resume", "home", "menu", "go"], "unitlab"),
    (&["validate", "lint", "prove"], "unitlab course check"),
];

/// Finds the command that is probably meant by the words after `unitlab`. Global options are left out of `words`.
///
/// `verbs` are the commands of unitlab, `lab_verbs` those of `unitlab lab`. A word may also be the name of a lab.
pub(crate) fn meant_command(words: &[&str], verbs: &[String], lab_verbs: &[String]) -> Option<String> {
    let is_in = |verbs: &[String], word: &str| verbs.iter().any(|verb| verb == word);
    let (word, rest) = match words {
        // `unitlab lab check`, `unitlab lab list`
        ["lab", word, rest @ ..] if !is_in(lab_verbs, word) => (*word, rest),
        [word, rest @ ..] if !is_in(verbs, word) => (*word, rest),
        _ => return None,
    };
    let word = word.to_lowercase();
    let command = if is_in(verbs, &word) {
        format!("unitlab {word}")
    } else {
        let known = WORDS.iter().find(|(words, _)| words.contains(&word.as_str()));
        let known = known.map(|(_, command)| (*command).to_owned());
        known.or_else(|| Course::embedded_lab(&word).map(|_| format!("unitlab lab start {word}")))?
    };
    let is_plain = |text: &&str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=/".contains(c));
    let keeps_rest = rest.iter().all(is_plain) && command != "unitlab";
    Some(if keeps_rest { [&[command.as_str()], rest].concat().join(" ") } else { command })
}

#[cfg(test)]
mod tests {
    use super::{WORDS, meant_command};

    const VERBS: [&str; 6] = ["learn", "list", "lab", "check", "hint", "help"];
    const LAB_VERBS: [&str; 3] = ["start", "stop", "help"];

    #[test]
    fn words_of_other_programs_lead_to_the_command() {
        let [verbs, lab_verbs] =
            [&VERBS[..], &LAB_VERBS].map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>());
        for (words, meant) in [
            (&["start"][..], Some("unitlab lab start")),
            (&["start", "sre-app", "--no-shell"], Some("unitlab lab start sre-app --no-shell")),
            (&["exec", "--", "ls", "-l"], Some("unitlab lab exec -- ls -l")),
            (&["exec", "--", "sh", "-c", "a b"], Some("unitlab lab exec")),
            (&["STATUS"], Some("unitlab list")),
            (&["next"], Some("unitlab")),
            (&["lab", "check", "sre-app"], Some("unitlab check sre-app")),
            (&["lab", "grade"], Some("unitlab check")),
            (&["lab", "run"], Some("unitlab lab start")),
            (&["lab", "start"], None),
            (&["check"], None),
            (&["sre-app"], Some("unitlab lab start sre-app")),
            (&["frob"], None),
            (&[], None),
        ] {
            assert_eq!(meant_command(words, &verbs, &lab_verbs).as_deref(), meant, "{words:?}");
        }
    }

    #[test]
    fn each_word_is_listed_once() {
        let mut words: Vec<&str> = WORDS.iter().flat_map(|(words, _)| words.iter().copied()).collect();
        words.sort_unstable();
        let all = words.len();
        words.dedup();
        assert_eq!(words.len(), all);
    }
}
