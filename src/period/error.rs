//! Why a month is not closed, or cannot be shown.

use jiff::Timestamp;

use crate::{period::month::Month, store::error::StoreError};

/// Why a month is not closed, or cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PeriodError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not over.
    #[error("{month} is not over before {end}; a month is closed after its end")]
    NotOver {
        /// Which.
        month: Month,
        /// Its end.
        end: Timestamp,
    },
    /// Another one comes before it.
    #[error("{first} must be closed before {month}; months close in their order")]
    OutOfOrder {
        /// Which was asked for.
        month: Month,
        /// Which comes first.
        first: Month,
    },
    /// Nothing was kept so early.
    #[error("{month} lies before the first reading that is kept, in {first}")]
    TooEarly {
        /// Which was asked for.
        month: Month,
        /// The first that there is.
        first: Month,
    },
    /// Nothing was ever kept.
    #[error("no reading of this cluster was ever kept, so there is no month to close")]
    NothingKept,
}
