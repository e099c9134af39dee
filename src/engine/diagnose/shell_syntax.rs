//! Shell operators in `ExecStart=`. systemd starts no shell, so the program gets them as arguments; see "Command lines" in
//! systemd.service(5).

use crate::engine::unit_files::UnitFiles;
use crate::model::{Cause, Diagnosis, UnitFact};

/// Shell operators, which are rarely intended as arguments. `;` is not one of them: systemd too separates commands by it.
const OPERATORS: [&str; 10] = ["&&", "||", "|", ">", ">>", "<", "&", "2>", "2>&1", "&>"];

/// Only for a program that ran and ended.
pub(super) fn shell_syntax(unit: &UnitFact, files: Option<&UnitFiles>) -> Option<Diagnosis> {
    let line = files?.effective("ExecStart")?;
    let operator =
        unquoted(line.value).into_iter().find_map(|word| OPERATORS.into_iter().find(|operator| *operator == word))?;
    // The manager ran the command that it has loaded, which may differ from the file.
    let is_loaded = unit.get("ExecStart").split(' ').any(|argument| argument == operator);
    let next = match operator {
        ">" | ">>" | "2>" | "2>&1" | "&>" => {
            "remove it: the journal already has the program's output; StandardOutput=append:/PATH writes it to a file"
        }
        "&" => "remove the &: systemd already runs the program in the background",
        _ => {
            "start a shell if you need one: ExecStart=/bin/sh -c '…'; or use a separate ExecStartPre= for each command"
        }
    };
    is_loaded.then(|| {
        Cause::ShellSyntax
            .because(format!(
                "{} says {}. systemd starts no shell, so the program gets {operator} and the words after it as arguments.",
                line.place(),
                line.text()
            ))
            .next_step(next)
    })
}

/// The words outside of quotes.
fn unquoted(line: &str) -> Vec<&str> {
    let mut quote = None;
    let is_separator = |c: char| {
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        quote.is_none() && c.is_whitespace()
    };
    line.split(is_separator).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::shell_syntax;
    use crate::engine::testbed::{fragment, unit};
    use crate::engine::unit_files::UnitFiles;

    #[test]
    fn shell_operators_are_found_outside_of_quotes() {
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
            let found = shell_syntax(&unit(&[("ExecStart", &command)]), Some(&UnitFiles::read(&fact)));
            assert_eq!(found.is_some(), word.is_some(), "{line}");
            assert!(found.is_none_or(|cause| cause.text.contains(word.unwrap_or_default())), "{line}");
        }
    }
}
