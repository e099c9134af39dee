//! Checks `needs`: each names another check of the lab, and they form no cycle.

use super::error::did_you_mean;
use super::fields::{Source, Word};

/// The `needs` of one check.
pub(super) struct Needs<'t> {
    pub(super) id: &'t str,
    pub(super) needs: Vec<Word<'t>>,
}

/// Reports unknown checks, and the first cycle.
pub(super) fn lint(checks: &[Needs<'_>], source: &mut Source) {
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    for need in checks.iter().flat_map(|check| &check.needs) {
        let id = *need.get_ref();
        if !ids.contains(&id) {
            source.report(need.span(), format!("needs names the unknown check {id:?}"), did_you_mean(id, &ids));
        }
    }
    // Remove the checks whose needs are all removed, until nothing changes. The rest depends on a cycle.
    let mut remaining: Vec<&Needs<'_>> = checks.iter().collect();
    loop {
        let ids: Vec<&str> = remaining.iter().map(|check| check.id).collect();
        let before = remaining.len();
        remaining.retain(|check| check.needs.iter().any(|need| ids.contains(need.get_ref())));
        if remaining.len() == before {
            break;
        }
    }
    if let Some(first) = remaining.first() {
        report_cycle(first, &remaining, source);
    }
}

fn report_cycle<'t>(first: &Needs<'t>, remaining: &[&Needs<'t>], source: &mut Source) {
    let mut path: Vec<&str> = Vec::new();
    let mut next = first.id;
    let mut at = 0..0;
    while !path.contains(&next) {
        path.push(next);
        let step = remaining.iter().find(|check| check.id == next).and_then(|check| {
            check.needs.iter().find(|need| remaining.iter().any(|other| other.id == *need.get_ref()))
        });
        // Every remaining check needs a remaining check.
        let Some(need) = step else { return };
        next = need.get_ref();
        at = need.span();
    }
    let cycle: Vec<&str> = path.into_iter().skip_while(|id| *id != next).chain([next]).collect();
    source.report(at, format!("needs forms a cycle: {}", cycle.join(" → ")), "remove one of these needs");
}
