//! Wrong values that people write instead of a right one.

use super::directive_value::{ValueForm, boolean, value_form};

/// Returns common wrong values of a directive; empty if none are known.
pub(super) fn value_mutations(key: &str, value: &str) -> Vec<String> {
    let mut others = match key {
        "Restart" => ["on-failure", "no"].map(str::to_owned).to_vec(),
        "User" | "Group" => vec!["root".to_owned()],
        "WorkingDirectory" => vec!["/".to_owned(), format!("{value}-missing")],
        "ExecStart" => commands(value),
        "ListenStream" | "ListenDatagram" => other_port(value).into_iter().collect(),
        "Type" => ["forking", "oneshot"].map(str::to_owned).to_vec(),
        "KillMode" => vec!["none".to_owned()],
        "After" | "Before" | "Requires" | "Wants" | "BindsTo" | "WantedBy" | "RequiredBy" => {
            misspelt(value).into_iter().collect()
        }
        _ => match value_form(key) {
            ValueForm::Boolean => {
                boolean(value).map(|is| if is { "no" } else { "yes" }.to_owned()).into_iter().collect()
            }
            // A number without a unit is seconds; people take it for minutes.
            ValueForm::Span => {
                let digits = value.bytes().take_while(u8::is_ascii_digit).count();
                let minutes = (digits > 0).then(|| format!("{}min", &value[..digits]));
                minutes.into_iter().chain([String::new()]).collect()
            }
            ValueForm::OneOf(_) | ValueForm::Number | ValueForm::Any => Vec::new(),
        },
    };
    others.retain(|other| other != value);
    others
}

/// Another port, a missing program, `+` (full privileges), and a shell's `&`.
fn commands(value: &str) -> Vec<String> {
    let (program, arguments) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
    let missing = format!("{program}-missing{arguments}");
    other_port(value).into_iter().chain([missing, format!("+{value}"), format!("{value} &")]).collect()
}

/// Adds one to the last separate number that may be a port.
fn other_port(value: &str) -> Option<String> {
    let end = value.rfind(|c: char| c.is_ascii_digit())? + 1;
    let begin = value[..end].trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let is_separator = |c: Option<char>| c.is_none_or(|c| " :=\"'".contains(c));
    let port: u16 = value[begin..end].parse().ok()?;
    let is_separate = is_separator(value[..begin].chars().next_back()) && is_separator(value[end..].chars().next());
    let other = port.checked_add(1).filter(|_| is_separate && port >= 80)?;
    Some(format!("{}{other}{}", &value[..begin], &value[end..]))
}

/// Swaps two letters in the name of the last unit: `mutli-user.target`.
fn misspelt(value: &str) -> Option<String> {
    let begin = value.trim_end_matches(|c: char| !c.is_whitespace()).len();
    let mut letters: Vec<char> = value[begin..].chars().collect();
    let stem = letters.iter().position(|&c| c == '.')?;
    let at = (2..stem.saturating_sub(1)).find(|&at| letters[at] != letters[at + 1])?;
    letters.swap(at, at + 1);
    Some(format!("{}{}", &value[..begin], letters.into_iter().collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::value_mutations;

    #[test]
    fn each_directive_has_its_own_mistakes() {
        for (key, value, others) in [
            ("Restart", "always", &["on-failure", "no"][..]),
            ("Restart", "on-failure", &["no"]),
            ("RestartSec", "3", &["3min", ""]),
            ("TimeoutStopSec", "infinity", &[""]),
            ("User", "www", &["root"]),
            ("User", "root", &[]),
            ("WantedBy", "multi-user.target", &["mutli-user.target"]),
            ("After", "a.target network.target", &["a.target newtork.target"]),
            ("After", "a.target", &[]),
            ("WorkingDirectory", "/srv", &["/", "/srv-missing"]),
            (
                "ExecStart",
                "/bin/x -p 8000",
                &["/bin/x -p 8001", "/bin/x-missing -p 8000", "+/bin/x -p 8000", "/bin/x -p 8000 &"],
            ),
            ("ExecStart", "/bin/python3", &["/bin/python3-missing", "+/bin/python3", "/bin/python3 &"]),
            ("ListenStream", "127.0.0.1:80", &["127.0.0.1:81"]),
            ("ListenStream", "/run/x1.sock", &[]),
            ("DynamicUser", "yes", &["no"]),
            ("PrivateTmp", "off", &["yes"]),
            ("Description", "A page", &[]),
            ("Environment", "PORT=8000", &[]),
            ("ListenStream", "é8080", &[]),
            ("ListenStream", "\u{2026} 8080", &["\u{2026} 8081"]),
            ("After", "a.target\u{a0}network.target", &["a.target\u{a0}newtork.target"]),
        ] {
            assert_eq!(value_mutations(key, value), others, "{key}={value}");
        }
    }
}
