//! A reading as the meter sees it: a moment, what was read then, and for how long it may stand.

use uuid::Uuid;

/// The most quantities that are read together.
pub const WIDEST: usize = 9;

/// What was read at one moment, each quantity at its place in the series; `None` where it was not read.
pub type Values = [Option<u64>; WIDEST];

/// A reading as the meter sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was observed, in milliseconds since 1970.
    pub at_ms: i64,
    /// For how many seconds it stands where no other one follows: `max_age` as it was in force.
    pub holds: u32,
    /// Its name.
    pub id: Uuid,
    /// The number of its source, below 32.
    pub source: u8,
    /// What was read.
    pub values: Values,
}

impl Sample {
    /// The second in which it was observed, from which on it counts.
    pub fn second(&self) -> i64 {
        self.at_ms.div_euclid(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::quantity::Series;

    #[test]
    fn the_widest_series_fits() {
        let widths = Series::ALL.map(|series| series.quantities().len());
        assert_eq!(widths.into_iter().max(), Some(WIDEST));
    }
}
