//! `restart-policy`: the `Restart=` in effect.

use super::expect::either;
use super::setting;
use crate::engine::unit_view::UnitView;
use crate::model::{Expect, RestartPolicy, Value, Verdict};

pub(super) fn judge(view: &UnitView, one_of: &[RestartPolicy]) -> Verdict {
    let words: Vec<String> = one_of.iter().map(|policy| policy.word().to_owned()).collect();
    let expected = format!("Restart={} in effect", either(&words));
    let expect = Expect::OneOf(words.into_iter().map(Value::Text).collect());
    setting::judge_directive(view, "Restart", &expect, expected)
}
