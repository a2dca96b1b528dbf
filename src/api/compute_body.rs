//! The member `compute` of the usage body: every figure of the panel's stat in exact units, flat beside the state.
//!
//! ```text
//! "compute": {"state": "fresh", …, "block_capacity_bytes": 10488310136832, …, "cpu_allocation_ratio": 8.0, …}
//! ```
//!
//! The figures are written, and described, from the tables that they are read by.

use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use crate::{
    api::state::State,
    clock,
    reading::ComputeReading,
    source::stat_keys::{FIGURES, Place, RATIOS},
    usage::Part,
    words::words,
};

/// Machines and volumes, as the panel's compute stat gives them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compute<'a> {
    #[serde(flatten)]
    state: State<'a>,
    /// The panel's own time of the figures; null where it gives none, and where there are no figures.
    #[schema(format = DateTime)]
    panel_time: Option<String>,
    /// Whether the panel named the zone of its time; null where `panel_time` is.
    panel_time_zone: Option<Zone>,
    #[serde(flatten)]
    figures: Figures<'a>,
}

words! {
    /// Whether a time named its zone.
    Zone as "PanelTimeZone" {
        /// It did.
        Stated = "stated",
        /// It did not, and was taken for UTC.
        Assumed = "assumed",
    }
}

/// Every figure of the tables, by its name.
#[derive(Debug)]
struct Figures<'a>(Option<&'a ComputeReading>);

impl<'a> Compute<'a> {
    /// Of the compute part.
    pub fn of(part: &'a Part<ComputeReading>) -> Compute<'a> {
        let reading = part.reading();
        let time = reading.and_then(|reading| reading.panel_time);
        let zone = |stated| match stated {
            true => Zone::Stated,
            false => Zone::Assumed,
        };
        Compute {
            state: State::compute(part),
            panel_time: time.map(|time| clock::rfc3339(time.at)),
            panel_time_zone: time.map(|time| zone(time.zone_stated)),
            figures: Figures(reading),
        }
    }
}

impl Serialize for Figures<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(FIGURES.len() + RATIOS.len()))?;
        for Place { name, .. } in FIGURES {
            map.serialize_entry(name, &self.0.and_then(|reading| reading.figure(name)))?;
        }
        for Place { name, .. } in RATIOS {
            map.serialize_entry(name, &self.0.and_then(|reading| reading.ratio(name)))?;
        }
        map.end()
    }
}

impl PartialSchema for Figures<'_> {
    fn schema() -> RefOr<Schema> {
        let figures = FIGURES
            .iter()
            .map(|place| (place, Type::Integer, KnownFormat::Int64));
        let ratios = RATIOS
            .iter()
            .map(|place| (place, Type::Number, KnownFormat::Double));
        let about = "Every figure of the panel's compute stat. Bytes and counts are whole numbers; \
                     ratios and percentages are as the panel writes them.";
        let object = ObjectBuilder::new().description(Some(about));
        let add = |object: ObjectBuilder, (place, kind, format): (&Place, Type, KnownFormat)| {
            let field = ObjectBuilder::new()
                .schema_type(
                    [kind, Type::Null]
                        .into_iter()
                        .collect::<utoipa::openapi::schema::SchemaType>(),
                )
                .format(Some(SchemaFormat::KnownFormat(format)))
                .description(Some(described(place)));
            object.property(place.name, field)
        };
        figures.chain(ratios).fold(object, add).into()
    }
}

impl ToSchema for Figures<'_> {
    fn name() -> std::borrow::Cow<'static, str> {
        "ComputeFigures".into()
    }
}

/// `In bytes: sizes of all volumes (`compute.block_capacity` of the panel). Null where …`
fn described(place: &Place) -> String {
    let Place {
        group,
        keys,
        unit,
        meaning,
        ..
    } = place;
    let keys: Vec<String> = keys.iter().map(|key| format!("`{group}.{key}`")).collect();
    let keys = keys.join(", in older releases ");
    format!("In {unit}: {meaning}. The panel's {keys}; null where it does not say.")
}
