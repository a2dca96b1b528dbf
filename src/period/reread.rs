//! A kept reading once more, from its text, by today's parser.

use jiff::Timestamp;

use crate::{
    amount::Amount,
    keeper::entries,
    meter::quantity::Quantity,
    source::{again, error::SourceError},
    store::entry::Entry,
};

/// What a kept text says by now: when, and which figures.
///
/// # Errors
/// What is wrong with the text.
pub fn figures(
    entry: &Entry,
    text: &[u8],
) -> Result<(Timestamp, Vec<(Quantity, Amount)>), SourceError> {
    let Entry { origin, at, .. } = entry;
    let Some(source) = origin.source.storage() else {
        let reading = again::compute(*at, text)?;
        return Ok((reading.observed_at, entries::compute(&reading)));
    };
    let (cluster, node) = (&entry.cluster, origin.node.as_deref());
    let reading = again::storage(source, cluster, origin.size_base, node, *at, text)?;
    Ok((reading.observed_at, entries::storage(&reading)))
}
