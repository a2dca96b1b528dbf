//! The body of the usage: the fields of the service that this one replaces, and beside them what is
//! exact.
//!
//! Every figure is `null` where it is not known; none has a default.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    api::{legacy, state::State, storage_body::Storage},
    clock,
    reading::ComputeReading,
    source::compute_stat,
    usage::{ClusterUsage, Part},
};

/// The whole body as JSON text.
///
/// # Errors
/// None that a legal usage can meet; the serializer's own are passed on.
pub fn usage(usage: &ClusterUsage) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Vec::with_capacity(4096);
    let mut writer = serde_json::Serializer::new(&mut body);
    let mut map = writer.serialize_map(None)?;
    map.serialize_entry("schema", &1)?;
    map.serialize_entry("cluster", &usage.cluster)?;
    map.serialize_entry("timestamp", &clock::rfc3339(usage.at))?;
    map.serialize_entry("status", usage.status().name())?;
    legacy::compute(&mut map, usage.compute.reading())?;
    legacy::storage(&mut map, usage.storage.reading())?;
    if let Part::Missing(reason) = &usage.storage {
        let words = format!("no usable storage figure: {}", reason.message);
        map.serialize_entry("storage_error", &words)?;
    }
    map.serialize_entry("storage", &Storage::of(usage))?;
    map.serialize_entry("compute", &Compute(&usage.compute))?;
    map.end()?;
    Ok(body)
}

/// Every figure of the stat in exact units, flat beside the state.
struct Compute<'a>(&'a Part<ComputeReading>);

impl Serialize for Compute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let State {
            state,
            reason,
            observed_at,
        } = State::compute(self.0);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", state)?;
        map.serialize_entry("reason", &reason)?;
        map.serialize_entry("observed_at", &observed_at)?;
        let reading = self.0.reading();
        let time = reading.and_then(|reading| reading.panel_time);
        map.serialize_entry("panel_time", &time.map(|time| clock::rfc3339(time.at)))?;
        let zone = time.map(|time| {
            if time.zone_stated {
                "stated"
            } else {
                "assumed"
            }
        });
        map.serialize_entry("panel_time_zone", &zone)?;
        for name in compute_stat::figure_names() {
            map.serialize_entry(name, &reading.and_then(|reading| reading.figure(name)))?;
        }
        for name in compute_stat::ratio_names() {
            map.serialize_entry(name, &reading.and_then(|reading| reading.ratio(name)))?;
        }
        map.end()
    }
}
