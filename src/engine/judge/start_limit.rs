//! Whether a unit that is killed again and again reaches its start limit: `StartLimitBurst=` starts in
//! `StartLimitIntervalSec=` (systemd.unit(5)).

use crate::engine::diagnose::stale;
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, Layer, TimeSpan, UnitFact};

/// Of a growing restart delay, this many steps are added up one by one.
const MOST_STEPS: u64 = 10_000;

/// A start limit, and the delays between the restarts that it counts.
pub(in crate::engine) struct RestartRate<'a> {
    unit: &'a UnitFact,
    burst: u64,
    interval: TimeSpan,
    delay: TimeSpan,
}

/// The observation, if systemd would stop restarting the unit at some time. Adds evidence and causes to the finding.
///
/// Both the loaded limit and the limit on disk count.
pub(super) fn gives_up(view: &UnitView, unit_files: Option<&UnitFiles>, finding: &mut Finding) -> Option<String> {
    let loaded = view.loaded().ok().filter(|unit| unit.get("LoadState") == "loaded").map(RestartRate::of);
    let reloaded = view.twin_loaded().map(RestartRate::of);
    if let Some(rate) = loaded.as_ref().or(reloaded.as_ref()) {
        let source = view.show("StartLimitBurst,StartLimitIntervalUSec,RestartUSec");
        finding.show(Layer::Loaded, source, rate.described());
    }
    let is_stale = |rate: &RestartRate| reloaded.as_ref().is_some_and(|disk| !disk.gives_up() && rate.gives_up());
    if loaded.as_ref().is_some_and(is_stale) {
        finding.because([stale(view, unit_files, "StartLimitBurst")]);
    }
    let rate = loaded.filter(RestartRate::gives_up).or_else(|| reloaded.filter(RestartRate::gives_up))?;
    finding.because([rate.too_tight(view.unit)]);
    Some(format!("this time; repeated kills reach its start limit: {}", rate.described()))
}

impl<'a> RestartRate<'a> {
    pub(in crate::engine) fn of(unit: &'a UnitFact) -> Self {
        Self {
            unit,
            burst: unit.get("StartLimitBurst").parse().unwrap_or(0),
            interval: span(unit, "StartLimitIntervalUSec").unwrap_or(TimeSpan::from_micros(0)),
            delay: span(unit, "RestartUSec").unwrap_or(TimeSpan::from_micros(0)),
        }
    }

    /// Whether repeated restarts reach the limit.
    ///
    /// The first start of the interval counts, so systemd refuses the start that comes `burst` delays later. If the
    /// delays fill the interval, a new interval has begun by then.
    pub(in crate::engine) fn gives_up(&self) -> bool {
        self.burst > 0 && self.delays() < self.interval
    }

    /// The sum of the first `burst` delays. Later delays are never shorter.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "spans")]
    fn delays(&self) -> TimeSpan {
        let (least, steps) = (self.delay.as_micros(), self.unit.get("RestartSteps").parse::<u64>().unwrap_or(0));
        let most =
            span(self.unit, "RestartMaxDelayUSec").filter(|most| *most != TimeSpan::INFINITY && *most > self.delay);
        let (Some(most), true) = (most.map(TimeSpan::as_micros), steps > 0 && least > 0) else {
            return TimeSpan::from_micros(least.saturating_mul(self.burst));
        };
        // Since systemd 254: the delay grows by equal factors from RestartSec= to RestartMaxDelaySec=.
        let factor = most as f64 / least as f64;
        let mut total: u64 = 0;
        let counted = self.burst.min(steps).min(MOST_STEPS);
        for restart in 0..counted {
            total = total.saturating_add((least as f64 * factor.powf(restart as f64 / steps as f64)) as u64);
            if total >= self.interval.as_micros() {
                return TimeSpan::from_micros(total);
            }
        }
        // Each further step is counted as the shortest delay.
        let uncounted = least.saturating_mul(self.burst.min(steps) - counted);
        let constant = most.saturating_mul(self.burst.saturating_sub(steps));
        TimeSpan::from_micros(total.saturating_add(uncounted).saturating_add(constant))
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
            action => format!(", and StartLimitAction={action} affects the whole machine"),
        };
        Cause::StartLimitTooTight.because(format!(
                "The start limit of {unit} allows {starts} within {interval}, and RestartSec={delay} makes more starts possible: \
                 then systemd stops restarting it{action}."
            )).next_step("under [Unit], set StartLimitIntervalSec=0 to remove the limit; or make StartLimitBurst= × RestartSec= at least as long as the interval")
    }
}

fn span(unit: &UnitFact, name: &str) -> Option<TimeSpan> {
    TimeSpan::parse(unit.get(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::RestartRate;
    use crate::engine::testbed::service;

    #[test]
    fn restarts_that_come_too_fast_reach_the_limit() {
        type Properties<'a> = &'a [(&'a str, &'a str)];
        #[rustfmt::skip]
        let table: [(&str, &str, &str, Properties, bool); 17] = [
            ("5", "10s", "100ms", &[], true),
            ("5", "10s", "3s", &[], false),
            // The sixth start comes just after 10 s, when the interval is over.
            ("5", "10s", "2s", &[], false),
            ("5", "10s", "1.999s", &[], true),
            ("5", "10s", "0", &[], true),
            ("2", "1h", "3s", &[], true),
            ("1", "10s", "3s", &[], true),
            ("1", "10s", "10s", &[], false),
            ("0", "10s", "0", &[], false),
            ("5", "0", "0", &[], false),
            ("100000", "infinity", "1h", &[], true),
            // The delays are 1 s, 2.5 s, 6.3 s, 15.8 s …; equal delays would take 5 s in all.
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
            assert_eq!(RestartRate::of(&unit).gives_up(), gives_up, "{burst} in {interval}, {delay}, {steps:?}");
        }
    }

    #[test]
    fn the_cause_names_the_start_limit_action() {
        let text = |action| RestartRate::of(&service(&[("StartLimitAction", action)])).too_tight("x.service").text;
        assert!(
            text("reboot").ends_with("stops restarting it, and StartLimitAction=reboot affects the whole machine.")
        );
        assert!(text("none").ends_with("systemd stops restarting it."));
    }
}
