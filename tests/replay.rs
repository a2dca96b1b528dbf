//! Replay: kept readings held against what today's parser reads in their texts, and what is booked of the difference.
//!
//! A parser that has changed is planted: readings are kept with other figures than their text gives.

#[path = "replay/site.rs"]
mod site;

use std::sync::Arc;

use jiff::{SignedDuration, tz::TimeZone};
use site::{REPORT, Site, at};
use vhi_usage::{
    amount::Amount,
    meter::quantity::Quantity,
    period::{
        booking,
        calendar::Calendar,
        closing,
        replay::{Change, Differs, Finding, Totals},
        state::{Cause, ClosedBy},
    },
    store::{
        entry::{Entry, Text},
        origin::Asked,
        revisions::{Revised, Revision},
    },
};

const USED: Quantity = Quantity::LogicalUsed;

/// The same reading as a parser would have read it that saw less used.
fn misread((mut entry, text): (Entry, Text)) -> ((Entry, Text), Amount, Amount) {
    let found = entry.figures.iter_mut().find(|(it, _)| *it == USED);
    let (_, amount) = found.unwrap();
    let (was, is) = (Amount::exact(7), *amount);
    *amount = was;
    ((entry, text), was, is)
}

#[tokio::test]
async fn a_parser_that_reads_the_same_changes_nothing_of_any_role() {
    let site = Site::new().await;
    let readings = vec![
        site.printed("2026-10-07T12:00:00.123Z", 1),
        site.computed("2026-10-07T12:00:00.456Z"),
        site.witnessed("2026-10-07T12:00:00.789Z"),
        site.printed("2026-10-31T23:59:59.999Z", 2),
        // Not of this window.
        misread(site.printed("2026-11-01T00:00:00Z", 3)).0,
    ];
    site.keep(readings).await;
    let same = Totals {
        readings: 4,
        ..Totals::default()
    };
    assert_eq!(site.replay(None).await, (Vec::new(), same));
    assert_eq!(site.replay(Some("2026-11-02T00:00:00Z")).await.1, same);
}

#[tokio::test]
async fn a_figure_that_is_read_otherwise_is_shown_with_its_interval_and_nothing_is_written() {
    let site = Site::new().await;
    let (reading, was, is) = misread(site.printed("2026-10-07T12:00:00Z", 1));
    let entry = reading.0.clone();
    let other = site.printed("2026-10-08T12:00:00Z", 2);
    site.keep(vec![reading, other.clone()]).await;
    let change = Change {
        quantity: USED,
        was: Some(was),
        is: Some(is),
    };
    assert!(is.min < is.max);
    let finding = Finding {
        entry: entry.clone(),
        late: false,
        differs: Differs::Figures {
            changes: vec![change],
            booked: None,
        },
    };
    for _ in 0..2 {
        let (findings, totals) = site.replay(None).await;
        assert_eq!(findings, std::slice::from_ref(&finding));
        assert_eq!((totals.readings, totals.changed, totals.booked), (2, 1, 0));
        assert!(!totals.is_same());
    }
    assert_eq!(site.kept().await, [entry, other.0]);
    assert_eq!(site.store.revisions(&site.cluster).await.unwrap(), []);
}

#[tokio::test]
async fn in_an_open_month_the_reading_takes_the_new_figures_and_the_former_ones_are_kept() {
    let site = Site::new().await;
    let right = site.printed("2026-10-07T12:00:00Z", 1);
    let (reading, ..) = misread(right.clone());
    let former = reading.0.clone();
    site.keep(vec![reading]).await;
    let (findings, totals) = site.replay(Some("2026-10-09T00:00:00Z")).await;
    let Differs::Figures { booked, .. } = &findings[0].differs else {
        panic!("{findings:?}");
    };
    assert_eq!((*booked, totals.booked), (Some(Revised::Replaced), 1));
    assert_eq!(site.kept().await[0].figures, right.0.figures);
    let revisions = site.store.revisions(&site.cluster).await.unwrap();
    let of = |it: &Revision| (it.reading, it.closed);
    assert_eq!(
        revisions.iter().map(of).collect::<Vec<_>>(),
        [(former.id, false)]
    );
    assert_eq!(revisions[0].figures, former.figures);
    // What was booked once is not booked again.
    let (findings, totals) = site.replay(Some("2026-10-09T00:00:01Z")).await;
    assert_eq!((findings, totals.booked), (Vec::new(), 0));
    assert_eq!(site.store.revisions(&site.cluster).await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_a_closed_month_the_reading_stays_and_the_difference_becomes_one_correction() {
    let site = Site::new().await;
    let (reading, was, is) = misread(site.printed("2026-10-07T12:00:00Z", 1));
    let billed = reading.0.clone();
    site.keep(vec![reading]).await;
    let calendar = Calendar {
        zone: TimeZone::UTC,
        grace: SignedDuration::from_hours(72),
    };
    let (month, now) = ("2026-10".parse().unwrap(), at("2026-11-04T00:00:00Z"));
    let by = ClosedBy::Command;
    let closed = closing::close(&site.store, &calendar, &site.cluster, month, by, now);
    closed.await.unwrap();
    for (when, booked, corrections) in [
        ("2026-11-05T00:00:00Z", 1, 1),
        ("2026-11-05T00:00:01Z", 0, 1),
    ] {
        let (findings, totals) = site.replay(Some(when)).await;
        assert_eq!(totals.booked, booked);
        if let Some(finding) = findings.first() {
            let Differs::Figures { booked, .. } = &finding.differs else {
                panic!("{findings:?}");
            };
            assert_eq!(*booked, Some(Revised::ToCorrect));
        }
        assert_eq!(totals.is_same(), booked == 0);
        let due = booking::book_due(&site.store, &calendar, &site.cluster, at(when));
        due.await.unwrap();
        let found = site.store.corrections(&site.cluster).await.unwrap();
        assert_eq!(found.len(), corrections);
        assert_eq!(found[0].cause, Cause::Replayed.name());
        assert_eq!((found[0].reading, &*found[0].month), (billed.id, "2026-10"));
        assert_eq!(found[0].booked, "2026-11");
        // It stood for 900 seconds.
        let more = u128::from(is.bytes - was.bytes) * 900;
        assert!(found[0].figures.contains(&more.to_string()), "{found:?}");
        assert_eq!(site.kept().await, std::slice::from_ref(&billed));
    }
}

#[tokio::test]
async fn a_text_that_gives_no_reading_any_more_is_told_and_one_that_is_gone_is_counted() {
    let site = Site::new().await;
    let with_text = |(mut entry, _): (Entry, Text), text: &[u8]| {
        let text = Text::new(text);
        entry.text = text.hash;
        (entry, text)
    };
    let unknown = with_text(
        site.printed("2026-10-07T12:00:00Z", 1),
        b"Cluster 'cluster1': unknown\n",
    );
    let other = with_text(
        site.printed("2026-10-07T12:01:00Z", 2),
        REPORT.replace("cluster1", "cluster2").as_bytes(),
    );
    let (mut hidden, text) = site.printed("2026-10-07T12:02:00Z", 3);
    // As of a text that is pruned.
    hidden.text = [9; 32];
    let mut compute = site.computed("2026-10-07T12:03:00Z");
    Arc::make_mut(&mut compute.0.origin).source = Asked::Overview;
    site.keep(vec![unknown, other, (hidden, text), compute])
        .await;
    let (findings, totals) = site.replay(Some("2026-10-09T00:00:00Z")).await;
    let why = |finding: &Finding| match &finding.differs {
        Differs::Unreadable(why) => why.clone(),
        Differs::Figures { .. } => panic!("{finding:?}"),
    };
    let whys: Vec<String> = findings.iter().map(why).collect();
    assert!(whys[0].contains("no report"), "{whys:?}");
    assert!(whys[1].contains("cluster2"), "{whys:?}");
    assert!(whys[2].contains("another source"), "{whys:?}");
    let told = Totals {
        readings: 4,
        unreadable: 3,
        without_text: 1,
        ..Totals::default()
    };
    assert_eq!((whys.len(), totals), (3, told));
    assert!(!totals.is_same());
    assert_eq!(site.store.revisions(&site.cluster).await.unwrap(), []);
}
