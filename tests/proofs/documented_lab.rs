//! The example lab in `docs/labs.md` works: the test extracts it from the guide and proves its cases.

use std::fs;
use std::path::Path;

use crate::common::TestEnv;
use unitlab::app::{Job, Prover, lab_jobs};
use unitlab::course::Course;
use unitlab::model::Style;
use unitlab::report::proof;

tests! {
    the_example_lab_of_the_guide_passes_all_its_cases,
}

const GUIDE: &str = include_str!("../../docs/labs.md");
/// More than the number of cores, because a case mostly waits.
const AT_ONCE: usize = 4;

/// Writes each file that the guide shows to the path above its code block, and each case of the table.
fn write_lab(directory: &Path) {
    let (_, lab) = GUIDE.split_once("\n## A whole lab\n").unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let (mut unit, mut rows) = ("", 0);
    for part in lab.split("\n`labs/").skip(1) {
        let (path, rest) = part.split_once('`').unwrap();
        let text = rest.split_once("\n```").unwrap().1.split_once('\n').unwrap().1.split_once("```\n").unwrap().0;
        write(&format!("labs/{path}"), text);
        if path.ends_with(".service") {
            unit = text;
        }
    }
    let write_unit =
        |case: &str| write(&format!("labs/doorbell/cases/{case}/files/etc/systemd/system/doorbell.service"), unit);
    write_unit("misspelt");
    for row in lab.lines().filter_map(|line| line.strip_prefix("| `")) {
        let [name, fails, script] = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>()[..3]
        else {
            panic!("not a row of the table: {row}");
        };
        write_unit(name);
        write(&format!("labs/doorbell/cases/{name}/case.toml"), &format!("what = \"{name}\"\nfails = {fails}\n"));
        write(&format!("labs/doorbell/cases/{name}/apply.sh"), script);
        rows += 1;
    }
    assert!(rows > 10 && !unit.is_empty(), "{rows} {unit}");
}

fn the_example_lab_of_the_guide_passes_all_its_cases(env: TestEnv) {
    let directory = env.path().join("course");
    write_lab(&directory);
    let course = Course::open(&directory).unwrap_or_else(|errors| panic!("{errors}"));
    let lab = course.lab("doorbell").unwrap();
    let is_not_mutant = |job: &Job<'_>| lab.mutants.iter().all(|mutant| mutant.name != job.name());
    let jobs: Vec<Job<'_>> = lab_jobs([lab]).into_iter().filter(is_not_mutant).collect();
    assert!(jobs.len() > 12);
    let proven = Prover::new(env.lab_runner(), AT_ONCE, false).prove(&jobs, &|_| {});
    let mut table = Vec::new();
    proof(&proven, Style { width: 100, color: false, unicode: true }, &mut table).unwrap();
    assert_eq!(proven.exit_code(), 0, "\n{}", String::from_utf8_lossy(&table));
}
