//! What comes after a month has closed changes nothing of it, and is booked once.

use serde_json::json;
use vhi_usage::{
    amount::Amount,
    meter::quantity::Quantity,
    period::{correction, state::Cause},
    store::{corrections::Booked, kept::Kept, origin::Role, revisions::Revised},
};

use crate::{
    kept::{at, book, close, closed, cluster, corrections, late, month, reading, used, write},
    place::on_each,
};

const AFTER: &str = "2026-11-01T00:00:00Z";
const LATER: &str = "2026-11-05T00:00:00Z";

fn figures(booked: &Booked) -> serde_json::Value {
    serde_json::from_str(&booked.figures).unwrap()
}

#[tokio::test]
async fn a_late_reading_becomes_a_correction_once_and_the_month_stays_as_it_was() {
    on_each(async |place| {
        let store = place.open().await;
        write(
            &store,
            &[("2026-10-01T00:00:00Z", 5), ("2026-10-01T00:20:00Z", 7)],
        )
        .await;
        let october = close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        assert_eq!(used(&october), Some((5 * 900 + 7 * 900).to_string()));
        // In the midst of the first one's time: it takes ten minutes of it, and fills the gap behind it.
        let [name] = write(&store, &[("2026-10-01T00:05:00.250Z", 11)])
            .await
            .try_into()
            .unwrap();
        assert_eq!(late(&store).await, 1);
        assert_eq!(book(&store, "UTC", LATER).await, 1);
        assert_eq!(book(&store, "UTC", LATER).await, 0);
        let [booked] = corrections(&store).await.try_into().unwrap();
        let (was, is) = (12 * 900, 5 * 300 + 11 * 900 + 7 * 900);
        assert_eq!(
            figures(&booked),
            json!([{"quantity": "logical.used", "was": was.to_string(), "is": is.to_string(),
                "difference": (is - was).to_string()}])
        );
        assert_eq!(
            (booked.month.as_str(), booked.booked.as_str()),
            ("2026-10", "2026-11")
        );
        assert_eq!(
            (booked.reading, booked.cause.as_str()),
            (name, "late_reading")
        );
        assert_eq!(booked.digest, correction::digest("stor1", &booked));
        // The same reading again, by a queue that was not told, is the same one.
        write(&store, &[("2026-10-01T00:05:00.250Z", 11)]).await;
        let store = place.open_again(store).await;
        assert_eq!(book(&store, "UTC", LATER).await, 0);
        assert_eq!(corrections(&store).await, std::slice::from_ref(&booked));
        assert_eq!(closed(&store).await, [october]);
        // It is shown in the month that it is booked in, and sealed with it.
        let november = month(&store, "UTC", "2026-11", LATER).await.unwrap();
        assert_eq!(november.corrections.len(), 1);
        assert_eq!(november.corrections[0].cause, Cause::LateReading);
        assert_eq!(
            november.corrections[0].changes[0].difference,
            (is - was).to_string()
        );
        let november = close(&store, "UTC", "2026-11", "2026-12-01T00:00:00Z")
            .await
            .unwrap();
        assert_eq!(
            (november.corrections, november.corrections_digest),
            (1, Some(booked.digest))
        );
        assert_eq!(used(&november), None);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn corrections_add_up_to_what_the_month_would_have_been_in_time() {
    on_each(async |place| {
        let readings: Vec<(String, u64)> = (0..40_u64)
            .map(|n| {
                (
                    format!("2026-10-03T{:02}:{:02}:07Z", n / 6, n % 6 * 10),
                    (n * 37) % 23,
                )
            })
            .collect();
        let of = |chosen: &dyn Fn(usize) -> bool| -> Vec<(&str, u64)> {
            let chosen = readings.iter().enumerate().filter(|(n, _)| chosen(*n));
            chosen
                .map(|(_, (time, used))| (time.as_str(), *used))
                .collect()
        };
        let store = place.open().await;
        write(&store, &of(&|n| n % 3 == 0)).await;
        let october = close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        // The rest comes in two parts, the later ones first.
        write(&store, &of(&|n| n % 3 == 2)).await;
        assert_eq!(book(&store, "UTC", LATER).await, 13);
        write(&store, &of(&|n| n % 3 == 1)).await;
        assert_eq!(book(&store, "UTC", LATER).await, 13);
        let corrections = corrections(&store).await;
        let mut sum: i128 = used(&october).unwrap().parse().unwrap();
        let mut last = String::new();
        for (booked, sequence) in corrections.iter().zip(1..) {
            assert_eq!(booked.sequence, sequence);
            for change in correction::changes(booked).unwrap() {
                assert_eq!(change.was, Some(sum.to_string()));
                sum += change.difference.parse::<i128>().unwrap();
                last = change.is;
            }
        }
        assert_eq!(last, sum.to_string());
        // Each stands for ten minutes, the last one for as long as it holds.
        let whole: u64 = readings.iter().map(|(_, used)| used * 600).sum();
        let whole = whole + readings[39].1 * 300;
        assert_eq!(sum, i128::from(whole));
        assert_eq!(closed(&store).await, [october]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_first_figure_of_a_month_that_had_none_was_nothing_and_not_0() {
    on_each(async |place| {
        let store = place.open().await;
        write(&store, &[("2026-09-30T00:00:00Z", 5)]).await;
        close(&store, "UTC", "2026-09", AFTER).await.unwrap();
        let october = close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        assert_eq!(used(&october), None);
        // Its last seconds belong to the next month, and count for neither.
        write(&store, &[("2026-10-31T23:55:00Z", 0)]).await;
        assert_eq!(book(&store, "UTC", LATER).await, 1);
        let [booked] = corrections(&store).await.try_into().unwrap();
        assert_eq!(
            figures(&booked),
            json!([{"quantity": "logical.used", "was": null, "is": "0", "difference": "0"}])
        );
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_is_read_otherwise_is_corrected_where_its_month_is_closed_and_replaced_where_it_is_not()
 {
    on_each(async |place| {
        let store = place.open().await;
        let names = write(&store, &[("2026-10-01T00:00:00Z", 5), ("2026-11-01T00:00:00Z", 5)]).await;
        let october = close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        let revise = async |name, used, now| {
            let figures = [(Quantity::LogicalUsed, Amount::exact(used))];
            store.revise(&cluster(), name, "0.2.0", &figures, at(now)).await.unwrap()
        };
        let [old, new] = names.try_into().unwrap();
        assert_eq!(revise(old, 5, LATER).await, Revised::Same);
        assert_eq!(revise(old, 9, LATER).await, Revised::ToCorrect);
        assert_eq!(revise(old, 9, LATER).await, Revised::Same);
        assert_eq!(revise(new, 9, LATER).await, Revised::Replaced);
        assert_eq!(revise(new, 9, LATER).await, Revised::Same);
        assert_eq!(revise(uuid::Uuid::nil(), 9, LATER).await, Revised::Unknown);
        assert_eq!(book(&store, "UTC", LATER).await, 1);
        assert_eq!(revise(old, 4, "2026-11-06T00:00:00Z").await, Revised::ToCorrect);
        assert_eq!(book(&store, "UTC", "2026-11-06T00:00:00Z").await, 1);
        assert_eq!(book(&store, "UTC", "2026-11-06T00:00:00Z").await, 0);
        let [first, second] = corrections(&store).await.try_into().unwrap();
        assert_eq!((first.cause.as_str(), first.revised), ("replayed", Some(at(LATER))));
        let change = |was: u64, is: u64, difference: &str| {
            json!([{"quantity": "logical.used", "was": was.to_string(), "is": is.to_string(), "difference": difference}])
        };
        assert_eq!(figures(&first), change(4500, 8100, "3600"));
        assert_eq!(figures(&second), change(8100, 3600, "-4500"));
        assert_eq!(second.previous, Some(first.digest));
        assert_eq!(closed(&store).await, [october]);
        let kept = async |name| store.entry(&cluster(), name).await.unwrap().unwrap().entry;
        assert_eq!(kept(old).await.figures[0].1.bytes, 5);
        assert_eq!(kept(new).await.figures[0].1.bytes, 9);
        assert_eq!(kept(new).await.origin.parser, "0.2.0");
        let former = store.revisions(&cluster()).await.unwrap();
        let former: Vec<_> = former.iter().map(|it| (it.reading, it.closed, it.figures[0].1.bytes)).collect();
        let mut first_two = [(old, true, 9), (new, false, 5)];
        first_two.sort_by_key(|(name, ..)| *name);
        assert_eq!(former, [&first_two[..], &[(old, true, 4)]].concat());
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_counts_in_no_closed_month_is_kept_otherwise_read_and_never_corrected() {
    on_each(async |place| {
        let store = place.open().await;
        write(&store, &[("2026-10-01T00:00:00Z", 5)]).await;
        let mut witness = reading(at("2026-10-02T00:00:00Z"), 7);
        witness.0.role = Role::Witness;
        let name = witness.0.id;
        let kept = Kept {
            cluster: cluster(),
            readings: vec![witness],
            absences: Vec::new(),
            fence: None,
        };
        store.append(&[kept]).await.unwrap();
        close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        let [before] = write(&store, &[("2026-09-30T00:00:00Z", 5)])
            .await
            .try_into()
            .unwrap();
        for name in [name, before] {
            let revise = async || {
                let figures = [(Quantity::LogicalUsed, Amount::exact(9))];
                let cluster = cluster();
                let revised = store.revise(&cluster, name, "0.2.0", &figures, at(LATER));
                revised.await.unwrap()
            };
            assert_eq!(revise().await, Revised::Kept);
            assert_eq!(revise().await, Revised::Same);
        }
        assert_eq!(book(&store, "UTC", LATER).await, 0);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_closing_that_is_broken_off_leaves_nothing_half_done() {
    on_each(async |place| {
        let store = place.open().await;
        write(&store, &[("2026-10-01T00:00:00Z", 5)]).await;
        // Dropped after each number of turns that it takes, as a kill would end it.
        for turns in 0..400 {
            let mut closing = Box::pin(close(&store, "UTC", "2026-10", AFTER));
            let mut left = turns;
            let broken_off = std::future::poll_fn(|context| {
                if left == 0 {
                    return std::task::Poll::Ready(None);
                }
                left -= 1;
                closing.as_mut().poll(context).map(Some)
            });
            let ended = broken_off.await;
            drop(closing);
            let months = closed(&store).await;
            match ended {
                Some(done) => {
                    assert_eq!(months, [done.unwrap()]);
                    break;
                }
                None if months.is_empty() => {
                    // Nothing of it is left: what comes now comes in time.
                    let name = format!("2026-10-02T00:00:{:02}.{:03}Z", turns % 60, turns);
                    write(&store, &[(&name, 5)]).await;
                    assert_eq!(late(&store).await, 0);
                }
                // It was committed, and whoever asked was not told.
                None => {
                    write(&store, &[("2026-10-03T00:00:00Z", 5)]).await;
                    assert_eq!(late(&store).await, 1);
                    break;
                }
            }
        }
        assert_eq!(closed(&store).await.len(), 1);
        store.close().await;
    })
    .await;
}
