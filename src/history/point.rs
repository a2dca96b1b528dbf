//! A point of a history: a reading, or what a stretch of time adds up to.
//!
//! ```text
//! {"at": "2026-10-01T00:00:00.000Z", "until": "2026-10-01T01:00:00.000Z", "coverage": 1.000000, …,
//!  "quantities": {"logical.used": {"bytes": 49919174185779, "max_bytes": 49920000000000, "coverage": 1.000000}, …}}
//! ```

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, Type},
};
use uuid::Uuid;

use crate::{
    clock,
    history::cursor::Cursor,
    meter::{
        decimal::Decimal,
        hours,
        quantity::{Quantity, Series, Unit},
        tallies::Tallies,
        window::Window,
    },
    store::{entry::Stored, origin::Asked},
};

/// A reading, or what a stretch of time adds up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HistoryPoint)]
pub struct Point {
    /// When the reading was observed; where a point is a stretch of time, its first moment.
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where the stretch of time ends, which does not belong to it; null where a point is a reading.
    #[serde(serialize_with = "maybe_moment")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Which quantities the reading is of; null where a point is a stretch of time, of all.
    pub series: Option<Series>,
    /// The name of the reading, of which `readings/{id}` tells more; null where a point is a stretch of time.
    #[serde(serialize_with = "maybe_name")]
    #[schema(value_type = Option<String>)]
    pub reading_id: Option<Uuid>,
    /// Who was asked; null where a point is a stretch of time.
    pub source: Option<Asked>,
    /// Whether the reading came when its month was closed: then it is part of no sum, and counts for corrections only.
    pub late: bool,
    /// In which share of the stretch of time billed storage was measured, rounded down: 1 is all of it. Null where a
    /// point is a reading.
    pub coverage: Option<Decimal>,
    /// Every quantity; null where it was not read.
    pub quantities: Levels,
}

/// Every quantity, at its place in [`Quantity::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels([Option<Level>; Quantity::ALL.len()]);

/// A quantity at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// As it was read; in a stretch of time, its mean weighted by time.
    pub value: u64,
    /// Its greatest value in that time.
    pub max: u64,
    /// Which share of the time it was measured; `None` of a reading.
    pub coverage: Option<Decimal>,
}

/// A count of bytes at a point.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ByteLevel)]
struct Bytes {
    /// As it was read, in bytes; in a stretch of time, the mean weighted by the time in which it was measured, to the
    /// nearest byte.
    bytes: u64,
    /// The greatest value that stood for a second at least, in bytes; of a reading, the same.
    max_bytes: u64,
    /// Which share of the stretch of time it was measured; 1 is all of it. Null where the point is a reading.
    coverage: Option<Decimal>,
}

/// A count of virtual CPUs at a point.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VcpuLevel)]
struct Vcpus {
    /// As it was read; in a stretch of time, the mean weighted by the time in which it was measured, to the nearest one.
    vcpus: u64,
    /// The greatest value that stood for a second at least; of a reading, the same.
    max_vcpus: u64,
    /// Which share of the stretch of time it was measured; 1 is all of it. Null where the point is a reading.
    coverage: Option<Decimal>,
}

impl Point {
    /// A reading of this series.
    pub fn reading(series: Series, stored: &Stored) -> Point {
        let entry = &stored.entry;
        let mut levels = Levels::default();
        for (quantity, amount) in &entry.figures {
            levels.set(
                *quantity,
                Level {
                    value: amount.bytes,
                    max: amount.bytes,
                    coverage: None,
                },
            );
        }
        Point {
            at: entry.at,
            until: None,
            series: Some(series),
            reading_id: Some(entry.id),
            source: Some(entry.origin.source),
            late: stored.late,
            coverage: None,
            quantities: levels,
        }
    }

    /// What every series adds up to over one window; `None` where nothing was measured in it.
    pub fn stretch(window: Window, series: &[Tallies]) -> Option<Point> {
        let mut levels = Levels::default();
        let (mut covered, mut any) = (0, false);
        for tallies in series {
            if tallies.series == Series::Storage {
                covered = tallies.covered;
            }
            any |= tallies.covered > 0;
            for quantity in tallies.series.quantities() {
                let Some(tally) = tallies.of(*quantity) else {
                    continue;
                };
                let (Some(value), Some(peak)) = (tally.mean(), tally.peak) else {
                    continue;
                };
                let level = Level {
                    value,
                    max: peak.value,
                    coverage: hours::share(tally.covered, window.seconds()),
                };
                levels.set(*quantity, level);
            }
        }
        any.then_some(())?;
        Some(Point {
            at: Timestamp::from_second(window.from()).ok()?,
            until: Some(Timestamp::from_second(window.to()).ok()?),
            series: None,
            reading_id: None,
            source: None,
            late: false,
            coverage: hours::share(covered, window.seconds()),
            quantities: levels,
        })
    }

    /// Its place among readings; `None` where it is none.
    pub fn place(&self) -> Option<Cursor> {
        Some(Cursor::Reading(self.at.as_millisecond(), self.reading_id?))
    }
}

impl Levels {
    /// Of this quantity; `None` where it was not read.
    pub fn of(&self, quantity: Quantity) -> Option<Level> {
        *self.0.get(quantity as usize)?
    }

    fn set(&mut self, quantity: Quantity, level: Level) {
        if let Some(place) = self.0.get_mut(quantity as usize) {
            *place = Some(level);
        }
    }
}

impl Serialize for Levels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for quantity in Quantity::ALL {
            map.serialize_key(quantity.name())?;
            let level = self.of(quantity);
            match quantity.unit() {
                Unit::Bytes => map.serialize_value(&level.map(|it| Bytes {
                    bytes: it.value,
                    max_bytes: it.max,
                    coverage: it.coverage,
                }))?,
                Unit::Vcpus => map.serialize_value(&level.map(|it| Vcpus {
                    vcpus: it.value,
                    max_vcpus: it.max,
                    coverage: it.coverage,
                }))?,
            }
        }
        map.end()
    }
}

impl PartialSchema for Levels {
    fn schema() -> RefOr<Schema> {
        let every = Quantity::ALL.into_iter().map(|quantity| {
            let name = match quantity.unit() {
                Unit::Bytes => Bytes::name(),
                Unit::Vcpus => Vcpus::name(),
            };
            let null = ObjectBuilder::new().schema_type(Type::Null);
            let level = OneOfBuilder::new()
                .item(null)
                .item(Ref::from_schema_name(name))
                .description(Some(quantity.meaning()));
            (quantity.name(), level)
        });
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Every quantity; null where it was not read."));
        every
            .fold(object, |object, (name, level)| {
                object.property(name, level).required(name)
            })
            .into()
    }
}

impl ToSchema for Levels {
    fn schemas(all: &mut Vec<(String, RefOr<Schema>)>) {
        all.push((Bytes::name().into_owned(), Bytes::schema()));
        all.push((Vcpus::name().into_owned(), Vcpus::schema()));
        Bytes::schemas(all);
        Vcpus::schemas(all);
    }
}

fn maybe_name<S: Serializer>(id: &Option<Uuid>, serializer: S) -> Result<S::Ok, S::Error> {
    id.map(|id| id.to_string()).serialize(serializer)
}

fn moment<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clock::rfc3339(*at))
}

fn maybe_moment<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(clock::rfc3339).serialize(serializer)
}
