//! The body of the usage: the fields of the service that this one replaces, and beside them what is
//! exact.
//!
//! Every figure is `null` where it is not known; none has a default.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        compute_body::Compute,
        legacy::{LogicalStorage, Machines},
        storage_body::Storage,
    },
    clock,
    usage::{ClusterUsage, Part, Status},
};

/// Usage of a cluster: flat fields with the names and the rounding of the service before, and beside them, in `storage`
/// and `compute`, what is exact. Bill from the exact figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage<'a> {
    /// The form of this body, 1. It changes when a field changes its meaning or goes; fields are added without.
    schema: u32,
    /// Name of the cluster, as in the settings.
    cluster: &'a str,
    /// When this was published.
    #[schema(format = DateTime)]
    timestamp: String,
    /// What can be said with both parts together; here `complete`, `stale` or `partial`.
    status: Status,
    #[serde(flatten)]
    machines: Machines,
    #[serde(flatten)]
    logical: LogicalStorage,
    /// Why there is no storage figure, as a sentence; there with the status `partial` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    storage_error: Option<String>,
    /// Storage: where its figures come from, the figures, and what witnesses say of them.
    storage: Storage<'a>,
    /// Machines and volumes: every figure of the panel's stat in exact units.
    compute: Compute<'a>,
}

/// The whole body as JSON text.
///
/// # Errors
/// None that a legal usage can meet; the serializer's own are passed on.
pub fn usage(usage: &ClusterUsage) -> Result<Vec<u8>, serde_json::Error> {
    let storage_error = match &usage.storage {
        Part::Missing(reason) => Some(format!("no usable storage figure: {}", reason.message)),
        _ => None,
    };
    let body = Usage {
        schema: 1,
        cluster: &usage.cluster,
        timestamp: clock::rfc3339(usage.at),
        status: usage.status(),
        machines: Machines::of(usage.compute.reading()),
        logical: LogicalStorage::of(usage.storage.reading()),
        storage_error,
        storage: Storage::of(usage),
        compute: Compute::of(&usage.compute),
    };
    let mut text = Vec::with_capacity(4096);
    serde_json::to_writer(&mut text, &body)?;
    Ok(text)
}
