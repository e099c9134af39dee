//! unitlab's parser of unit files finds the same values as systemd.
//!
//! A real systemd loads hundreds of generated units, and every unit that the packages of this machine ship. Every run
//! generates the same units, so a difference can be reproduced. `UNITLAB_TEST_SEED=N` generates other units.

mod compare;
mod generate;
mod random;

use std::collections::BTreeMap;

use crate::common::{TestEnv, course, run_in_sandbox};
use compare::{compare, listing};
use unitlab::app::{LabSession, Twins};
use unitlab::course::LabDirectory;
use unitlab::engine::settings_in_effect;
use unitlab::model::{
    AnswerSet, Check, CheckReport, Expect, FilesFact, FilesQuestion, Kind, Overlay, OverlayFile, Status, UnitFact,
    UnitQuestion, Value,
};

tests! {
    generated_units_have_the_same_values_as_in_the_manager,
    units_of_packages_have_the_same_values_as_in_the_manager,
}

/// One grading asks about this many units at most.
const BATCH: usize = 200;

/// A lab without a scene and without checks.
fn empty_lab() -> LabDirectory {
    let mut lab = course().lab("sre-app").unwrap().clone();
    (lab.scene, lab.lab.checks) = (Overlay::default(), vec![]);
    lab
}

fn setting(unit: &str, name: &str, expect: Expect) -> Check {
    Check {
        id: format!("{unit} {name}"),
        title: String::new(),
        points: 1,
        needs: vec![],
        why: String::new(),
        lesson: String::new(),
        hints: vec![],
        unit: unit.to_owned(),
        kind: Kind::Setting { name: name.into(), expect },
    }
}

/// The unit as the manager loaded it, and the files that it read.
fn facts<'a>(answers: &'a AnswerSet, unit: &str) -> (&'a UnitFact, &'a FilesFact) {
    let unit = unit.to_owned();
    (answers.get(&UnitQuestion { unit: unit.clone() }).unwrap(), answers.get(&FilesQuestion { unit }).unwrap())
}

/// Grades a `setting` check that expects the value of the manager, for each unit and directive. Returns the checks that
/// do not pass.
fn failed_settings(session: &LabSession, mut lab: LabDirectory, answers: &AnswerSet, units: &[&String]) -> Vec<String> {
    const SETTINGS: [(&str, &str); 9] = [
        ("User", "User"),
        ("Restart", "Restart"),
        ("Type", "Type"),
        ("KillMode", "KillMode"),
        ("DynamicUser", "DynamicUser"),
        ("RemainAfterExit", "RemainAfterExit"),
        ("PrivateTmp", "PrivateTmp"),
        ("RestartSec", "RestartUSec"),
        ("TimeoutStartSec", "TimeoutStartUSec"),
    ];
    lab.lab.checks.clear();
    for unit in units {
        let (loaded, _) = facts(answers, unit);
        for (name, property) in SETTINGS.iter().filter(|(_, property)| !loaded.get(property).is_empty()) {
            let shown = loaded.get(property);
            let value = match unitlab::model::TimeSpan::parse(shown) {
                Ok(span) if name.ends_with("Sec") => Value::Span(span),
                _ if ["yes", "no"].contains(&shown) && *name != "Restart" => Value::Boolean(shown == "yes"),
                _ => Value::Text(shown.into()),
            };
            lab.lab.checks.push(setting(unit, name, Expect::Is(value)));
        }
    }
    let graded = session.grade(&lab, Twins::None);
    let is_wrong = |check: &&CheckReport| check.status != Status::Passed;
    graded
        .checks
        .iter()
        .filter(is_wrong)
        .map(|check| format!("{} {:?}: {}", check.id, check.status, check.observed))
        .collect()
}

/// Compares unitlab's values of the units with the manager's. Returns the differences, the number of compared values,
/// and the number of loaded units.
fn differences(session: &LabSession, lab: &LabDirectory, units: &[String]) -> (Vec<String>, usize, usize) {
    let (mut wrong, mut values, mut loaded) = (Vec::new(), 0, 0);
    let mut aliases = BTreeMap::new();
    for batch in units.chunks(BATCH) {
        let mut lab = lab.clone();
        lab.lab.checks = batch.iter().map(|unit| setting(unit, "Description", Expect::Set)).collect();
        let answers = session.grade(&lab, Twins::None).observations.live;
        let loaded_units: Vec<&String> =
            batch.iter().filter(|unit| facts(&answers, unit).0.get("LoadState") == "loaded").collect();
        let alias = |unit: &String| (unit.clone(), facts(&answers, unit).0.get("Id").to_owned());
        aliases.extend(batch.iter().map(alias).filter(|(unit, id)| unit != id));
        for unit in &loaded_units {
            let (fact, files) = facts(&answers, unit);
            let compared = compare(fact, files, &aliases);
            loaded += 1;
            values += compared.values;
            if !compared.differences.is_empty() {
                wrong.push(format!("{unit}\n  {}\n{}", compared.differences.join("\n  "), listing(files)));
            }
        }
        wrong.extend(failed_settings(session, lab, &answers, &loaded_units));
    }
    (wrong, values, loaded)
}

/// Compares `WantedBy=` with the links that `systemctl enable` makes, because the manager does not load `[Install]`.
/// Returns the differences.
fn install_differences(session: &LabSession, lab: &LabDirectory, units: &[String]) -> Vec<String> {
    let (mut wrong, mut enabled) = (Vec::new(), 0);
    for batch in units.chunks(BATCH) {
        let mut lab = lab.clone();
        lab.lab.checks = batch.iter().map(|unit| setting(unit, "Description", Expect::Set)).collect();
        let answers = session.grade(&lab, Twins::None).observations.live;
        let has_wanted_by = |unit: &&String| {
            let (loaded, files) = facts(&answers, unit);
            loaded.get("LoadState") == "loaded" && !settings_in_effect(files, "WantedBy").is_empty()
        };
        let with_wanted_by: Vec<&String> = batch.iter().filter(has_wanted_by).collect();
        // `systemctl enable` refuses a unit with an invalid unit name in WantedBy=, or with a drop-in that is not text.
        let script = "for unit; do systemctl enable --no-reload --quiet \"$unit\" 2>&- && echo \"$unit\"; done; \
                      systemctl daemon-reload";
        let mut argv = vec!["/bin/sh", "-uc", script, "sh"];
        argv.extend(with_wanted_by.iter().map(|unit| unit.as_str()));
        let done = run_in_sandbox(session, &argv);
        let enabled_now: Vec<&str> = done.lines().collect();
        enabled += enabled_now.len();
        let answers = session.grade(&lab, Twins::None).observations.live;
        for unit in with_wanted_by.into_iter().filter(|unit| enabled_now.contains(&unit.as_str())) {
            let (loaded, files) = facts(&answers, unit);
            let lines = settings_in_effect(files, "WantedBy");
            let mut read: Vec<&str> = lines.iter().flat_map(|(_, value)| value.split_whitespace()).collect();
            let mut shown = loaded.list("WantedBy");
            for list in [&mut read, &mut shown] {
                list.sort_unstable();
                list.dedup();
            }
            if read != shown {
                wrong.push(format!(
                    "{unit}\n  WantedBy: the manager has {shown:?}, unitlab has {read:?}\n{}",
                    listing(files)
                ));
            }
        }
    }
    assert!(enabled > units.len() / 20, "only {enabled} units were enabled, too few for a test");
    wrong
}

fn generated_units_have_the_same_values_as_in_the_manager(env: TestEnv) {
    const UNITS: usize = 400;
    let seed = std::env::var("UNITLAB_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    let lab = empty_lab();
    let session = env.lab_session(&lab, "generated");
    let units: Vec<generate::GeneratedUnit> = (0..UNITS).map(|number| generate::unit(number, seed)).collect();
    let files = units.iter().flat_map(|unit| unit.files.clone()).chain(generate::shared_drop_ins());
    let files = files.map(|(path, bytes)| OverlayFile { path, bytes, executable: false });
    let masks = units.iter().flat_map(|unit| &unit.masks);
    let link = |path: &String| {
        let directory = path.rsplit_once('/').unwrap().0;
        format!("mkdir -p {directory}; ln -s /dev/null {path}")
    };
    let links: Vec<String> = masks.map(link).collect();
    let script = format!("set -eu\n{}\nsystemctl daemon-reload\n", links.join("\n"));
    session.apply_or_fail(&Overlay { files: files.collect(), script: Some(script) }, "the generated units").unwrap();
    let names: Vec<String> = units.into_iter().map(|unit| unit.name).collect();
    let (mut wrong, values, loaded) = differences(&session, &lab, &names);
    wrong.extend(install_differences(&session, &lab, &names));
    session.close().unwrap();
    assert!(
        loaded > UNITS / 2 && values > 3 * loaded,
        "{values} values of {loaded} loaded units are too few for a test"
    );
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

fn units_of_packages_have_the_same_values_as_in_the_manager(env: TestEnv) {
    let lab = empty_lab();
    let session = env.lab_session(&lab, "packages");
    let listed = run_in_sandbox(
        &session,
        &[
            "/bin/sh",
            "-c",
            "cd /usr/lib/systemd/system && ls -d *.service *.socket *.timer *.target *.path *.mount *.slice",
        ],
    );
    let names: Vec<String> = listed.lines().map(|name| name.replace("@.", "@some.")).collect();
    assert!(names.len() > 100, "{listed}");
    let (wrong, values, loaded) = differences(&session, &lab, &names);
    session.close().unwrap();
    assert!(loaded > 50 && values > 2 * loaded, "{values} values of {loaded} loaded units are too few for a test");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
