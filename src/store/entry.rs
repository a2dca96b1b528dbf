//! A reading as it is kept, and the raw text behind it.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::{quantity::Quantity, sample::Sample},
    reason::Code,
    store::origin::{Asked, Origin, Role},
};

/// What our names of readings are named below.
const NAMESPACE: Uuid = Uuid::from_u128(0x4f0c_6d3e_8a52_5b7f_9d11_c2f4_7e60_a8b3);

/// The SHA-256 of a raw text.
pub type Hash = [u8; 32];

/// A reading as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, which follows from cluster, source, time and raw text: the same reading has the same one everywhere.
    pub id: Uuid,
    /// Of which cluster.
    pub cluster: ClusterName,
    /// What it was read for.
    pub role: Role,
    /// When it was observed, to the millisecond.
    pub at: Timestamp,
    /// Where it came from.
    pub origin: Arc<Origin>,
    /// The SHA-256 of the text that it was read from.
    pub text: Hash,
    /// What was read, in the order of [`Quantity::ALL`]; a quantity that was not read does not stand here.
    pub figures: Vec<(Quantity, Amount)>,
}

/// A raw text: the answers of a source as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its SHA-256.
    pub hash: Hash,
    /// Itself.
    pub bytes: Arc<[u8]>,
}

/// A source that was asked and gave no reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Of which cluster.
    pub cluster: ClusterName,
    /// What it was asked for.
    pub role: Role,
    /// Who was asked.
    pub source: Asked,
    /// When it failed, to the millisecond.
    pub at: Timestamp,
    /// Why.
    pub code: Code,
    /// The same as a sentence for callers.
    pub message: String,
    /// When the peer is asked again, where it refused us.
    pub next_try: Option<Timestamp>,
    /// For how many seconds it may explain a gap where nothing follows: `max_age` as it was in force.
    pub holds: u32,
}

/// A reading as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Itself.
    pub entry: Entry,
    /// Whether it came when its month was closed: then it is part of no tally, and counts for corrections only.
    pub late: bool,
}

impl Text {
    /// Of these bytes.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Text {
        let bytes = bytes.into();
        let hash = Sha256::digest(&bytes).into();
        Text { hash, bytes }
    }
}

/// The name of a reading. Each part has an end that none can hold, so that no two readings share a name.
pub fn id(cluster: &ClusterName, source: Asked, at: Timestamp, text: &Hash) -> Uuid {
    let mut name = Vec::with_capacity(96);
    for word in [
        cluster.as_str(),
        source.name(),
        &at.as_millisecond().to_string(),
    ] {
        name.extend_from_slice(word.as_bytes());
        name.push(0);
    }
    name.extend_from_slice(text);
    Uuid::new_v5(&NAMESPACE, &name)
}

impl Entry {
    /// What was read of this quantity; `None` where it was not.
    pub fn figure(&self, quantity: Quantity) -> Option<Amount> {
        let found = self.figures.iter().find(|(known, _)| *known == quantity)?;
        Some(found.1)
    }

    /// As the meter sees it.
    pub fn sample(&self) -> Sample {
        let mut sample = Sample {
            at_ms: self.at.as_millisecond(),
            holds: self.origin.holds,
            id: self.id,
            source: self.origin.source as u8,
            values: Default::default(),
        };
        for (quantity, amount) in &self.figures {
            if let Some(value) = sample.values.get_mut(quantity.place()) {
                *value = Some(amount.bytes);
            }
        }
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_has_the_same_name_everywhere_and_another_one_where_anything_differs() {
        let cluster = |name: &str| name.parse::<ClusterName>().unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let (text, other) = (Text::new(*b"text"), Text::new(*b"other"));
        let one = id(&cluster("stor1"), Asked::Ssh, at(7), &text.hash);
        // Held by every store: another name for the same reading would be a second one.
        assert_eq!(one.to_string(), "948d0840-0e8d-5c37-ba9a-bf81eea309e6");
        assert_eq!(one, id(&cluster("stor1"), Asked::Ssh, at(7), &text.hash));
        assert_ne!(one, id(&cluster("stor2"), Asked::Ssh, at(7), &text.hash));
        assert_ne!(
            one,
            id(&cluster("stor1"), Asked::Overview, at(7), &text.hash)
        );
        assert_ne!(one, id(&cluster("stor1"), Asked::Ssh, at(8), &text.hash));
        assert_ne!(one, id(&cluster("stor1"), Asked::Ssh, at(7), &other.hash));
    }
}
