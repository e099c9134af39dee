//! The order of checks that need other checks.

use crate::model::Check;

/// The indexes of the checks, each after the checks that it needs. If there is a cycle, the lab's order.
pub(crate) fn by_needs(checks: &[Check]) -> Vec<usize> {
    topological_order(checks).unwrap_or_else(|| (0..checks.len()).collect())
}

/// A depth-first search; none if there is a cycle, which is found on reaching a check that is still open.
fn topological_order(checks: &[Check]) -> Option<Vec<usize>> {
    let mut sorted = Vec::with_capacity(checks.len());
    let mut open = Vec::new();
    for at in 0..checks.len() {
        visit(checks, at, &mut open, &mut sorted)?;
    }
    Some(sorted)
}

fn visit(checks: &[Check], at: usize, open: &mut Vec<usize>, sorted: &mut Vec<usize>) -> Option<()> {
    if sorted.contains(&at) {
        return Some(());
    }
    if open.contains(&at) {
        return None;
    }
    open.push(at);
    for need in &checks[at].needs {
        if let Some(needed) = checks.iter().position(|check| check.id == *need) {
            visit(checks, needed, open, sorted)?;
        }
    }
    open.pop();
    sorted.push(at);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::by_needs;
    use crate::engine::testbed::check;
    use crate::model::{Check, Kind};

    fn needing(id: &str, needs: &[&str]) -> Check {
        Check { needs: needs.iter().map(ToString::to_string).collect(), ..check(id, Kind::UnitFile) }
    }

    #[test]
    fn needed_checks_come_first() {
        let checks = [needing("c", &["b", "a"]), needing("b", &["a"]), needing("a", &[]), needing("d", &["nosuch"])];
        assert_eq!(by_needs(&checks), [2, 1, 0, 3]);
    }

    #[test]
    fn a_cycle_leaves_the_labs_order() {
        let checks = [needing("out", &["a"]), needing("a", &["b"]), needing("b", &["a"])];
        assert_eq!(by_needs(&checks), [0, 1, 2]);
        assert_eq!(by_needs(&[needing("me", &["me"])]), [0]);
    }
}
