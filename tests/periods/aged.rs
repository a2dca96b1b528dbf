//! Closed months whose readings or texts are past their retention.

use std::time::Duration;

use jiff::Timestamp;
use vhi_usage::{
    period::finding::{Finding, Weight},
    store::retention::{Keep, Retention},
};

use crate::{
    books::{Books, books},
    place::on_each,
    site::at,
};

#[tokio::test]
async fn what_is_pruned_is_said_to_be_and_the_chain_is_looked_at_all_the_same() {
    on_each(async |place| {
        let books = books(place).await;
        let now = at("2026-12-20T00:00:00Z");
        let days = |days: u64| Keep::For(Duration::from_secs(days * 86_400));
        prune(&books, now, [Keep::Forever, days(60)]).await;
        let (found, totals) = books.look(None).await;
        let told: Vec<String> = found.iter().map(Finding::to_string).collect();
        let texts = |count: u32| {
            format!("{count} readings have no raw text any more, which is past its retention")
        };
        assert_eq!(
            told,
            [
                books.in_month("2026-09", &texts(1)),
                books.in_month("2026-10", &texts(5))
            ]
        );
        assert_eq!((totals.mismatches, totals.readings), (0, 8));
        prune(&books, now, [days(40), days(60)]).await;
        let (found, totals) = books.look(None).await;
        let told: Vec<String> = found.iter().map(Finding::to_string).collect();
        let what =
            "readings are past their retention: only its digest and the chain were looked at";
        let gone = ["2026-09", "2026-10", "2026-11"].map(|month| books.in_month(month, what));
        assert_eq!(told, gone);
        assert!(found.iter().all(|it| it.weight == Weight::Unknown));
        assert_eq!((totals.mismatches, totals.readings), (0, 0));
        let cut = "UPDATE periods SET previous = $1 WHERE month = '2026-10'";
        assert_eq!(place.change(cut, &[vec![9; 32]]).await, 1);
        assert_eq!(books.wrong().await.len(), 2);
    })
    .await;
}

async fn prune(books: &Books, now: Timestamp, [readings, evidence]: [Keep; 2]) {
    let retention = Retention {
        readings,
        evidence,
        ..Retention::default()
    };
    let store = &books.site.store;
    while store.roll_up(now, 10_000).await.unwrap() > 0 {}
    while store.prune(now, &retention).await.unwrap() > 0 {}
}
