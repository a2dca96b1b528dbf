//! The table of the settings file that speaks of what is kept, as it is written: `[store]`. Unknown keys are errors.

use std::{path::PathBuf, str::FromStr, time::Duration};

use bytesize::ByteSize;
use serde::{Deserialize, Deserializer, de};

use crate::{
    config::{duration::wait, keys::Kind},
    store::retention::Keep,
};

/// A queue that is smaller holds no round of a few clusters.
const LEAST: u64 = 1 << 20;
/// A queue is read from end to end when the service starts: a larger one would hold it up for minutes.
const MOST: u64 = 16 << 30;

/// `[store]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreFile {
    /// Where it is.
    pub url: Option<String>,
    /// File of the password.
    pub password_file: Option<PathBuf>,
    /// How long readings are kept.
    #[serde(default, deserialize_with = "keep")]
    pub readings: Option<Keep>,
    /// How long raw texts are kept.
    #[serde(default, deserialize_with = "keep")]
    pub evidence: Option<Keep>,
    /// How long hourly roll-ups are kept.
    #[serde(default, deserialize_with = "keep")]
    pub hours: Option<Keep>,
    /// How long daily and monthly roll-ups are kept.
    #[serde(default, deserialize_with = "keep")]
    pub days: Option<Keep>,
    /// From the end of a month until it closes.
    #[serde(default, deserialize_with = "wait")]
    pub grace: Option<Duration>,
    /// Where months begin and end.
    pub billing_timezone: Option<String>,
    /// How long a lease lasts.
    #[serde(default, deserialize_with = "wait")]
    pub lease: Option<Duration>,
    /// Where readings wait.
    pub queue: Option<PathBuf>,
    /// How much may wait.
    #[serde(default, deserialize_with = "bytes")]
    pub queue_size: Option<u64>,
}

/// A size such as `64MiB`.
///
/// # Errors
/// What is no size, what is too small, and what is too large.
pub fn size(text: &str) -> Result<u64, &'static str> {
    let expected = Kind::Size.expected();
    let ByteSize(bytes) = ByteSize::from_str(text).map_err(|_| expected)?;
    let sensible = (LEAST..=MOST).contains(&bytes);
    sensible.then_some(bytes).ok_or(expected)
}

fn keep<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Keep>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(de::Error::custom)
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    size(&text).map(Some).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_its_unit() {
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("1GB"), Ok(1_000_000_000));
        for text in ["", "-1MiB", "x", "64 apples"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_has_its_bounds() {
        for text in ["1MiB", "1048576B", "16GiB", "17179869184B"] {
            assert!(size(text).is_ok(), "{text}");
        }
        for text in [
            "0B",
            "1KiB",
            "1048575B",
            "17179869185B",
            "17GiB",
            "15EiB",
            "999999999EiB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
