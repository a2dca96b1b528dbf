//! Whether what was served had been read: every figure of a body of one reading, and that reading not too old.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use vhi_usage::source::stat_keys::FIGURES;

use crate::{
    compute::{self, Told},
    line::Answer,
    printed::{Printed, QUANTITIES},
};

/// How old a figure may be when it is served, by the settings.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(3);
/// From the end of that to the answer without the figure: its task must have its turn on a slow machine.
const LATE: Duration = Duration::from_secs(2);
/// From the moment of a figure to that of its reading: a command or a request, on a slow machine.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// What was said truly.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) printed: Arc<Printed>,
    pub(crate) told: Arc<Told>,
    pub(crate) seen: Seen,
}

/// How much was judged.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) figures: AtomicU64,
    pub(crate) stale: AtomicU64,
    pub(crate) without: AtomicU64,
    pub(crate) pages: AtomicU64,
}

/// What is wrong with an answer.
type Wrong = Result<(), String>;

impl Judge {
    /// Of the usage of the cluster, asked for at this moment.
    pub(crate) fn usage(&self, asked: SystemTime, answer: &Answer) -> Wrong {
        let count = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        match answer.status {
            200 => {}
            // A problem tells no figures.
            502 | 503 => {
                count(&self.seen.without);
                let keys = body.as_object().ok_or("no object")?;
                let known = ["type", "title", "status", "detail", "error"];
                let odd = keys.keys().find(|key| !known.contains(&key.as_str()));
                return odd.map_or(Ok(()), |odd| Err(format!("a problem with {odd}")));
            }
            status => return Err(format!("status {status}")),
        }
        let (storage, compute) = (&body["storage"], &body["compute"]);
        let figures = storage_figures(storage)?;
        match has(storage, figures.values().map(|it| it.is_some()))? {
            false => count(&self.seen.without),
            true => {
                let figures = figures
                    .into_iter()
                    .filter_map(|(name, it)| Some((name, it?)));
                let number = self.storage(asked, &figures.collect())?;
                let printed = UNIX_EPOCH + Duration::from_micros(number);
                in_time(asked, storage, "it was printed", |observed| {
                    // The time is told in milliseconds.
                    (observed + Duration::from_millis(1))
                        .duration_since(printed)
                        .ok()
                })?;
                count(&self.seen.figures);
                if storage["state"] == "stale" {
                    count(&self.seen.stale);
                }
            }
        }
        self.flat(&body)?;
        self.compute(asked, compute)
    }

    /// The rounded figures are those of the same reading.
    fn flat(&self, body: &Value) -> Wrong {
        for part in ["total", "used", "free"] {
            let flat = &body[format!("logical_storage_{part}_tib")];
            let exact = &body["storage"]["logical"][part]["bytes"];
            let same = match (flat.as_f64(), exact.as_f64()) {
                (Some(flat), Some(exact)) => {
                    (flat - exact / f64::from(1 << 20) / f64::from(1 << 20)).abs() < 0.0051
                }
                (None, None) => flat.is_null(),
                _ => false,
            };
            if !same {
                return Err(format!("{part} is {flat} TiB, and {exact} bytes"));
            }
        }
        Ok(())
    }

    /// All of one call of the tool, which has noted it; its number.
    fn storage(&self, asked: SystemTime, figures: &BTreeMap<&str, u64>) -> Result<u64, String> {
        let number = *figures.get("logical.free").ok_or("nothing is free")?;
        for (name, expected) in QUANTITIES {
            let expected = expected(number);
            if figures.get(name) != Some(&expected) {
                let found = figures.get(name);
                return Err(format!(
                    "{name} is {found:?}, and would be {expected} with {number} free"
                ));
            }
        }
        if !self.printed.holds(number) {
            return Err(format!(
                "nobody has printed {number}, or its call went wrong"
            ));
        }
        let printed = UNIX_EPOCH + Duration::from_micros(number);
        let age = asked.duration_since(printed).unwrap_or_default();
        match age <= ON_ITS_WAY + MAX_AGE + LATE {
            true => Ok(number),
            false => Err(format!("it was printed {age:?} before it was asked for")),
        }
    }

    /// All of one answer of the panel.
    fn compute(&self, asked: SystemTime, compute: &Value) -> Wrong {
        let there = FIGURES.iter().map(|it| !compute[it.name].is_null());
        if !has(compute, there)? {
            return Ok(());
        }
        let mut numbers = BTreeSet::new();
        for (place, it) in FIGURES.iter().enumerate() {
            let figure = compute[it.name].as_u64();
            let number = figure.and_then(|figure| compute::number(place, figure));
            numbers.insert(number.ok_or_else(|| format!("{} is {figure:?}", it.name))?);
        }
        let mut all = numbers.into_iter();
        let (Some(number), None) = (all.next(), all.next()) else {
            return Err("figures of several answers of the panel".to_owned());
        };
        in_time(asked, compute, "the panel said it", |observed| {
            self.told.age(number, observed)
        })
    }

    /// Of `/metrics`: what it has of storage is of one reading.
    pub(crate) fn metrics(&self, asked: SystemTime, page: &str) -> Wrong {
        self.seen.pages.fetch_add(1, Ordering::Relaxed);
        let mut figures = BTreeMap::new();
        for line in page.lines().filter(|line| {
            line.starts_with("vhi_usage_storage_bytes{") && line.contains("source=\"ssh\"")
        }) {
            let (labels, value) = line.rsplit_once(' ').ok_or("a line without a value")?;
            let quantity = labels
                .split("quantity=\"")
                .nth(1)
                .and_then(|it| it.split('"').next());
            let value = value
                .parse::<u64>()
                .map_err(|_| format!("{line} is no whole number"))?;
            let known = QUANTITIES.iter().find(|(name, _)| Some(*name) == quantity);
            figures.insert(known.ok_or_else(|| format!("unknown: {line}"))?.0, value);
        }
        match figures.is_empty() {
            true => Ok(()),
            false => self.storage(asked, &figures).map(drop),
        }
    }
}

/// Whether the figures of a part were read soon after they were said, which is so long before their reading, and are
/// not older than may be served.
fn in_time(
    asked: SystemTime,
    part: &Value,
    said: &str,
    before: impl Fn(SystemTime) -> Option<Duration>,
) -> Wrong {
    let observed: Option<jiff::Timestamp> =
        part["observed_at"].as_str().and_then(|it| it.parse().ok());
    let observed = SystemTime::from(observed.ok_or("figures without a time")?);
    let age = asked.duration_since(observed).unwrap_or_default();
    match before(observed) {
        None => Err(format!("{said} after it was read, or never")),
        Some(way) if way > ON_ITS_WAY => Err(format!("{said} {way:?} before it was read")),
        Some(_) if age > MAX_AGE + LATE => {
            Err(format!("it was read {age:?} before it was asked for"))
        }
        Some(_) => Ok(()),
    }
}

/// Whether the part has figures: all of them where its state says so, and else none.
fn has(part: &Value, there: impl Iterator<Item = bool>) -> Result<bool, String> {
    let there: BTreeSet<bool> = there.collect();
    let state = part["state"].as_str().ok_or("a part without a state")?;
    let expected = match state {
        "fresh" | "stale" => true,
        "missing" => false,
        state => return Err(format!("the state {state}")),
    };
    match there == BTreeSet::from([expected]) {
        true => Ok(expected),
        false => Err(format!("{state}, and figures there: {there:?}")),
    }
}

/// Each figure by its place, exact and as it was printed.
fn storage_figures(storage: &Value) -> Result<BTreeMap<&'static str, Option<u64>>, String> {
    let mut figures = BTreeMap::new();
    for (name, _) in QUANTITIES {
        let figure = name.split('.').fold(storage, |value, key| &value[key]);
        let bytes = figure["bytes"].as_u64();
        if let Some(text) = figure["text"].as_str()
            && Some(text.to_owned()) != bytes.map(|bytes| format!("{bytes}B"))
        {
            return Err(format!("{name} is {bytes:?} bytes, printed as {text}"));
        }
        if figure["min"] != figure["bytes"] || figure["max"] != figure["bytes"] {
            return Err(format!("{name} is not exact: {figure}"));
        }
        figures.insert(*name, bytes);
    }
    Ok(figures)
}
