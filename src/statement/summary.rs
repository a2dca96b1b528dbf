//! What a cluster used in a window, as a bill wants it.
//!
//! ```text
//! {"cluster": "stor1", "from": …, "to": …, "coverage": 0.999123, "quantities": {"logical.used": {"byte_seconds": …}}, …}
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::{
        decimal::Decimal,
        hours,
        quantity::{Quantity, Series},
        tallies::{Mark, Tallies},
        window::Window,
    },
    statement::{measured::Measured, missed::Missed, moment::Moment},
    store::origin::Asked,
};

/// What a cluster used in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = UsageSummary)]
pub struct Summary {
    /// Its name.
    pub cluster: String,
    /// The first second.
    pub from: Moment,
    /// The second behind the last one.
    pub to: Moment,
    /// How many seconds there are.
    pub window_seconds: u64,
    /// In how many of them billed storage was measured.
    pub covered_seconds: u64,
    /// Which share of the window that is, rounded down to the sixth place: 1 is all of it.
    pub coverage: Decimal,
    /// How many readings were observed in the window, of storage and of compute.
    pub readings: u64,
    /// Who gave the readings that the figures come from.
    pub sources: Vec<Asked>,
    /// The first reading that was observed in the window; null where none was.
    pub first_reading: Option<ReadingMark>,
    /// The last one.
    pub last_reading: Option<ReadingMark>,
    /// The same for storage and for compute, which are read apart.
    #[schema(value_type = BTreeMap<String, SeriesSummary>)]
    pub series: BTreeMap<Series, SeriesSummary>,
    /// What each quantity adds up to.
    #[schema(value_type = BTreeMap<String, Measured>)]
    pub quantities: BTreeMap<Quantity, Measured>,
    /// When something was not measured, in order of time; what is read together is told together.
    pub gaps: Vec<Missed>,
}

/// How much of a window quantities were measured that are read together, and by which readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesSummary {
    /// In how many seconds at least one of them was measured.
    pub covered_seconds: u64,
    /// Which share of the window that is, rounded down to the sixth place: 1 is all of it.
    pub coverage: Decimal,
    /// How many readings were observed in the window.
    pub readings: u64,
    /// Who gave the readings that the figures come from.
    pub sources: Vec<Asked>,
    /// The first reading that was observed in the window; null where none was.
    pub first_reading: Option<ReadingMark>,
    /// The last one.
    pub last_reading: Option<ReadingMark>,
}

/// A reading, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingMark {
    /// Its name, by which it is asked for.
    #[schema(value_type = String, pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    pub id: Uuid,
    /// When it was observed.
    pub at: Moment,
}

impl Summary {
    /// Of what storage and compute add up to over the same window; `None` where it is not the same, or lies beyond all
    /// times.
    pub fn new(cluster: &ClusterName, storage: &Tallies, compute: &Tallies) -> Option<Summary> {
        let both = [storage, compute];
        let told = both.map(|it| it.series) == [Series::Storage, Series::Compute];
        let window = storage.window;
        if !told || compute.window != window {
            return None;
        }
        let mut series = BTreeMap::new();
        let mut quantities = BTreeMap::new();
        let mut gaps = Vec::new();
        for tallies in both {
            series.insert(tallies.series, SeriesSummary::new(tallies)?);
            for (quantity, tally) in tallies.series.quantities().iter().zip(&tallies.quantities) {
                let measured = Measured::new(*quantity, tally, window.seconds())?;
                quantities.insert(*quantity, measured);
            }
            for gap in &tallies.gaps {
                gaps.push(Missed::new(gap, tallies.series)?);
            }
        }
        // Those of storage stay before those of compute where they begin together.
        gaps.sort_by_key(|gap| gap.from);
        let marks = || {
            both.into_iter()
                .flat_map(|it| [it.first, it.last])
                .flatten()
        };
        Some(Summary {
            cluster: cluster.to_string(),
            from: Moment::second(window.from())?,
            to: Moment::second(window.to())?,
            window_seconds: window.seconds(),
            covered_seconds: storage.covered,
            coverage: hours::share(storage.covered, window.seconds())?,
            readings: both.map(|it| it.readings).into_iter().sum(),
            sources: sources(storage.sources | compute.sources),
            first_reading: ReadingMark::new(marks().min())?,
            last_reading: ReadingMark::new(marks().max())?,
            series,
            quantities,
            gaps,
        })
    }

    /// The window that it is of; `None` where it was read back and its bounds are none.
    pub fn window(&self) -> Option<Window> {
        Window::between(self.from.0, self.to.0).ok()
    }
}

impl SeriesSummary {
    fn new(tallies: &Tallies) -> Option<SeriesSummary> {
        Some(SeriesSummary {
            covered_seconds: tallies.covered,
            coverage: hours::share(tallies.covered, tallies.window.seconds())?,
            readings: tallies.readings,
            sources: sources(tallies.sources),
            first_reading: ReadingMark::new(tallies.first)?,
            last_reading: ReadingMark::new(tallies.last)?,
        })
    }
}

impl ReadingMark {
    /// The outer `None`: its time is beyond all times.
    fn new(mark: Option<Mark>) -> Option<Option<ReadingMark>> {
        let Some(Mark { at_ms, id }) = mark else {
            return Some(None);
        };
        let at = Moment::millisecond(at_ms)?;
        Some(Some(ReadingMark { id, at }))
    }
}

/// The sources whose bits are set.
fn sources(bits: u32) -> Vec<Asked> {
    let set = |it: &Asked| bits & (1 << *it as u32) != 0;
    Asked::ALL.into_iter().filter(set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{
        fold::Meter,
        sample::{Sample, WIDEST},
        tally::Detail,
    };
    use jiff::Timestamp;
    use serde_json::{Value, json};

    /// An hour of storage that is read every ten minutes, half of it without licence, and of compute that is not.
    fn summary() -> Summary {
        let window = Window::new(0, 3600).unwrap();
        let now = Timestamp::from_second(3000).unwrap();
        let meter = |series| Meter::new(series, window, now, Detail::Levels);
        let (mut storage, compute) = (meter(Series::Storage), meter(Series::Compute));
        for at in [0, 600, 1200, 1800] {
            let mut values = [Some(1 << 40); WIDEST];
            if at < 1200 {
                values[Quantity::LicenseUsed.place()] = None;
            }
            storage.read(&Sample {
                at_ms: at * 1000 + 7,
                holds: 900,
                id: Uuid::from_u128(at.unsigned_abs().into()),
                source: Asked::Overview as u8,
                values,
            });
        }
        let cluster: ClusterName = "stor1".parse().unwrap();
        Summary::new(&cluster, &storage.finish(), &compute.finish()).unwrap()
    }

    #[test]
    fn a_summary_says_what_was_measured_and_what_was_not_and_is_read_back() {
        let summary = summary();
        let text = serde_json::to_string(&summary).unwrap();
        let told: Value = serde_json::from_str(&text).unwrap();
        let reading = |at: u64| {
            let id = Uuid::from_u128(at.into()).to_string();
            let minutes = at / 60;
            json!({"id": id, "at": format!("1970-01-01T00:{minutes:02}:00.007Z")})
        };
        assert_eq!(told["coverage"].to_string(), "0.750000");
        assert_eq!(told["covered_seconds"], 2700);
        assert_eq!(told["readings"], 4);
        assert_eq!(told["sources"], json!(["overview"]));
        assert_eq!(told["first_reading"], reading(0));
        assert_eq!(told["last_reading"], reading(1800));
        assert_eq!(told["series"]["storage"]["readings"], 4);
        let compute = json!({
            "covered_seconds": 0,
            "coverage": told["series"]["compute"]["coverage"],
            "readings": 0,
            "sources": [],
            "first_reading": null,
            "last_reading": null,
        });
        assert_eq!(told["series"]["compute"], compute);
        let used = &told["quantities"]["logical.used"];
        assert_eq!(used["byte_seconds"], (2700_u64 << 40).to_string());
        assert_eq!(used["tib_hours"].to_string(), "0.750000000");
        let license = &told["quantities"]["license.used"];
        assert_eq!(license["byte_seconds"], (1500_u64 << 40).to_string());
        assert!(told["quantities"]["vcpus.reserved"]["vcpu_seconds"].is_null());
        let quantities: Vec<&str> = (told["quantities"].as_object().unwrap().keys())
            .map(String::as_str)
            .collect();
        assert_eq!(quantities, Quantity::ALL.map(Quantity::name));
        let gaps: Vec<(&Value, &Value, &Value)> = (told["gaps"].as_array().unwrap().iter())
            .map(|gap| (&gap["series"], &gap["reason"], &gap["seconds"]))
            .collect();
        let gap = |series: &str, reason: &str, seconds: u64| {
            (json!(series), json!(reason), json!(seconds))
        };
        let expected = [
            gap("storage", "not_given", 1200),
            gap("compute", "not_running", 3000),
            gap("storage", "not_running", 300),
            gap("storage", "future", 600),
            gap("compute", "future", 600),
        ];
        assert_eq!(gaps, expected.each_ref().map(|(a, b, c)| (a, b, c)));

        let back: Summary = serde_json::from_str(&text).unwrap();
        assert_eq!(back, summary);
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert_eq!(back.window(), Window::new(0, 3600).ok());
    }

    #[test]
    fn only_the_same_window_of_storage_and_compute_makes_a_summary() {
        let tallies = |series, to| Tallies::new(series, Window::new(0, to).unwrap(), Detail::Sums);
        let cluster: ClusterName = "stor1".parse().unwrap();
        let (storage, compute) = (Series::Storage, Series::Compute);
        let made = |one, other| Summary::new(&cluster, &one, &other).is_some();
        assert!(made(tallies(storage, 60), tallies(compute, 60)));
        assert!(!made(tallies(storage, 60), tallies(compute, 61)));
        assert!(!made(tallies(compute, 60), tallies(storage, 60)));
    }
}
