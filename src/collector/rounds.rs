//! When the rounds of one cluster begin.
//!
//! Many clusters do not begin all at once: each has a place of its own in the interval, so that neither this
//! machine nor a directory that all nodes ask has a burst once a minute.
//!
//! ```text
//! cluster1   |first                 |second                |third …
//! cluster2    |first                            |second                |third …
//! ```

use std::time::Duration;

use tokio::time::Instant;

/// All first rounds begin within this time, or half the interval where that is shorter: whoever starts the
/// service waits for them.
const RAMP: Duration = Duration::from_secs(2);

/// Which of how many clusters it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    number: u32,
    of: u32,
}

impl Place {
    /// The one with this number, from 0, of so many.
    pub fn new(number: usize, of: usize) -> Place {
        // A number that is too large spreads less evenly, and that is all.
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Place {
            number: count(number),
            of: count(of).max(1),
        }
    }

    /// Its part of a time that all of them share.
    fn of(self, all: Duration) -> Duration {
        let share = all.as_nanos() * u128::from(self.number) / u128::from(self.of);
        Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX)).min(all)
    }
}

impl Default for Place {
    /// The only one.
    fn default() -> Place {
        Place::new(0, 1)
    }
}

/// The rounds of one cluster.
#[derive(Debug)]
pub struct Rounds {
    poll: Duration,
    /// A moment of its regular beat.
    beat: Instant,
    next: Instant,
}

impl Rounds {
    /// Rounds at this place of the interval; the first one soon after the start.
    pub fn new(start: Instant, poll: Duration, place: Place) -> Rounds {
        Rounds {
            poll,
            beat: start + place.of(poll),
            next: start + place.of(RAMP.min(poll / 2)),
        }
    }

    /// When the next one begins.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Notes that one begins now. The next one comes at the first regular moment that is half an interval
    /// away or more: so a round that began late, as after a sleep of the machine, moves none of the others.
    pub fn begin(&mut self, now: Instant) {
        let earliest = now + self.poll / 2;
        let past = earliest.saturating_duration_since(self.beat).as_nanos();
        let beats = past.div_ceil(self.poll.as_nanos().max(1));
        let beats = u32::try_from(beats).unwrap_or(u32::MAX);
        self.beat += self.poll.saturating_mul(beats);
        self.next = self.beat;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLL: Duration = Duration::from_secs(60);

    fn millis(rounds: &Rounds, start: Instant) -> u128 {
        (rounds.next() - start).as_millis()
    }

    #[test]
    fn the_only_cluster_begins_at_once_and_keeps_its_beat() {
        let start = Instant::now();
        let mut rounds = Rounds::new(start, POLL, Place::default());
        for round in 0..3 {
            assert_eq!(rounds.next(), start + POLL * round);
            rounds.begin(rounds.next() + Duration::from_millis(7));
        }
    }

    #[test]
    fn many_clusters_spread_over_the_interval_after_a_quick_first_round() {
        let start = Instant::now();
        let mut firsts = Vec::new();
        let mut thirds = Vec::new();
        for number in 0..200 {
            let mut rounds = Rounds::new(start, POLL, Place::new(number, 200));
            let first = rounds.next();
            firsts.push(millis(&rounds, start));
            rounds.begin(first);
            let gap = rounds.next() - first;
            assert!(gap >= POLL / 2 && gap < POLL * 3 / 2, "{number}: {gap:?}");
            rounds.begin(rounds.next());
            thirds.push(millis(&rounds, start) % POLL.as_millis());
        }
        assert!(firsts.iter().all(|first| *first < 2_000), "{firsts:?}");
        thirds.sort_unstable();
        let mut gaps = thirds.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.all(|gap| gap == 300));
    }

    #[test]
    fn a_round_that_began_late_moves_none_of_the_others() {
        let start = Instant::now();
        let mut rounds = Rounds::new(start, POLL, Place::new(1, 2));
        rounds.begin(rounds.next());
        assert_eq!(rounds.next() - start, Duration::from_secs(90));
        // The machine slept for an hour.
        rounds.begin(start + POLL * 60 + Duration::from_secs(31));
        assert_eq!(rounds.next() - start, Duration::from_secs(3_690));
    }

    #[test]
    fn the_first_rounds_of_a_short_interval_are_spread_over_half_of_it() {
        let start = Instant::now();
        let poll = Duration::from_secs(1);
        let rounds = Rounds::new(start, poll, Place::new(99, 100));
        assert_eq!(rounds.next() - start, Duration::from_millis(495));
    }
}
