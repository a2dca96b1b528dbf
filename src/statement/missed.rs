//! A gap, as it is said.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    meter::{
        gap::{Gap, GapReason},
        quantity::{Quantity, Series},
    },
    statement::moment::Moment,
};

/// A time in which something was not measured. It adds nothing to any sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Gap)]
pub struct Missed {
    /// Its first second.
    pub from: Moment,
    /// The second behind its last one.
    pub to: Moment,
    /// How long it is.
    pub seconds: u64,
    /// Why it was not measured.
    pub reason: GapReason,
    /// What is read together with what was not measured.
    pub series: Series,
    /// What was not measured.
    pub quantities: Vec<Quantity>,
}

impl Missed {
    /// A gap of a series; `None` where it lies beyond all times.
    pub fn new(gap: &Gap, series: Series) -> Option<Missed> {
        Some(Missed {
            from: Moment::second(gap.window.from())?,
            to: Moment::second(gap.window.to())?,
            seconds: gap.window.seconds(),
            reason: gap.reason,
            series,
            quantities: gap.quantities.iter().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        meter::{gap::Quantities, window::Window},
        reason::Code,
    };

    #[test]
    fn a_gap_says_when_how_long_why_and_what() {
        let gap = Gap {
            window: Window::new(60, 180).unwrap(),
            reason: GapReason::Failed(Code::CommandTimeout),
            quantities: Quantities::of(&[Quantity::UserData]),
        };
        let missed = Missed::new(&gap, Series::Storage).unwrap();
        let json = serde_json::to_string(&missed).unwrap();
        assert_eq!(
            json,
            r#"{"from":"1970-01-01T00:01:00.000Z","to":"1970-01-01T00:03:00.000Z","seconds":120,"reason":"command_timeout","series":"storage","quantities":["user_data"]}"#
        );
        assert_eq!(serde_json::from_str::<Missed>(&json).unwrap(), missed);
    }
}
