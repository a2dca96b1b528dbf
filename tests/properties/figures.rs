//! Every figure of a report is what the definition says, in whole numbers.

use crate::{
    BASES, cases,
    drawn::{parsed, size_text},
};
use proptest::{collection::vec, prelude::*};
use vhi_usage::{
    amount::{Amount, SizeBase},
    vstorage::{report, space::SpaceAmounts, token::Size},
};

/// The amount by its definition, in whole numbers: with X the digits, S the scale of the decimals and U the
/// unit, n is in the interval if (2X − 1)·U ≤ 2·n·S and n·S < (X + 1)·U. Tried on the neighbours of the ends.
fn is_by_definition(
    text: &str,
    base: SizeBase,
    amount: Option<Amount>,
) -> Result<(), TestCaseError> {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let number: i128 = number.parse().unwrap();
    let letter = text.chars().rev().nth(1).unwrap();
    let Some(power) = "KMGTPE".find(letter) else {
        let expected = u64::try_from(number).ok().map(Amount::exact);
        prop_assert_eq!(amount, expected, "{}", text);
        return Ok(());
    };
    let unit = i128::from(base.factor()).pow(u32::try_from(power).unwrap() + 1);
    let decimals = text.split_once('.').map_or(0, |(_, it)| it.len() - 2);
    let scale = 10_i128.pow(u32::try_from(decimals).unwrap());
    let inside = |n: i128| {
        n >= 0 && (2 * number - 1) * unit <= 2 * n * scale && n * scale < (number + 1) * unit
    };
    let nearest = |n: i128| {
        (2 * n - 1) * scale <= 2 * number * unit && 2 * number * unit < (2 * n + 1) * scale
    };
    let Some(amount) = amount else {
        let beyond = i128::from(u64::MAX) + 1;
        prop_assert!(
            (number + 1) * unit > beyond * scale,
            "{} is not too large",
            text
        );
        return Ok(());
    };
    let [min, bytes, max] = [amount.min, amount.bytes, amount.max].map(i128::from);
    prop_assert!(inside(min) && !inside(min - 1), "{} min {}", text, min);
    prop_assert!(inside(max) && !inside(max + 1), "{} max {}", text, max);
    prop_assert!(nearest(bytes) && inside(bytes), "{} bytes {}", text, bytes);
    Ok(())
}

/// Total less free, for one pair; `None` where more is free than there is.
fn used(total: Amount, free: Amount) -> Option<Amount> {
    let [low, mid, high] = [
        i128::from(total.min) - i128::from(free.max),
        i128::from(total.bytes) - i128::from(free.bytes),
        i128::from(total.max) - i128::from(free.min),
    ]
    .map(|it| u64::try_from(it).ok());
    Some(Amount {
        bytes: mid.unwrap_or(0),
        min: low.unwrap_or(0),
        max: high?,
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_size_stands_for_what_the_definition_says(
        text in prop_oneof![size_text(), "[0-9]{1,5}(\\.[0-9]{1,3})?[KMGTPE]B"],
    ) {
        let size: Size = parsed(text.clone());
        prop_assert_eq!(size.to_string(), text.clone());
        for base in BASES {
            is_by_definition(&text, base, size.amount(base))?;
        }
    }

    #[test]
    fn every_figure_of_a_report_is_what_the_definition_says(
        mut sizes in vec(size_text(), 7),
        as_drawn in 0..4_u8,
        first in 0..3_usize,
    ) {
        // three of four times no more is free than there is
        for pair in sizes[..4].chunks_mut(2).filter(|_| as_drawn > 0) {
            pair.sort_by_key(|it| parsed::<Size>(it.clone()).amount(SizeBase::Binary).map(|it| it.bytes));
        }
        let [a, b, c, d, e, f, g] = &sizes[..] else { unreachable!() };
        let mut lines = [
            format!("Space: [OK] allocatable {a} of {b}, free {c} of {d}\n"),
            format!("License: ACTIVE (expiration: 02/03/2027, capacity: {g}, used: {e})\n"),
            format!("FS:  {f} in 1 files, 2 inodes,  3 file maps,  4 chunks,  5 chunk replicas\n"),
        ];
        lines.rotate_left(first);
        let report = report::parse(&format!("Cluster 'c1': healthy\n{}", lines.concat())).unwrap();
        for base in BASES {
            let amount = |text: &String| parsed::<Size>(text.clone()).amount(base);
            for text in &sizes {
                is_by_definition(text, base, amount(text))?;
            }
            let all = (amount(a), amount(b), amount(c), amount(d));
            let (Some(a), Some(b), Some(c), Some(d)) = all else {
                prop_assert!(report.space_in(base).is_err());
                continue;
            };
            let (logical, physical) = (used(b, a), used(d, c));
            match report.space_in(base) {
                Ok(SpaceAmounts { logical: l, physical: p }) => {
                    prop_assert_eq!((l.total, Some(l.used), l.free), (b, logical, a));
                    prop_assert_eq!((p.total, Some(p.used), p.free), (d, physical, c));
                }
                Err(_) => prop_assert!(logical.is_none() || physical.is_none()),
            }
            let within = report.clone().within(base);
            prop_assert_eq!(within.fs.and_then(|it| it.size.amount(base)), amount(f));
            prop_assert_eq!(within.fs.is_some(), amount(f).is_some());
            // a licence of which one size has no amount is none
            let fits = amount(e).is_some() && amount(g).is_some();
            prop_assert_eq!(within.license.is_some(), fits);
            if let Some(license) = within.license {
                prop_assert_eq!(license.used().and_then(|it| it.amount(base)), amount(e));
                prop_assert_eq!(license.capacity().amount(base), amount(g));
            }
        }
    }
}
