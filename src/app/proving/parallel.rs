//! How many cases run at the same time, if the user does not say.

use std::thread;

use crate::sandbox::Estate;

/// Cases for each core: a case of the built-in course keeps a core busy for about a fifth of its time, and else waits.
const PER_CORE: usize = 5;
/// Places that a case needs: for its sandbox and for its twin.
const PLACES: usize = 2;

/// How many cases to run at the same time on this machine: enough to keep its cores busy, if it has places for their
/// sandboxes. Places that are taken now do not count: a case waits for its place.
#[must_use]
pub fn default_parallel(estate: &Estate) -> usize {
    at_once(cores(), estate.most_places())
}

/// How many sandboxes are booted before a case needs them. A boot keeps a core busy.
pub(super) fn spares(parallel: usize) -> usize {
    parallel.min(cores())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn at_once(cores: usize, places: usize) -> usize {
    let fit = places.saturating_sub(cores) / PLACES;
    (PER_CORE * cores).min(fit).max(1)
}

#[cfg(test)]
mod tests {
    use super::at_once;

    #[test]
    fn cases_run_as_the_cores_and_the_places_allow() {
        for (cores, places, cases) in [
            // 128 inotify instances are enough for 24 sandboxes.
            (2, 24, 10),
            (1, 24, 5),
            (8, 24, 8),
            (8, 256, 40),
            (2, 12, 5),
            // A case waits for a place, so one can always run.
            (2, 3, 1),
            (2, 0, 1),
        ] {
            assert_eq!(at_once(cores, places), cases, "{cores} cores, {places} places");
        }
    }
}
