//! The order of checks: every `needs` names another check, and no chain of them leads back to itself.

use super::error::did_you_mean;
use super::fields::{Source, Word};

/// What one check says about others.
pub(super) struct Needs<'t> {
    pub(super) id: &'t str,
    pub(super) needs: Vec<Word<'t>>,
}

/// Reports needs of unknown checks, and circles.
pub(super) fn lint(checks: &[Needs<'_>], source: &mut Source) {
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    for need in checks.iter().flat_map(|check| &check.needs) {
        let id = *need.get_ref();
        if !ids.contains(&id) {
            source.fault(need.span(), format!("needs the unknown check {id:?}"), did_you_mean(id, &ids));
        }
    }
    // What only needs checks that can be reached can be reached itself; the rest hangs on a circle.
    let mut open: Vec<&Needs<'_>> = checks.iter().collect();
    loop {
        let waiting: Vec<&str> = open.iter().map(|check| check.id).collect();
        let before = open.len();
        open.retain(|check| check.needs.iter().any(|need| waiting.contains(need.get_ref())));
        if open.len() == before {
            break;
        }
    }
    if let Some(first) = open.first() {
        report_circle(first, &open, source);
    }
}

fn report_circle<'t>(first: &Needs<'t>, open: &[&Needs<'t>], source: &mut Source) {
    let mut path: Vec<&str> = Vec::new();
    let mut next = first.id;
    let mut at = 0..0;
    while !path.contains(&next) {
        path.push(next);
        let step = open
            .iter()
            .find(|check| check.id == next)
            .and_then(|check| check.needs.iter().find(|need| open.iter().any(|other| other.id == *need.get_ref())));
        // Every open check needs an open check; that is why it is open.
        let Some(need) = step else { return };
        next = need.get_ref();
        at = need.span();
    }
    let circle: Vec<&str> = path.into_iter().skip_while(|id| *id != next).chain([next]).collect();
    source.fault(at, format!("needs go in a circle: {}", circle.join(" → ")), "no check in it could ever be reached");
}
