//! A witness that counts the same bytes agrees with what was printed of them, and one that counts others does not.

use crate::{
    BASES, HEADER, cases,
    drawn::printer::{self, WAYS, is_beyond, three_digits},
};
use jiff::Timestamp;
use proptest::{prelude::*, sample::select};
use vhi_usage::{
    amount::SizeBase,
    reading::{BaseInForce, Source, Space, StorageReading},
    source::printed,
    vstorage::{report, unread::Unread},
    witness::{
        self, Comparison,
        quantity::Quantity,
        size_base::{SizeBaseEvidence, Support},
        verdict::{Distance, Verdict},
    },
};

/// What a node says of these counts, in a base, at second 0.
fn printed(free: u64, total: u64, base: SizeBase, way: printer::Digits) -> Option<StorageReading> {
    let words = [free, total].map(|bytes| three_digits(bytes, base, way));
    if words.iter().any(|word| is_beyond(word, base)) {
        return None;
    }
    let [free, total] = words;
    let cluster = HEADER.split_inclusive('\n').next().unwrap();
    let space = format!("Space: allocatable 0B of 0B, free {free} of {total}\n");
    let report = report::parse(&format!("{cluster}{space}")).unwrap();
    let base = BaseInForce {
        base,
        configured: false,
    };
    let node = "node1.example".to_owned();
    Some(printed::reading(report, Timestamp::UNIX_EPOCH, node, base).unwrap())
}

/// What the panel says of them in exact bytes, so many seconds later.
fn exact(free: u64, total: u64, second: i64) -> StorageReading {
    StorageReading {
        source: Source::Overview,
        basis: Source::Overview.basis(),
        observed_at: Timestamp::from_second(second).unwrap(),
        node: None,
        cluster_status: None,
        size_base: None,
        logical: Space::exact(0, 0).unwrap(),
        physical: Some(Space::exact(total, free).unwrap()),
        user_data: None,
        user_data_by: None,
        replication: None,
        license: None,
        tiers: None,
        services: None,
        unread: Unread::default(),
    }
}

fn rows(billed: &StorageReading, other: &StorageReading) -> Vec<Comparison> {
    let billed = (billed.source, Some(billed));
    witness::compare(billed, &[(other.source, Some(other))]).comparisons
}

fn physical(rows: Vec<Comparison>) -> impl Iterator<Item = (Quantity, Verdict)> {
    let rows = rows.into_iter().map(|row| (row.quantity, row.verdict));
    rows.filter(|(quantity, _)| quantity.name().starts_with("physical"))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whoever_counts_the_same_bytes_agrees(
        (one, other) in (printer::bytes(), printer::bytes()),
        base in select(&BASES[..]),
        seconds in 0..100_000_i64,
    ) {
        let (free, total) = (one.min(other), one.max(other));
        for way in WAYS {
            let Some(billed) = printed(free, total, base, way) else { continue };
            let rows: Vec<_> = physical(rows(&billed, &exact(free, total, seconds))).collect();
            prop_assert_eq!(rows.len(), 3);
            for (quantity, verdict) in rows {
                prop_assert!(matches!(verdict, Verdict::Agrees(_)), "{:?} {:?}", quantity, verdict);
            }
        }
    }

    #[test]
    fn a_count_that_does_not_print_so_differs(
        bytes in printer::bytes(),
        elsewhere in printer::bytes(),
        base in select(&BASES[..]),
        way in printer::way(),
    ) {
        let Some(billed) = printed(0, bytes, base, way) else { return Ok(()) };
        let total = billed.physical.unwrap().total.amount;
        let rows = physical(rows(&billed, &exact(0, elsewhere, 0)));
        let verdict = rows.filter(|(quantity, _)| *quantity == Quantity::PhysicalTotal).map(|(_, verdict)| verdict);
        let verdict = verdict.last().unwrap();
        let inside = total.min <= elsewhere && elsewhere <= total.max;
        prop_assert_eq!(verdict.name(), if inside { "agrees" } else { "differs" });
        let Distance { difference, tolerance } = verdict.distance().unwrap();
        prop_assert_eq!(difference, i128::from(elsewhere) - i128::from(total.bytes));
        prop_assert_eq!(difference.unsigned_abs() <= tolerance, inside);
    }

    #[test]
    fn exact_figures_of_one_second_agree_only_where_they_are_equal(
        (one, other) in (printer::bytes(), printer::bytes()),
    ) {
        let (one, other) = (exact(0, one, 0), exact(0, other, 0));
        let equal = one == other;
        for (_, verdict) in physical(rows(&one, &other)) {
            if let Verdict::Agrees(distance) | Verdict::Differs(distance) = verdict {
                prop_assert_eq!(distance.tolerance, 0);
                prop_assert_eq!(verdict.name() == "agrees", distance.difference == 0);
            }
        }
        prop_assert_eq!(rows(&one, &other).iter().all(|row| row.verdict.name() == "agrees"), equal);
    }

    #[test]
    fn the_base_that_was_printed_in_is_never_contradicted(
        bytes in printer::bytes(),
        way in printer::way(),
        base in select(&BASES[..]),
    ) {
        let Some(billed) = printed(0, bytes, base, way) else { return Ok(()) };
        let other = exact(0, bytes, 0);
        let heard = [(other.source, Some(&other))];
        let finding = witness::compare((billed.source, Some(&billed)), &heard).size_base.unwrap();
        prop_assert_ne!(finding.evidence(), SizeBaseEvidence::Contradicted);
        let [(_, support)] = finding.support.as_slice() else { panic!("{:?}", finding.support) };
        prop_assert_ne!(*support, Support::Neither);
    }
}
