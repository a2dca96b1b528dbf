//! A printed number stands for every byte count that prints so, whether the tool rounds or cuts off, and for
//! no other.

use crate::{
    BASES, HEADER, cases,
    drawn::{
        parsed,
        printer::{self, Digits, WAYS, is_beyond, three_digits},
    },
};
use proptest::{prelude::*, sample::select};
use vhi_usage::{
    amount::{Amount, SizeBase},
    vstorage::{report, token::Size},
};

fn amount(text: &str, base: SizeBase) -> Option<Amount> {
    parsed::<Size>(text.to_string()).amount(base)
}

/// The power of the unit and the number of decimals.
fn form() -> impl Strategy<Value = (u32, u32)> {
    (0..7_u32, 0..4_u32)
}

/// The count is in the interval; or there is none, and its upper end would be beyond a `u64`.
fn stands_for(text: &str, base: SizeBase, bytes: u64) -> Result<(), TestCaseError> {
    let amount = amount(text, base);
    let beyond = is_beyond(text, base);
    prop_assert_eq!(amount.is_none(), beyond, "{} of {}", text, bytes);
    let Some(Amount { min, max, .. }) = amount else {
        return Ok(());
    };
    prop_assert!(
        min <= bytes && bytes <= max,
        "{} of {}: {} to {}",
        text,
        bytes,
        min,
        max
    );
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_count_is_in_the_interval_of_its_print_in_every_unit_to_any_decimal_however_it_is_rounded(
        bytes in printer::bytes(),
        form in form(),
    ) {
        for (base, way) in BASES.into_iter().flat_map(|base| WAYS.map(|way| (base, way))) {
            stands_for(&printer::printed(bytes, base, form, way), base, bytes)?;
        }
    }

    #[test]
    fn a_count_is_in_the_interval_of_its_three_digits_however_they_are_rounded(bytes in printer::bytes()) {
        for (base, way) in BASES.into_iter().flat_map(|base| WAYS.map(|way| (base, way))) {
            stands_for(&three_digits(bytes, base, way), base, bytes)?;
        }
    }

    #[test]
    fn three_digits_are_the_shortest_unit_that_holds_them_rounded_half_up(
        bytes in printer::bytes(),
    ) {
        for base in BASES {
            let size = Size::three_digits(bytes, base);
            let text = three_digits(bytes, base, Digits::HalfUp);
            prop_assert_eq!(size.to_string(), text.clone());
            prop_assert_eq!(text.parse(), Ok(size));
        }
    }

    #[test]
    fn the_ends_of_an_interval_print_so_and_their_neighbours_do_not(
        digits in prop_oneof![0..2000_u64, 0..10_000_000_u64],
        (power, decimals) in (1..7_u32, 0..4_u32),
    ) {
        let text = printer::text(digits.into(), power, decimals);
        for base in BASES {
            let Some(Amount { min, max, .. }) = amount(&text, base) else {
                prop_assert!(is_beyond(&text, base), "{} is not too large", text);
                continue;
            };
            let prints_so = |bytes: u64, way| printer::printed(bytes, base, (power, decimals), way) == text;
            prop_assert!(prints_so(min, Digits::HalfUp), "{} min {}", text, min);
            prop_assert!(prints_so(max, Digits::CutOff), "{} max {}", text, max);
            for way in WAYS {
                let below = min.checked_sub(1).is_some_and(|it| prints_so(it, way));
                let above = max.checked_add(1).is_some_and(|it| prints_so(it, way));
                prop_assert!(!below && !above, "{} is more than {} to {}, {:?}", text, min, max, way);
            }
        }
    }

    #[test]
    fn what_is_used_holds_every_difference_of_counts_that_print_so(
        counts in [(printer::bytes(), printer::bytes()), (printer::bytes(), printer::bytes())],
        forms in [form(), form(), form(), form()],
        ways in [printer::way(), printer::way(), printer::way(), printer::way()],
        as_three_digits in any::<bool>(),
        base in select(&BASES[..]),
    ) {
        let [(a, b), (c, d)] = counts.map(|(x, y)| (x.min(y), x.max(y)));
        let counts = [a, b, c, d];
        let text = |it: usize| match as_three_digits {
            true => three_digits(counts[it], base, ways[it]),
            false => printer::printed(counts[it], base, forms[it], ways[it]),
        };
        let sizes = [0, 1, 2, 3].map(text);
        let [free, total, left, all] = &sizes;
        let space = format!("Space: allocatable {free} of {total}, free {left} of {all}\n");
        let cluster = HEADER.split_inclusive('\n').next().unwrap();
        let report = report::parse(&format!("{cluster}{space}")).unwrap();
        let beyond = sizes.iter().any(|it| is_beyond(it, base));
        prop_assert_eq!(report.space_in(base).is_err(), beyond, "{}", report.space);
        let Ok(space) = report.space_in(base) else { return Ok(()) };
        for (read, free, total) in [(space.logical, a, b), (space.physical, c, d)] {
            let holds = |it: Amount, bytes: u64| it.min <= bytes && bytes <= it.max && it.min <= it.bytes && it.bytes <= it.max;
            prop_assert!(holds(read.free, free), "{:?} {}", read.free, free);
            prop_assert!(holds(read.total, total), "{:?} {}", read.total, total);
            prop_assert!(holds(read.used, total - free), "{:?} {}", read.used, total - free);
        }
    }
}
