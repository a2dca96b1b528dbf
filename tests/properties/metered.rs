//! What readings add up to is exact at any cadence, and the same however its window is split.

use crate::{
    cases,
    seconds::{Past, SERIES, Said, told, told_readings},
};
use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;
use vhi_usage::{
    meter::{
        fold::{Meter, Miss},
        quantity::{Quantity, Series},
        sample::{Sample, WIDEST},
        tallies::Tallies,
        tally::Detail,
        window::Window,
    },
    reason::Code,
};

/// 2026-10-01T00:00:00Z.
const OCTOBER: i64 = 1_790_812_800;
const DAY: i64 = 86_400;
const USED: Quantity = Quantity::ProvisionedUsed;

pub(crate) fn sample(at_ms: i64, holds: u32, value: Option<u64>) -> Sample {
    let mut values = [None; WIDEST];
    values[USED.place()] = value;
    values[Quantity::RamReserved.place()] = Some(7);
    Sample {
        at_ms,
        holds,
        id: Uuid::from_u128(at_ms.unsigned_abs().into()),
        source: 4,
        values,
    }
}

fn window(from: i64, to: i64) -> Window {
    Window::new(from, to).unwrap()
}

/// The meter over a window, fed as a store feeds it: of what lies before, the last reading and the last miss.
pub(crate) fn metered(past: &Past, window: Window, now: i64) -> Tallies {
    let mut readings = past.readings.clone();
    readings.sort_by_key(|it| (it.at_ms, it.id));
    let mut misses = past.misses.clone();
    misses.sort_by_key(|it| it.at_ms);
    let start = window.from() * 1000;
    let before = readings.partition_point(|it| it.at_ms < start);
    readings.drain(..before.saturating_sub(1));
    let before = misses.partition_point(|it| it.at_ms < start);
    misses.drain(..before.saturating_sub(1));
    let now = Timestamp::from_second(now).unwrap();
    let mut meter = Meter::new(SERIES, window, now, Detail::Levels);
    let mut misses = misses.into_iter().peekable();
    for reading in readings {
        while let Some(miss) = misses.next_if(|it| it.at_ms < reading.at_ms) {
            meter.miss(miss);
        }
        meter.read(&reading);
    }
    misses.for_each(|miss| meter.miss(miss));
    meter.finish()
}

/// A window that is metered in parts which are packed, unpacked and joined.
fn joined(past: &Past, cuts: &[i64], now: i64) -> Tallies {
    let parts = cuts.windows(2).map(|cut| {
        let part = window(cut[0], cut[1]);
        let packed = metered(past, part, now).pack();
        Tallies::unpack(&packed, SERIES, part).unwrap()
    });
    parts.reduce(|sum, next| sum.join(&next).unwrap()).unwrap()
}

/// Values and how many readings each of them stands for.
fn steps() -> impl Strategy<Value = Vec<(u64, usize)>> {
    vec((any::<u64>(), 1..9_usize), 1..30)
}

/// What happens within two hours and a bit before them, however oddly.
fn past() -> impl Strategy<Value = Past> {
    let at_ms = || OCTOBER * 1000 - 1_000_000..OCTOBER * 1000 + 7_200_000;
    let value = prop_oneof![Just(0), 1..9_u64, any::<u64>()];
    let reading = (
        at_ms(),
        1..1500_u32,
        option::weighted(0.9, value),
        0..5_u8,
        any::<u8>(),
    );
    let reading = reading.prop_map(|(at_ms, holds, value, source, id)| Sample {
        source,
        id: Uuid::from_u128(id.into()),
        ..sample(at_ms, holds, value)
    });
    let code = select(vec![Code::CommandTimeout, Code::AuthRefused]);
    let miss = (at_ms(), 1..1500_u32, code);
    let miss = miss.prop_map(|(at_ms, holds, code)| Miss { at_ms, holds, code });
    (vec(reading, 0..40), vec(miss, 0..20)).prop_map(|(readings, misses)| Past { readings, misses })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_step_function_that_is_sampled_at_any_cadence_is_right_to_the_last_byte(
        steps in steps(),
        cadence in 10..=840_i64,
        irregular in vec(10..=840_i64, 1..20),
        ms in 0..1000_i64,
        even in any::<bool>(),
    ) {
        let (mut at, mut past, mut expected) = (OCTOBER, Past::default(), 0);
        let mut waits = irregular.iter().cycle();
        for (value, count) in steps {
            for _ in 0..count {
                let wait = if even { cadence } else { *waits.next().unwrap() };
                past.readings.push(sample(at * 1000 + ms, 900, Some(value)));
                expected += u128::from(value) * u128::from(wait.unsigned_abs());
                at += wait;
            }
        }
        let whole = window(OCTOBER, at);
        let tallies = metered(&past, whole, at);
        let used = tallies.of(USED).unwrap();
        prop_assert_eq!(used.unit_seconds, expected);
        prop_assert_eq!((used.covered, tallies.covered), (whole.seconds(), whole.seconds()));
    }

    #[test]
    fn every_second_counts_as_if_it_were_looked_at_alone(
        past in past(),
        from in -300..6000_i64,
        length in 1..1800_i64,
        now in -600..9000_i64,
    ) {
        let (window, now) = (window(OCTOBER + from, OCTOBER + from + length), OCTOBER + now);
        let tallies = metered(&past, window, now);
        for quantity in [USED, Quantity::RamReserved] {
            prop_assert_eq!(told(&tallies, quantity), past.said(quantity, window, now), "{:?}", quantity);
        }
        prop_assert_eq!(told_readings(&tallies), past.counted(window, now));
        prop_assert_eq!(tallies.covered, past.said(Quantity::RamReserved, window, now).covered);
    }

    #[test]
    fn splitting_the_window_anywhere_changes_nothing(
        past in past(),
        cuts in vec(0..7200_i64, 0..12),
        now in 0..9000_i64,
    ) {
        let mut cuts: Vec<i64> = cuts.into_iter().chain([0, 7200]).map(|it| OCTOBER + it).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let whole = metered(&past, window(OCTOBER, OCTOBER + 7200), OCTOBER + now);
        prop_assert_eq!(joined(&past, &cuts, OCTOBER + now), whole);
    }

    #[test]
    fn a_row_with_one_flipped_bit_is_refused_or_is_another_one_and_never_panics(
        past in past(),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
        noise in vec(any::<u8>(), 0..200),
    ) {
        let window = window(OCTOBER, OCTOBER + 7200);
        let whole = metered(&past, window, window.to());
        let mut packed = whole.pack();
        let at = place.index(packed.len());
        packed[at] ^= 1 << bit;
        let flipped = Tallies::unpack(&packed, SERIES, window);
        prop_assert_ne!(flipped.as_ref(), Some(&whole));
        // What is read can be added up, whatever it says.
        let twice = flipped.and_then(|it| {
            let next = Tallies { window: self::window(it.window.to(), it.window.to() + 7200), ..it.clone() };
            it.join(&next)
        });
        drop(twice.map(|it| it.pack()));
        let noisy = [&[1], noise.as_slice()].concat();
        drop(Tallies::unpack(&noisy, SERIES, window));
    }

    #[test]
    fn an_outage_lowers_the_coverage_and_adds_nothing(
        value in 1..u64::MAX,
        cadence in 10..=840_i64,
        begins in 0..DAY,
        lasts in 0..DAY,
    ) {
        let at = (OCTOBER..OCTOBER + DAY).step_by(usize::try_from(cadence).unwrap());
        let all: Vec<Sample> = at.map(|at| sample(at * 1000, 900, Some(value))).collect();
        let out = OCTOBER + begins..OCTOBER + begins + lasts;
        let kept = all.iter().filter(|it| !out.contains(&it.second())).copied().collect();
        let past = |readings| Past { readings, misses: Vec::new() };
        let day = window(OCTOBER, OCTOBER + DAY);
        let [whole, less] = [all, kept].map(|it| metered(&past(it), day, day.to()));
        let gaps: u64 = less.gaps.iter().filter(|gap| gap.quantities.holds(USED))
            .map(|gap| gap.window.seconds()).sum();
        let [whole, less] = [&whole, &less].map(|it| it.of(USED).unwrap());
        prop_assert_eq!(whole.covered, day.seconds());
        // A reading before the outage stands for as long as it holds.
        let missing = lasts.min(DAY - begins) - 900 - cadence;
        prop_assert!(less.covered <= day.seconds() - u64::try_from(missing).unwrap_or_default());
        prop_assert_eq!(less.unit_seconds, u128::from(value) * u128::from(less.covered));
        prop_assert_eq!(gaps + less.covered, day.seconds());
        prop_assert!(less.mean().is_none_or(|mean| mean == value));
    }

    #[test]
    fn a_reading_twice_and_a_clock_that_steps_back_count_no_second_twice(
        waits in vec((-900..900_i64, any::<u64>()), 1..60),
    ) {
        let (mut at, mut once) = (OCTOBER + 3600, Past::default());
        for (wait, value) in waits {
            at += wait;
            once.readings.push(sample(at * 1000, 900, Some(value)));
        }
        // Two readings at one time have two names.
        once.readings.sort_by_key(|it| it.at_ms);
        once.readings.dedup_by_key(|it| it.at_ms);
        let mut twice = once.clone();
        twice.readings.extend(once.readings.clone());
        let around = window(OCTOBER - DAY, OCTOBER + 2 * DAY);
        let tallies = metered(&twice, around, around.to());
        prop_assert_eq!(&tallies, &metered(&once, around, around.to()));
        let seconds: u64 = once.readings.windows(2)
            .map(|it| it[0].second().abs_diff(it[1].second()).min(900))
            .sum();
        prop_assert_eq!(tallies.of(USED).unwrap().covered, seconds + 900);
        prop_assert_eq!(tallies.readings, once.readings.len() as u64);
    }
}

#[test]
fn the_greatest_figure_over_ten_years_is_added_up_without_loss() {
    let days = 3653;
    let day = |number: i64| {
        let day = window(OCTOBER + number * DAY, OCTOBER + (number + 1) * DAY);
        let mut meter = Meter::new(Series::Storage, day, Timestamp::MAX, Detail::Levels);
        for at in (day.from()..day.to()).step_by(600) {
            let values = [Some(u64::MAX); WIDEST];
            meter.read(&Sample {
                values,
                ..sample(at * 1000, 900, None)
            });
        }
        meter.finish()
    };
    let decade = (0..days)
        .map(day)
        .reduce(|sum, next| sum.join(&next).unwrap())
        .unwrap();
    let seconds = decade.window.seconds();
    assert_eq!(seconds, days.unsigned_abs() * 86_400);
    for tally in &decade.quantities {
        assert_eq!(
            tally.unit_seconds,
            u128::from(u64::MAX) * u128::from(seconds)
        );
        assert_eq!(
            (tally.mean(), tally.p95()),
            (Some(u64::MAX), Some(u64::MAX))
        );
    }
    let packed = decade.pack();
    assert_eq!(
        Tallies::unpack(&packed, Series::Storage, decade.window),
        Some(decade)
    );
}

#[test]
fn what_a_reading_does_not_give_is_not_covered() {
    let past = Past {
        readings: vec![sample(OCTOBER * 1000, 900, None)],
        misses: Vec::new(),
    };
    let hour = window(OCTOBER, OCTOBER + 900);
    let said = told(&metered(&past, hour, hour.to()), USED);
    assert_eq!((said.covered, said.mean, said.p95), (0, None, None));
    assert_eq!(said.gaps.len(), 900);
    let empty = Said {
        gaps: said.gaps.clone(),
        ..Said::default()
    };
    assert_eq!(said, empty);
}
