//! Compute, from the panel's `GET /api/v2/compute/cluster/stat`.
//!
//! ```text
//! {"compute": {"vcpus": 1200, "vm_mem_reserved": 3298534883328, …}, "servers": {"count": 310, …}, …}
//! ```
//!
//! Every group and every key may be absent or null, every number may be written with a fraction of
//! zero, and releases differ in their names: what is not there is `None`, and never 0.

use std::sync::Arc;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Number, Value};

use crate::{
    clock,
    panel::{error::PanelError, session::Session},
    reading::{ComputeReading, PanelTime},
    source::{
        error::SourceError,
        once::Once,
        question::Question,
        read::Read,
        stat_keys::{FIGURES, Place, RATIOS, look_up},
        transcript::Transcript,
        whole::whole,
    },
    stage::Stage,
    web::teller::Teller,
};

/// Its name, beside those of the storage sources.
pub const NAME: &str = "compute_stat";

const PATH: &str = "/api/v2/compute/cluster/stat";

/// The names of all counts and byte figures, known or not.
pub fn figure_names() -> impl Iterator<Item = &'static str> {
    FIGURES.iter().map(|place| place.name)
}

/// The names of all ratios and percentages, known or not.
pub fn ratio_names() -> impl Iterator<Item = &'static str> {
    RATIOS.iter().map(|place| place.name)
}

/// The panel's compute stat.
#[derive(Debug)]
pub struct ComputeStat {
    session: Arc<Session>,
    told: Once,
}

impl ComputeStat {
    /// The stat of the panel behind this session.
    pub fn new(session: Arc<Session>) -> ComputeStat {
        let told = Once::default();
        ComputeStat { session, told }
    }

    /// Asks the panel once.
    pub async fn read(&self) -> Read<ComputeReading> {
        let mut heard = Transcript::new(NAME);
        let stages = self.session.stages();
        let asked = self.ask(&mut heard);
        let noted = stages.note(Stage::PanelStat, asked, |error| error.code().name());
        let reading = noted.await;
        Read {
            reading,
            evidence: heard.evidence(clock::now()),
        }
    }

    async fn ask(&self, heard: &mut Transcript) -> Result<ComputeReading, SourceError> {
        let body = self.session.get(PATH).await?;
        heard.heard(Question::Stat, PATH, &body);
        let (reading, odd) = understand(self.session.teller(), clock::now(), heard)?;
        self.tell(&odd);
        Ok(reading)
    }

    /// A value that is there and cannot be read is said once: it is served as null.
    fn tell(&self, odd: &[&'static str]) {
        for figure in odd.iter().filter(|name| self.told.is_new(name)) {
            tracing::warn!(
                figure,
                "the panel's value is no whole number; it is served as null"
            );
        }
    }
}

/// What the panel's answer says, and the names of the figures whose value cannot be read.
///
/// # Errors
/// When it holds no figure that we know.
pub fn understand(
    teller: Teller<'_>,
    at: Timestamp,
    heard: &Transcript,
) -> Result<(ComputeReading, Vec<&'static str>), SourceError> {
    let answer = heard.answer(Question::Stat);
    let (path, body) = answer.map_err(|source| SourceError::Kept {
        source_name: NAME,
        source,
    })?;
    let stat = teller.json(path, body.as_bytes());
    let (reading, odd) = reading(&stat.map_err(PanelError::from)?, at);
    let known = reading.figures.iter().any(|(_, figure)| figure.is_some());
    known
        .then_some((reading, odd))
        .ok_or(SourceError::NoFigure { path: PATH })
}

/// What the stat says, and the names of the figures whose value cannot be read.
pub fn reading(stat: &Value, at: Timestamp) -> (ComputeReading, Vec<&'static str>) {
    let mut odd = Vec::new();
    let mut figures = Vec::with_capacity(FIGURES.len());
    for place in FIGURES {
        let value = look_up(stat, place);
        let figure = value.and_then(whole);
        if value.is_some() && figure.is_none() {
            odd.push(place.name);
        }
        figures.push((place.name, figure));
    }
    let ratio = |place: &Place| -> Option<Number> {
        let number = look_up(stat, place)?.as_number()?;
        // callers hold it in a double, and where that cannot be it is none
        number.as_f64().map(|_| number.clone())
    };
    let reading = ComputeReading {
        observed_at: at,
        panel_time: stat.get("datetime").and_then(panel_time),
        figures,
        ratios: RATIOS
            .iter()
            .map(|place| (place.name, ratio(place)))
            .collect(),
    };
    (reading, odd)
}

fn panel_time(value: &Value) -> Option<PanelTime> {
    let text = value.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(PanelTime {
            at,
            zone_stated: true,
        });
    }
    let at = text
        .parse::<DateTime>()
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(PanelTime {
        at: at.timestamp(),
        zone_stated: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn reads(stat: Value, name: &str, expected: Option<i64>) {
        let (reading, _) = reading(&stat, Timestamp::UNIX_EPOCH);
        assert_eq!(reading.figure(name), expected, "{name} of {stat}");
    }

    #[test]
    fn what_is_absent_or_null_is_not_zero() {
        reads(json!({}), "vcpus", None);
        reads(json!({"compute": null}), "vcpus", None);
        reads(json!({"compute": {"vcpus": null}}), "vcpus", None);
        reads(json!({"compute": {"vcpus": 0}}), "vcpus", Some(0));
        reads(json!({"servers": {"running": 2}}), "servers_active", None);
        reads(json!([1, 2]), "vcpus", None);
    }

    #[test]
    fn a_number_may_be_written_with_a_fraction_of_zero_and_no_other() {
        let vcpus = |value: Value| json!({"compute": {"vcpus": value}});
        reads(vcpus(json!(7.0)), "vcpus", Some(7));
        reads(vcpus(json!(0.0)), "vcpus", Some(0));
        reads(vcpus(json!(-3)), "vcpus", Some(-3));
        reads(
            vcpus(json!(9_007_199_254_740_993_i64)),
            "vcpus",
            Some(9_007_199_254_740_993),
        );
        for odd in [
            json!(7.5),
            json!("7"),
            json!(1e300),
            json!(u64::MAX),
            json!({}),
            json!(true),
        ] {
            let (reading, told) = reading(&vcpus(odd), Timestamp::UNIX_EPOCH);
            assert_eq!((reading.figure("vcpus"), told), (None, vec!["vcpus"]));
        }
    }

    #[test]
    fn a_number_with_a_fraction_of_zero_is_read_to_its_last_digit() {
        let vcpus = |number: &str| {
            let stat = format!("{{\"compute\": {{\"vcpus\": {number}}}}}");
            let stat = serde_json::from_str(&stat).expect("JSON");
            reading(&stat, Timestamp::UNIX_EPOCH).0.figure("vcpus")
        };
        for figure in [8_808_585_077_721_868, 9_007_199_254_740_991] {
            assert_eq!(vcpus(&format!("{figure}.0")), Some(figure));
        }
        for figure in [9_007_199_254_740_993, i64::MAX] {
            assert_eq!(vcpus(&format!("{figure}.0")), Some(figure));
            assert_eq!(vcpus(&format!("-{figure}.00")), Some(-figure));
        }
        assert_eq!(vcpus("1.6E+3"), Some(1600));
        assert_eq!(vcpus("2500e-2"), Some(25));
        assert_eq!(vcpus("-0.0e9"), Some(0));
    }

    #[test]
    fn what_is_nearly_a_whole_number_is_none() {
        for number in [
            "6405e-292768",
            "1e-400",
            "7.00000000000000000001",
            "25e-1",
            "1e19",
            "1e400",
            "1e99999999999999999999",
            "9223372036854775808.0",
        ] {
            let stat = format!("{{\"compute\": {{\"vcpus\": {number}}}}}");
            let stat = serde_json::from_str(&stat).expect("JSON");
            let (reading, told) = reading(&stat, Timestamp::UNIX_EPOCH);
            assert_eq!(
                (reading.figure("vcpus"), told),
                (None, vec!["vcpus"]),
                "{number}"
            );
        }
    }

    #[test]
    fn both_generations_of_names_are_read_and_the_newer_wins() {
        let name = "vm_mem_reserved_bytes";
        reads(json!({"compute": {"mem_total": 5}}), name, Some(5));
        reads(
            json!({"compute": {"vm_mem_reserved": 6, "mem_total": 5}}),
            name,
            Some(6),
        );
        reads(
            json!({"compute": {"vm_mem_reserved": null, "mem_total": 5}}),
            name,
            Some(5),
        );
        let fenced = "fenced_vm_mem_capacity_bytes";
        reads(json!({"fenced": {"compute_mem_total": 0}}), fenced, Some(0));
    }

    #[test]
    fn a_time_without_zone_is_taken_for_utc_and_says_so() {
        let read = |text: &str| {
            panel_time(&json!(text)).map(|time| (clock::rfc3339(time.at), time.zone_stated))
        };
        let at = |text: &str, stated| Some((text.to_owned(), stated));
        assert_eq!(
            read("2020-05-01T16:16:08.120482"),
            at("2020-05-01T16:16:08.120Z", false)
        );
        assert_eq!(
            read("2026-05-20T23:09:44Z"),
            at("2026-05-20T23:09:44.000Z", true)
        );
        assert_eq!(read("yesterday"), None);
    }
}
