//! What the panel's overview and its licence mean, in exact bytes.
//!
//! ```text
//! {"logic_space": {"total": 1000, "used": 300, "free": 700},
//!  "tiers": [{"id": 0, "phys_space": {"total": 2000, "used": 600, "free": 1400}}],
//!  "space_per_service": {"compute": 280, "nfs": null}, "fs_stat": {"used_size": 290}}
//! {"status": "active", "capacity": 5000, "used_size": 290, "free_size": 4710, "expiration_ts": 1549583999}
//! ```
//!
//! `logic_space` is what is billed, so it must be whole and add up. Whatever else is not there, or is no
//! count of bytes, costs itself only.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::{
    amount::Amount,
    reading::{Figure, License, Service, Source, Space, StorageReading, Tier},
    source::{
        exact::{Keys, Unusable, bytes, space, word},
        whole::whole,
    },
};

/// What both bodies say, and the keys whose value cannot be read; the licence may not have been given.
///
/// # Errors
/// When `logic_space` is not whole or does not add up.
pub fn reading(
    overview: &Value,
    license: Option<&Value>,
    at: Timestamp,
) -> Result<(StorageReading, Vec<&'static str>), Unusable> {
    const LOGICAL: Keys = ["logic_space.total", "logic_space.used", "logic_space.free"];
    let mut body = Body::default();
    let logical = space(overview.get("logic_space"), LOGICAL)?;
    let tiers = body.tiers(overview);
    let license = body.license(overview, license);
    let user_data = body
        .figure(
            at_path(overview, ["fs_stat", "used_size"]),
            "fs_stat.used_size",
        )
        // The licence counts user data, too.
        .or(license.used);
    let reading = StorageReading {
        source: Source::Overview,
        basis: Source::Overview.basis(),
        observed_at: at,
        node: None,
        cluster_status: overview
            .get("status")
            .and_then(Value::as_str)
            .map(str::to_owned),
        size_base: None,
        logical,
        physical: tiers.as_deref().and_then(sum),
        user_data,
        replication: None,
        license: Some(license),
        tiers,
        services: body.services(overview),
        unread: Vec::new(),
    };
    Ok((reading, body.odd))
}

/// What is there and cannot be read, by its key.
#[derive(Default)]
struct Body {
    odd: Vec<&'static str>,
}

impl Body {
    fn figure(&mut self, value: Option<&Value>, key: &'static str) -> Option<Figure> {
        match bytes(value, key) {
            Ok(bytes) => bytes.map(Figure::exact),
            Err(_) => {
                self.odd.push(key);
                None
            }
        }
    }

    /// A list without any tier tells of none. One tier that cannot be named leaves them all untold.
    fn tiers(&mut self, overview: &Value) -> Option<Vec<Tier>> {
        const PHYSICAL: Keys = [
            "tiers.phys_space.total",
            "tiers.phys_space.used",
            "tiers.phys_space.free",
        ];
        const LOGICAL: Keys = [
            "tiers.logic_space.total",
            "tiers.logic_space.used",
            "tiers.logic_space.free",
        ];
        let list = overview
            .get("tiers")?
            .as_array()
            .filter(|list| !list.is_empty())?;
        let mut tiers = Vec::with_capacity(list.len());
        for tier in list {
            let Some(id) = tier.get("id").and_then(word) else {
                self.odd.push("tiers.id");
                return None;
            };
            let logical = self.share(tier.get("logic_space"), LOGICAL);
            let physical = self.share(tier.get("phys_space"), PHYSICAL);
            tiers.push(Tier {
                id,
                logical,
                physical,
            });
        }
        Some(tiers)
    }

    fn share(&mut self, of: Option<&Value>, keys: Keys) -> Option<Space> {
        match space(of, keys) {
            Ok(space) => Some(space),
            Err(Unusable::Absent(_)) => None,
            Err(_) => {
                self.odd.extend(keys.first());
                None
            }
        }
    }

    fn services(&mut self, overview: &Value) -> Option<Vec<Service>> {
        let services = overview.get("space_per_service")?.as_object()?;
        let of = |(name, used): (&String, &Value)| Service {
            name: name.clone(),
            used: self.figure(Some(used), "space_per_service"),
        };
        Some(services.iter().map(of).collect())
    }

    fn license(&mut self, overview: &Value, license: Option<&Value>) -> License {
        let of = |key: &str| license.and_then(|license| license.get(key));
        let capacity = self.figure(of("capacity"), "license.capacity").or_else(|| {
            self.figure(
                at_path(overview, ["license", "capacity"]),
                "license.capacity",
            )
        });
        let used = self.figure(of("used_size"), "license.used_size");
        let left = || capacity?.amount.minus(used?.amount).map(Figure::derived);
        License {
            state: of("status").and_then(Value::as_str).map(str::to_owned),
            capacity,
            used,
            free: self
                .figure(of("free_size"), "license.free_size")
                .or_else(left),
            expires_on: self.day(of("expiration_ts")),
        }
    }

    /// The day of a Unix time in UTC.
    fn day(&mut self, value: Option<&Value>) -> Option<Date> {
        let value = value.filter(|value| !value.is_null())?;
        let day = whole(value).and_then(|second| Timestamp::from_second(second).ok());
        if day.is_none() {
            self.odd.push("license.expiration_ts");
        }
        Some(day?.to_zoned(TimeZone::UTC).date())
    }
}

/// All tiers together; `None` where one of them has no legal value, or no count can hold the sum.
fn sum(tiers: &[Tier]) -> Option<Space> {
    let (mut total, mut free) = (0_u64, 0_u64);
    for tier in tiers {
        let Amount { bytes, .. } = tier.physical?.total.amount;
        total = total.checked_add(bytes)?;
        free = free.checked_add(tier.physical?.free.amount.bytes)?;
    }
    Space::exact(total, free)
}

fn at_path<'a>(body: &'a Value, [outer, inner]: [&str; 2]) -> Option<&'a Value> {
    body.get(outer)?.get(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    /// A body that can be billed, with this beside it.
    fn beside(key: &str, value: Value) -> (StorageReading, Vec<&'static str>) {
        let body = json!({"logic_space": {"total": 3, "free": 2}, key: value});
        reading(&body, None, AT).expect("a reading")
    }

    #[test]
    fn one_tier_without_a_legal_value_leaves_the_sum_unknown() {
        let good = json!({"id": 0, "phys_space": {"total": 5, "free": 4}});
        for odd in [
            json!(null),
            json!({"total": 5}),
            json!({"total": 5, "free": -1}),
            json!({"total": u64::MAX, "free": 0}),
        ] {
            let (it, _) = beside("tiers", json!([good, {"id": "ssd", "phys_space": odd}]));
            assert_eq!(it.physical, None, "{odd}");
            let tiers = it.tiers.expect("tiers");
            assert_eq!((tiers.len(), tiers[1].id.as_str()), (2, "ssd"));
            assert_eq!(tiers[0].physical, Space::exact(5, 4));
        }
        for none in [
            json!([]),
            json!(null),
            json!({"0": {}}),
            json!([good, {"phys_space": {"total": 5, "free": 4}}]),
        ] {
            let (it, _) = beside("tiers", none);
            assert_eq!((it.physical, it.tiers), (None, None));
        }
    }

    #[test]
    fn a_value_that_cannot_be_read_costs_itself_and_is_told() {
        let (it, odd) = beside(
            "space_per_service",
            json!({"s3": -1, "nfs": null, "compute": 0}),
        );
        let used = |used: Option<u64>| used.map(Figure::exact);
        let services = it.services.expect("services").into_iter();
        let services: Vec<_> = services.map(|it| (it.name, it.used)).collect();
        let expected = [("s3", None), ("nfs", None), ("compute", Some(0))];
        assert_eq!(
            services,
            expected.map(|(name, it)| (name.to_owned(), used(it)))
        );
        assert_eq!(odd, ["space_per_service"]);
        let (it, odd) = beside("fs_stat", json!({"used_size": "many"}));
        assert_eq!((it.user_data, odd), (None, vec!["fs_stat.used_size"]));
    }
}
