//! How many lines are written of requests that anybody can send: a flood of them must not fill the disk.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

use crate::lock::held;

/// So many lines in each stretch of time, one a second in the long run.
const LINES: u32 = 60;
const STRETCH: Duration = Duration::from_secs(60);

/// What is left of it.
#[derive(Debug, Default)]
pub struct Budget(Mutex<Spent>);

#[derive(Debug, Default)]
struct Spent {
    /// When this stretch began; none has before the first line.
    since: Option<Instant>,
    lines: u32,
    unsaid: u64,
}

/// Whether a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It is, and so many were not since the last one.
    Said {
        /// How many.
        unsaid: u64,
    },
    /// It is only counted.
    Unsaid,
}

impl Budget {
    /// Takes one line out of it, at this time.
    pub fn spend(&self, now: Instant) -> Line {
        let mut spent = held(&self.0);
        let over = |since| now.saturating_duration_since(since) >= STRETCH;
        if spent.since.is_none_or(over) {
            (spent.since, spent.lines) = (Some(now), 0);
        }
        if spent.lines == LINES {
            spent.unsaid += 1;
            return Line::Unsaid;
        }
        spent.lines += 1;
        let unsaid = std::mem::take(&mut spent.unsaid);
        Line::Said { unsaid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_the_count_is_said_with_the_next_line() {
        let (budget, begin) = (Budget::default(), Instant::now());
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        for line in 0..LINES {
            let said = budget.spend(at(u64::from(line) / 2));
            assert_eq!(said, Line::Said { unsaid: 0 }, "{line}");
        }
        for _ in 0..7 {
            assert_eq!(budget.spend(at(59)), Line::Unsaid);
        }
        assert_eq!(budget.spend(at(60)), Line::Said { unsaid: 7 });
        assert_eq!(budget.spend(at(60)), Line::Said { unsaid: 0 });
    }
}
