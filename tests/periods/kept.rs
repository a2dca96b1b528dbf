//! A store with readings that are written by hand.

use std::sync::Arc;

use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use uuid::Uuid;
use vhi_usage::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::{quantity::Quantity, window::Window},
    period::{
        booking,
        calendar::Calendar,
        closing,
        error::PeriodError,
        ledger::{Ledger, Period},
        state::ClosedBy,
    },
    store::{
        corrections::Booked,
        entry::{Entry, Text, id},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
        periods::Closed,
    },
};

/// How long each reading holds, in seconds.
pub(crate) const HOLDS: u32 = 900;

pub(crate) fn cluster() -> ClusterName {
    "stor1".parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn calendar(zone: &str) -> Calendar {
    Calendar {
        zone: TimeZone::get(zone).unwrap(),
        grace: SignedDuration::from_hours(72),
    }
}

/// A reading of storage, whose text says what is used.
pub(crate) fn reading(at: Timestamp, used: u64) -> (Entry, Text) {
    let text = Text::new(format!("used {used} at {at}").into_bytes());
    let cluster = cluster();
    let origin = Origin {
        source: Asked::Ssh,
        node: Some("node1.example".to_owned()),
        command: None,
        cluster_status: None,
        size_base: None,
        parser: "0.1.0".to_owned(),
        holds: HOLDS,
    };
    let entry = Entry {
        id: id(&cluster, Asked::Ssh, at, &text.hash),
        cluster,
        role: Role::Storage,
        at,
        origin: Arc::new(origin),
        text: text.hash,
        figures: vec![(Quantity::LogicalUsed, Amount::exact(used))],
    };
    (entry, text)
}

/// Writes readings, each as `(time, used)`, and gives their names.
pub(crate) async fn write(store: &Store, readings: &[(&str, u64)]) -> Vec<Uuid> {
    let readings: Vec<_> = readings
        .iter()
        .map(|(time, used)| reading(at(time), *used))
        .collect();
    let names = readings.iter().map(|(entry, _)| entry.id).collect();
    let kept = Kept {
        cluster: cluster(),
        readings,
        absences: Vec::new(),
        fence: None,
    };
    store.append(&[kept]).await.unwrap();
    names
}

pub(crate) async fn close(
    store: &Store,
    zone: &str,
    month: &str,
    now: &str,
) -> Result<Closed, PeriodError> {
    let by = ClosedBy::Command;
    closing::close(
        store,
        &calendar(zone),
        &cluster(),
        month.parse().unwrap(),
        by,
        at(now),
    )
    .await
}

pub(crate) async fn book(store: &Store, zone: &str, now: &str) -> usize {
    booking::book_due(store, &calendar(zone), &cluster(), at(now))
        .await
        .unwrap()
}

pub(crate) fn ledger(store: &Store, zone: &str) -> Ledger {
    Ledger {
        store: store.clone(),
        calendar: calendar(zone),
    }
}

/// A month as callers see it.
pub(crate) async fn month(store: &Store, zone: &str, month: &str, now: &str) -> Option<Period> {
    let (ledger, cluster) = (ledger(store, zone), cluster());
    ledger
        .one(&cluster, month.parse().unwrap(), at(now))
        .await
        .unwrap()
}

/// Everything that must never change of closed months.
pub(crate) async fn closed(store: &Store) -> Vec<Closed> {
    store.closed_months(&cluster()).await.unwrap()
}

pub(crate) async fn corrections(store: &Store) -> Vec<Booked> {
    store.corrections(&cluster()).await.unwrap()
}

/// The byte·seconds of logical space that is used, as a closed month says them; `None` where it was not measured.
pub(crate) fn used(closed: &Closed) -> Option<String> {
    let summary: serde_json::Value = serde_json::from_str(&closed.summary).unwrap();
    let used = &summary["quantities"]["logical.used"]["byte_seconds"];
    used.as_str().map(str::to_owned)
}

/// How many of the readings of all time came late.
pub(crate) async fn late(store: &Store) -> usize {
    let window = Window::new(0, 4_000_000_000).unwrap();
    let entries = store
        .entries(&cluster(), Role::Storage, window)
        .await
        .unwrap();
    let entries: Vec<_> = entries.try_collect().await.unwrap();
    entries.iter().filter(|stored| stored.late).count()
}
