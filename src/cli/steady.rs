//! Whether the clock can be trusted with what cannot be taken back.
//!
//! A machine that has just started may have any time. One month that closes years too early stays closed, and all that
//! is read of it then comes late. So the time of day must have run with the monotonic clock of this process for some
//! minutes, in which whoever sets clocks would have set it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// For so long the two clocks have to agree.
const LONG: Duration = Duration::from_secs(300);
/// By so much they may differ from one look to the next, in milliseconds: a clock that is slewed stays far below it.
const APART: i64 = 5_000;

/// What was seen of the two clocks.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// Since when they have agreed.
    since: Instant,
    /// When they were looked at last.
    last: (Instant, Timestamp),
}

impl Steady {
    /// The first look.
    pub fn new(instant: Instant, now: Timestamp) -> Steady {
        Steady {
            since: instant,
            last: (instant, now),
        }
    }

    /// The next look: whether both have run alike for long enough.
    pub fn look(&mut self, instant: Instant, now: Timestamp) -> bool {
        let (before, then) = self.last;
        let by_day = now.as_millisecond() - then.as_millisecond();
        let ran = instant.saturating_duration_since(before).as_millis();
        let ran = i64::try_from(ran).unwrap_or(i64::MAX);
        if by_day.saturating_sub(ran).saturating_abs() > APART {
            self.since = instant;
        }
        self.last = (instant, now);
        instant.saturating_duration_since(self.since) >= LONG
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_trusted_when_it_has_run_alike_for_five_minutes_and_anew_after_each_step() {
        let start = Instant::now();
        let ahead: Timestamp = "2027-03-20T00:00:00Z".parse().unwrap();
        let mut steady = Steady::new(start, ahead);
        let mut look = |minute: u64, milliseconds: i64| {
            let ran = Duration::from_secs(60 * minute);
            let now = ahead.as_millisecond() + 60_000 * i64::try_from(minute).unwrap();
            let now = Timestamp::from_millisecond(now + milliseconds).unwrap();
            steady.look(start + ran, now)
        };
        for minute in 1..5 {
            assert!(!look(minute, 0), "minute {minute}");
        }
        assert!(look(5, 0));
        // Slewed, over the hours: it runs alike.
        for minute in 6..70 {
            assert!(look(minute, 1000 * i64::try_from(minute - 5).unwrap()));
        }
        // Set back by two months, it has to prove itself again; so it does when it is set forward.
        let back = 65_000 - 60 * 86_400_000;
        for minute in 70..75 {
            assert!(!look(minute, back), "minute {minute}");
        }
        assert!(look(75, back));
        assert!(!look(76, back + 5_001));
    }
}
