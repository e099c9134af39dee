//! `restart-policy`: the `Restart=` in effect.

use super::expect::either;
use super::setting;
use crate::engine::unit_view::UnitView;
use crate::model::{Expect, RestartPolicy, Value, Verdict};

pub(super) fn judge(view: &UnitView, one_of: &[RestartPolicy]) -> Verdict {
    let words: Vec<String> = one_of.iter().map(|policy| policy.word().to_owned()).collect();
    let expected = format!("Restart={} in effect", either(&words));
    setting::judge_directive(view, "Restart", &expect(one_of), expected)
}

/// Whether the loaded policy is wrong, whatever the disk says.
pub(super) fn is_loaded_wrong(view: &UnitView, one_of: &[RestartPolicy]) -> bool {
    setting::is_loaded_wrong(view, "Restart", &expect(one_of))
}

fn expect(one_of: &[RestartPolicy]) -> Expect {
    Expect::OneOf(one_of.iter().map(|policy| Value::Text(policy.word().to_owned())).collect())
}
