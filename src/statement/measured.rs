//! What one quantity adds up to, as it is said: each unit under its own names.
//!
//! ```text
//! {"unit":"bytes","byte_seconds":"19791209299968000","tib_hours":5.000000000,"gib_hours":5120.000000000,"mean_bytes":…}
//! {"unit":"vcpus","vcpu_seconds":"43200","vcpu_hours":12.000000000,"mean_vcpus":12,…}
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    meter::{
        decimal::Decimal,
        hours,
        quantity::{Quantity, Unit},
        tally::Tally,
    },
    statement::{exact::Exact, moment::Moment},
};

/// What one quantity adds up to. Nothing is known of one that was never measured, and nothing is 0 for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// In what it is counted.
    pub unit: Unit,
    /// Its value summed over every second in which it was measured; `None` where that is none.
    pub unit_seconds: Option<u128>,
    /// Its mean over the time in which it was measured.
    pub mean: Option<u64>,
    /// The greatest value that stood for a second.
    pub max: Option<u64>,
    /// When that first stood.
    pub max_at: Option<Moment>,
    /// What it stood at or below for at least 95 % of the time; `None` also where only sums were kept.
    pub p95: Option<u64>,
    /// In how many seconds it was measured.
    pub covered_seconds: u64,
    /// Which share of the window that is.
    pub coverage: Decimal,
}

/// What a quantity in bytes adds up to. All but the coverage is null where it was never measured.
#[derive(Serialize, ToSchema)]
struct OfBytes {
    #[schema(inline)]
    unit: Unit,
    /// Its bytes summed over every second in which it was measured, exactly.
    byte_seconds: Option<Exact>,
    /// `byte_seconds` in TiB-hours, to the ninth place, halves up.
    tib_hours: Option<Decimal>,
    /// `byte_seconds` in GiB-hours, to the ninth place, halves up.
    gib_hours: Option<Decimal>,
    /// The mean over the time in which it was measured, to the nearest byte.
    mean_bytes: Option<u64>,
    /// The greatest count that stood for at least a second.
    max_bytes: Option<u64>,
    /// When that first stood in the window.
    max_at: Option<Moment>,
    /// The least count at or below which it stood for at least 95 % of the time in which it was measured; null also
    /// where only the sums are still kept.
    p95_bytes: Option<u64>,
    /// In how many seconds it was measured.
    covered_seconds: u64,
    /// Which share of the window that is, rounded down: 1 is all of it.
    coverage: Decimal,
}

/// What a quantity in virtual CPUs adds up to. All but the coverage is null where it was never measured.
#[derive(Serialize, ToSchema)]
struct OfVcpus {
    #[schema(inline)]
    unit: Unit,
    /// Its count summed over every second in which it was measured, exactly.
    vcpu_seconds: Option<Exact>,
    /// `vcpu_seconds` in hours, to the ninth place, halves up.
    vcpu_hours: Option<Decimal>,
    /// The mean over the time in which it was measured, to the nearest one.
    mean_vcpus: Option<u64>,
    /// The greatest count that stood for at least a second.
    max_vcpus: Option<u64>,
    /// When that first stood in the window.
    max_at: Option<Moment>,
    /// The least count at or below which it stood for at least 95 % of the time in which it was measured; null also
    /// where only the sums are still kept.
    p95_vcpus: Option<u64>,
    /// In how many seconds it was measured.
    covered_seconds: u64,
    /// Which share of the window that is, rounded down: 1 is all of it.
    coverage: Decimal,
}

/// What is read back; the rest follows from it.
#[derive(Deserialize)]
struct Read {
    unit: Unit,
    #[serde(alias = "byte_seconds", alias = "vcpu_seconds")]
    seconds: Option<Exact>,
    #[serde(alias = "mean_bytes", alias = "mean_vcpus")]
    mean: Option<u64>,
    #[serde(alias = "max_bytes", alias = "max_vcpus")]
    max: Option<u64>,
    max_at: Option<Moment>,
    #[serde(alias = "p95_bytes", alias = "p95_vcpus")]
    p95: Option<u64>,
    covered_seconds: u64,
    coverage: Decimal,
}

impl Measured {
    /// What a quantity added up to in a window of so many seconds; `None` where its times are beyond all times.
    pub fn new(quantity: Quantity, tally: &Tally, window_seconds: u64) -> Option<Measured> {
        let max_at = match tally.peak {
            Some(peak) => Some(Moment::second(peak.at)?),
            None => None,
        };
        Some(Measured {
            unit: quantity.unit(),
            unit_seconds: (tally.covered > 0).then_some(tally.unit_seconds),
            mean: tally.mean(),
            max: tally.peak.map(|peak| peak.value),
            max_at,
            p95: tally.p95(),
            covered_seconds: tally.covered,
            coverage: hours::share(tally.covered, window_seconds)?,
        })
    }

    /// In what a bill counts it: TiB-hours, or vCPU-hours; `None` where it was never measured.
    pub fn hours(&self) -> Option<Decimal> {
        match self.unit {
            Unit::Bytes => hours::tib(self.unit_seconds?),
            Unit::Vcpus => hours::each(self.unit_seconds?),
        }
    }
}

impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let exact = self.unit_seconds.map(Exact);
        match self.unit {
            Unit::Bytes => OfBytes {
                unit: self.unit,
                byte_seconds: exact,
                tib_hours: self.hours(),
                gib_hours: self.unit_seconds.and_then(hours::gib),
                mean_bytes: self.mean,
                max_bytes: self.max,
                max_at: self.max_at,
                p95_bytes: self.p95,
                covered_seconds: self.covered_seconds,
                coverage: self.coverage,
            }
            .serialize(serializer),
            Unit::Vcpus => OfVcpus {
                unit: self.unit,
                vcpu_seconds: exact,
                vcpu_hours: self.hours(),
                mean_vcpus: self.mean,
                max_vcpus: self.max,
                max_at: self.max_at,
                p95_vcpus: self.p95,
                covered_seconds: self.covered_seconds,
                coverage: self.coverage,
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Measured {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Measured, D::Error> {
        let read = Read::deserialize(deserializer)?;
        Ok(Measured {
            unit: read.unit,
            unit_seconds: read.seconds.map(|exact| exact.0),
            mean: read.mean,
            max: read.max,
            max_at: read.max_at,
            p95: read.p95,
            covered_seconds: read.covered_seconds,
            coverage: read.coverage,
        })
    }
}

impl PartialSchema for Measured {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::OneOfBuilder::new()
            .item(OfBytes::schema())
            .item(OfVcpus::schema())
            .description(Some(
                "What one quantity adds up to, in bytes or in virtual CPUs.",
            ))
            .into()
    }
}

impl ToSchema for Measured {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        OfBytes::schemas(schemas);
        OfVcpus::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::tally::Detail;

    #[track_caller]
    fn written(quantity: Quantity, tally: &Tally, json: &str) {
        let measured = Measured::new(quantity, tally, 7200).unwrap();
        assert_eq!(serde_json::to_string(&measured).unwrap(), json);
        assert_eq!(serde_json::from_str::<Measured>(json).unwrap(), measured);
    }

    #[test]
    fn each_unit_is_said_under_its_own_names_and_read_back() {
        let mut tally = Tally::new(Detail::Levels);
        tally.add(5 << 40, 60, 3600);
        written(
            Quantity::LogicalUsed,
            &tally,
            r#"{"unit":"bytes","byte_seconds":"19791209299968000","tib_hours":5.000000000,"gib_hours":5120.000000000,"mean_bytes":5497558138880,"max_bytes":5497558138880,"max_at":"1970-01-01T00:01:00.000Z","p95_bytes":5497558138880,"covered_seconds":3600,"coverage":0.500000}"#,
        );
        let mut tally = Tally::new(Detail::Sums);
        tally.add(12, 0, 3600);
        written(
            Quantity::VcpusReserved,
            &tally,
            r#"{"unit":"vcpus","vcpu_seconds":"43200","vcpu_hours":12.000000000,"mean_vcpus":12,"max_vcpus":12,"max_at":"1970-01-01T00:00:00.000Z","p95_vcpus":null,"covered_seconds":3600,"coverage":0.500000}"#,
        );
    }

    #[test]
    fn what_was_never_measured_is_null_and_never_0() {
        written(
            Quantity::UserData,
            &Tally::new(Detail::Levels),
            r#"{"unit":"bytes","byte_seconds":null,"tib_hours":null,"gib_hours":null,"mean_bytes":null,"max_bytes":null,"max_at":null,"p95_bytes":null,"covered_seconds":0,"coverage":0.000000}"#,
        );
    }
}
