//! How long each kind of what is kept is kept.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{Span, SpanRelativeTo, Timestamp};

const DAY: u64 = 24 * 3_600;
/// Nobody keeps anything longer and means a number.
const LONGEST: u64 = 100 * 366 * DAY;
const FOREVER: &str = "forever";

/// How long one kind of it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For so long, in whole seconds.
    For(Duration),
    /// Without an end.
    Forever,
}

/// For how long each kind is kept, counted from when it was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Readings, and why there was none.
    pub readings: Keep,
    /// Raw texts.
    pub evidence: Keep,
    /// Hourly roll-ups.
    pub hours: Keep,
    /// Daily and monthly roll-ups.
    pub days: Keep,
}

/// A text that says no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write how long it is kept, at least a day, such as \"400d\", or \"forever\"")]
pub struct NoKeep;

impl Default for Retention {
    fn default() -> Retention {
        Retention {
            readings: Keep::For(Duration::from_secs(400 * DAY)),
            evidence: Keep::For(Duration::from_secs(400 * DAY)),
            hours: Keep::Forever,
            days: Keep::Forever,
        }
    }
}

impl Keep {
    /// What was observed before this time may go; `None` where nothing may.
    pub fn until(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            // Before all time there is nothing.
            Keep::For(time) => now.checked_sub(time).ok(),
            Keep::Forever => None,
        }
    }

    /// Whether this is shorter than that.
    pub fn is_shorter(self, other: Keep) -> bool {
        match (self, other) {
            (Keep::For(one), Keep::For(other)) => one < other,
            (Keep::For(_), Keep::Forever) => true,
            (Keep::Forever, _) => false,
        }
    }
}

impl FromStr for Keep {
    type Err = NoKeep;

    fn from_str(text: &str) -> Result<Keep, NoKeep> {
        if text == FOREVER {
            return Ok(Keep::Forever);
        }
        let span: Span = text.parse().map_err(|_| NoKeep)?;
        let time = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let time = time.map_err(|_| NoKeep)?.as_secs();
        let seconds = u64::try_from(time).map_err(|_| NoKeep)?;
        match (DAY..=LONGEST).contains(&seconds) {
            true => Ok(Keep::For(Duration::from_secs(seconds))),
            false => Err(NoKeep),
        }
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Forever => f.write_str(FOREVER),
            Keep::For(time) => match (time.as_secs() / DAY, time.as_secs() % DAY) {
                (days, 0) => write!(f, "{days}d"),
                (_, _) => write!(f, "{}s", time.as_secs()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_an_end_or_none() {
        for text in ["400d", "1d", "90061s", "forever"] {
            let keep: Keep = text.parse().unwrap();
            assert_eq!(keep.to_string(), text);
        }
        assert_eq!("2w".parse::<Keep>().unwrap().to_string(), "14d");
        for text in [
            "", "0d", "23h", "-3d", "400", "1mo", "1y", "40000d", "Forever",
        ] {
            assert_eq!(text.parse::<Keep>(), Err(NoKeep), "{text}");
        }
    }

    #[test]
    fn what_is_older_than_its_time_may_go() {
        let now: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let until = |text: &str| text.parse::<Keep>().unwrap().until(now);
        assert_eq!(until("1d"), Some("2026-10-31T00:00:00Z".parse().unwrap()));
        assert_eq!(until("forever"), None);
        let keep = |text: &str| text.parse::<Keep>().unwrap();
        assert!(keep("1d").is_shorter(keep("2d")) && keep("1d").is_shorter(Keep::Forever));
        assert!(!Keep::Forever.is_shorter(Keep::Forever) && !keep("2d").is_shorter(keep("2d")));
    }
}
