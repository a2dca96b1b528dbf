//! How long to leave a peer alone after it failed: pauses that double with each failure in a row, each a bit
//! longer than the last would say, so that many who failed together do not come back together.

use std::time::Duration;

/// A pause that doubles from `first` to `most`.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    /// After the first failure.
    pub first: Duration,
    /// The longest.
    pub most: Duration,
}

/// After a refused key or password: accounts lock, so it is one try and then silence for minutes.
pub const REFUSED: Pause = Pause {
    first: Duration::from_secs(300),
    most: Duration::from_secs(3_600),
};

impl Pause {
    /// The pause after a failure with so many failures in a row before it.
    pub fn after(self, failures: u32) -> Duration {
        let factor = 1u32.checked_shl(failures).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most)
    }

    /// The same, longer by up to a quarter of it. Never shorter: accounts lock.
    pub fn spread(self, failures: u32) -> Duration {
        let pause = self.after(failures);
        pause.saturating_add(pause.mul_f64(fastrand::f64() / 4.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let minutes = |failures| REFUSED.after(failures).as_secs() / 60;
        assert_eq!([0, 1, 2, 3, 4, 40].map(minutes), [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn pauses_are_spread_over_a_quarter_and_never_shorter() {
        let pauses: Vec<Duration> = (0..100).map(|_| REFUSED.spread(1)).collect();
        let (least, most) = (pauses.iter().min(), pauses.iter().max());
        let within = |minutes: u64| Duration::from_secs(60 * minutes);
        assert!(least >= Some(&within(10)) && most <= Some(&Duration::from_secs(750)));
        assert!(least < most, "{least:?}");
    }
}
