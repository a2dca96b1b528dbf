//! Months that close: once, in their order, to the second, in any zone.

use tokio::join;
use vhi_usage::{
    hex,
    period::{closing, error::PeriodError, ledger::Page, state::State},
};

use crate::{
    kept::{at, calendar, close, closed, cluster, ledger, month, used, write},
    place::on_each,
};

const AFTER: &str = "2026-11-01T00:00:00Z";

#[tokio::test]
async fn a_month_closes_once_and_closing_it_again_gives_the_same() {
    on_each(async |place| {
        let store = place.open().await;
        write(
            &store,
            &[("2026-10-01T00:00:00Z", 5), ("2026-10-01T00:01:00Z", 7)],
        )
        .await;
        let first = close(&store, "UTC", "2026-10", AFTER).await.unwrap();
        assert_eq!(used(&first), Some((5 * 60 + 7 * 900).to_string()));
        assert_eq!((first.readings, first.previous), (2, None));
        let again = close(&store, "Asia/Kolkata", "2026-10", "2027-01-01T00:00:00Z")
            .await
            .unwrap();
        assert_eq!(again, first);
        let store = place.open_again(store).await;
        assert_eq!(closed(&store).await, [first]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_that_close_a_month_at_once_close_it_once() {
    on_each(async |place| {
        let (one, other) = (place.open().await, place.open().await);
        write(&one, &[("2026-10-01T00:00:00Z", 5)]).await;
        let (first, second) = join!(
            close(&one, "UTC", "2026-10", AFTER),
            close(&other, "UTC", "2026-10", "2026-11-02T00:00:00Z"),
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!(first, second);
        assert_eq!(closed(&one).await, [first]);
        one.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn each_digest_holds_the_one_before_over_three_months_with_a_leap_day_and_an_empty_one() {
    on_each(async |place| {
        let store = place.open().await;
        write(
            &store,
            &[("2028-01-31T23:59:59Z", 1), ("2028-03-01T00:00:00Z", 3)],
        )
        .await;
        let now = "2028-04-01T00:00:00Z";
        let january = close(&store, "UTC", "2028-01", now).await.unwrap();
        let february = close(&store, "UTC", "2028-02", now).await.unwrap();
        let march = close(&store, "UTC", "2028-03", now).await.unwrap();
        assert_eq!(january.previous, None);
        assert_eq!(february.previous, Some(january.digest));
        assert_eq!(march.previous, Some(february.digest));
        assert_eq!(february.window.seconds(), 29 * 86_400);
        // The reading of the last second stands on in February, and counts there for what is left of it.
        assert_eq!(used(&january), Some(1.to_string()));
        assert_eq!(used(&february), Some(899.to_string()));
        assert_eq!((february.readings, march.readings), (0, 1));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_month_without_any_reading_closes_without_a_figure() {
    on_each(async |place| {
        let store = place.open().await;
        write(&store, &[("2026-08-01T00:00:00Z", 1)]).await;
        for month in ["2026-08", "2026-09"] {
            close(&store, "UTC", month, AFTER).await.unwrap();
        }
        let [_, empty] = closed(&store).await.try_into().unwrap();
        assert_eq!((used(&empty), empty.readings), (None, 0));
        let summary: serde_json::Value = serde_json::from_str(&empty.summary).unwrap();
        assert_eq!(summary["coverage"].to_string(), "0.000000");
        assert_eq!(summary["gaps"][0]["reason"], "not_running");
        assert_eq!(summary["gaps"][0]["seconds"], 30 * 86_400);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_month_closes_neither_before_its_end_nor_before_the_one_before_it() {
    on_each(async |place| {
        let store = place.open().await;
        let nothing = close(&store, "UTC", "2026-10", AFTER).await.unwrap_err();
        assert!(matches!(nothing, PeriodError::NothingKept), "{nothing}");
        write(
            &store,
            &[("2026-09-30T22:30:00Z", 1), ("2026-10-31T23:30:00Z", 1)],
        )
        .await;
        let early = close(&store, "Europe/Berlin", "2026-09", AFTER)
            .await
            .unwrap_err();
        assert!(matches!(early, PeriodError::TooEarly { .. }), "{early}");
        // To the second: in Berlin the month ends an hour before midnight in UTC.
        let open = close(
            &store,
            "Europe/Berlin",
            "2026-10",
            "2026-10-31T22:59:59.999Z",
        )
        .await;
        assert!(matches!(open, Err(PeriodError::NotOver { .. })), "{open:?}");
        let order = close(&store, "Europe/Berlin", "2026-11", "2026-12-01T00:00:00Z").await;
        assert!(
            matches!(order, Err(PeriodError::OutOfOrder { .. })),
            "{order:?}"
        );
        assert_eq!(closed(&store).await, []);
        let october = close(&store, "Europe/Berlin", "2026-10", "2026-10-31T23:00:00Z")
            .await
            .unwrap();
        assert_eq!(
            (october.readings, october.zone.as_str()),
            (1, "Europe/Berlin")
        );
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn months_close_by_themselves_when_their_grace_has_passed_and_not_a_second_before() {
    on_each(async |place| {
        let store = place.open().await;
        write(
            &store,
            &[("2026-02-28T18:30:00Z", 1), ("2026-03-31T18:29:59Z", 2)],
        )
        .await;
        let kolkata = calendar("Asia/Kolkata");
        let due = async |now| {
            closing::close_due(&store, &kolkata, &cluster(), at(now))
                .await
                .unwrap()
        };
        assert_eq!(due("2026-04-03T18:29:59.999Z").await, None);
        let done = due("2026-04-03T18:30:00Z").await.unwrap();
        assert_eq!((done.month.as_str(), done.readings), ("2026-03", 2));
        assert_eq!(done.closed_by, "grace");
        // Set back behind its closing, the clock opens nothing; nor does it close the next month before something
        // is heard of it.
        assert_eq!(due("2026-03-20T00:00:00Z").await, None);
        assert_eq!(due("2027-01-01T00:00:00Z").await, None);
        let period = month(&store, "Asia/Kolkata", "2026-03", "2026-03-20T00:00:00Z")
            .await
            .unwrap();
        assert_eq!(period.state, State::Closed);
        assert_eq!(period.seal.unwrap().digest, done.digest);
        // Of many months that are due, one closes at a time.
        write(&store, &[("2026-07-01T00:00:00Z", 1)]).await;
        for month in ["2026-04", "2026-05", "2026-06", "2026-07"] {
            assert_eq!(due("2027-01-01T00:00:00Z").await.unwrap().month, month);
        }
        assert_eq!(due("2027-01-01T00:00:00Z").await, None);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn both_changes_of_the_clock_in_berlin_make_a_month_longer_or_shorter_by_an_hour() {
    on_each(async |place| {
        let store = place.open().await;
        write(&store, &[("2026-02-28T23:00:00Z", 1)]).await;
        let mut hours = Vec::new();
        for month in 3..=10 {
            let month = format!("2026-{month:02}");
            let closed = close(&store, "Europe/Berlin", &month, "2026-12-01T00:00:00Z").await;
            hours.push(closed.unwrap().window.seconds() / 3600);
        }
        assert_eq!(hours, [743, 720, 744, 720, 744, 744, 720, 745]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn another_zone_begins_the_next_month_where_the_closed_one_ended() {
    on_each(async |place| {
        let store = place.open().await;
        write(
            &store,
            &[("2026-09-01T00:00:00Z", 1), ("2026-10-01T00:00:00Z", 1)],
        )
        .await;
        let september = close(&store, "UTC", "2026-09", AFTER).await.unwrap();
        let october = close(
            &store,
            "America/St_Johns",
            "2026-10",
            "2026-12-01T00:00:00Z",
        )
        .await;
        let october = october.unwrap();
        assert_eq!(october.window.from(), september.window.to());
        assert_eq!(october.window.to(), at("2026-11-01T02:30:00Z").as_second());
        assert_eq!(
            (october.readings, october.zone.as_str()),
            (1, "America/St_Johns")
        );
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_runs_from_the_first_month_to_the_open_one() {
    on_each(async |place| {
        let store = place.open().await;
        let ledger = ledger(&store, "UTC");
        let now = at("2026-11-02T00:00:00Z");
        assert_eq!(
            ledger.list(&cluster(), None, 9, now).await.unwrap().periods,
            []
        );
        write(
            &store,
            &[("2026-09-10T00:00:00Z", 1), ("2026-11-01T00:00:00Z", 1)],
        )
        .await;
        let september = ledger
            .close(&cluster(), "2026-09".parse().unwrap(), now)
            .await
            .unwrap();
        let name = cluster();
        let all = ledger.list(&name, None, usize::MAX, now);
        let Page { periods, next } = all.await.unwrap();
        assert_eq!(next, None);
        let states: Vec<_> = periods
            .iter()
            .map(|it| (it.month.to_string(), it.state))
            .collect();
        let expected = [
            ("2026-09", State::Closed),
            ("2026-10", State::Grace),
            ("2026-11", State::Open),
        ];
        assert_eq!(
            states,
            expected.map(|(month, state)| (month.to_owned(), state))
        );
        assert_eq!(periods[0], september);
        // Page by page it is the same, with a next one as long as months follow.
        let mut paged = Vec::new();
        let mut after = None;
        for (limit, last) in [(1, "2026-09"), (1, "2026-10"), (1, "")] {
            let page = ledger.list(&cluster(), after, limit, now).await.unwrap();
            assert_eq!(page.periods.len(), 1);
            assert_eq!(page.next.map_or(String::new(), |it| it.to_string()), last);
            paged.extend(page.periods);
            after = page.next;
        }
        assert_eq!(paged, periods);
        let (last, none) = (periods[2].month, periods[1].month);
        let page = ledger.list(&cluster(), Some(none), 2, now).await.unwrap();
        assert_eq!((page.periods.len(), page.next), (1, None));
        let page = ledger.list(&cluster(), Some(last), 2, now).await.unwrap();
        assert_eq!((page.periods.len(), page.next), (0, None));
        for period in &periods {
            let one = ledger.one(&cluster(), period.month, now).await.unwrap();
            assert_eq!(one.as_ref(), Some(period));
        }
        for month in ["2026-08", "2026-12"] {
            let none = ledger
                .one(&cluster(), month.parse().unwrap(), now)
                .await
                .unwrap();
            assert_eq!(none, None);
        }
        assert_eq!(hex::lower(&september.seal.unwrap().digest).len(), 64);
        store.close().await;
    })
    .await;
}
