//! What a reading that came late, or is read otherwise by now, changes of a closed month.
//!
//! A correction is booked in the month that is open then, and says per quantity what was billed so far, what is right,
//! and the difference. Its digest is the SHA-256 of this text, each line with its end:
//!
//! ```text
//! vhi-usage correction 1
//! cluster stor1
//! sequence 7
//! month 2026-10                 the month that is corrected
//! booked 2026-11                the month that it is booked in
//! at 2026-11-05T00:00:12.000Z
//! cause late_reading
//! reading 948d0840-0e8d-5c37-ba9a-bf81eea309e6
//! revised -                     when it was revised, for `replayed`
//! previous -                    the digest of the correction before
//! figures [{"quantity":"logical.used","was":"1","is":"3","difference":"2"}]
//! ```
//!
//! A reading counts in the month that it was observed in, and not in the seconds of the next month that it would stand for.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::{
    clock::rfc3339,
    hex,
    meter::quantity::{Quantity, Unit},
    store::{corrections::Booked, entry::Hash, error::StoreError},
};

/// What changes of one quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The quantity.
    pub quantity: Quantity,
    /// What was billed so far for the whole month, in unit·seconds: byte·seconds, or vCPU·seconds; `null` where it was
    /// not measured.
    #[schema(example = "3801088000000")]
    pub was: Option<String>,
    /// What is right by now.
    #[schema(example = "3801089000000")]
    pub is: String,
    /// What is to be billed in addition; below 0 where too much was.
    #[schema(example = "1000000")]
    pub difference: String,
}

impl Change {
    /// Of a sum of so many unit·seconds; `None` where it was not measured before.
    pub fn new(quantity: Quantity, was: Option<i128>, is: i128, difference: i128) -> Change {
        Change {
            quantity,
            was: was.map(|was| was.to_string()),
            is: is.to_string(),
            difference: difference.to_string(),
        }
    }

    /// What is right by now, as a number.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn sum(&self) -> Result<i128, StoreError> {
        let sum = self.is.parse();
        sum.map_err(|_| StoreError::damaged("the sum of a correction is no number"))
    }

    /// The difference, as a number.
    ///
    /// # Errors
    /// `Damaged`.
    pub fn by(&self) -> Result<i128, StoreError> {
        let by = self.difference.parse();
        by.map_err(|_| StoreError::damaged("the difference of a correction is no number"))
    }

    /// In what it is counted, times seconds.
    pub fn unit(&self) -> Unit {
        self.quantity.unit()
    }
}

/// The changes of a correction, as they are kept.
///
/// # Errors
/// `Damaged`.
pub fn changes(booked: &Booked) -> Result<Vec<Change>, StoreError> {
    let read = serde_json::from_str(&booked.figures);
    read.map_err(|error| StoreError::damaged(format!("the figures of a correction: {error}")))
}

/// The changes of a correction as they are kept: JSON in one line.
///
/// # Errors
/// `Damaged`; changes can always be written.
pub fn written(changes: &[Change]) -> Result<String, StoreError> {
    let text = serde_json::to_string(changes);
    text.map_err(|error| StoreError::damaged(format!("a correction cannot be written: {error}")))
}

/// The text that is hashed.
pub fn text(cluster: &str, booked: &Booked) -> String {
    let revised = booked.revised.map_or_else(|| "-".to_owned(), rfc3339);
    let previous = booked
        .previous
        .map_or_else(|| "-".to_owned(), |it| hex::lower(&it));
    format!(
        "vhi-usage correction 1\ncluster {cluster}\nsequence {}\nmonth {}\nbooked {}\nat {}\ncause {}\nreading {}\n\
         revised {revised}\nprevious {previous}\nfigures {}\n",
        booked.sequence,
        booked.month,
        booked.booked,
        rfc3339(booked.at),
        booked.cause,
        booked.reading,
        booked.figures,
    )
}

/// What seals a correction.
pub fn digest(cluster: &str, booked: &Booked) -> Hash {
    Sha256::digest(text(cluster, booked)).into()
}
