//! Our reading of unit files comes to the values that the manager has, whatever people and packages have written.
//!
//! Hundreds of generated units, and every unit that this machine's packages ship, are loaded by a real systemd. The
//! throws fall the same way in every run, so that a difference can be looked at again; `UNITLAB_TEST_SEED=N` throws others.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod dice;
mod generate;

use std::collections::BTreeMap;

use common::{course, run_in_sandbox, test_env};
use compare::{compare, listing};
use unitlab::app::LabSession;
use unitlab::course::LabDirectory;
use unitlab::engine::settings_in_effect;
use unitlab::model::{
    AnswerSet, Check, CheckReport, Expect, FilesFact, FilesQuestion, Kind, Overlay, OverlayFile, Status, UnitFact,
    UnitQuestion, Value,
};

/// Questions about more units than this are too many for one batch.
const BATCH: usize = 200;

/// The course's lab, with nothing of its own.
fn bare() -> LabDirectory {
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

/// What the manager has of a unit, and the files that it read.
fn told<'a>(sheet: &'a AnswerSet, unit: &str) -> (&'a UnitFact, &'a FilesFact) {
    let unit = unit.to_owned();
    (sheet.get(&UnitQuestion { unit: unit.clone() }).unwrap(), sheet.get(&FilesQuestion { unit }).unwrap())
}

/// A manager that has just read the disk has every value that `setting` looks at right, by our own reading too.
fn misjudged(session: &LabSession, mut lab: LabDirectory, sheet: &AnswerSet, units: &[&String]) -> Vec<String> {
    const JUDGED: [(&str, &str); 9] = [
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
        let (loaded, _) = told(sheet, unit);
        for (name, property) in JUDGED.iter().filter(|(_, property)| !loaded.get(property).is_empty()) {
            let shown = loaded.get(property);
            let value = match unitlab::model::TimeSpan::parse(shown) {
                Ok(span) if name.ends_with("Sec") => Value::Span(span),
                _ if ["yes", "no"].contains(&shown) && *name != "Restart" => Value::Boolean(shown == "yes"),
                _ => Value::Text(shown.into()),
            };
            lab.lab.checks.push(setting(unit, name, Expect::Is(value)));
        }
    }
    let graded = session.grade(&lab, false);
    let wrong = |check: &&CheckReport| check.status != Status::Passed;
    graded
        .checks
        .iter()
        .filter(wrong)
        .map(|check| format!("{} {:?}: {}", check.id, check.status, check.observed))
        .collect()
}

/// Asks about units, and says how our reading differs from the manager's, with how many values were compared of how
/// many loaded units.
fn differences(session: &LabSession, lab: &LabDirectory, units: &[String]) -> (Vec<String>, usize, usize) {
    let (mut wrong, mut values, mut loaded) = (Vec::new(), 0, 0);
    let mut aliases = BTreeMap::new();
    for batch in units.chunks(BATCH) {
        let mut lab = lab.clone();
        lab.lab.checks = batch.iter().map(|unit| setting(unit, "Description", Expect::Set)).collect();
        let sheet = session.grade(&lab, false).observations.live;
        let readable: Vec<&String> =
            batch.iter().filter(|unit| told(&sheet, unit).0.get("LoadState") == "loaded").collect();
        let named = |unit: &String| (unit.clone(), told(&sheet, unit).0.get("Id").to_owned());
        aliases.extend(batch.iter().map(named).filter(|(unit, id)| unit != id));
        for unit in &readable {
            let (fact, files) = told(&sheet, unit);
            let compared = compare(fact, files, &aliases);
            loaded += 1;
            values += compared.values;
            if !compared.differences.is_empty() {
                wrong.push(format!("{unit}\n  {}\n{}", compared.differences.join("\n  "), listing(files)));
            }
        }
        wrong.extend(misjudged(session, lab, &sheet, &readable));
    }
    (wrong, values, loaded)
}

/// `[Install]` is not loaded: what it says is seen in the links that `systemctl enable` makes.
fn differently_enabled(session: &LabSession, lab: &LabDirectory, units: &[String]) -> Vec<String> {
    let (mut wrong, mut enabled) = (Vec::new(), 0);
    for batch in units.chunks(BATCH) {
        let mut lab = lab.clone();
        lab.lab.checks = batch.iter().map(|unit| setting(unit, "Description", Expect::Set)).collect();
        let sheet = session.grade(&lab, false).observations.live;
        let wanted = |unit: &&String| {
            let (loaded, files) = told(&sheet, unit);
            loaded.get("LoadState") == "loaded" && !settings_in_effect(files, "WantedBy").is_empty()
        };
        let wanting: Vec<&String> = batch.iter().filter(wanted).collect();
        // A name that is none, or a drop-in that is no text, makes it refuse the whole unit.
        let script = "for unit; do systemctl enable --no-reload --quiet \"$unit\" 2>&- && echo \"$unit\"; done; \
                      systemctl daemon-reload";
        let mut argv = vec!["/bin/sh", "-uc", script, "sh"];
        argv.extend(wanting.iter().map(|unit| unit.as_str()));
        let done = run_in_sandbox(session, &argv);
        let made: Vec<&str> = done.lines().collect();
        enabled += made.len();
        let sheet = session.grade(&lab, false).observations.live;
        for unit in wanting.into_iter().filter(|unit| made.contains(&unit.as_str())) {
            let (loaded, files) = told(&sheet, unit);
            let lines = settings_in_effect(files, "WantedBy");
            let mut read: Vec<&str> = lines.iter().flat_map(|(_, value)| value.split_whitespace()).collect();
            let mut shown = loaded.list("WantedBy");
            for list in [&mut read, &mut shown] {
                list.sort_unstable();
                list.dedup();
            }
            if read != shown {
                wrong.push(format!(
                    "{unit}\n  WantedBy: the manager has {shown:?}, we read {read:?}\n{}",
                    listing(files)
                ));
            }
        }
    }
    assert!(enabled > units.len() / 20, "only {enabled} units want to be enabled");
    wrong
}

#[test]
fn generated_units_are_read_as_the_manager_reads_them() {
    const UNITS: usize = 400;
    let seed = std::env::var("UNITLAB_TEST_SEED").map_or(1, |seed| seed.parse().unwrap());
    let Some(env) = test_env() else { return };
    let lab = bare();
    let session = env.lab_session(&lab, "generated");
    let units: Vec<generate::Generated> = (0..UNITS).map(|number| generate::unit(number, seed)).collect();
    let files = units.iter().flat_map(|unit| unit.files.clone()).chain(generate::shared());
    let files = files.map(|(path, bytes)| OverlayFile { path, bytes, executable: false });
    let masks = units.iter().flat_map(|unit| &unit.masks);
    let link = |path: &String| {
        let folder = path.rsplit_once('/').unwrap().0;
        format!("mkdir -p {folder}; ln -s /dev/null {path}")
    };
    let links: Vec<String> = masks.map(link).collect();
    let script = format!("set -eu\n{}\nsystemctl daemon-reload\n", links.join("\n"));
    session.apply_or_fail(&Overlay { files: files.collect(), script: Some(script) }, "the generated units").unwrap();
    let names: Vec<String> = units.into_iter().map(|unit| unit.name).collect();
    let (mut wrong, values, loaded) = differences(&session, &lab, &names);
    wrong.extend(differently_enabled(&session, &lab, &names));
    session.close().unwrap();
    assert!(loaded > UNITS / 2 && values > 3 * loaded, "{values} values of {loaded} loaded units prove little");
    println!("{values} values of {loaded} loaded units");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn units_of_packages_are_read_as_the_manager_reads_them() {
    let Some(env) = test_env() else { return };
    let lab = bare();
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
    println!("{values} values of {loaded} loaded units of {}", names.len());
    assert!(loaded > 50 && values > 2 * loaded, "{values} values of {loaded} loaded units prove little");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
