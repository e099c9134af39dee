//! Unit files and drop-ins with arbitrary bytes: every check on them gets a verdict of bounded length.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::engine::{judge, questions, trials, twin_questions};
use crate::machine::files::unit_file::files;
use crate::machine::units::unit_name::UnitName;
use crate::machine::view::View;
use crate::model::{
    AccountCheck, Answer, AnswerSet, BootFact, Check, Expect, Fact, FailureFact, FileCheck, FilesFact, Identity,
    JournalCheck, KillFact, KillOutcome, Kind, Lab, Observations, ProcessCheck, Question, RestartPolicy, Sample, Since,
    StabilityFact, StartLimit, SystemFact, TimeSpan, Trial, TrialMachine, Trials, TypedQuestion, UnitFact, Unknown,
    Value,
};

const UNIT: &str = "a.service";
/// Characters of a cause, of evidence or of an observation, with the ellipsis of a clipped text.
const LONGEST_TEXT: usize = 401;
/// Texts of causes and evidence in one report.
const MAX_TEXTS: usize = 60;
/// Directives that checks look at, or that make causes.
const KEYS: [&str; 20] = [
    "User",
    "Group",
    "Restart",
    "RestartSec",
    "WorkingDirectory",
    "ExecStart",
    "ExecStartPre",
    "WantedBy",
    "Alias",
    "Also",
    "After",
    "Type",
    "StartLimitBurst",
    "StartLimitIntervalSec",
    "ReadWritePaths",
    "StandardOutput",
    "DynamicUser",
    "PrivateNetwork",
    "Restrat",
    "restart",
];

/// Arbitrary bytes, more often ones with a meaning in a unit file.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let value = prop_oneof![
        vec(any::<u8>(), 0..40),
        ".{0,40}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            "always",
            "\"nobody\"",
            "nobody # web",
            "5M",
            "/x",
            "x.target",
            "root",
            "",
            "a\\",
            "%i"
        ])
        .prop_map(|value| value.as_bytes().to_vec()),
    ];
    let assignment = (prop::sample::select(KEYS.to_vec()), value)
        .prop_map(|(key, value)| [key.as_bytes(), b"=", &value, b"\n"].concat());
    let line = prop_oneof![
        6 => assignment,
        3 => prop::sample::select(vec!["[Unit]\n", "[Service]\n", "[Install]\n", "[Srevice]\n", "[X-Own]\n", "[", "]\n"])
            .prop_map(|section| section.as_bytes().to_vec()),
        2 => prop::sample::select(vec!["\\\n", "#\n", ";\n", "=\n", "\r\n", "\0", "\u{feff}", "\u{1b}[2J", "\n"])
            .prop_map(|odd| odd.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..200),
        // Long lines.
        1 => (any::<u8>(), 0..5_000usize).prop_map(|(byte, times)| [b"User=".as_slice(), &[byte].repeat(times)].concat()),
    ];
    vec(line, 0..24).prop_map(|lines| lines.concat())
}

/// Properties of a unit that may or may not fit its files.
fn properties() -> impl Strategy<Value = UnitFact> {
    const NAMES: [&str; 16] = [
        "LoadState",
        "ActiveState",
        "SubState",
        "Result",
        "User",
        "Group",
        "Restart",
        "RestartUSec",
        "ExecStart",
        "ExecStartPre",
        "ExecMainCode",
        "ExecMainStatus",
        "UnitFileState",
        "StartLimitBurst",
        "StartLimitIntervalUSec",
        "WorkingDirectory",
    ];
    let command = "{ path=/x ; argv[]=/x ; ignore_errors=no ; start_time=[n/a] ; pid=1 ; code=exited ; status=203 }";
    let fitting = vec![
        "loaded", "failed", "inactive", "active", "1", "203", "216", "217", "200", "226", "127", "5", "1h", command,
    ];
    let value = prop_oneof![3 => prop::sample::select(fitting).prop_map(str::to_owned), 1 => ".{0,600}"];
    let usual = [("LoadState", "loaded"), ("ActiveState", "failed"), ("ExecMainCode", "1"), ("Restart", "always")];
    btree_map(prop::sample::select(NAMES.to_vec()), value, 0..12).prop_map(move |given| {
        let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = given.into_iter().map(|(name, value)| (name.to_owned(), value));
        UnitFact { properties: usual.into_iter().chain(given).collect() }
    })
}

fn lab() -> Lab {
    let hold = TimeSpan::from_micros(1_000_000);
    let setting = |name: &str| Kind::Setting { name: name.into(), expect: Expect::Is(Value::Text("x".into())) };
    let span = Kind::Setting { name: "RestartSec".into(), expect: Expect::Is(Value::Span(hold)) };
    let list = Kind::Setting { name: "After".into(), expect: Expect::Includes(vec!["x".into()]) };
    let kinds = ["User", "WorkingDirectory", "ExecStart", "Type", "Environment"].map(setting).into_iter().chain([
        Kind::UnitFile,
        span,
        list,
        Kind::Setting { name: "DynamicUser".into(), expect: Expect::Not(Value::Boolean(true)) },
        Kind::RunsAs { root: false },
        Kind::RestartPolicy { one_of: vec![RestartPolicy::OnAbort] },
        Kind::Active { running: true, hold },
        Kind::Enabled,
        Kind::ComesBack { within: hold, again: true },
        Kind::SurvivesReboot { hold },
        Kind::Process(ProcessCheck { at_least: Some(1), ..ProcessCheck::default() }),
        Kind::Account(AccountCheck { own: true, ..AccountCheck::default() }),
        Kind::File(FileCheck { path: "/x".into(), unwritable: true, ..FileCheck::default() }),
        Kind::Journal(JournalCheck { text: "x".into(), lacks: false, since: Since::Boot }),
    ]);
    let check = |(number, kind): (usize, Kind)| Check {
        id: format!("c{number}"),
        title: String::new(),
        points: 1,
        needs: vec![],
        why: String::new(),
        lesson: String::new(),
        hints: vec![],
        unit: UNIT.into(),
        kind,
    };
    Lab {
        id: "a".into(),
        title: String::new(),
        chapter: String::new(),
        minutes: 1,
        pass: 1,
        unit: UNIT.into(),
        brief: String::new(),
        learned: vec![],
        think: None,
        checks: kinds.enumerate().map(check).collect(),
    }
}

/// A machine whose manager has these properties, and whose service has failed with this message.
fn answer(question: &Question, unit: &UnitFact, files: &FilesFact, message: &str) -> Answer {
    Ok(match question {
        Question::System(_) => Fact::System(SystemFact { version: "252".into(), ..SystemFact::default() }),
        Question::Unit(_) => Fact::Unit(unit.clone()),
        Question::Files(_) => Fact::Files(files.clone()),
        Question::Boot(_) => {
            Fact::Boot(BootFact { unit_file_state: unit.get("UnitFileState").into(), ..BootFact::default() })
        }
        Question::Stability(_) => Fact::Stability(StabilityFact {
            after: Sample { active: unit.get("ActiveState").into(), restarts: 1, ..Sample::default() },
            ..StabilityFact::default()
        }),
        Question::Failure(_) => Fact::Failure(FailureFact {
            messages: vec![message.to_owned(), "bind: Permission denied".into(), "Address already in use".into()],
            identity: Some(Identity { uid: Some(7), ..Identity::default() }),
            first_unprivileged_port: Some(1024),
            ..FailureFact::default()
        }),
        _ => return Err(Unknown { reason: "not observed".into(), remedy: None }),
    })
}

fn answer_set(asked: &[Question], unit: &UnitFact, files: &FilesFact, message: &str) -> AnswerSet {
    AnswerSet::new(asked, asked.iter().map(|question| answer(question, unit, files, message)).collect())
}

fn killed(unit: &UnitFact, back: bool) -> KillFact {
    let after = Sample { active: "active".into(), main_pid: 9, ..Sample::default() };
    let outcome = if back {
        KillOutcome::Back { after, after_ms: 5 }
    } else {
        KillOutcome::GaveUp { after, result: unit.get("Result").into() }
    };
    KillFact {
        before: Sample::default(),
        started_first: false,
        restart: unit.get("Restart").into(),
        delay_us: 0,
        limit: StartLimit::default(),
        outcome,
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_judged(
        fragment in bytes(),
        drop_ins in vec((vec(any::<u8>().prop_filter("a name", |byte| ![0, b'/'].contains(byte)), 1..12), bytes()), 0..4),
        loaded in properties(),
        reloaded in properties(),
        message in "(.{0,400}|cat: /.{0,20}: Permission denied)",
        back in any::<bool>(),
    ) {
        let disk = tempfile::tempdir().unwrap();
        write(&disk.path().join(UNIT), &fragment);
        for (name, bytes) in &drop_ins {
            let name = [name, b".conf".as_slice()].concat();
            write(&disk.path().join("a.service.d").join(std::ffi::OsStr::from_bytes(&name)), bytes);
        }
        let files = files(&View::live(), &UnitName::parse(UNIT).unwrap(), &disk.path().to_string_lossy(), Some(&loaded));
        prop_assert!(!files.files.is_empty() && files.files.len() <= drop_ins.len() + 1);
        let lab = lab();
        let tried = trials(&lab, TrialMachine::Twin).into_iter().map(|Trial::Kill(trial)| trial.answered(Ok(killed(&loaded, back))));
        let observations = Observations {
            live: answer_set(&questions(&lab), &loaded, &files, &message),
            twin: Some(answer_set(&twin_questions(&lab), &reloaded, &files, &message)),
            trials: Trials::Done(tried.collect()),
            ..Observations::default()
        };
        for report in judge(&lab, &observations) {
            let causes = report.diagnosis.iter().flat_map(|cause| [&cause.text, &cause.next]);
            let evidence = report.evidence.iter().flat_map(|evidence| [&evidence.text]);
            let texts: Vec<&String> = causes.chain(evidence).chain([&report.observed]).collect();
            prop_assert!(texts.len() <= MAX_TEXTS, "{}: {texts:?}", report.kind);
            for text in texts {
                prop_assert!(text.chars().count() <= LONGEST_TEXT, "{}: {text}", report.kind);
            }
        }
    }
}
