//! Months follow from their days, never say anything else than the readings, and go with their days.

use std::time::Duration;

use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    meter::{quantity::Series, tallies::Tallies, tally::Detail, window::Window},
    store::{
        checked::Looked,
        error::StoreError,
        origin::Role,
        retention::{Keep, Retention},
    },
};

use crate::{
    checked::{changed, look_at, meddle},
    pruned::close_month,
    rollups::{rolled, straight},
    site::{On, Site, absence, cluster, on_both, reading, round},
};

/// A time, or the midnight of a day.
fn time(text: &str) -> Timestamp {
    let midnight = format!("{text}T00:00:00Z");
    let text = if text.len() > 10 { text } else { &midnight };
    text.parse().unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window::between(time(from), time(to)).unwrap()
}

async fn roll_up(site: &Site, now: Timestamp) {
    while site.store.roll_up(now, 10_000).await.unwrap() > 0 {}
}

/// A reading at this second.
async fn read(site: &Site, second: i64, figure: u64) {
    let entry = reading(Role::Storage, second * 1000, Amount::exact(figure));
    let written = site.store.append(&[round(vec![entry], Vec::new())]).await;
    written.unwrap();
}

/// So many readings from this time on, so many seconds apart.
async fn read_evenly(site: &Site, from: &str, count: i64, apart: i64) {
    let from = time(from).as_second();
    let times = (0..count).map(|it| (from + it * apart) * 1000);
    let entries = times
        .zip(7..)
        .map(|(at, figure)| reading(Role::Storage, at, Amount::exact(figure)));
    let written = site
        .store
        .append(&[round(entries.collect(), Vec::new())])
        .await;
    written.unwrap();
}

/// How many days and months have rows; nothing is wrong with them.
async fn counted(site: &Site, retention: Retention, now: Timestamp) -> (u64, u64) {
    let (counted, wrong) = look_at(&site.store, retention, now).await;
    assert_eq!(wrong, []);
    (counted.days, counted.months)
}

async fn sums(site: &Site, window: Window, now: Timestamp) -> Result<Tallies, StoreError> {
    let name = cluster("cluster1");
    let sums = site
        .store
        .tallies(&name, Series::Storage, window, now, Detail::Sums);
    sums.await
}

on_both! {
    async fn months_say_what_the_readings_say_however_late_these_come(site: Site) {
        let mut seed = fastrand::Rng::with_seed(11);
        let now = time("2028-04-05T00:30:00Z");
        let spans = [
            ("2028-02-01", "2028-03-01"),
            ("2028-02-01", "2028-04-01"),
            ("2028-01-01", "2028-05-01"),
            ("2028-01-20T05:30:00Z", "2028-03-15T07:00:07Z"),
            ("2028-02-29", "2028-03-01"),
            ("2028-02-01T00:00:01Z", "2028-04-01"),
            ("2028-02-01", "2028-03-31T23:59:59Z"),
        ];
        let spans = spans.map(|(from, to)| window(from, to));
        // In the month in which it begins not every day has a row.
        let begins = time("2028-01-10T12:00:00Z").as_second();
        read(&site, begins, 1 << 40).await;
        for turn in 0..4 {
            let at = |seed: &mut fastrand::Rng| seed.i64(begins * 1000..now.as_second() * 1000);
            let entries = (0..40).map(|_| reading(Role::Storage, at(&mut seed), Amount::exact(seed.u64(..))));
            let entries = entries.collect();
            // One that carries over the end of February.
            let over = time("2028-02-29T23:55:00Z").as_millisecond() + turn;
            let over = reading(Role::Storage, over, Amount::exact(9));
            let gone = (0..9).map(|_| absence(Role::Storage, at(&mut seed))).collect();
            site.store.append(&[round(entries, gone), round(vec![over], Vec::new())]).await.unwrap();
            // What it changes is taken back at once, and made again by and by.
            for step in ["written", "rolled up"] {
                if step == "rolled up" {
                    roll_up(&site, now).await;
                }
                for span in spans {
                    for detail in [Detail::Sums, Detail::Levels] {
                        let expected = straight(&site.store, span, now, detail).await;
                        let found = rolled(&site.store, span, now, detail).await;
                        // Not printed: either is long.
                        assert!(found == expected, "turn {turn}, {step}: {span:?} {detail:?}");
                        assert!(found.readings > 0);
                    }
                }
            }
        }
        assert_eq!(counted(&site, Retention::default(), now).await, (86, 2));
        // Two whole months, and what cuts these at one end or at both.
        let each = [
            window("2028-02-01", "2028-03-01"),
            window("2028-03-01", "2028-04-01"),
            window("2028-02-01", "2028-02-10"),
            window("2028-02-10", "2028-03-10"),
        ];
        let mut expected = Vec::new();
        for window in each {
            expected.push(straight(&site.store, window, now, Detail::Sums).await);
        }
        let name = cluster("cluster1");
        let found = site.store.each_tallies(&name, Series::Storage, &each, now, Detail::Sums);
        assert!(found.await.unwrap() == expected);
        // The months alone suffice.
        for table in ["readings", "hours", "days"] {
            meddle(&site.place, &format!("DELETE FROM {table}")).await;
        }
        let found = site.store.each_tallies(&name, Series::Storage, &each[..2], now, Detail::Sums);
        assert!(found.await.unwrap() == expected[..2]);
        let both = expected[0].clone().join(&expected[1]).unwrap();
        assert!(sums(&site, both.window, now).await.unwrap() == both);
    }

    async fn windows_before_a_series_begins_say_what_its_readings_and_absences_say(site: Site) {
        let now = time("2026-12-05T01:00:00Z");
        let at = |text: &str| time(text).as_millisecond();
        let first = reading(Role::Storage, at("2026-11-20T23:55:00Z"), Amount::exact(8));
        let gone = absence(Role::Storage, at("2026-11-10T06:00:00Z"));
        site.store.append(&[round(vec![first], vec![gone])]).await.unwrap();
        let spans = [
            window("2026-10-01", "2026-11-01"),
            window("2026-11-01", "2026-11-10T06:00:00Z"),
            window("2026-11-10T06:00:00Z", "2026-11-10T06:00:01Z"),
            window("2026-11-10T07:00:00Z", "2026-11-20T23:55:00Z"),
            window("2026-11-20T23:55:00Z", "2026-11-21T12:00:00Z"),
        ];
        let name = cluster("cluster1");
        for rolls in [false, true] {
            if rolls {
                roll_up(&site, now).await;
            }
            let found = site.store.each_tallies(&name, Series::Storage, &spans, now, Detail::Sums);
            for (found, span) in found.await.unwrap().into_iter().zip(spans) {
                assert_eq!(found, straight(&site.store, span, now, Detail::Sums).await);
            }
            let never = site.store.each_tallies(&name, Series::Compute, &spans, now, Detail::Sums);
            assert!(never.await.unwrap().iter().all(|it| it.covered == 0 && it.gaps.len() == 1));
        }
    }

    async fn a_month_has_its_row_again_also_where_what_follows_is_passed_over(site: Site) {
        let begins = time("2026-10-01").as_second();
        read(&site, begins, 5).await;
        roll_up(&site, time("2026-12-05T01:00:00Z")).await;
        let all = Retention::default();
        assert_eq!(counted(&site, all, time("2026-12-05T01:00:00Z")).await, (65, 2));
        // Nobody asked for two years, but for one reading that comes late.
        read(&site, time("2026-11-10T06:00:00Z").as_second(), 6).await;
        let now = time("2028-12-05T01:00:00Z");
        let both = window("2026-10-01", "2026-12-01");
        for rolls in [false, true] {
            if rolls {
                roll_up(&site, now).await;
            }
            let expected = straight(&site.store, both, now, Detail::Sums).await;
            assert!(sums(&site, both, now).await.unwrap() == expected);
        }
        assert_eq!(counted(&site, all, now).await, (65, 2));
    }

    async fn months_outlive_readings_and_hours_and_go_with_their_days(site: Site) {
        let now = time("2027-01-10T01:00:00Z");
        read_evenly(&site, "2026-10-01", 4 * 92, 6 * 3600).await;
        roll_up(&site, now).await;
        for month in ["2026-10", "2026-11", "2026-12"] {
            close_month(&site.store, month, now).await;
        }
        let months = ["2026-10-01", "2026-11-01", "2026-12-01", "2027-01-01"];
        let months = [0, 1, 2].map(|it| window(months[it], months[it + 1]));
        let spans = [window("2026-10-01", "2027-01-01"), window("2026-10-17", "2026-12-02")];
        let mut before = Vec::new();
        for span in months.into_iter().chain(spans) {
            before.push(straight(&site.store, span, now, Detail::Sums).await);
        }
        let days = |count: u64| Keep::For(Duration::from_secs(count * 86_400));
        let some = Retention { readings: days(2), evidence: days(2), hours: days(2), days: Keep::Forever };
        while site.store.prune(now, &some).await.unwrap() > 0 {}
        assert_eq!(counted(&site, some, now).await, (101, 3));
        for (span, before) in months.into_iter().chain(spans).zip(before) {
            assert!(sums(&site, span, now).await.unwrap() == before, "{span:?}");
        }
        // Also beside each other, where what one takes as a month the other one wants by its days.
        let (name, beside) = (cluster("cluster1"), [months[1], window("2026-11-01", "2026-11-17")]);
        let found = site.store.each_tallies(&name, Series::Storage, &beside, now, Detail::Sums);
        let readings: Vec<_> = found.await.unwrap().iter().map(|it| it.readings).collect();
        assert_eq!(readings, [30 * 4, 16 * 4]);
        let cut = sums(&site, window("2026-10-01", "2026-11-30T23:00:00Z"), now).await;
        assert!(matches!(cut, Err(StoreError::Pruned(_, "days"))), "{cut:?}");
        // Up to the middle of November: from there on its days are left, and nothing of the month as a whole.
        let less = Retention { days: days(56), ..some };
        while site.store.prune(now, &less).await.unwrap() > 0 {}
        assert_eq!(counted(&site, less, now).await, (56, 1));
        let gone = sums(&site, months[1], now).await;
        assert!(matches!(gone, Err(StoreError::Pruned(_, "days"))), "{gone:?}");
        // Nor do several windows at once make a gap of it; of a time in which nothing was kept they do.
        let mornings = |month: &str| {
            let days = ["05", "07", "09", "11"].map(|day| format!("{month}-{day}"));
            days.map(|day| window(&day, &format!("{day}T12:00:00Z")))
        };
        let [october, september] = ["2026-10", "2026-09"].map(mornings);
        let gone = site.store.each_tallies(&name, Series::Storage, &october, now, Detail::Sums).await;
        assert!(matches!(gone, Err(StoreError::Pruned(_, "days"))), "{gone:?}");
        let earlier = site.store.each_tallies(&name, Series::Storage, &september, now, Detail::Sums);
        assert!(earlier.await.unwrap().iter().all(|it| it.covered == 0 && it.gaps.len() == 1));
        assert_eq!(sums(&site, window("2026-11-15", "2026-12-01"), now).await.unwrap().readings, 16 * 4);
        assert_eq!(sums(&site, months[2], now).await.unwrap().readings, 31 * 4);
    }

    async fn each_damage_of_a_month_is_found_and_named(site: Site) {
        let now = time("2027-03-02");
        read_evenly(&site, "2026-10-01T12:00:00Z", 150, 86_400).await;
        roll_up(&site, now).await;
        assert_eq!(counted(&site, Retention::default(), now).await, (151, 5));
        let start = |day| time(day).as_second();
        let october = start("2026-10-01");
        let row = format!("(SELECT tallies FROM months WHERE start = {october})");
        let another = |start: i64| format!("INSERT INTO months SELECT cluster, series, {start}, tallies FROM months WHERE start = {october}");
        let unreadable = changed(&site, "months", "tallies", &format!("WHERE start = {}", start("2027-01-01")));
        for sql in [
            format!("UPDATE months SET tallies = {row} WHERE start = {}", start("2026-12-01")),
            format!("DELETE FROM months WHERE start = {}", start("2026-11-01")),
            unreadable,
            another(start("2026-10-02")),
            another(9_000_000_000_000_000),
            // Nothing is held against a month that has not all of its days.
            format!("DELETE FROM days WHERE start = {}", start("2027-02-07")),
        ] {
            meddle(&site.place, &sql).await;
        }
        let (counted, wrong) = look_at(&site.store, Retention::default(), now).await;
        assert_eq!(counted.months, 5);
        let found: Vec<_> = wrong.iter().map(|it| (it.kind, it.which.as_str(), it.problem.as_str())).collect();
        let expected = [
            (Looked::Day, "cluster1 storage 2027-02-07T00:00:00.000Z", "it is missing"),
            (Looked::Month, "cluster1 storage 2026-10-02T00:00:00.000Z", "it begins within another one"),
            (Looked::Month, "cluster1 storage 2026-11-01T00:00:00.000Z", "it is missing"),
            (Looked::Month, "cluster1 storage 2026-12-01T00:00:00.000Z", "it does not say what its days say"),
            (Looked::Month, "cluster1 storage 2027-01-01T00:00:00.000Z", "it is unreadable"),
            (Looked::Month, "cluster1 storage 9000000000000000 s", "it, or a day of it, is of no time"),
        ];
        assert_eq!(found, expected);
        // What its retention has let go is not missed.
        let keep = Keep::For(Duration::from_secs(100 * 86_400));
        let retention = Retention { days: keep, ..Retention::default() };
        let (_, wrong) = look_at(&site.store, retention, now).await;
        assert!(wrong.iter().all(|it| !it.which.contains("2026-11-01")));
    }
}
