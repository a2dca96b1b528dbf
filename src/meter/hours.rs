//! What exact sums over seconds are in the units of a bill: TiB-hours, GiB-hours, vCPU-hours, and the share of a time.

use crate::meter::decimal::{Decimal, Rounding};

const HOUR: u64 = 3600;
/// Digits behind the point of anything by the hour.
const PLACES: u32 = 9;

/// TiB-hours to the ninth place, halves up.
pub fn tib(byte_seconds: u128) -> Option<Decimal> {
    Decimal::quotient(byte_seconds, HOUR << 40, PLACES, Rounding::HalfUp)
}

/// GiB-hours to the ninth place, halves up.
pub fn gib(byte_seconds: u128) -> Option<Decimal> {
    Decimal::quotient(byte_seconds, HOUR << 30, PLACES, Rounding::HalfUp)
}

/// Hours of what is counted one by one, such as virtual CPUs, to the ninth place, halves up.
pub fn each(unit_seconds: u128) -> Option<Decimal> {
    Decimal::quotient(unit_seconds, HOUR, PLACES, Rounding::HalfUp)
}

/// Which share of a time was covered, to the sixth place and never more: 1 is all of it. `None` of no time.
pub fn share(covered: u64, seconds: u64) -> Option<Decimal> {
    Decimal::quotient(covered.into(), seconds, 6, Rounding::Down)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(decimal: Option<Decimal>) -> String {
        decimal.unwrap().to_string()
    }

    #[test]
    fn byte_seconds_become_hours_to_the_ninth_place() {
        let month = 5_u128 << 40;
        assert_eq!(text(tib(month * 31 * 86_400)), "3720.000000000");
        assert_eq!(text(gib(month * 3600)), "5120.000000000");
        // Half a unit of the ninth place goes up, the byte·second below it does not.
        let half = (u128::from(HOUR) << 40) / 2_000_000_000;
        assert_eq!(text(tib(half)), "0.000000000");
        assert_eq!(text(tib(half + 1)), "0.000000001");
        let decade = 10 * 366 * 86_400;
        let most = u128::from(u64::MAX) * decade;
        assert_eq!(text(each(most)), format!("{}.000000000", most / 3600));
        assert_eq!(text(each(12 * 1800)), "6.000000000");
    }

    #[test]
    fn a_share_is_1_only_where_it_is_all() {
        assert_eq!(text(share(0, 60)), "0.000000");
        assert_eq!(text(share(315_359_999, 315_360_000)), "0.999999");
        assert_eq!(text(share(315_360_000, 315_360_000)), "1.000000");
        assert_eq!(share(0, 0), None);
    }
}
