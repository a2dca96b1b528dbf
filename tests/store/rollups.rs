//! Roll-ups are made by and by, and never say anything else than the readings.

use futures_util::TryStreamExt;
use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    meter::{
        fold::{Meter, Miss},
        quantity::{Quantity, Series},
        tallies::Tallies,
        tally::{Detail, Tally},
        window::Window,
    },
    store::{entry::Absence, opened::Store, origin::Role},
};

use crate::site::{OCTOBER, On, Site, absence, cluster, on_both, reading, round};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(OCTOBER + second).unwrap()
}

fn window(from: i64, to: i64) -> Window {
    Window::new(OCTOBER + from, OCTOBER + to).unwrap()
}

/// What the readings say, without any roll-up.
pub(crate) async fn straight(
    store: &Store,
    window: Window,
    now: Timestamp,
    detail: Detail,
) -> Tallies {
    let name = cluster("cluster1");
    let samples = store.samples(&name, Series::Storage, window).await.unwrap();
    let samples: Vec<_> = samples.try_collect().await.unwrap();
    let gone = store.absences(&name, Role::Storage, window).await.unwrap();
    let gone: Vec<Absence> = gone.try_collect().await.unwrap();
    let mut meter = Meter::new(Series::Storage, window, now, detail);
    let mut gone = gone.into_iter().peekable();
    for sample in samples {
        while let Some(it) = gone.next_if(|it| it.at.as_millisecond() < sample.at_ms) {
            meter.miss(miss(&it));
        }
        meter.read(&sample);
    }
    gone.for_each(|it| meter.miss(miss(&it)));
    meter.finish()
}

fn miss(absence: &Absence) -> Miss {
    Miss {
        at_ms: absence.at.as_millisecond(),
        holds: absence.holds,
        code: absence.code,
    }
}

pub(crate) async fn rolled(
    store: &Store,
    window: Window,
    now: Timestamp,
    detail: Detail,
) -> Tallies {
    let name = cluster("cluster1");
    let tallies = store.tallies(&name, Series::Storage, window, now, detail);
    tallies.await.unwrap()
}

async fn roll_up(store: &Store, now: Timestamp) {
    while store.roll_up(now, 5).await.unwrap() > 0 {}
}

fn figure(seed: &mut fastrand::Rng) -> Amount {
    Amount::exact([0, 1 << 40, 57 << 40, u64::MAX][seed.usize(..4)])
}

on_both! {
    async fn roll_ups_say_what_the_readings_say_however_late_these_come(site: Site) {
        let mut seed = fastrand::Rng::with_seed(7);
        let (now, end) = (time(3 * DAY + 1800), 3 * DAY + 1800);
        let spans = [(0, 3 * DAY), (-1, DAY + 1), (HOUR / 2, 2 * DAY + 77), (DAY, 2 * DAY), (5 * HOUR, 6 * HOUR), (0, 4 * DAY), (-50 * DAY, 50 * DAY)];
        let mut from_rows = 0;
        for turn in 0..12 {
            let mut rounds = Vec::new();
            for _ in 0..60 {
                let at = |seed: &mut fastrand::Rng| (OCTOBER + seed.i64(0..end)) * 1000 + seed.i64(0..1000);
                let mut entry = reading(Role::Storage, at(&mut seed), figure(&mut seed));
                entry.0.figures.retain(|_| seed.u8(..9) > 0);
                let gone = absence(Role::Storage, at(&mut seed));
                let gone = Vec::from_iter((seed.u8(..3) == 0).then_some(gone));
                rounds.push(round(vec![entry], gone));
            }
            // Some of it when hours and days are rolled up already, and some while they are.
            let (first, then) = rounds.split_at(30);
            site.store.append(first).await.unwrap();
            let (rolled_up, written) =
                tokio::join!(site.store.roll_up(now, 30), site.store.append(then));
            written.unwrap();
            rolled_up.unwrap();
            if turn % 3 > 0 {
                roll_up(&site.store, now).await;
            }
            for (from, to) in spans {
                for detail in [Detail::Sums, Detail::Levels] {
                    let expected = straight(&site.store, window(from, to), now, detail).await;
                    let found = rolled(&site.store, window(from, to), now, detail).await;
                    // Not printed: either is long.
                    assert!(found == expected, "turn {turn}: {from}..{to} {detail:?}");
                    from_rows += found.readings;
                }
                let whole = straight(&site.store, window(from, to), now, Detail::Levels).await;
                let detail = Detail::P95(window(from, to).seconds());
                let upper = rolled(&site.store, window(from, to), now, detail).await;
                let p95 = |tallies: &Tallies| Vec::from_iter(tallies.quantities.iter().map(Tally::p95));
                assert_eq!(p95(&upper), p95(&whole), "turn {turn}: {from}..{to}");
                assert_eq!((upper.covered, upper.gaps), (whole.covered, whole.gaps));
            }
        }
        assert!(from_rows > 0);
        let windows = [window(0, DAY), window(DAY, 2 * DAY), window(2 * DAY, 3 * DAY)];
        let name = cluster("cluster1");
        let each = site.store.each_tallies(&name, Series::Storage, &windows, now, Detail::Sums);
        let each = each.await.unwrap();
        for (window, found) in windows.into_iter().zip(each) {
            assert_eq!(found, straight(&site.store, window, now, Detail::Sums).await);
        }
    }

    async fn an_hour_without_a_reading_is_a_gap_with_its_reason_and_has_a_row(site: Site) {
        let at = |second: i64| (OCTOBER + second) * 1000;
        let first = reading(Role::Storage, at(HOUR / 2), Amount::exact(u64::MAX));
        let gone = [at(HOUR), at(2 * HOUR)].map(|at| absence(Role::Storage, at));
        site.store.append(&[round(vec![first], gone.to_vec())]).await.unwrap();
        let now = time(DAY + HOUR);
        // From the hour of the first reading up to the one that is not over.
        assert_eq!(site.store.roll_up(now, 1000).await.unwrap(), 24);
        assert_eq!(site.store.roll_up(now, 1000).await.unwrap(), 0);
        let day = rolled(&site.store, window(0, DAY), now, Detail::Levels).await;
        let used = day.of(Quantity::LogicalUsed).unwrap();
        assert_eq!(used.unit_seconds, u128::from(u64::MAX) * 900);
        assert_eq!((used.p95(), day.covered, day.readings), (Some(u64::MAX), 900, 1));
        let reasons: Vec<_> = day.gaps.iter().map(|gap| gap.reason.name()).collect();
        let refused = "connect_refused";
        assert_eq!(reasons, ["not_running", "not_running", refused, "not_running", refused, "not_running"]);
        let lost: u64 = day.gaps.iter().map(|gap| gap.window.seconds()).sum();
        assert_eq!(lost, 86_400 - 900);
    }

    async fn what_nobody_has_kept_is_a_gap_and_no_zero(site: Site) {
        let now = time(DAY);
        let nothing = rolled(&site.store, window(0, DAY), now, Detail::Levels).await;
        assert_eq!((nothing.covered, nothing.readings, nothing.gaps.len()), (0, 0, 1));
        assert_eq!(nothing.of(Quantity::LogicalUsed).unwrap().mean(), None);
        assert_eq!(site.store.roll_up(now, 1000).await.unwrap(), 0);
    }
}
