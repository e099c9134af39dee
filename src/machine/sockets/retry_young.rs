//! Retries while a unit is young: most programs are active for a moment before they listen, on a slow machine for seconds.

use std::time::Duration;

use crate::model::{HttpOutcome, UnitFact, Unknown};

use crate::machine::sockets::http;
use crate::machine::units::stability::now_micros;
use crate::machine::view::View;

/// Units active for longer than this are not retried.
pub(crate) const YOUNG: Duration = Duration::from_secs(5);
/// listen(2) sends no notification, so poll.
const PAUSE: Duration = Duration::from_millis(50);

/// Sends a GET, again while it is refused and the unit is young. Also returns whether it took more than one.
pub(crate) fn get(view: &View, port: u16, path: &str, unit: &UnitFact) -> Result<(HttpOutcome, bool), Unknown> {
    retry(view, unit, || http::get(port, path), |outcome| *outcome == HttpOutcome::Refused)
}

/// Repeats `look` while its result is too early and the unit is young. Also returns whether `look` was repeated.
pub(crate) fn retry<T>(
    view: &View,
    unit: &UnitFact,
    mut look: impl FnMut() -> Result<T, Unknown>,
    too_early: impl Fn(&T) -> bool,
) -> Result<(T, bool), Unknown> {
    let mut again = false;
    loop {
        let seen = look()?;
        let time_left = time_left(unit, now_micros());
        if !too_early(&seen) || time_left.is_zero() || main_process_ended(view, unit) {
            return Ok((seen, again));
        }
        again = true;
        std::thread::sleep(time_left.min(PAUSE));
    }
}

/// How long the unit is still young; zero for one that is not active.
fn time_left(unit: &UnitFact, now_micros: u64) -> Duration {
    let since = unit.get("ActiveEnterTimestampMonotonic").parse::<u64>().ok().filter(|since| *since > 0);
    match since {
        Some(since) if unit.get("ActiveState") == "active" => {
            YOUNG.saturating_sub(Duration::from_micros(now_micros.saturating_sub(since)))
        }
        _ => Duration::ZERO,
    }
}

/// The main process has ended since, so it will never listen.
fn main_process_ended(view: &View, unit: &UnitFact) -> bool {
    let pid = unit.get("MainPID");
    !matches!(pid, "" | "0") && !view.has_process(pid)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use super::{HttpOutcome, UnitFact, View, YOUNG, get, now_micros, time_left};

    fn unit(state: &str, since: u64, pid: u32) -> UnitFact {
        let (since, pid) = (since.to_string(), pid.to_string());
        let all = [("ActiveState", state), ("ActiveEnterTimestampMonotonic", &since), ("MainPID", &pid)];
        UnitFact { properties: all.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect() }
    }

    fn free_port() -> u16 {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
    }

    #[test]
    fn only_an_active_unit_is_young() {
        for (state, since, now, expected) in [
            ("active", 1_000_000, 1_000_000, YOUNG),
            ("active", 1_000_000, 3_000_000, Duration::from_secs(3)),
            ("active", 1_000_000, 6_000_000, Duration::ZERO),
            ("active", 0, 1_000_000, Duration::ZERO),
            ("activating", 1_000_000, 1_000_000, Duration::ZERO),
            ("failed", 1_000_000, 1_000_000, Duration::ZERO),
        ] {
            assert_eq!(time_left(&unit(state, since, 0), now), expected, "{state} {since} {now}");
        }
    }

    #[test]
    fn a_young_unit_is_retried_until_it_listens() {
        let port = free_port();
        // It listens only after the first GET was refused.
        let server = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            let (mut stream, _) = TcpListener::bind(("127.0.0.1", port)).unwrap().accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(b"HTTP/1.1 204 No\r\n\r\n").unwrap();
        });
        let outcome = get(&View::live(), port, "/", &unit("active", now_micros(), std::process::id())).unwrap();
        server.join().unwrap();
        assert_eq!(outcome, (HttpOutcome::Answered { status: 204, body: String::new() }, true));
    }

    #[test]
    fn other_units_are_not_retried() {
        let port = free_port();
        let now = now_micros();
        // No process has this number: it is above the kernel's greatest.
        for unit in [unit("active", 1, 1), unit("inactive", now, 0), unit("active", now, 1 << 23)] {
            assert_eq!(get(&View::live(), port, "/", &unit), Ok((HttpOutcome::Refused, false)));
        }
    }
}
