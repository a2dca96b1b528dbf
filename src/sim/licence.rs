//! The licence as a panel writes it.
//!
//! ```text
//! {"capacity": 549755813888000, "used_size": 23309647277260, "status": "active", …}
//! ```

use serde_json::{Value, json};

use crate::sim::figures::Figures;

/// The first second of 2100, which stands for no end.
const NEVER: i64 = 4_102_444_800;

/// The body of a licence.
pub(crate) fn licence(it: &Figures) -> Value {
    json!({
        "capacity": it.license_capacity,
        "total_size": it.license_capacity,
        "used_size": it.user_data,
        "free_size": it.license_capacity - it.user_data,
        "status": "active",
        "expiration_ts": NEVER,
        "keynumber": "VZSTOR.01234567.0001",
        "spla": { "registered": false, "registration_url": null },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::storage;
    use jiff::{Timestamp, tz::TimeZone};
    use std::time::Duration;

    #[test]
    fn it_adds_up_and_ends_with_the_licence_of_the_report() {
        let it = licence(&Figures::at(Duration::from_secs(1_000), 0));
        let at = |key: &str| it[key].as_u64().unwrap();
        assert_eq!(at("total_size"), at("used_size") + at("free_size"));
        assert_eq!(at("total_size"), at("capacity"));
        let end = it["expiration_ts"].as_i64().unwrap();
        let end = Timestamp::from_second(end).unwrap();
        assert_eq!(end.to_zoned(TimeZone::UTC).date(), storage::NEVER);
    }
}
