//! What the panel says of machines: figures that all follow from one number, which grows.
//!
//! The figure in place `i` of the table is `(i + 1) * 10^12 + n`.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};
use vhi_usage::{sim::scenario::Scenario, source::stat_keys::FIGURES};

/// The distance of two figures.
const APART: u64 = 1_000_000_000_000;
/// So often the panel has other figures.
pub(crate) const EVERY: Duration = Duration::from_millis(50);

/// So many of them are remembered, which is much longer than any figure may be served.
const KEPT: u64 = 10_000;

/// What it must be in this place of the table.
pub(crate) fn figure(place: usize, number: u64) -> u64 {
    u64::try_from(place + 1).unwrap() * APART + number
}

/// The number of the figure in this place; `None` where it is none of ours.
pub(crate) fn number(place: usize, figure: u64) -> Option<u64> {
    let number = figure.checked_sub(u64::try_from(place + 1).unwrap() * APART)?;
    (number < APART).then_some(number)
}

/// The numbers that the panel has said, each with the last moment at which it may have said it.
#[derive(Debug, Default)]
pub(crate) struct Told {
    until: Mutex<HashMap<u64, Option<SystemTime>>>,
}

impl Told {
    /// Has the panel say the figures of this number from now on, and no others.
    pub(crate) fn tell(&self, scenario: &Scenario, number: u64) {
        let mut groups: Map<String, Value> = Map::new();
        for (place, it) in FIGURES.iter().enumerate() {
            let group = groups.entry(it.group).or_insert_with(|| json!({}));
            group[it.keys[0]] = figure(place, number).into();
        }
        let body = Value::Object(groups).to_string();
        // Known before anybody can read it.
        self.until.lock().unwrap().insert(number, None);
        scenario.set_stat_body(Some(body));
        let now = SystemTime::now();
        let mut until = self.until.lock().unwrap();
        if let Some(before) = number.checked_sub(1) {
            until.insert(before, Some(now));
        }
        // Whoever says one that is forgotten says what is far too old.
        if let Some(old) = number.checked_sub(KEPT) {
            until.remove(&old);
        }
    }

    /// How long ago it was said at least; `None` where it never was.
    pub(crate) fn age(&self, number: u64, at: SystemTime) -> Option<Duration> {
        let until = self.until.lock().unwrap().get(&number).copied()?;
        Some(until.map_or(Duration::ZERO, |until| {
            at.duration_since(until).unwrap_or_default()
        }))
    }
}
