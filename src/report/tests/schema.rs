//! The schemas in `docs/` match the types, and every document matches its schema.
//!
//! After changing the types: `UNITLAB_WRITE_SCHEMAS=1 cargo test --lib schema`

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::any_report;
use crate::model::Report;
use crate::report::json::{ErrorDocument, ErrorReport, error_json, json};
use crate::report::sample;

fn schema<T: JsonSchema>(name: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), name.into());
    schema.to_value()
}

fn report_schema() -> Value {
    schema::<Report>("unitlab.report/1")
}

fn error_schema() -> Value {
    schema::<ErrorDocument<'_>>("unitlab.error/1")
}

fn validator() -> &'static Validator {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&report_schema()).unwrap());
    &VALIDATOR
}

fn value_of(report: &Report) -> Value {
    let mut out = Vec::new();
    json(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn the_schemas_in_docs_match_the_types() {
    for (file, schema) in
        [("unitlab.report-1.schema.json", report_schema()), ("unitlab.error-1.schema.json", error_schema())]
    {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(file);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("UNITLAB_WRITE_SCHEMAS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "docs/{file} is outdated: UNITLAB_WRITE_SCHEMAS=1 cargo test --lib schema");
    }
}

#[test]
fn every_sample_is_valid() {
    let validator = validator();
    for report in [sample::beginner(), sample::solved(), sample::undecided()] {
        validator.validate(&value_of(&report)).unwrap();
    }
}

/// Guards against a schema that accepts everything.
#[test]
fn an_invalid_report_is_refused() {
    let validator = validator();
    let right = value_of(&sample::beginner());
    for (pointer, wrong) in [
        ("/schema", Value::from("unitlab.report/2")),
        ("/score/percent", Value::from(101)),
        ("/score/points", Value::from(-1)),
        ("/score/passed", Value::from("no")),
        ("/place/kind", Value::from("cloud")),
        ("/checks/0/status", Value::from("skipped")),
        ("/checks/4/evidence/0", Value::from("text")),
    ] {
        let mut report = right.clone();
        *report.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&report), "{pointer}");
    }
    for (pointer, key) in [("", "at"), ("/score", "passed"), ("/checks/0", "why"), ("/place", "systemd")] {
        let mut report = right.clone();
        report.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&report), "without {pointer}/{key}");
        let mut report = right.clone();
        report.pointer_mut(pointer).unwrap().as_object_mut().unwrap().insert("more".into(), 1.into());
        assert!(!validator.is_valid(&report), "more in {pointer}");
    }
}

#[test]
fn every_error_is_valid() {
    let validator = jsonschema::draft202012::new(&error_schema()).unwrap();
    for (what, cause, next, exit) in [("no sandbox", "", "", 3), ("\u{1b}[2J", "a\nb\0", "\u{202e}", 130)] {
        let mut out = Vec::new();
        error_json(&ErrorReport { what, cause, next, exit }, &mut out).unwrap();
        validator.validate(&serde_json::from_slice(&out).unwrap()).unwrap();
    }
    assert!(!validator.is_valid(&value_of(&sample::beginner())));
}

proptest! {
    #[test]
    fn any_report_is_valid(report in any_report::report()) {
        let value = value_of(&report);
        prop_assert!(validator().validate(&value).is_ok(), "{value}");
    }
}
