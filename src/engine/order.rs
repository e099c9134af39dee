//! The order of checks that need one another.

use crate::model::Check;

/// A circle of needs (`a`, `b`, … back to `a`), if there is one. A need that names no check is not a circle.
#[must_use]
pub fn needs_cycle(checks: &[Check]) -> Option<Vec<String>> {
    walk(checks).err().map(|cycle| cycle.into_iter().map(|at| checks[at].id.clone()).collect())
}

/// The checks' positions, each after those it needs. In a circle, which a sound course has not, the lab's order is kept.
pub(crate) fn by_needs(checks: &[Check]) -> Vec<usize> {
    walk(checks).unwrap_or_else(|_| (0..checks.len()).collect())
}

/// Depth first: a check is placed once all that it needs is placed; meeting an open one again closes a circle.
fn walk(checks: &[Check]) -> Result<Vec<usize>, Vec<usize>> {
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
    if let Some(start) = open.iter().position(|seen| *seen == at) {
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
    fn what_is_needed_comes_first() {
        let checks = [needing("c", &["b", "a"]), needing("b", &["a"]), needing("a", &[]), needing("d", &["nosuch"])];
        assert_eq!(by_needs(&checks), [2, 1, 0, 3]);
        assert_eq!(needs_cycle(&checks), None);
    }

    #[test]
    fn a_circle_is_named_from_where_it_closes() {
        let checks = [needing("out", &["a"]), needing("a", &["b"]), needing("b", &["a"])];
        assert_eq!(needs_cycle(&checks), Some(vec!["a".into(), "b".into(), "a".into()]));
        assert_eq!(needs_cycle(&[needing("me", &["me"])]), Some(vec!["me".into(), "me".into()]));
        assert_eq!(by_needs(&checks), [0, 1, 2]);
    }
}
