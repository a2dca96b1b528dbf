//! When months begin, end and close.
//!
//! A month begins where the closed one before it ended, and else at its first second in the zone that is in force. So
//! where `billing_timezone` is changed, the first month that closes under the new zone is longer or shorter by the
//! difference, and no second is billed twice or never.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::{
    meter::window::Window,
    period::{month::Month, state::State},
};

/// The zone whose midnights part the months, and how long they wait before they close by themselves.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The zone that is in force.
    pub zone: TimeZone,
    /// How long a month waits after its end.
    pub grace: SignedDuration,
}

/// The newest closed month of a cluster: everything before its end is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The month.
    pub month: Month,
    /// The second behind its last one.
    pub to: i64,
}

impl Calendar {
    /// Of these settings.
    pub fn new(zone: TimeZone, grace: Duration) -> Calendar {
        let grace = SignedDuration::try_from(grace).unwrap_or(SignedDuration::MAX);
        Calendar { zone, grace }
    }

    /// The seconds of a month that is not closed. `decided` is the newest closed one of the cluster.
    pub fn window(&self, month: Month, decided: Option<Decided>) -> Window {
        let window = month.window(&self.zone);
        let before = decided.filter(|decided| decided.month.next() == Some(month));
        // A zone is at most a day or so away from another one, so the month always keeps most of its days.
        let met = before.and_then(|decided| Window::new(decided.to, window.to()).ok());
        met.unwrap_or(window)
    }

    /// The month that is open now: never one that is closed, also where the clock was set back behind its closing.
    pub fn current(&self, decided: Option<Decided>, now: Timestamp) -> Month {
        let current = Month::of(now, &self.zone);
        match decided.and_then(|decided| decided.month.next()) {
            Some(next) => current.max(next),
            None => current,
        }
    }

    /// How far a month that is not closed has come.
    pub fn state(&self, window: Window, now: Timestamp) -> State {
        match now.as_second() < window.to() {
            true => State::Open,
            false => State::Grace,
        }
    }

    /// Whether its grace has passed, so that it closes by itself.
    pub fn is_due(&self, window: Window, now: Timestamp) -> bool {
        let end = window.to().saturating_add(self.grace.as_secs());
        now.as_second() >= end
    }

    /// The name of the zone, as it is kept with a month that closes.
    pub fn zone_name(&self) -> String {
        if let Some(name) = self.zone.iana_name() {
            return name.to_owned();
        }
        match self.zone.to_fixed_offset() {
            Ok(offset) => offset.to_string(),
            // A zone of the machine that has rules and no name.
            Err(_) => "local".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str) -> Calendar {
        Calendar {
            zone: TimeZone::get(zone).unwrap(),
            grace: SignedDuration::from_hours(72),
        }
    }

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_open_to_its_last_second_then_in_grace_and_due_to_the_second() {
        let calendar = calendar("Europe/Berlin");
        let window = calendar.window(month("2026-10"), None);
        let state = |text| calendar.state(window, at(text));
        assert_eq!(state("2026-10-31T22:59:59.999Z"), State::Open);
        assert_eq!(state("2026-10-31T23:00:00Z"), State::Grace);
        assert!(!calendar.is_due(window, at("2026-11-03T22:59:59.999Z")));
        assert!(calendar.is_due(window, at("2026-11-03T23:00:00Z")));
    }

    #[test]
    fn another_zone_leaves_no_hole_and_no_second_twice() {
        for (old, new) in [
            ("UTC", "Europe/Berlin"),
            ("Asia/Kolkata", "America/St_Johns"),
            ("Pacific/Kiritimati", "Etc/GMT+12"),
            ("Etc/GMT+12", "Pacific/Kiritimati"),
        ] {
            let closed = calendar(old).window(month("2026-02"), None);
            let decided = Some(Decided {
                month: month("2026-02"),
                to: closed.to(),
            });
            let new = calendar(new);
            let march = new.window(month("2026-03"), decided);
            assert_eq!(march.from(), closed.to());
            assert_eq!(march.to(), month("2026-03").window(&new.zone).to());
            // It concerns the month behind the closed one, and none that follows.
            let april = new.window(month("2026-04"), decided);
            assert_eq!(april.from(), march.to());
        }
    }

    #[test]
    fn the_open_month_is_never_a_closed_one_whatever_the_clock_says() {
        let calendar = calendar("UTC");
        let to = month("2026-10").window(&TimeZone::UTC).to();
        let decided = Some(Decided {
            month: month("2026-10"),
            to,
        });
        let current = |text| calendar.current(decided, at(text));
        assert_eq!(current("2026-10-31T12:00:00Z"), month("2026-11"));
        assert_eq!(current("2026-11-04T00:00:00Z"), month("2026-11"));
        assert_eq!(current("2027-01-04T00:00:00Z"), month("2027-01"));
        assert_eq!(
            calendar.current(None, at("2026-10-31T12:00:00Z")),
            month("2026-10")
        );
    }

    #[test]
    fn a_zone_is_kept_by_its_name() {
        assert_eq!(calendar("Asia/Kolkata").zone_name(), "Asia/Kolkata");
        assert_eq!(calendar("UTC").zone_name(), "UTC");
        let fixed = Calendar {
            zone: TimeZone::fixed(jiff::tz::offset(5)),
            grace: SignedDuration::ZERO,
        };
        assert_eq!(fixed.zone_name(), "+05");
    }
}
