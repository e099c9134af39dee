//! What only a shell understands, written into `ExecStart=`: systemd starts none, and the program gets it as arguments
//! (systemd.service(5), "Command lines").

use crate::engine::layers::Layers;
use crate::model::{Cause, Diagnosis, UnitFact};

/// Words with a meaning to shells, and to hardly a program. A `;` separates commands for systemd, too.
const WORDS: [&str; 10] = ["&&", "||", "|", ">", ">>", "<", "&", "2>", "2>&1", "&>"];

/// Of a program that ended: its command line holds words that were meant for a shell.
pub(super) fn shell_words(unit: &UnitFact, layers: Option<&Layers>) -> Option<Diagnosis> {
    let written = layers?.effective("ExecStart")?;
    let word = unquoted(written.value).into_iter().find_map(|word| WORDS.into_iter().find(|known| *known == word))?;
    // What is loaded is what has run.
    let loaded = unit.get("ExecStart").split(' ').any(|argument| argument == word);
    let next = match word {
        ">" | ">>" | "2>" | "2>&1" | "&>" => {
            "leave it out: what the program prints is in the journal; StandardOutput=append:/PATH writes it to a file"
        }
        "&" => "leave the & out: systemd itself keeps the program in the background",
        _ => {
            "start a shell, where it takes one: ExecStart=/bin/sh -c '…'; or put each command into an ExecStartPre= of its own"
        }
    };
    loaded.then(|| {
        Cause::ShellSyntax
            .because(format!(
                "{} says {}: systemd starts no shell, so the program gets {word} and what follows as arguments.",
                written.place(),
                written.text()
            ))
            .next_step(next)
    })
}

/// The words that stand outside of quotes.
fn unquoted(line: &str) -> Vec<&str> {
    let mut quote = None;
    let quoted = |c: char| {
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        quote.is_none() && c.is_whitespace()
    };
    line.split(quoted).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::shell_words;
    use crate::engine::layers::Layers;
    use crate::engine::testbed::{fragment, unit};

    #[test]
    fn words_for_a_shell_are_seen_outside_of_quotes() {
        for (line, word) in [
            ("/opt/serve 9000 > /tmp/log &", Some("gets > and")),
            ("/opt/prepare && /opt/serve", Some("gets && and")),
            ("/bin/sh -c 'a && b > c'", None),
            ("/bin/sh -c \"it's | done\"", None),
            ("/opt/serve --filter a>b", None),
            ("/opt/a ; /opt/b", None),
        ] {
            let fact = fragment(&format!("[Service]\nExecStart={line}\n"));
            let argv = line.replace(['\'', '"'], "");
            let command = format!("{{ path=/x ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] ; }}");
            let found = shell_words(&unit(&[("ExecStart", &command)]), Some(&Layers::read(&fact)));
            assert_eq!(found.is_some(), word.is_some(), "{line}");
            assert!(found.is_none_or(|cause| cause.text.contains(word.unwrap_or_default())), "{line}");
        }
    }
}
