//! What is older than its time goes by and by, and nothing that is still wanted goes with it.

use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    meter::{quantity::Series, tally::Detail, window::Window},
    period::{calendar::Calendar, closing, state::ClosedBy},
    store::{
        error::StoreError,
        opened::Store,
        origin::Role,
        periods::Closed,
        retention::{Keep, Retention},
    },
};

use crate::site::{OCTOBER, On, Site, cluster, on_both, reading, round};

const DAY: i64 = 86_400;

/// Closes the October of cluster1, as the command does.
async fn close(store: &Store, now: Timestamp) -> Closed {
    close_month(store, "2026-10", now).await
}

pub(crate) async fn close_month(store: &Store, month: &str, now: Timestamp) -> Closed {
    let calendar = Calendar::new(jiff::tz::TimeZone::UTC, std::time::Duration::ZERO);
    let (name, month) = (cluster("cluster1"), month.parse().unwrap());
    let closed = closing::close(store, &calendar, &name, month, ClosedBy::Command, now);
    closed.await.unwrap()
}

on_both! {
    async fn readings_go_and_their_hours_and_days_stay(site: Site) {
        let now = Timestamp::from_second(OCTOBER + 200 * DAY).unwrap();
        let name = cluster("cluster1");
        let times = (0..3 * 96).map(|quarter| (OCTOBER + quarter * 900) * 1000);
        let readings: Vec<_> = times.map(|at| reading(Role::Storage, at, Amount::exact(7))).collect();
        let (entry, text) = readings[0].clone();
        site.store.append(&[round(readings, Vec::new())]).await.unwrap();
        let keep = Keep::For(std::time::Duration::from_secs(100 * 86_400));
        let retention = Retention { readings: keep, evidence: keep, hours: Keep::Forever, days: Keep::Forever };
        // Before anything is rolled up, no reading goes.
        close(&site.store, now).await;
        site.store.prune(now, &retention).await.unwrap();
        assert!(site.store.entry(&name, entry.id).await.unwrap().is_some());
        while site.store.roll_up(now, 500).await.unwrap() > 0 {}
        let whole = Window::new(OCTOBER, OCTOBER + 3 * DAY).unwrap();
        let edge = Window::new(OCTOBER, OCTOBER + 90).unwrap();
        let tallies = |window, detail| site.store.tallies(&name, Series::Storage, window, now, detail);
        let before = [tallies(whole, Detail::Sums).await.unwrap(), tallies(whole, Detail::Levels).await.unwrap()];
        tallies(edge, Detail::Levels).await.unwrap();
        while site.store.prune(now, &retention).await.unwrap() > 0 {}
        assert_eq!(site.store.entry(&name, entry.id).await.unwrap(), None);
        assert_eq!(site.store.text(&text.hash).await.unwrap(), None);
        let after = [tallies(whole, Detail::Sums).await.unwrap(), tallies(whole, Detail::Levels).await.unwrap()];
        assert!(after == before);
        assert_eq!(after[0].covered, 3 * 86_400);
        // Of an edge inside of an hour nobody knows anything any more, and nobody guesses.
        let refused = tallies(edge, Detail::Levels).await;
        assert!(matches!(refused, Err(StoreError::Pruned(_, "hours"))), "{refused:?}");
        // What comes for such a time is kept, and changes nothing.
        let late = reading(Role::Storage, (OCTOBER + 5) * 1000, Amount::exact(9));
        site.store.append(&[round(vec![late.clone()], Vec::new())]).await.unwrap();
        let kept = site.store.entry(&name, late.0.id).await.unwrap().unwrap();
        assert!(kept.late);
        assert!(tallies(whole, Detail::Sums).await.unwrap() == before[0]);
    }

    async fn readings_of_a_month_that_is_not_closed_stay_however_old_they_are(site: Site) {
        let now = Timestamp::from_second(OCTOBER + 200 * DAY).unwrap();
        let name = cluster("cluster1");
        let readings: Vec<_> = [0, 3].map(|day| reading(Role::Storage, (OCTOBER + day * DAY) * 1000, Amount::exact(7))).into();
        let first = readings[0].0.id;
        site.store.append(&[round(readings, Vec::new())]).await.unwrap();
        while site.store.roll_up(now, 10_000).await.unwrap() > 0 {}
        let keep = Keep::For(std::time::Duration::from_secs(100 * 86_400));
        let retention = Retention { readings: keep, evidence: Keep::Forever, hours: Keep::Forever, days: Keep::Forever };
        site.store.prune(now, &retention).await.unwrap();
        assert_eq!(site.store.pruned_to(&name).await.unwrap(), None);
        assert!(site.store.entry(&name, first).await.unwrap().is_some());
        // So it can be closed, of all that was read.
        assert_eq!(close(&site.store, now).await.readings, 2);
        while site.store.prune(now, &retention).await.unwrap() > 0 {}
        assert_eq!(site.store.entry(&name, first).await.unwrap(), None);
    }
}
