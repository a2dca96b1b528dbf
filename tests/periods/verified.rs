//! Closed months held against what is kept: nothing of a sound store is told, and everything that was changed in one.

use std::sync::Arc;

use uuid::Uuid;
use vhi_usage::period::{closing, correction, verify::Totals};

use crate::{
    books::{book, books, missed},
    place::on_each,
};

fn bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

#[tokio::test]
async fn nothing_of_a_sound_store_is_told() {
    on_each(async |place| {
        let books = books(place).await;
        let looked_at = Totals {
            months: 3,
            readings: 8,
            corrections: 2,
            mismatches: 0,
        };
        assert_eq!(books.look(None).await, (Vec::new(), looked_at));
        let october = Totals {
            months: 1,
            readings: 6,
            ..looked_at
        };
        assert_eq!(books.look(Some("2026-10")).await, (Vec::new(), october));
    })
    .await;
}

#[tokio::test]
async fn one_flipped_bit_in_a_kept_text_is_found_with_the_name_of_its_reading() {
    on_each(async |place| {
        let books = books(place).await;
        let of = "hash = (SELECT text FROM readings WHERE id = $1)";
        let packed = format!("SELECT packed FROM texts WHERE {of}");
        let whole = place.bytes(&packed, bytes(books.reading)).await;
        let change = format!("UPDATE texts SET packed = $2 WHERE {of}");
        // The last bits of what is deflated are of no use to the text, and are found all the same.
        let last = whole.len() - 5;
        for (byte, bit) in [(0, 1), (whole.len() / 2, 0x80), (last, 0x80)] {
            let mut flipped = whole.clone();
            flipped[byte] ^= bit;
            let values = [bytes(books.reading), flipped];
            assert_eq!(place.change(&change, &values).await, 1);
            let wrong = books.wrong().await;
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            let told = books.of(books.reading, "");
            assert!(wrong[0].starts_with(&told), "{wrong:?}");
            assert!(wrong[0].contains("is not what was written"), "{wrong:?}");
        }
        place.change(&change, &[bytes(books.reading), whole]).await;
        assert_eq!(books.wrong().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_gone_before_its_time_is_found() {
    on_each(async |place| {
        let books = books(place).await;
        let gone = "DELETE FROM texts WHERE hash = (SELECT text FROM readings WHERE id = $1)";
        assert_eq!(place.change(gone, &[bytes(books.reading)]).await, 1);
        let told = books.of(
            books.reading,
            "its text is gone, and older ones are still kept",
        );
        assert_eq!(books.wrong().await, [told]);
    })
    .await;
}

#[tokio::test]
async fn a_figure_that_was_changed_is_found_in_the_reading_and_in_the_sums() {
    on_each(async |place| {
        let books = books(place).await;
        let change = "UPDATE readings SET figures = (SELECT figures FROM readings WHERE id = $2) WHERE id = $1";
        let values = [bytes(books.reading), bytes(books.misread)];
        assert_eq!(place.change(change, &values).await, 1);
        let wrong = books.wrong().await;
        let reading = books.of(books.reading, "its figures are not those of its text");
        assert!(wrong.contains(&reading), "{wrong:?}");
        let sum = "its summary of logical.used is not what its readings say";
        assert!(wrong.contains(&books.in_month("2026-10", sum)), "{wrong:?}");
    })
    .await;
}

#[tokio::test]
async fn a_reading_that_was_removed_or_added_or_renamed_is_found() {
    on_each(async |place| {
        let books = books(place).await;
        let other = Uuid::from_u128(7);
        let add = "INSERT INTO readings SELECT cluster, role, at + 60000, $2, origin, text, figures, late \
                   FROM readings WHERE id = $1";
        assert_eq!(place.change(add, &[bytes(books.reading), bytes(other)]).await, 1);
        let wrong = books.wrong().await;
        let count = books.in_month("2026-10", "it has 5 readings, and was made of 4");
        assert!(wrong.contains(&count), "{wrong:?}");
        let name = "its name is not that of its source, its time and its text";
        assert!(wrong.contains(&books.of(other, name)), "{wrong:?}");
        // As many as before, and another one among them.
        let remove = "DELETE FROM readings WHERE id = $1";
        assert_eq!(place.change(remove, &[bytes(books.reading)]).await, 1);
        let wrong = books.wrong().await;
        let others = books.in_month("2026-10", "its readings are not those that it was made of");
        assert!(wrong.contains(&others), "{wrong:?}");
        assert_eq!(place.change(remove, &[bytes(other)]).await, 1);
        let wrong = books.wrong().await;
        let count = books.in_month("2026-10", "it has 3 readings, and was made of 4");
        assert!(wrong.contains(&count), "{wrong:?}");
    })
    .await;
}

#[tokio::test]
async fn a_reading_behind_a_correction_that_was_removed_is_found() {
    on_each(async |place| {
        let books = books(place).await;
        let remove = "DELETE FROM readings WHERE id = $1";
        assert_eq!(place.change(remove, &[bytes(books.late)]).await, 1);
        let wrong = books.wrong().await;
        let sum = "its corrections of logical.used are not what its readings say";
        assert!(wrong.contains(&books.in_month("2026-10", sum)), "{wrong:?}");
        let gone = "the reading of correction 1 is not kept";
        assert!(wrong.contains(&books.of(books.late, gone)), "{wrong:?}");
    })
    .await;
}

#[tokio::test]
async fn a_summary_that_was_changed_is_found_also_where_its_digest_was_made_anew() {
    on_each(async |place| {
        let books = books(place).await;
        let [_, october, _] = books.closed().await.try_into().unwrap();
        let mut forged = october.clone();
        forged.summary = forged
            .summary
            .replacen("\"mean_bytes\":6", "\"mean_bytes\":7", 1);
        assert_ne!(forged.summary, october.summary);
        let change = "UPDATE periods SET summary = $1 WHERE month = '2026-10'";
        assert_eq!(place.change_text(change, &forged.summary).await, 1);
        let seal = books.in_month("2026-10", "its digest is not that of what it seals");
        let sum = books.in_month(
            "2026-10",
            "its summary of logical.total is not what its readings say",
        );
        assert_eq!(books.wrong().await, [seal, sum.clone()]);
        let digest = closing::sealed(&books.site.cluster, &forged)
            .digest()
            .to_vec();
        let change = "UPDATE periods SET digest = $1 WHERE month = '2026-10'";
        assert_eq!(place.change(change, &[digest]).await, 1);
        let chain = books.in_month("2026-11", "it does not hold the digest of the month before");
        assert_eq!(books.wrong().await, [chain, sum]);
    })
    .await;
}

#[tokio::test]
async fn a_correction_that_was_changed_or_removed_is_found() {
    on_each(async |place| {
        let books = books(place).await;
        let corrections = books
            .site
            .store
            .corrections(&books.site.cluster)
            .await
            .unwrap();
        let [first, mut last] = corrections.try_into().unwrap();
        let mut changes = correction::changes(&last).unwrap();
        changes[0].difference = "1".to_owned();
        last.figures = correction::written(&changes).unwrap();
        let change = "UPDATE corrections SET figures = $1 WHERE sequence = 2";
        assert_eq!(place.change_text(change, &last.figures).await, 1);
        let seal = books.of(
            last.reading,
            "the digest of correction 2 is not that of what it seals",
        );
        let sum = books.in_month(
            "2026-10",
            "its corrections of logical.used are not what its readings say",
        );
        assert_eq!(books.wrong().await, [seal, sum.clone()]);
        // With a digest of its own it is not the one that November has sealed.
        let digest = correction::digest(books.site.cluster.as_str(), &last).to_vec();
        let change = "UPDATE corrections SET digest = $1 WHERE sequence = 2";
        assert_eq!(place.change(change, &[digest]).await, 1);
        let what = "the corrections that are booked in it are not those that were sealed";
        let sealed = books.in_month("2026-11", what);
        assert_eq!(books.wrong().await, [sealed.clone(), sum]);
        let remove = "DELETE FROM corrections WHERE reading = $1";
        assert_eq!(place.change(remove, &[bytes(first.reading)]).await, 1);
        let wrong = books.wrong().await;
        assert!(wrong.contains(&sealed), "{wrong:?}");
        let follows = books.of(last.reading, "correction 1 does not follow the one before");
        assert!(wrong.contains(&follows), "{wrong:?}");
    })
    .await;
}

#[tokio::test]
async fn a_chain_that_is_broken_is_found_where_it_is() {
    on_each(async |place| {
        let books = books(place).await;
        let cut = "UPDATE periods SET previous = $1 WHERE month = '2026-10'";
        assert_eq!(place.change(cut, &[vec![9; 32]]).await, 1);
        let seal = books.in_month("2026-10", "its digest is not that of what it seals");
        let what = "it does not hold the digest of the month before";
        let chain = books.in_month("2026-10", what);
        assert_eq!(books.wrong().await, [seal, chain]);
        // With a month out of its midst it does not meet any more.
        let gone = "DELETE FROM periods WHERE month = '2026-10' AND zone <> $1";
        assert_eq!(place.change_text(gone, "").await, 1);
        let wrong = books.wrong().await;
        let begins = "it does not begin where the month before ended";
        for what in [what, begins] {
            assert!(
                wrong.contains(&books.in_month("2026-11", what)),
                "{wrong:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_newest_closed_month_is_missed_where_it_is_gone() {
    on_each(async |place| {
        let books = books(place).await;
        for (month, left) in [("2026-11", 2), ("2026-10", 1), ("2026-09", 0)] {
            let gone = "DELETE FROM periods WHERE month = $1";
            assert_eq!(place.change_text(gone, month).await, 1);
            let (found, totals) = books.look(None).await;
            assert_eq!(totals.months, left);
            let newest = "cluster1: its newest closed month is not there";
            assert!(found.iter().any(|it| it.to_string() == newest), "{found:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_absence_that_comes_late_changes_nothing_of_a_closed_month() {
    on_each(async |place| {
        let books = books(place).await;
        let closed = books.closed().await;
        for when in [
            "2026-09-30T23:59:59Z",
            "2026-10-07T12:30:00Z",
            "2026-11-20T00:00:00Z",
        ] {
            missed(&books.site, when).await;
        }
        assert_eq!(books.look(None).await.0, []);
        assert_eq!(books.closed().await, closed);
    })
    .await;
}

#[tokio::test]
async fn a_late_reading_that_holds_for_less_than_the_one_before_is_corrected_to_the_last_second() {
    on_each(async |place| {
        let books = books(place).await;
        // It ends what stood up to 12:25, and itself ends 3 s later.
        let mut late = books.site.printed("2026-10-07T12:12:00Z", 9);
        Arc::make_mut(&mut late.0.origin).holds = 3;
        books.site.keep(vec![late]).await;
        assert_eq!(book(&books.site, "2026-12-05T00:00:00Z").await, 1);
        assert_eq!(books.look(None).await.0, []);
    })
    .await;
}
