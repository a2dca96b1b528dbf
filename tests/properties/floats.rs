//! A value of Prometheus is a float: it stands for every count that has it, and for none that is far from it.

use crate::{cases, drawn::printer};
use jiff::Timestamp;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use vhi_usage::{
    amount::Amount,
    promql::{
        frames,
        vector::{self, Answered, Vector},
    },
    source::{
        metric::{self, Unfit},
        sides::{Moments, Side, fit},
    },
};

/// The float of a count, as Prometheus prints it.
#[expect(clippy::cast_precision_loss, reason = "that is what is looked at")]
fn printed(count: u128, exponent: bool) -> String {
    let float = count as f64;
    match exponent {
        true => format!("{float:e}"),
        false => format!("{float}"),
    }
}

/// The answer of Prometheus with a value for each tier.
fn direct(values: &[String]) -> Vector {
    let series = values.iter().enumerate().map(|(tier, value)| {
        json!({"metric": {"tier": tier.to_string()}, "value": [1_768_464_000.123, value]})
    });
    let result: Vec<_> = series.collect();
    let data = json!({"resultType": "vector", "result": result});
    let read = vector::read(&json!({"status": "success", "data": data}));
    let Ok(Answered::Vector(vector)) = read else {
        panic!("{read:?}")
    };
    vector
}

/// The same of Grafana, which writes numbers.
fn framed(values: &[String]) -> Vector {
    let frames = values.iter().enumerate().map(|(tier, value)| {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        let labels = json!({"tier": tier.to_string()});
        let fields = json!([{"type": "time"}, {"type": "number", "labels": labels}]);
        json!({"schema": {"fields": fields}, "data": {"values": [[1_768_464_000_123_u64], [value]]}})
    });
    let frames: Vec<_> = frames.collect();
    let read = frames::read(&json!({"results": {"A": {"status": 200, "frames": frames}}}));
    let Ok(Answered::Vector(vector)) = read else {
        panic!("{read:?}")
    };
    vector
}

/// One side of counts by tier, with the float of their sum. `None`: an interval reaches beyond 64 bits.
fn side(counts: impl Iterator<Item = u64> + Clone, exponent: bool) -> Option<Side> {
    let sum = printed(counts.clone().map(u128::from).sum(), exponent);
    let values: Vec<String> = counts
        .map(|count| printed(count.into(), exponent))
        .collect();
    Some(Side {
        sum: metric::one(&direct(&[sum])).ok()?,
        tiers: metric::by_tier(&framed(&values)).ok()?,
        at: Moments {
            oldest: Timestamp::UNIX_EPOCH,
            newest: Timestamp::UNIX_EPOCH,
        },
    })
}

fn holds(amount: Amount, count: u64) -> bool {
    amount.min <= count && count <= amount.max
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_value_stands_for_the_count_that_it_came_from(
        any in printer::bytes(),
        (power, apart, below) in (53..64_u32, 0..5000_u64, any::<bool>()),
        exponent in any::<bool>(),
    ) {
        let close = 1 << power;
        let close = if below { close - apart } else { close + apart };
        for count in [any, close] {
            let values = [printed(count.into(), exponent)];
            let read = metric::one(&direct(&values));
            prop_assert_eq!(read, metric::one(&framed(&values)));
            let Ok(amount) = read else {
                // the float after the greatest count is 2^64
                prop_assert!(count > u64::MAX - 8192, "{:?} of {}", read, count);
                continue;
            };
            prop_assert!(holds(amount, count), "{:?} of {}", amount, count);
            if count < 1 << 53 {
                prop_assert_eq!(amount, Amount::exact(count));
            }
            prop_assert!(amount.max - amount.min <= count >> 50, "{:?} of {}", amount, count);
        }
    }

    #[test]
    fn what_is_used_of_floats_holds_what_is_used(
        tiers in vec((printer::bytes(), printer::bytes()), 1..4),
        exponent in any::<bool>(),
    ) {
        // so that the sum is below 2^64
        let tiers = tiers.iter().map(|(one, other)| (one.max(other) / 8, one.min(other) / 8));
        let (total, free) = (tiers.clone().map(|it| it.0), tiers.clone().map(|it| it.1));
        let sides = (side(total.clone(), exponent), side(free.clone(), exponent));
        let (Some(all), Some(left)) = sides else { panic!("{sides:?}") };
        let (space, shares) = fit(&all, &left).map_err(|why| TestCaseError::fail(format!("{why:?}")))?;
        let (total, free): (u64, u64) = (total.sum(), free.sum());
        for (figure, count) in [(space.total, total), (space.free, free), (space.used, total - free)] {
            prop_assert!(holds(figure.amount, count), "{:?} of {}", figure, count);
        }
        prop_assert_eq!(shares.len(), tiers.len());
        for ((_, share), (total, free)) in shares.iter().zip(tiers) {
            prop_assert!(holds(share.total.amount, total) && holds(share.free.amount, free));
            prop_assert!(holds(share.used.amount, total - free));
        }
    }

    #[test]
    fn what_is_no_count_of_bytes_is_no_figure(
        count in 1..=u64::MAX,
        form in select(vec![("-N", Unfit::Negative), ("-0.N", Unfit::Negative), ("0.N", Unfit::Fraction),
            ("Ne-40", Unfit::Fraction), ("Ne+20", Unfit::TooLarge), ("Ne", Unfit::NoNumber),
            (" N", Unfit::NoNumber), ("+N", Unfit::NoNumber), ("NaN", Unfit::NotANumber),
            ("+Inf", Unfit::Infinite), ("-Inf", Unfit::Infinite), ("", Unfit::NoNumber)]),
        good in 0..3_usize,
    ) {
        let (form, why) = form;
        let value = match form {
            "NaN" => form.to_owned(),
            form => form.replace('N', &count.to_string()),
        };
        prop_assert_eq!(metric::one(&direct(std::slice::from_ref(&value))), Err(why), "{}", value);
        let mut values = vec!["7".to_owned(); 3];
        values[good] = value;
        prop_assert_eq!(metric::by_tier(&direct(&values)), Err(why));
    }
}
