//! The command line without a lab: arguments, error messages, exit codes and colours.

use std::io::Read;
use std::process::{Command, Output, Stdio};

use crate::common::UNITLAB;
use crate::common::terminal_session::TerminalSession;
use tempfile::TempDir;

/// unitlab with an empty home directory and no sandboxes; needs no root.
struct NewUser(TempDir);

impl NewUser {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(UNITLAB);
        command.args(args).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TERM", "xterm");
        command.env("HOME", self.0.path()).env("UNITLAB_ESTATE", self.0.path().join("estate")).stdin(Stdio::null());
        command
    }

    /// Runs it; returns exit code, stdout and stderr.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        result(&self.command(args).output().unwrap())
    }
}

fn result(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const VERBS: [&[&str]; 22] = [
    &["learn"],
    &["list"],
    &["progress"],
    &["progress", "show"],
    &["progress", "export"],
    &["progress", "reset"],
    &["answer"],
    &["lab"],
    &["lab", "start"],
    &["lab", "shell"],
    &["lab", "exec"],
    &["lab", "brief"],
    &["lab", "reset"],
    &["lab", "solve"],
    &["lab", "stop"],
    &["check"],
    &["hint"],
    &["demo"],
    &["doctor"],
    &["course"],
    &["course", "check"],
    &["completions"],
];

#[test]
fn without_arguments_the_help_is_shown() {
    for args in [&[][..], &["lab"]] {
        let (code, out, err) = NewUser::new().run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("Usage: unitlab") && err.contains("Commands:") && !err.contains("error"), "{err}");
        assert!(!err.contains("supervise"), "{err}");
    }
}

#[test]
fn a_misspelt_argument_suggests_the_right_one() {
    let new_user = NewUser::new();
    for (args, message) in [
        (&["frob"][..], "The commands are: learn, list, progress, lab, check, answer, hint, demo, doctor,"),
        (&["chekc"], "a similar subcommand exists: 'check'"),
        // It does not suggest the hidden `enter`.
        (&["anwser"], "a similar subcommand exists: 'answer'"),
        (&["lab", "start", "least", "--no-shell"], "did you mean \"least-privilege\""),
        (&["lab", "strat"], "a similar subcommand exists: 'start'"),
        (&["check", "nosuch"], "the labs are: "),
        (&["check", "sre-ap"], "did you mean \"sre-app\""),
        (&["lab", "start", "sre_app", "--no-shell"], "did you mean \"sre-app\""),
        (&["hint", "sre-app", "enabeld"], "did you mean \"enabled\""),
        (&["check", "--fromat", "json"], "a similar argument exists: '--format'"),
        (&["lab", "exec", "sre-app"], "required arguments were not provided"),
    ] {
        let (code, out, err) = new_user.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}\n{err}");
        assert!(err.contains(message), "{args:?}\n{err}");
    }
}

#[test]
fn every_verb_explains_itself_with_an_example() {
    for verb in VERBS {
        let (new_user, args) = (NewUser::new(), [verb, &["--help"]].concat());
        let (code, out, err) = new_user.run(&args);
        assert_eq!((code, err.as_str()), (0, ""), "{verb:?}");
        let example = format!("\n  unitlab {}", verb.join(" "));
        assert!(out.contains("Example") && out.contains(&example), "{verb:?} has no example:\n{out}");
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{verb:?} is wider than 80 columns:\n{out}");
        // Examples are aligned by hand, so no line of them is wrapped at 80 columns.
        let wide = new_user.command(&args).env("COLUMNS", "100").output().unwrap();
        let examples = |help: &str| help.split_once("\nExample").map(|(_, examples)| examples.to_owned());
        assert_eq!(examples(&out), examples(&result(&wide).1), "{verb:?}");
    }
}

#[test]
fn a_closed_pipe_prints_no_error() {
    let new_user = NewUser::new();
    for args in [&["--help"][..], &["completions", "bash"], &["lab", "brief", "sre-app"], &["list"], &["doctor"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = new_user.command(args).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        child.wait().unwrap();
        assert_eq!(err, "", "{args:?}");
    }
}

#[test]
fn examine_reports_unreadable_questions() {
    let (code, out, err) = NewUser::new().run(&["examine"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("cannot answer questions about this machine\n  unexpected end of file"), "{err}");
}

#[test]
fn color_option_and_environment_decide_about_colour() {
    let new_user = NewUser::new();
    let command = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = new_user.command(&[args, &["lab", "brief", "sre-app"]].concat());
        command.envs(variables.iter().copied());
        command
    };
    for (args, variables, colour) in [
        (&[][..], &[][..], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let written = command(args, variables).output().unwrap().stdout;
        assert_eq!(written.contains(&0x1b), colour, "{args:?} {variables:?} in a pipe");
    }
    for (args, variables, colour) in [
        (&[][..], &[][..], true),
        (&["--color", "never"], &[], false),
        (&[], &[("NO_COLOR", "1")], false),
        (&[], &[("TERM", "dumb")], false),
    ] {
        let mut terminal = TerminalSession::start(&command(args, variables));
        assert_eq!(terminal.exit_code(), 0);
        assert_eq!(terminal.pty.written().contains(&0x1b), colour, "{args:?} {variables:?} on a terminal");
    }
}

/// Writes a course whose files have mistakes.
fn broken_course(dir: &std::path::Path) {
    let begin = format!("pass = 80\nchapter = \"systemclt\"\n{}minutes = 900\nunit = \"a.service\"", "#\n".repeat(99));
    for (path, bytes) in [
        ("labs/one/lab.toml", format!("{begin}\ntitle = \"A \u{202e}title\"\n[[check]]\nwhyy = \"x\"\n").into_bytes()),
        ("labs/two/lab.toml", format!("{begin}\n\tid = 'a'; \u{200b}{}", "世界".repeat(200)).into_bytes()),
        ("labs/three/lab.toml", b"title = 'x'\n# caf\xe9 \x1b[2J".to_vec()),
    ] {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn the_mistakes_of_a_course_are_underlined_in_their_lines() {
    let user = NewUser::new();
    let dir = user.0.path().join("course");
    broken_course(&dir);
    let show = |columns: &str, color: &str| {
        let mut command = user.command(&["course", "check", dir.to_str().unwrap(), "--color", color]);
        let (code, out, err) = result(&command.env("COLUMNS", columns).output().unwrap());
        assert_eq!((code, out.as_str()), (4, ""), "{err}");
        err
    };
    let plain = show("80", "never");
    insta::assert_snapshot!(plain, @r#"
    unitlab: the course has mistakes
      labs/one/brief.md: the file is missing; create it
      labs/one/lab.toml:2:11: unknown value "systemclt" for chapter; did you mean "systemctl"?
        |
      2 | chapter = "systemclt"
        |           ^^^^^^^^^^^
      labs/one/lab.toml:102:11: minutes is 900; it must be from 1 to 120
          |
      102 | minutes = 900
          |           ^^^
      labs/one/lab.toml:105:1: hints is missing
      labs/one/lab.toml:105:1: id is missing
      labs/one/lab.toml:105:1: kind is missing
      labs/one/lab.toml:105:1: lesson is missing
      labs/one/lab.toml:105:1: points is missing
      labs/one/lab.toml:105:1: title is missing
      labs/one/lab.toml:105:1: why is missing
          |
      105 | [[check]]
          | ^^^^^^^^^
      labs/one/solution: the directory has neither files/ nor apply.sh; add at least one of them
      labs/one/solution/notes.md: the file is missing; create it
      labs/three/lab.toml:2:6: the file is not valid UTF-8 from here on; save it as UTF-8
        |
      2 | # caf� \x1b[2J
        |      ^
      labs/two/brief.md: the file is missing; create it
      labs/two/lab.toml:104:10: unexpected key or value, expected newline, `#`
          |
      104 |     id = 'a'; \u{200b}世界世界世界世界世界世界世界世界世界世界世界世...
          |             ^
      labs/two/solution: the directory has neither files/ nor apply.sh; add at least one of them
      labs/two/solution/notes.md: the file is missing; create it
      next: fix the course's files; each line names the file, the line and the column
    "#);
    // In a pipe, only the excerpts fit the width.
    let narrow = show("60", "never");
    for line in narrow.lines().filter(|line| line.contains(" | ")) {
        assert!(console::measure_text_width(line) <= 60, "{line}");
    }
    let wide = narrow.lines().find(|line| line.contains('世')).unwrap();
    insta::assert_snapshot!(wide.trim_start(), @r"104 |     id = 'a'; \u{200b}世界世界世界世界世界世界世...");
    let coloured = show("80", "always");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31m^^^^"), "{coloured:?}");
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}

#[test]
fn without_a_lab_and_without_a_terminal_the_refusal_names_the_argument() {
    let new_user = NewUser::new();
    for (args, command) in [
        (&["lab", "start", "--no-shell"][..], "unitlab lab start"),
        (&["lab", "exec", "--", "true"], "unitlab lab exec"),
        (&["lab", "brief"], "unitlab lab brief"),
        (&["lab", "reset", "--yes"], "unitlab lab reset"),
        (&["lab", "solve", "--yes"], "unitlab lab solve"),
        (&["lab", "stop"], "unitlab lab stop"),
        (&["check"], "unitlab check"),
        (&["check", "--here"], "unitlab check"),
        (&["hint"], "unitlab hint"),
        (&["answer"], "unitlab answer --lab"),
    ] {
        let (code, out, err) = new_user.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}\n{err}");
        let next = format!("next: name one: `{command} LAB`");
        assert!(err.contains("there is no current lab") && err.contains(&next), "{args:?}\n{err}");
    }
}

#[test]
fn help_is_a_command_too() {
    let new_user = NewUser::new();
    for (args, option) in [
        (&["help"][..], &["--help"][..]),
        (&["help", "check"], &["check", "--help"]),
        (&["help", "lab", "start"], &["lab", "start", "--help"]),
    ] {
        let (code, out, err) = new_user.run(args);
        assert_eq!((code, err.as_str()), (0, ""));
        assert_eq!(out, new_user.run(option).1, "{args:?}");
    }
    let (code, _, err) = new_user.run(&["help", "chekc"]);
    assert!(code == 2 && err.contains("unrecognized subcommand 'chekc'"), "{err}");
}

#[test]
fn words_of_other_programs_lead_to_the_command() {
    let new_user = NewUser::new();
    for (args, meant) in [
        (&["start"][..], "unitlab lab start"),
        (&["start", "sre-app"], "unitlab lab start sre-app"),
        (&["--color", "never", "stop", "--all"], "unitlab lab stop --all"),
        (&["shell"], "unitlab lab shell"),
        (&["reset"], "unitlab lab reset"),
        (&["brief"], "unitlab lab brief"),
        (&["solve"], "unitlab lab solve"),
        (&["exec", "--", "ls"], "unitlab lab exec -- ls"),
        (&["status"], "unitlab list"),
        (&["run", "sre-app"], "unitlab lab start sre-app"),
        (&["grade"], "unitlab check"),
        (&["test"], "unitlab check"),
        (&["next"], "unitlab"),
        (&["quit"], "unitlab lab stop"),
        (&["sre-app"], "unitlab lab start sre-app"),
        (&["lab", "check"], "unitlab check"),
        (&["lab", "status"], "unitlab list"),
    ] {
        let (code, out, err) = new_user.run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}\n{err}");
        assert!(err.contains(&format!("did you mean `{meant}`?")), "{args:?}\n{err}");
        let command: Vec<&str> = meant.split(' ').skip(1).take_while(|word| *word != "--").collect();
        assert_eq!(new_user.run(&[&command[..], &["--help"]].concat()).0, 0, "{meant} is no command");
    }
}

/// What bash offers for the last of these words.
fn completions(new_user: &NewUser, words: &[&str]) -> Vec<String> {
    let script = r#"
        source <("$UNITLAB" completions bash)
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_TYPE=9
        _clap_complete_unitlab unitlab "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = new_user.command(&[]);
    let variables: Vec<_> =
        bash.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    bash = Command::new("bash");
    bash.args(["-c", script, "bash", "unitlab"]).args(words).env_clear().envs(variables).env("UNITLAB", UNITLAB);
    let output = bash.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    result(&output).1.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

#[test]
fn the_shell_completes_labs_checks_chapters_and_answers() {
    let new_user = NewUser::new();
    for (words, offered) in [
        (&["lab", "st"][..], &["start", "stop"][..]),
        (&["lab", "start", "s"], &["sre-app", "state-room"]),
        (&["check", "crash"], &["crash-loop"]),
        (&["hint", "sre-app", "ena"], &["enabled"]),
        (&["hint", "first"], &["first-process"]),
        (&["answer", "--lab", "first-process", "p"], &["pid", "parent"]),
        (&["answer", "--lab", "first"], &["first-process"]),
        (&["learn", "serv"], &["service-states"]),
        (&["progress", "reset", "service"], &["service-states"]),
        (&["check", "--format", "j"], &["json", "junit"]),
        (&["lab", "stop", ""], &[]),
    ] {
        let mut found = completions(&new_user, words);
        found.retain(|word| !word.starts_with('-'));
        assert_eq!(found, offered, "{words:?}");
    }
}
