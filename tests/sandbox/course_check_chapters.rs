//! `unitlab course check` finds mistakes in chapters: pages that are too long, recorded outputs that are stale, and
//! commands that do not print what is expected, in order, alone or run twice. `--record` writes the recorded outputs.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::common::TestEnv;

tests! {
    a_command_that_does_not_print_what_is_expected_is_reported,
    thorough_finds_a_command_that_works_only_once,
    long_pages_and_stale_records_are_reported_with_file_and_line,
    a_chapter_is_recorded_only_if_all_its_commands_are_right,
}

/// A block with a command.
fn block(id: &str, run: &str, expect: &str, more: &str) -> String {
    format!("```try\nid = \"{id}\"\nrun = '''{run}'''\nlook = \"it\"\nexpect = '{expect}'\n{more}\n```\n\n")
}

/// Writes a course with one chapter, whose first page has these blocks.
fn course(env: &TestEnv, blocks: &str, records: Option<&str>) -> PathBuf {
    let dir = env.path().join("course");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("lessons/recorded")).unwrap();
    let front = "+++\ntitle = \"One\"\nminutes = 5\ngoals = [\"a\", \"b\"]\n+++\n\n## Page\n\n";
    fs::write(dir.join("lessons/01-one.md"), format!("{front}{blocks}\n## Summary\n\n- Done.\n")).unwrap();
    fs::write(dir.join("lessons/glossary.md"), "# Glossary\n\n## unit\n\nIt.\n").unwrap();
    match records {
        Some(records) => fs::write(dir.join("lessons/recorded/one.toml"), records).unwrap(),
        None => fs::remove_dir(dir.join("lessons/recorded")).unwrap(),
    }
    dir
}

/// Runs `course check` on the course; returns exit code, standard output and standard error.
fn check(env: &TestEnv, args: &[&str]) -> (Option<i32>, String, String) {
    let dir = env.path().join("course");
    let output = env.unitlab(&[&["course", "check", dir.to_str().unwrap()], args].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn a_command_that_does_not_print_what_is_expected_is_reported(env: TestEnv) {
    // A process in its own scope outlives the command and keeps its pipe open. Only the command is waited for.
    let holder = "sudo systemd-run --quiet --scope -u holder sleep 600 & \
                  until systemctl -q is-active holder.scope; do sleep 0.1; done; echo held";
    let blocks = [
        block("makes", "echo some >made; cat made", "(?m)^some$", ""),
        block("needs-in-secret", "seq 20; cat made", "(?m)^some$", ""),
        block("needs", "cat made", "(?m)^some$", "after = [\"makes\"]"),
        block("too-slow", "echo begun; sleep 600", "begun", "seconds = 1"),
        block("holds-on", holder, "held", "seconds = 60"),
        block("root", "id -u", "(?m)^0$", "as = \"root\""),
        block("no-tool", "true", "^$", "tools = [\"no-such-tool\"]"),
    ];
    course(&env, &blocks.concat(), None);
    let (code, out, err) = check(&env, &["--jobs", "4", "-v"]);
    assert_eq!(code, Some(4), "{out}{err}");
    for text in [
        "✗ one  needs-in-secret, alone\n    does not print what is expected, (?m)^some$; it printed\n    1\n    2\n",
        "    12\n    …\n",
        "✗ one  too-slow, in order\n    took the 1 s that it may take: ",
        "? one  no-tool, alone\n    not tried: there is no program no-such-tool on this machine\n",
        "one: 14 cases, 3 not as expected, 2 not tried\n",
    ] {
        assert!(out.contains(text), "{text}\n{out}");
    }
    for line in ["one needs-in-secret, in order (", "one needs, alone (", "one root, alone (", "one holds-on, alone ("]
    {
        let result = err.lines().find(|result| result.starts_with(line)).unwrap_or_else(|| panic!("{line}\n{err}"));
        assert!(result.ends_with("): as expected"), "{result}");
    }
    let (code, out, err) = check(&env, &["--case", "no-tool"]);
    assert_eq!(code, Some(3), "{out}{err}");
    let (code, out, err) = check(&env, &["--chapter", "1", "--case", "needs"]);
    assert_eq!((code, out.contains("one: 1 case, all as expected\n")), (Some(0), true), "{out}{err}");
    assert_eq!(env.estate.sandboxes().len(), 0);
}

fn thorough_finds_a_command_that_works_only_once(env: TestEnv) {
    course(&env, &block("once", "mkdir here && echo made", "(?m)^made$", ""), None);
    assert_eq!(check(&env, &[]).0, Some(0));
    let (code, out, err) = check(&env, &["--thorough"]);
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(out.contains("✗ one  once, second of two\n") && out.contains("File exists"), "{out}");
    assert!(out.contains("one: 4 cases, 1 not as expected\n"), "{out}");
}

fn long_pages_and_stale_records_are_reported_with_file_and_line(env: TestEnv) {
    let mut blocks = block("old", "echo new", "new", "") + &block("new", "echo two", "two", "");
    for line in 0..40 {
        writeln!(blocks, "- {line}").unwrap();
    }
    let record = |id| format!("[{id}]\nrun = 'echo old'\noutput = ''\n");
    course(&env, &blocks, Some(&(record("old") + &record("gone"))));
    let (code, out, err) = check(&env, &[]);
    assert_eq!(code, Some(4), "{out}{err}");
    // Sentences are wrapped.
    let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "✗ lessons/01-one.md:7: the page \"Page\" takes ",
        " lines on a terminal of 80 columns; at most 40 ",
        "✗ lessons/recorded/one.toml: the record of \"old\" differs from the command in the chapter; write the records \
         again: unitlab course check DIR --record ",
        "✗ lessons/recorded/one.toml: the record of \"new\" is missing; ",
        "✗ lessons/recorded/one.toml: the record of \"gone\" has no command in the chapter; ",
        "one: 4 cases, all as expected ",
    ] {
        assert!(flat.contains(text), "{text}\n{out}");
    }
}

fn a_chapter_is_recorded_only_if_all_its_commands_are_right(env: TestEnv) {
    let blocks = block("zero", "printf 'a\\nb\\n'", "b", "") + &block("a-second", "echo \"it's\"", "it", "");
    let dir = course(&env, &blocks, None);
    let recorded = dir.join("lessons/recorded/one.toml");
    let (code, out, err) = check(&env, &["--record"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let text = fs::read_to_string(&recorded).unwrap();
    let body = text.split_once("\n\n").unwrap().1;
    assert!(body.starts_with("[zero]\nrun = "), "{text}");
    assert!(body.contains("\noutput = '''\na\nb\n'''\n\n[a-second]\n"), "{text}");
    assert!(body.ends_with("\noutput = '''\nit's\n'''\n"), "{text}");
    assert_eq!(check(&env, &[]).0, Some(0));

    // After one command breaks, the earlier record is kept.
    let file = dir.join("lessons/01-one.md");
    let broken = fs::read_to_string(&file).unwrap().replace("expect = 'it'", "expect = 'never'");
    fs::write(&file, broken).unwrap();
    let (code, out, err) = check(&env, &["--record", "-v"]);
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(err.contains("one is not recorded: not every command printed what is expected"), "{err}");
    assert_eq!(fs::read_to_string(&recorded).unwrap(), text);

    let without = env.unitlab(&["course", "check", "--record"]);
    assert_eq!(without.status.code(), Some(2), "the built-in course has no directory to write into");
}
