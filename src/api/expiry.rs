//! Until when a token is good.
//!
//! ```text
//! 2027-01-31              through the end of this day, in UTC
//! 2027-01-31T18:00:00Z    until this moment
//! ```

use std::{fmt, str::FromStr, time::Duration};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::clock;

/// From so long before the end on, the end is told.
const SOON: Duration = Duration::from_secs(30 * 86_400);
/// The letters of a day.
const DAY: usize = "2027-01-31".len();

/// The end of a token's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    end: Timestamp,
    written: String,
}

impl Expiry {
    /// The first moment at which the token is good no more.
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether the token is good no more at this time.
    pub fn is_past(&self, at: Timestamp) -> bool {
        at >= self.end
    }

    /// What the operator should know of it at this time, where the token has this name.
    pub fn notice(&self, name: impl fmt::Display, at: Timestamp) -> Option<String> {
        let end = clock::rfc3339(self.end);
        if self.is_past(at) {
            return Some(format!(
                "the token {name} has expired, at {end}, and is answered with 401: make another one with `vhi-usage token new`, or take it out"
            ));
        }
        (self.end <= clock::later(at, SOON)).then(|| {
            format!(
                "the token {name} expires at {end}: make another one with `vhi-usage token new`, and send SIGHUP"
            )
        })
    }
}

impl FromStr for Expiry {
    type Err = NoExpiry;

    fn from_str(text: &str) -> Result<Expiry, NoExpiry> {
        let end = match text.len() {
            DAY => text.parse().map(end_of),
            _ => text.parse(),
        };
        let end = end.map_err(|_| NoExpiry(text.to_owned()))?;
        let written = text.to_owned();
        Ok(Expiry { end, written })
    }
}

/// The end of this day; of the last days that there are, the last moment.
fn end_of(day: Date) -> Timestamp {
    let next = day.tomorrow();
    let next = next.and_then(|next| next.to_zoned(TimeZone::UTC));
    next.map_or(Timestamp::MAX, |next| next.timestamp())
}

/// As it is written.
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A text that is no end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no end of a token: write its last day in UTC, such as 2027-01-31, or a time, such as 2027-01-31T18:00:00Z"
)]
pub struct NoExpiry(String);

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[track_caller]
    fn ends(text: &str, end: &str) {
        let expiry: Expiry = text.parse().expect("an end");
        assert_eq!(expiry.end(), time(end));
        assert_eq!(expiry.to_string(), text);
        let just = time(end) - jiff::SignedDuration::from_millis(1);
        assert!(expiry.is_past(time(end)) && !expiry.is_past(just), "{text}");
    }

    #[test]
    fn a_day_is_the_last_one_and_a_time_is_the_end() {
        ends("2027-01-31", "2027-02-01T00:00:00Z");
        ends("2028-02-28", "2028-02-29T00:00:00Z");
        ends("2026-12-31", "2027-01-01T00:00:00Z");
        ends("2027-01-31T18:00:00Z", "2027-01-31T18:00:00Z");
        ends("2027-01-31T18:00:00+02:00", "2027-01-31T16:00:00Z");
        let never: Expiry = "9999-12-31".parse().expect("an end");
        assert_eq!(never.end(), Timestamp::MAX);
    }

    #[test]
    fn what_is_no_day_and_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "2027-02-30",
            "31.01.2027",
            "2027-1-31",
            "20270131",
            "2027-01-31T18:00:00",
            "2027-01-31 18:00",
            "2027-01-31Z",
        ] {
            let refused = text.parse::<Expiry>();
            assert_eq!(refused, Err(NoExpiry(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn the_end_is_told_a_month_before_and_ever_after() {
        let expiry: Expiry = "2027-01-31".parse().expect("an end");
        let told = |at: &str| expiry.notice("billing", time(at));
        assert_eq!(told("2027-01-01T23:59:59Z"), None);
        let soon = told("2027-01-02T00:00:00Z").expect("soon");
        let words = "the token billing expires at 2027-02-01T00:00:00.000Z: ";
        assert!(soon.starts_with(words), "{soon}");
        let past = told("2027-02-01T00:00:00Z").expect("past");
        let words = "the token billing has expired, at 2027-02-01T00:00:00.000Z, ";
        assert!(past.starts_with(words), "{past}");
    }
}
