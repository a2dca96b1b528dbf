//! What `check` complains and warns of, beside what its peers are to blame for.

use jiff::civil::Date;
use vhi_usage::{
    cli::check::{found::Found, verdict::Verdict},
    reading::{Figure, License, Space},
};

use crate::checked::{asked, found, node, overview, shifted};

#[track_caller]
fn complains(found: &Found, expected: &[&str]) {
    assert_eq!(found.complaints(), expected);
    assert_eq!(found.verdict(), Verdict::Differs);
}

#[test]
fn a_witness_that_differs() {
    complains(
        &found(node(), vec![asked(overview()), shifted()]),
        &[
            "physical.total: prometheus says 63630000000000 bytes, which is 627983728435 more than the billed 63002016271565, and prints and times explain no more than 109951162777: find out which of the two is right before anything is billed",
            "physical.used: prometheus says 49330000000000 bytes, which is 621634889523 more than the billed 48708365110477, and prints and times explain no more than 254680394165: find out which of the two is right before anything is billed",
        ],
    );
    let mut less = overview();
    less.license = Some(License {
        capacity: Some(Figure::exact(1_000)),
        ..License::default()
    });
    complains(
        &found(node(), vec![asked(less)]),
        &[
            "license.capacity: overview says 1000 bytes, which is 25288767437848 less than the billed 25288767438848, and prints and times explain no more than 549755813888: find out which of the two is right before anything is billed",
        ],
    );
}

#[test]
fn a_size_base_that_a_witness_contradicts() {
    let mut decimal = overview();
    decimal.physical = Space::exact(57_300_000_000_000, 13_000_000_000_000);
    decimal.license = None;
    decimal.user_data = None;
    complains(
        &found(node(), vec![asked(decimal)]),
        &[
            "the size base in force is 1024, and 57.3TB is the physical total of overview, 57300000000000 bytes, only in powers of 1000: figures stay as they are; if that source is right, write size_base = 1000 into [[cluster]]",
        ],
    );
}

#[track_caller]
fn warns(license: License, expected: &[&str]) {
    let mut reading = overview();
    reading.license = Some(license);
    let found = found(asked(reading), Vec::new());
    assert_eq!(found.warnings(), expected);
    assert_eq!(found.verdict(), Verdict::Well);
}

fn exact(capacity: u64, used: u64, expires_on: Option<Date>) -> License {
    License {
        state: None,
        capacity: Some(Figure::exact(capacity)),
        used: Some(Figure::exact(used)),
        free: None,
        expires_on,
    }
}

#[test]
fn a_licence_that_is_nearly_used_up_or_at_its_end() {
    let day = |day: &str| Some(day.parse().unwrap());
    warns(exact(1_000, 900, day("2026-12-23")), &[]);
    warns(
        exact(1_000, 901, None),
        &[
            "of the licence 9.90 % are left, and writes to the cluster stop when it is used up: extend it or delete data",
        ],
    );
    warns(
        exact(1_000, 0, day("2026-12-22")),
        &["the licence ends on 2026-12-22, in 30 days: renew it"],
    );
    warns(
        exact(1_000, 0, day("2026-11-20")),
        &["the licence ended on 2026-11-20, and its last day is 2 days ago: renew it"],
    );
    for (state, expected) in [
        ("active", &[][..]),
        (
            "EXPIRED",
            &["the licence's state is EXPIRED, and not ACTIVE: see it in the panel, and renew it"],
        ),
    ] {
        let license = License {
            state: Some(state.to_owned()),
            ..exact(1_000, 0, None)
        };
        warns(license, expected);
    }
    let found = found(node(), Vec::new());
    assert_eq!(
        found.licence_warnings()[0],
        "between 5.33 % and 11.87 % of the licence are left, so perhaps less than 10 %, and writes to the cluster stop when it is used up: extend it or delete data"
    );
}
