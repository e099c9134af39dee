//! Whether a start limit (`StartLimitBurst=` in `StartLimitIntervalSec=`, systemd.unit(5)) lets a unit come back however
//! often it is killed.

use crate::engine::diagnose::stale;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, Layer, TimeSpan, UnitFact};

/// The most steps of a growing delay that are counted one by one.
const MOST_STEPS: u64 = 10_000;

/// A start limit, and the pace of the restarts that it counts.
pub(in crate::engine) struct Pace<'a> {
    unit: &'a UnitFact,
    burst: u64,
    interval: TimeSpan,
    delay: TimeSpan,
}

/// What is observed of a unit that will be given up some day, with its causes; none where no limit is ever met.
///
/// Both count: what is loaded is true today, and what the disk holds after the next boot.
pub(super) fn gives_up(view: &UnitView, layers: Option<&UnitFiles>, finding: &mut Finding) -> Option<String> {
    let loaded = view.loaded().ok().filter(|unit| unit.get("LoadState") == "loaded").map(Pace::of);
    let reloaded = view.reloaded().map(Pace::of);
    if let Some(pace) = loaded.as_ref().or(reloaded.as_ref()) {
        let source = view.show("StartLimitBurst,StartLimitIntervalUSec,RestartUSec");
        finding.show(Layer::Loaded, source, pace.described());
    }
    let behind = |pace: &Pace| reloaded.as_ref().is_some_and(|disk| !disk.gives_up() && pace.gives_up());
    if loaded.as_ref().is_some_and(behind) {
        finding.because([stale(view, layers, "StartLimitBurst")]);
    }
    let pace = loaded.filter(Pace::gives_up).or_else(|| reloaded.filter(Pace::gives_up))?;
    finding.because([pace.too_tight(view.unit)]);
    Some(format!("this once; killed again and again, its start limit ends it: {}", pace.described()))
}

impl<'a> Pace<'a> {
    pub(in crate::engine) fn of(unit: &'a UnitFact) -> Self {
        Self {
            unit,
            burst: unit.get("StartLimitBurst").parse().unwrap_or(0),
            interval: span(unit, "StartLimitIntervalUSec").unwrap_or(TimeSpan::from_micros(0)),
            delay: span(unit, "RestartUSec").unwrap_or(TimeSpan::from_micros(0)),
        }
    }

    /// The interval begins with a start that is counted too, so the one that is refused comes `burst` delays later. A
    /// delay is never shorter than it says: when they fill the interval, a new one has begun by then.
    pub(in crate::engine) fn gives_up(&self) -> bool {
        self.burst > 0 && self.delays() < self.interval
    }

    /// The first `burst` delays together. They only ever grow, so that no later ones are shorter.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "spans")]
    fn delays(&self) -> TimeSpan {
        let (least, steps) = (self.delay.as_micros(), self.unit.get("RestartSteps").parse::<u64>().unwrap_or(0));
        let most =
            span(self.unit, "RestartMaxDelayUSec").filter(|most| *most != TimeSpan::INFINITY && *most > self.delay);
        let (Some(most), true) = (most.map(TimeSpan::as_micros), steps > 0 && least > 0) else {
            return TimeSpan::from_micros(least.saturating_mul(self.burst));
        };
        // As systemd counts since 254: from RestartSec= on by equal factors, and RestartMaxDelaySec= after the last step.
        let factor = most as f64 / least as f64;
        let mut total: u64 = 0;
        let counted = self.burst.min(steps).min(MOST_STEPS);
        for restart in 0..counted {
            total = total.saturating_add((least as f64 * factor.powf(restart as f64 / steps as f64)) as u64);
            if total >= self.interval.as_micros() {
                return TimeSpan::from_micros(total);
            }
        }
        // Beyond this many steps, each counts as long as the first one.
        let uncounted = least.saturating_mul(self.burst.min(steps) - counted);
        let behind = most.saturating_mul(self.burst.saturating_sub(steps));
        TimeSpan::from_micros(total.saturating_add(uncounted).saturating_add(behind))
    }

    fn described(&self) -> String {
        let Self { burst, interval, delay, .. } = self;
        format!("StartLimitBurst={burst} StartLimitIntervalUSec={interval} RestartUSec={delay}")
    }

    fn too_tight(&self, unit: &str) -> Diagnosis {
        let Self { burst, interval, delay, .. } = self;
        let starts = if *burst == 1 { "one start".into() } else { format!("{burst} starts") };
        let action = match self.unit.get("StartLimitAction") {
            "" | "none" => String::new(),
            action => format!(", and then StartLimitAction={action} hits the whole machine"),
        };
        Cause::StartLimitTooTight.because(format!(
                "The start limit of {unit} allows {starts} within {interval}, and with RestartSec={delay} there can be more: \
                 then systemd gives up{action}."
            )).next_step("under [Unit], StartLimitIntervalSec=0 lifts the limit; or let StartLimitBurst= × RestartSec= fill the interval")
    }
}

fn span(unit: &UnitFact, name: &str) -> Option<TimeSpan> {
    TimeSpan::parse(unit.get(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use crate::engine::testbed::service;

    #[test]
    fn which_limits_are_met_some_day() {
        type Properties<'a> = &'a [(&'a str, &'a str)];
        #[rustfmt::skip]
        let table: [(&str, &str, &str, Properties, bool); 17] = [
            ("5", "10s", "100ms", &[], true),
            ("5", "10s", "3s", &[], false),
            // The sixth start comes a little after 10 s: the interval is over.
            ("5", "10s", "2s", &[], false),
            ("5", "10s", "1.999s", &[], true),
            ("5", "10s", "0", &[], true),
            ("2", "1h", "3s", &[], true),
            ("1", "10s", "3s", &[], true),
            ("1", "10s", "10s", &[], false),
            ("0", "10s", "0", &[], false),
            ("5", "0", "0", &[], false),
            ("100000", "infinity", "1h", &[], true),
            // 1 s, 2.5 s, 6.3 s, 15.8 s and so on, where equal delays take five seconds.
            ("5", "20s", "1s", &[("RestartSteps", "5"), ("RestartMaxDelayUSec", "100s")], false),
            ("5", "20s", "1s", &[("RestartSteps", "5"), ("RestartMaxDelayUSec", "infinity")], true),
            ("5", "20s", "1s", &[("RestartSteps", "0"), ("RestartMaxDelayUSec", "100s")], true),
            ("5", "1h", "1s", &[("RestartSteps", "2"), ("RestartMaxDelayUSec", "100s")], true),
            ("4000000000", "infinity", "1us", &[("RestartSteps", "2"), ("RestartMaxDelayUSec", "2us")], true),
            ("4000000000", "1h", "1us", &[("RestartSteps", "4000000000"), ("RestartMaxDelayUSec", "2us")], false),
        ];
        for (burst, interval, delay, steps, gives_up) in table {
            let limit = [("StartLimitBurst", burst), ("StartLimitIntervalUSec", interval), ("RestartUSec", delay)];
            let unit = service(&[&limit[..], steps].concat());
            assert_eq!(Pace::of(&unit).gives_up(), gives_up, "{burst} in {interval}, {delay}, {steps:?}");
        }
    }

    #[test]
    fn an_action_is_named() {
        let told = |action| Pace::of(&service(&[("StartLimitAction", action)])).too_tight("x.service").text;
        assert!(told("reboot").ends_with("gives up, and then StartLimitAction=reboot hits the whole machine."));
        assert!(told("none").ends_with("systemd gives up."));
    }
}
