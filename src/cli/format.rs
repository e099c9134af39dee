//! The values of `--format`.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::report::Format;

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Human, Self::Json, Self::Junit, Self::Tap]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Human => ("human", "For a person"),
            Self::Json => ("json", "One `unitlab.report/1` document"),
            Self::Junit => ("junit", "JUnit XML, for CI systems"),
            Self::Tap => ("tap", "The Test Anything Protocol, version 14"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
