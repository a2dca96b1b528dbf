//! What is written is read back, once, whoever writes it and however often.

use futures_util::{TryStreamExt, future::join_all};
use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    meter::{quantity::Series, window::Window},
    store::{
        entry::{Absence, Entry, Stored},
        opened::Store,
        origin::Role,
    },
};

use crate::site::{OCTOBER, On, Site, absence, cluster, on_both, reading, round};

fn window(from: i64, to: i64) -> Window {
    Window::new(OCTOBER + from, OCTOBER + to).unwrap()
}

async fn entries(store: &Store, role: Role, window: Window) -> Vec<Entry> {
    let found = store.entries(&cluster("cluster1"), role, window).await;
    let found: Vec<Stored> = found.unwrap().try_collect().await.unwrap();
    found.into_iter().map(|stored| stored.entry).collect()
}

async fn absences(store: &Store, role: Role, window: Window) -> Vec<Absence> {
    let found = store.absences(&cluster("cluster1"), role, window).await;
    found.unwrap().try_collect().await.unwrap()
}

on_both! {
    async fn what_is_written_twice_is_there_once_and_whole(site: Site) {
        let any = Amount { bytes: u64::MAX - 1, min: 1, max: u64::MAX };
        let at = OCTOBER * 1000;
        let storage = reading(Role::Storage, at, any);
        let compute = reading(Role::Compute, at + 1, Amount::exact(u64::MAX));
        let witness = reading(Role::Witness, at + 2, Amount::exact(0));
        let mut gone = absence(Role::Storage, at + 61_000);
        gone.next_try = Some(Timestamp::from_millisecond(at + 99_000).unwrap());
        let rounds = [round(vec![storage.clone(), compute.clone(), witness.clone()], vec![gone.clone()])];
        for _ in 0..2 {
            site.store.append(&rounds).await.unwrap();
        }
        for (entry, text) in [storage, compute, witness] {
            let found = entries(&site.store, entry.role, window(0, 60)).await;
            assert_eq!(found, std::slice::from_ref(&entry));
            let named = site.store.entry(&cluster("cluster1"), entry.id).await.unwrap().unwrap();
            assert_eq!((named.entry, named.late), (entry, false));
            let kept = site.store.text(&text.hash).await.unwrap();
            assert_eq!(kept.as_deref(), Some(&*text.bytes));
        }
        assert_eq!(absences(&site.store, Role::Storage, window(0, 120)).await, [gone]);
        assert_eq!(site.store.clusters().await.unwrap(), [cluster("cluster1")]);
        assert_eq!(site.store.text(&[7; 32]).await.unwrap(), None);
        assert_eq!(entries(&site.store, Role::Storage, window(1, 60)).await, []);
        let other = site.store.entries(&cluster("other"), Role::Storage, window(0, 60)).await;
        assert_eq!(other.unwrap().try_collect::<Vec<_>>().await.unwrap(), []);
    }

    async fn many_writers_of_the_same_rounds_leave_each_reading_once(site: Site) {
        let mut rounds = Vec::new();
        for minute in 0..40 {
            let at = (OCTOBER + minute * 60) * 1000;
            let figure = Amount::exact(u64::try_from(minute).unwrap());
            let readings = [Role::Storage, Role::Compute].map(|role| reading(role, at, figure));
            rounds.push(round(readings.to_vec(), Vec::new()));
        }
        let mut writers = tokio::task::JoinSet::new();
        for first in 0..4 {
            let (place, mut rounds) = (site.place.clone(), rounds.clone());
            // Each in another order, from connections of its own, with names that nobody has given a number yet.
            rounds.rotate_left(first * 10);
            writers.spawn(async move {
                let store = Store::open(&place).await.unwrap();
                for rounds in rounds.chunks(7) {
                    store.append(rounds).await.unwrap();
                }
                store.close().await;
            });
        }
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        let found = entries(&site.store, Role::Storage, window(0, 3600)).await;
        assert_eq!(found.len(), rounds.len());
        assert!(found.is_sorted_by_key(|entry| entry.at));
        assert_eq!(site.store.clusters().await.unwrap().len(), 1);
    }

    async fn the_meter_is_given_the_reading_before_a_window_and_none_beyond_it(site: Site) {
        let at = |second: i64| (OCTOBER + second) * 1000;
        let readings = [-7200, -60, 0, 3599, 3600].map(|second| {
            reading(Role::Storage, at(second), Amount::exact(second.unsigned_abs()))
        });
        let gone = [-3000, 7].map(|second| absence(Role::Storage, at(second)));
        let rounds = [round(readings.to_vec(), gone.to_vec())];
        site.store.append(&rounds).await.unwrap();
        let samples = site.store.samples(&cluster("cluster1"), Series::Storage, window(0, 3600)).await;
        let samples: Vec<_> = samples.unwrap().try_collect().await.unwrap();
        let expected: Vec<_> = readings[1..4].iter().map(|(entry, _)| entry.sample()).collect();
        assert_eq!(samples, expected);
        assert_eq!(absences(&site.store, Role::Storage, window(0, 3600)).await, gone);
    }

    async fn many_who_read_a_store_that_was_just_opened_do_not_wait_for_each_other(site: Site) {
        let storage = reading(Role::Storage, OCTOBER * 1000, Amount::exact(1));
        let rounds = [round(vec![storage.clone()], Vec::new())];
        site.store.append(&rounds).await.unwrap();
        let store = Store::open(&site.place).await.unwrap();
        let read = async || {
            let samples = store.samples(&cluster("cluster1"), Series::Storage, window(0, 3600)).await;
            samples.unwrap().try_collect().await.unwrap()
        };
        for samples in join_all((0..100).map(|_| read())).await {
            assert_eq!(samples, [storage.0.sample()]);
        }
        store.close().await;
    }

    async fn the_newest_of_each_source_is_found_with_what_has_failed_since(site: Site) {
        let at = |second: i64| (OCTOBER + second) * 1000;
        let storage = [0, 60].map(|second| reading(Role::Storage, at(second), Amount::exact(1)));
        let witness = reading(Role::Witness, at(61), Amount::exact(2));
        let gone = [59, 120, 180].map(|second| absence(Role::Storage, at(second)));
        let readings = vec![storage[0].clone(), storage[1].clone(), witness.clone()];
        site.store.append(&[round(readings, gone.to_vec())]).await.unwrap();
        let by = |second: i64| Timestamp::from_millisecond(at(second)).unwrap();
        let newest = site.store.newest(&cluster("cluster1"), by(3600)).await.unwrap();
        let found: Vec<_> = newest.readings.iter().map(|stored| stored.entry.id).collect();
        assert_eq!(found, [storage[1].0.id, witness.0.id]);
        assert_eq!(newest.absences, gone[2..]);
        // What a clock that ran ahead has dated later is not the newest until then.
        let newest = site.store.newest(&cluster("cluster1"), by(30)).await.unwrap();
        let found: Vec<_> = newest.readings.iter().map(|stored| stored.entry.id).collect();
        assert_eq!(found, [storage[0].0.id]);
        assert_eq!(newest.absences, []);
        let nothing = site.store.newest(&cluster("other"), by(3600)).await.unwrap();
        assert_eq!(nothing, Default::default());
    }
}
