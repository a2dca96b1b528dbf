//! Durations as they are written: `60s`, `15m`, `1h 30m`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A duration such as `60s`, `15m` or `1h 30m`.
///
/// # Errors
/// What is no duration above zero.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    let duration: jiff::SignedDuration = text.parse().map_err(|_| NO_DURATION)?;
    let duration = Duration::try_from(duration).map_err(|_| NO_DURATION)?;
    let legal = !duration.is_zero() && duration <= LONGEST;
    legal.then_some(duration).ok_or(NO_DURATION)
}

/// A wait as it stands in the settings file.
///
/// # Errors
/// What is no duration above zero, and what is no text.
pub fn wait<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer).map_err(|_| de::Error::custom(NO_DURATION))?;
    duration(&text).map(Some).map_err(de::Error::custom)
}

/// Longer than any wait that makes sense, and short enough that no sum of times overflows.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// What is said of anything else.
pub const NO_DURATION: &str =
    "a duration is written with its unit, above zero and within a year, such as \"60s\" or \"15m\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_its_unit() {
        assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "60", "-1s", "0s", "x", "367d", "99999999999h"] {
            assert_eq!(duration(text), Err(NO_DURATION), "{text}");
        }
    }
}
