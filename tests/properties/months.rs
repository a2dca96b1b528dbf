//! A window is the same whether it is metered at once or from the rows of its months, days and hours.

use proptest::{collection::vec, option, prelude::*, sample::select};
use vhi_usage::{
    meter::{fold::Miss, sample::Sample, tallies::Tallies, window::Window},
    reason::Code,
    store::length::Length,
};

use crate::{
    cases,
    metered::{metered, sample},
    seconds::{Past, SERIES},
};

/// 2028-01-20T00:00:00Z, before a February with a leap day.
const JANUARY: i64 = 1_831_939_200;
const DAY: i64 = 86_400;
/// Up to the 20th of March.
const DAYS: i64 = 60;

/// What happens within these days, and a bit before them.
fn past() -> impl Strategy<Value = Past> {
    let at_ms = || (JANUARY - DAY) * 1000..(JANUARY + DAYS * DAY) * 1000;
    // Some stand from one month into the next.
    let holds = || prop_oneof![1..5_000_u32, 1..3_000_000_u32];
    let value = option::weighted(0.9, any::<u64>());
    let reading = (at_ms(), holds(), value, 0..5_u8);
    let reading = reading.prop_map(|(at_ms, holds, value, source)| Sample {
        source,
        ..sample(at_ms, holds, value)
    });
    let code = select(vec![Code::CommandTimeout, Code::AuthRefused]);
    let miss = (at_ms(), holds(), code);
    let miss = miss.prop_map(|(at_ms, holds, code)| Miss { at_ms, holds, code });
    (vec(reading, 0..40), vec(miss, 0..10)).prop_map(|(readings, misses)| Past { readings, misses })
}

/// As it stands in a row that has no levels.
fn row(mut tallies: Tallies) -> Tallies {
    for tally in &mut tallies.quantities {
        tally.levels = None;
    }
    Tallies::unpack(&tallies.pack(), SERIES, tallies.window).unwrap()
}

/// A window in rows of this length and of shorter ones, and of nothing shorter than an hour at its edges.
fn rolled(past: &Past, window: Window, length: Length, now: i64) -> Tallies {
    let shorter = match length {
        Length::Month => Some(Length::Day),
        Length::Day => Some(Length::Hour),
        Length::Hour => None,
    };
    let part = |from, to| {
        let window = Window::new(from, to).ok()?;
        Some(match shorter {
            Some(shorter) => rolled(past, window, shorter, now),
            None => row(metered(past, window, now)),
        })
    };
    let Some(whole) = length.within(window) else {
        return part(window.from(), window.to()).unwrap();
    };
    let mut parts = Vec::from_iter(part(window.from(), whole.from()));
    let mut from = whole.from();
    while from < whole.to() {
        let one = length.at(from).unwrap();
        // A month is made of its days. That a day is what its hours are is another property.
        parts.push(match length {
            Length::Month => row(rolled(past, one, Length::Day, now)),
            Length::Day | Length::Hour => row(metered(past, one, now)),
        });
        from = one.to();
    }
    parts.extend(part(whole.to(), window.to()));
    let parts = parts.into_iter();
    parts.reduce(|sum, next| sum.join(&next).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn months_of_days_of_hours_say_what_the_readings_say(
        past in past(),
        from in prop_oneof![Just(12 * DAY), 0..50 * DAY],
        length in prop_oneof![Just(29 * DAY), 1..60 * DAY],
        now in 0..DAYS * DAY,
    ) {
        let from = JANUARY + from;
        let window = Window::new(from, (from + length).min(JANUARY + DAYS * DAY)).unwrap();
        let now = JANUARY + now;
        let expected = row(metered(&past, window, now));
        prop_assert_eq!(rolled(&past, window, Length::Month, now), expected);
    }
}
