//! Figures in the values of Prometheus, which are floats, and texts on the wire.
//!
//! ```text
//! "356021865068868"   ->   exact          "NaN"  "+Inf"  "-1"  "0.5"   ->   no figure
//! ```
//!
//! From 2^53 on a float does not hold every whole number: see [`Amount::of_double`].

use jiff::Timestamp;

use crate::{
    amount::Amount,
    digits::{self, NotWhole},
    promql::vector::{Sample, Vector},
    reason::Code,
};

/// Why the answer to a query gives no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There are no series.
    #[error(
        "it finds no series: does Prometheus scrape the storage cluster, does matcher select it, and do the clocks here and there agree?"
    )]
    Empty,
    /// There are more series than figures.
    #[error("it gives more than one series where one is asked for: let the query give one")]
    Several,
    /// A part may be missing.
    #[error(
        "warnings came with the answer, so a part of it may be missing: see the same query in Prometheus"
    )]
    Warned,
    /// `NaN`.
    #[error("a value of it is NaN: see in Prometheus which series has none")]
    NotANumber,
    /// `+Inf` or `-Inf`.
    #[error("a value of it is infinite: see in Prometheus which series is")]
    Infinite,
    /// Below 0.
    #[error("a value of it is below 0, which no space is: see the query")]
    Negative,
    /// Not whole.
    #[error("a value of it is no whole number of bytes: see that the query counts bytes")]
    Fraction,
    /// Above 2^64 − 1.
    #[error("a value of it is more than 2^64 - 1 bytes: see that the query counts bytes")]
    TooLarge,
    /// No number at all.
    #[error("a value of it is no number; please send us the answer")]
    NoNumber,
    /// The tiers of free space are not those of all space.
    #[error(
        "its tiers are not those of the total, so some of them are missing: see both queries in Prometheus"
    )]
    OtherTiers,
    /// The sum is not that of the tiers.
    #[error(
        "its sum is not the sum of its tiers, so a part of one of them is missing: see both queries in Prometheus"
    )]
    NotTheSum,
    /// The samples are of different scrapes, or of different evaluations of a rule.
    #[error(
        "its samples are not of one moment, or not of that of the total: see in Prometheus when each of both was taken, and whether one of them has stopped"
    )]
    OtherMoments,
    /// The samples are older than the others.
    #[error(
        "its samples are minutes older than those of the tiers: see in Prometheus when each was taken, and whether it has stopped"
    )]
    Old,
    /// No total can hold it.
    #[error("it says that more is free than there is in all: see both queries in Prometheus")]
    MoreFree,
}

impl Unfit {
    /// What happened, of the closed list.
    pub fn code(self) -> Code {
        match self {
            Unfit::Empty => Code::MetricsEmpty,
            Unfit::Several => Code::MetricsAmbiguous,
            Unfit::Warned | Unfit::OtherTiers | Unfit::NotTheSum => Code::MetricsPartial,
            Unfit::NotANumber => Code::MetricsNan,
            Unfit::Infinite => Code::MetricsInfinite,
            Unfit::Negative => Code::MetricsNegative,
            Unfit::Fraction => Code::MetricsFraction,
            Unfit::TooLarge => Code::FigureTooLarge,
            Unfit::NoNumber => Code::MetricsUnreadable,
            Unfit::OtherMoments | Unfit::Old => Code::OtherMoments,
            Unfit::MoreFree => Code::MoreFreeThanTotal,
        }
    }
}

/// The share of a tier; `None` where the series names none.
pub type Share = (Option<String>, Amount);

/// The figure of the only series.
///
/// # Errors
/// Where there is none, or not just one.
pub fn one(vector: &Vector) -> Result<Amount, Unfit> {
    amount(&only(vector)?.value)
}

/// The figure of each tier, the tiers in their order.
///
/// # Errors
/// Where there is none, or one of them is none.
pub fn by_tier(vector: &Vector) -> Result<Vec<Share>, Unfit> {
    let mut shares: Vec<Share> = Vec::new();
    for sample in whole(vector)? {
        let tier = sample.labels.get("tier").cloned();
        if shares.iter().any(|(other, _)| *other == tier) {
            return Err(Unfit::Several);
        }
        shares.push((tier, amount(&sample.value)?));
    }
    // 10 comes after 9.
    shares.sort_by_key(|(tier, _)| tier.clone().map(|tier| (tier.len(), tier)));
    Ok(shares)
}

/// The moment in seconds of Unix time that is the value of the only series.
///
/// # Errors
/// Where there is none, or not just one.
pub fn moment(vector: &Vector) -> Result<Timestamp, Unfit> {
    let seconds = &only(vector)?.value;
    let nanoseconds = digits::scaled(seconds, 9).map_err(|_| Unfit::NoNumber)?;
    Timestamp::from_nanosecond(nanoseconds).map_err(|_| Unfit::NoNumber)
}

/// The series, where all of them are there.
fn whole(vector: &Vector) -> Result<&[Sample], Unfit> {
    match vector.samples.as_slice() {
        _ if vector.warned => Err(Unfit::Warned),
        [] => Err(Unfit::Empty),
        samples => Ok(samples),
    }
}

fn only(vector: &Vector) -> Result<&Sample, Unfit> {
    match whole(vector)? {
        [sample] => Ok(sample),
        _ => Err(Unfit::Several),
    }
}

/// A count of bytes, from its digits.
fn amount(value: &str) -> Result<Amount, Unfit> {
    match value.trim_start_matches(['+', '-']) {
        "NaN" => return Err(Unfit::NotANumber),
        "Inf" => return Err(Unfit::Infinite),
        _ => {}
    }
    let bytes = match digits::whole(value) {
        Ok(bytes) if bytes < 0 => return Err(Unfit::Negative),
        Ok(bytes) => u64::try_from(bytes).map_err(|_| Unfit::TooLarge)?,
        Err(NotWhole::NoNumber) => return Err(Unfit::NoNumber),
        Err(_) if value.starts_with('-') => return Err(Unfit::Negative),
        Err(NotWhole::Fraction) => return Err(Unfit::Fraction),
        Err(NotWhole::TooLarge) => return Err(Unfit::TooLarge),
    };
    Amount::of_double(bytes).ok_or(Unfit::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(samples: &[(Option<&str>, &str)], warned: bool) -> Vector {
        let sample = |(tier, value): &(Option<&str>, &str)| Sample {
            labels: tier
                .iter()
                .map(|tier| ("tier".to_owned(), (*tier).to_owned()))
                .collect(),
            value: (*value).to_owned(),
        };
        Vector {
            samples: samples.iter().map(sample).collect(),
            warned,
        }
    }

    fn read(value: &str) -> Result<Amount, Unfit> {
        one(&vector(&[(None, value)], false))
    }

    #[test]
    fn a_figure_is_read_to_its_last_digit() {
        for bytes in [0, 356_021_865_068_868, 9_007_199_254_740_991] {
            assert_eq!(read(&bytes.to_string()), Ok(Amount::exact(bytes)));
        }
        assert_eq!(
            read("3.56021865068868e+14"),
            Ok(Amount::exact(356_021_865_068_868))
        );
        assert_eq!(read("-0"), Ok(Amount::exact(0)));
    }

    #[test]
    fn a_figure_that_a_float_cannot_hold_to_the_byte_has_its_neighbours() {
        let (bytes, min, max) = (
            9_007_199_254_740_992,
            9_007_199_254_740_990,
            9_007_199_254_740_994,
        );
        assert_eq!(read(&bytes.to_string()), Ok(Amount { bytes, min, max }));
    }

    #[test]
    fn what_is_no_count_of_bytes_is_no_figure_and_never_zero() {
        for (value, why) in [
            ("NaN", Unfit::NotANumber),
            ("+Inf", Unfit::Infinite),
            ("Inf", Unfit::Infinite),
            ("-Inf", Unfit::Infinite),
            ("-1", Unfit::Negative),
            ("-0.5", Unfit::Negative),
            ("0.5", Unfit::Fraction),
            ("1e-300", Unfit::Fraction),
            ("18446744073709551616", Unfit::TooLarge),
            ("18446744073709551615", Unfit::TooLarge),
            ("1e300", Unfit::TooLarge),
            ("", Unfit::NoNumber),
            ("7 bytes", Unfit::NoNumber),
            ("0x7", Unfit::NoNumber),
        ] {
            assert_eq!(read(value), Err(why), "{value}");
        }
    }

    #[test]
    fn no_series_and_more_than_one_are_no_sum_and_a_warned_one_is_none() {
        let two = [(Some("0"), "1"), (Some("1"), "2")];
        assert_eq!(one(&vector(&[], false)), Err(Unfit::Empty));
        assert_eq!(one(&vector(&two, false)), Err(Unfit::Several));
        assert_eq!(one(&vector(&[(None, "7")], true)), Err(Unfit::Warned));
        assert_eq!(by_tier(&vector(&two, true)), Err(Unfit::Warned));
        assert_eq!(by_tier(&vector(&[], false)), Err(Unfit::Empty));
    }

    #[test]
    fn tiers_have_their_order_and_stand_once() {
        let shares = by_tier(&vector(
            &[(Some("10"), "3"), (Some("9"), "2"), (None, "1")],
            false,
        ));
        let tier = |tier: &str, bytes| (Some(tier.to_owned()), Amount::exact(bytes));
        let expected = vec![(None, Amount::exact(1)), tier("9", 2), tier("10", 3)];
        assert_eq!(shares, Ok(expected));
        let twice = [(Some("0"), "1"), (Some("0"), "1")];
        assert_eq!(by_tier(&vector(&twice, false)), Err(Unfit::Several));
        let one_is_none = [(Some("0"), "1"), (Some("1"), "NaN")];
        assert_eq!(
            by_tier(&vector(&one_is_none, false)),
            Err(Unfit::NotANumber)
        );
    }

    #[test]
    fn a_moment_is_read_to_the_millisecond() {
        let read = |value| moment(&vector(&[(None, value)], false));
        let at = |millis| Timestamp::from_millisecond(millis).map_err(|_| Unfit::NoNumber);
        assert_eq!(read("1768464000.123"), at(1_768_464_000_123));
        assert_eq!(read("1768464000"), at(1_768_464_000_000));
        assert_eq!(read("1.768464000123e+09"), at(1_768_464_000_123));
        for odd in ["NaN", "1e300", "", "9e99"] {
            assert_eq!(read(odd), Err(Unfit::NoNumber), "{odd}");
        }
    }
}
