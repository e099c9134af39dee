//! Time spans as systemd.time(7) reads and prints them.

use std::fmt;

/// A span in whole microseconds, or infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpan(u64);

/// The reason why a text is not a time span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time span: {why} (systemd.time(7) reads 3, 3s, 500ms, 1min 30s, infinity)")]
pub struct TimeSpanError {
    text: String,
    why: &'static str,
}

const UNITS: [(&str, u64); 31] = [
    ("seconds", 1_000_000),
    ("second", 1_000_000),
    ("sec", 1_000_000),
    ("s", 1_000_000),
    ("minutes", 60_000_000),
    ("minute", 60_000_000),
    ("min", 60_000_000),
    ("months", 2_629_800_000_000),
    ("month", 2_629_800_000_000),
    ("M", 2_629_800_000_000),
    ("msec", 1_000),
    ("ms", 1_000),
    ("m", 60_000_000),
    ("hours", 3_600_000_000),
    ("hour", 3_600_000_000),
    ("hr", 3_600_000_000),
    ("h", 3_600_000_000),
    ("days", 86_400_000_000),
    ("day", 86_400_000_000),
    ("d", 86_400_000_000),
    ("weeks", 604_800_000_000),
    ("week", 604_800_000_000),
    ("w", 604_800_000_000),
    ("years", 31_557_600_000_000),
    ("year", 31_557_600_000_000),
    ("y", 31_557_600_000_000),
    ("usec", 1),
    ("us", 1),
    ("µs", 1),
    ("μs", 1),
    ("", 1_000_000),
];

/// The only white space that systemd accepts between number and unit.
const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

impl TimeSpan {
    pub const INFINITY: Self = Self(u64::MAX);

    /// A span in microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The span in microseconds; `u64::MAX` for infinity.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Parses a span as in a `…Sec=` directive: a number without a unit is seconds.
    pub fn parse(text: &str) -> Result<Self, TimeSpanError> {
        let fail = |why| TimeSpanError { text: text.to_owned(), why };
        let mut rest = text.trim_matches(WHITE);
        if rest.is_empty() {
            return Err(fail("it is empty"));
        }
        if rest == "infinity" {
            return Ok(Self::INFINITY);
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            rest = rest.strip_prefix('+').unwrap_or(rest);
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(number_end);
            let tail = tail.trim_start_matches(WHITE);
            let unit_end =
                tail.find(|c: char| c.is_ascii_digit() || WHITE.contains(&c) || c == '.').unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let scale = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, scale)| *scale)
                .ok_or_else(|| fail("a unit is not known"))?;
            // systemd rejects values that would just fit, so this does the same.
            let fits = |whole: u64| whole < (u64::MAX - total) / scale;
            total = Self::scaled(number, scale, fits)
                .and_then(|micros| total.checked_add(micros))
                .filter(|micros| *micros < u64::MAX)
                .ok_or_else(|| fail("a number is missing, malformed or too large"))?;
            rest = tail.trim_start_matches(WHITE);
        }
        Ok(Self(total))
    }

    fn scaled(number: &str, scale: u64, fits: impl Fn(u64) -> bool) -> Option<u64> {
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        // `3.` is invalid, `.5` is valid.
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.ends_with('.') {
            return None;
        }
        let number = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
        if !fits(number.checked_add(u64::from(!fraction.is_empty()))?) {
            return None;
        }
        let mut micros = number.checked_mul(scale)?;
        let mut digit_scale = scale / 10;
        for digit in fraction.bytes() {
            micros = micros.checked_add(u64::from(digit - b'0').checked_mul(digit_scale)?)?;
            digit_scale /= 10;
        }
        Some(micros)
    }
}

impl fmt::Display for TimeSpan {
    /// As `systemctl show` prints it: `1min 30s`, `100ms`, `infinity`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const STEPS: [(&str, u64); 9] = [
            ("y", 31_557_600_000_000),
            ("month", 2_629_800_000_000),
            ("w", 604_800_000_000),
            ("d", 86_400_000_000),
            ("h", 3_600_000_000),
            ("min", 60_000_000),
            ("s", 1_000_000),
            ("ms", 1_000),
            ("us", 1),
        ];
        if *self == Self::INFINITY {
            return f.write_str("infinity");
        }
        if self.0 == 0 {
            return f.write_str("0");
        }
        let mut rest = self.0;
        let mut space = "";
        for (name, step) in STEPS {
            if rest >= step {
                write!(f, "{space}{}{name}", rest / step)?;
                rest %= step;
                space = " ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TimeSpan;

    #[test]
    fn equal_spans_are_equal() {
        for (text, micros) in [
            ("3", 3_000_000),
            ("3s", 3_000_000),
            ("3000ms", 3_000_000),
            ("2s 1000ms", 3_000_000),
            ("2s1000ms", 3_000_000),
            ("0.5", 500_000),
            (".5s", 500_000),
            ("5m", 300_000_000),
            ("5M", 13_149_000_000_000),
            ("1min 30s", 90_000_000),
            ("3 sec", 3_000_000),
            ("250us", 250),
            ("0", 0),
        ] {
            assert_eq!(TimeSpan::parse(text).map(TimeSpan::as_micros), Ok(micros), "{text}");
        }
        assert_eq!(TimeSpan::parse("infinity"), Ok(TimeSpan::INFINITY));
    }

    #[test]
    fn garbage_is_refused() {
        for text in ["", "-1", "3 # three", "three", "3 fortnights", "1.2.3", "s", "99999999999999999999", "3s;"] {
            assert!(TimeSpan::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn prints_as_systemctl_does() {
        for (micros, text) in [(90_000_000, "1min 30s"), (100_000, "100ms"), (3_000_000, "3s"), (0, "0")] {
            assert_eq!(TimeSpan::from_micros(micros).to_string(), text);
            assert_eq!(TimeSpan::parse(text), Ok(TimeSpan::from_micros(micros)));
        }
    }
}
