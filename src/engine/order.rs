//! The order of checks that need other checks.

use crate::model::Check;

/// The ids of a cycle of needs (`a`, `b`, … `a`), if there is one. Unknown ids in `needs` are ignored.
#[must_use]
pub fn needs_cycle(checks: &[Check]) -> Option<Vec<String>> {
    sort(checks).err().map(|cycle| cycle.into_iter().map(|at| checks[at].id.clone()).collect())
}

/// The indexes of the checks, each after the checks that it needs. If there is a cycle, the lab's order.
pub(crate) fn by_needs(checks: &[Check]) -> Vec<usize> {
    sort(checks).unwrap_or_else(|_| (0..checks.len()).collect())
}

/// A depth-first search. Reaching a check that is still open closes a cycle, which is the error.
fn sort(checks: &[Check]) -> Result<Vec<usize>, Vec<usize>> {
    let mut placed = Vec::with_capacity(checks.len());
    let mut open = Vec::new();
    for at in 0..checks.len() {
        place(checks, at, &mut open, &mut placed)?;
    }
    Ok(placed)
}

fn place(checks: &[Check], at: usize, open: &mut Vec<usize>, placed: &mut Vec<usize>) -> Result<(), Vec<usize>> {
    if placed.contains(&at) {
        return Ok(());
    }
    if let Some(start) = open.iter().position(|other| *other == at) {
        return Err(open[start..].iter().copied().chain([at]).collect());
    }
    open.push(at);
    for need in &checks[at].needs {
        if let Some(needed) = checks.iter().position(|check| check.id == *need) {
            place(checks, needed, open, placed)?;
        }
    }
    open.pop();
    placed.push(at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{by_needs, needs_cycle};
    use crate::engine::testbed::check;
    use crate::model::{Check, Kind};

    fn needing(id: &str, needs: &[&str]) -> Check {
        Check { needs: needs.iter().map(ToString::to_string).collect(), ..check(id, Kind::UnitFile) }
    }

    #[test]
    fn needed_checks_come_first() {
        let checks = [needing("c", &["b", "a"]), needing("b", &["a"]), needing("a", &[]), needing("d", &["nosuch"])];
        assert_eq!(by_needs(&checks), [2, 1, 0, 3]);
        assert_eq!(needs_cycle(&checks), None);
    }

    #[test]
    fn a_cycle_begins_and_ends_with_the_same_check() {
        let checks = [needing("out", &["a"]), needing("a", &["b"]), needing("b", &["a"])];
        assert_eq!(needs_cycle(&checks), Some(vec!["a".into(), "b".into(), "a".into()]));
        assert_eq!(needs_cycle(&[needing("me", &["me"])]), Some(vec!["me".into(), "me".into()]));
        assert_eq!(by_needs(&checks), [0, 1, 2]);
    }
}
