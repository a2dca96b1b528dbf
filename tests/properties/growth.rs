//! Figures grow with the text.
//!
//! The ends of an interval belong to the last printed place: `999GB` of base 1000 begins above `1.00TB`,
//! which is coarser. So they are compared where that place lets them.

use crate::{
    BASES, cases,
    drawn::printer::{self, unit},
};
use proptest::{prelude::*, sample::select};
use vhi_usage::{
    amount::{Amount, Capacity, SizeBase},
    vstorage::token::Size,
};

/// A printed size: its digits, the power of its unit, its decimals.
type Printed = (u64, u32, u32);

fn printed() -> impl Strategy<Value = Printed> {
    let digits = prop_oneof![0..2000_u64, 0..10_000_000_u64];
    (digits, 0..7_u32, 0..4_u32).prop_map(|(digits, power, decimals)| {
        let decimals = if power == 0 { 0 } else { decimals };
        (digits, power, decimals)
    })
}

fn amount((digits, power, decimals): Printed, base: SizeBase) -> Option<Amount> {
    let text = printer::text(digits.into(), power, decimals);
    text.parse::<Size>().unwrap().amount(base)
}

/// The last printed place and the number, in thousandths of a byte. Three decimals are the finest.
fn place_and_worth((digits, power, decimals): Printed, base: SizeBase) -> (u128, u128) {
    let place = unit(base, power) * 1000 / 10_u128.pow(decimals);
    (place, place * u128::from(digits))
}

/// The amounts of the smaller and the larger, unless they are too large. What is smaller is so sooner.
fn both(
    smaller: Printed,
    larger: Printed,
    base: SizeBase,
) -> Result<Option<(Amount, Amount)>, TestCaseError> {
    let Some(larger) = amount(larger, base) else {
        return Ok(None);
    };
    let smaller = amount(smaller, base);
    prop_assert!(smaller.is_some());
    Ok(smaller.map(|it| (it, larger)))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn with_more_in_the_same_places_the_figure_and_both_its_ends_are_larger(
        (digits, power, decimals) in printed(),
        more in prop_oneof![Just(1_u64), 1..1_000_000_u64],
    ) {
        for base in BASES {
            let larger = (digits + more, power, decimals);
            let Some((a, b)) = both((digits, power, decimals), larger, base)? else { continue };
            prop_assert!(a.min < b.min && a.bytes < b.bytes && a.max < b.max, "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn with_the_same_digits_and_the_next_letter_the_figure_and_both_its_ends_are_larger(
        digits in 1..10_000_000_u64,
        power in 0..6_u32,
        decimals in 0..4_u32,
    ) {
        let decimals = if power == 0 { 0 } else { decimals };
        for base in BASES {
            let larger = (digits, power + 1, decimals);
            let Some((a, b)) = both((digits, power, decimals), larger, base)? else { continue };
            prop_assert!(a.min < b.min && a.bytes < b.bytes && a.max < b.max, "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn a_larger_number_in_any_places_never_gives_a_smaller_figure(
        one in printed(),
        other in printed(),
        base in select(&BASES[..]),
    ) {
        let (one_place, one_worth) = place_and_worth(one, base);
        let (other_place, other_worth) = place_and_worth(other, base);
        let (Some(a), Some(b)) = (amount(one, base), amount(other, base)) else { return Ok(()) };
        let (a, a_place, b, b_place) = match one_worth <= other_worth {
            true => (a, one_place, b, other_place),
            false => (b, other_place, a, one_place),
        };
        prop_assert!(a.bytes <= b.bytes, "{:?} {:?}", a, b);
        // a byte more is told apart
        prop_assert!(a.bytes < b.bytes || one_worth.abs_diff(other_worth) < 1000, "{:?} {:?}", a, b);
        if a_place <= b_place {
            prop_assert!(a.max <= b.max, "{:?} {:?}", a, b);
        }
        if a_place >= b_place {
            prop_assert!(a.min <= b.min, "{:?} {:?}", a, b);
        }
    }

    #[test]
    fn what_is_used_grows_with_the_total_and_shrinks_with_what_is_free(
        (total, free) in (printed(), printed()),
        (more_total, more_free) in (0..1000_u64, 0..1000_u64),
        base in select(&BASES[..]),
    ) {
        let larger = |(digits, power, decimals): Printed, more| amount((digits + more, power, decimals), base);
        let sizes = (amount(total, base), amount(free, base), larger(total, more_total), larger(free, more_free));
        let (Some(total), Some(free), Some(more_total), Some(more_free)) = sizes else { return Ok(()) };
        let never_less = |a: Amount, b: Amount| a.min <= b.min && a.bytes <= b.bytes && a.max <= b.max;
        let used = |total, free| Capacity::with_free(total, free).map(|it| it.used);
        let (least, most) = (used(total, more_free), used(more_total, free));
        let Some(used) = used(total, free) else {
            prop_assert_eq!(least, None);
            return Ok(());
        };
        prop_assert!(least.is_none_or(|it| never_less(it, used)), "{:?} {:?}", least, used);
        prop_assert!(most.is_some_and(|it| never_less(used, it)), "{:?} {:?}", used, most);
        prop_assert!(used.min <= used.bytes && used.bytes <= used.max && used.max <= total.max);
    }
}
