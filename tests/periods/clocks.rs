//! The clock at the end of a month: it steps back, it smears a leap second, and a leap day has its day.

use vhi_usage::period::error::PeriodError;

use crate::{
    kept::{HOLDS, book, close, closed, corrections, late, used, write},
    place::on_each,
};

#[tokio::test]
async fn a_clock_that_steps_back_over_the_end_of_a_month_counts_no_second_twice_and_none_in_both() {
    on_each(async |place| {
        let store = place.open().await;
        // In the order in which they were read: behind the second one the clock is set back by 10 s.
        write(
            &store,
            &[
                ("2026-10-31T23:59:50Z", 5),
                ("2026-11-01T00:00:05Z", 7),
                ("2026-10-31T23:59:58Z", 9),
                ("2026-11-01T00:00:08Z", 11),
            ],
        )
        .await;
        let before = close(&store, "UTC", "2026-10", "2026-10-31T23:59:59.999Z").await;
        assert!(
            matches!(before, Err(PeriodError::NotOver { .. })),
            "{before:?}"
        );
        let october = close(&store, "UTC", "2026-10", "2026-11-01T00:00:09Z")
            .await
            .unwrap();
        assert_eq!(used(&october), Some((8 * 5 + 2 * 9).to_string()));
        // Closed, and then set back behind the end: what is read there is late, and the month as it was.
        write(&store, &[("2026-10-31T23:59:59Z", 1000)]).await;
        assert_eq!(late(&store).await, 1);
        assert_eq!(book(&store, "UTC", "2026-10-31T23:59:59.500Z").await, 1);
        assert_eq!(corrections(&store).await[0].booked, "2026-11");
        assert_eq!(closed(&store).await, [october]);
        let november = close(&store, "UTC", "2026-11", "2026-12-01T00:00:00Z")
            .await
            .unwrap();
        let sum = 5 * 9 + 3 * 7 + u64::from(HOLDS) * 11;
        assert_eq!(used(&november), Some(sum.to_string()));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_leap_second_is_in_no_month_and_a_smeared_one_counts_once() {
    on_each(async |place| {
        let store = place.open().await;
        // A clock that tells the leap second, one that shows the last second twice, and one that makes it longer.
        write(
            &store,
            &[
                ("2016-12-31T23:59:58Z", 2),
                ("2016-12-31T23:59:59.100Z", 3),
                ("2016-12-31T23:59:60Z", 5),
                ("2016-12-31T23:59:59.900Z", 7),
                ("2017-01-01T00:00:00Z", 11),
            ],
        )
        .await;
        let now = "2017-02-01T00:00:00Z";
        let december = close(&store, "UTC", "2016-12", now).await.unwrap();
        let january = close(&store, "UTC", "2017-01", now).await.unwrap();
        assert_eq!(december.window.seconds(), 31 * 86_400);
        assert_eq!(december.window.to(), january.window.from());
        // Of those of one second the last one stands for it.
        assert_eq!(used(&december), Some((2 + 7).to_string()));
        assert_eq!(used(&january), Some((u64::from(HOLDS) * 11).to_string()));
        assert_eq!((december.readings, january.readings), (4, 1));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_leap_day_is_a_day_of_its_february_to_the_second() {
    on_each(async |place| {
        let store = place.open().await;
        // By the clock of Kolkata: the first and the last second of the 29th.
        let (first, last) = ("2028-02-28T18:30:00Z", "2028-02-29T18:29:59Z");
        write(&store, &[(first, 1), (last, 3)]).await;
        let february = close(&store, "Asia/Kolkata", "2028-02", "2028-02-29T18:30:00Z");
        let february = february.await.unwrap();
        assert_eq!(february.window.seconds(), 29 * 86_400);
        assert_eq!(used(&february), Some((u64::from(HOLDS) + 3).to_string()));
        assert_eq!(february.readings, 2);
        store.close().await;
    })
    .await;
}
