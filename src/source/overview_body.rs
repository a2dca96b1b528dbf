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

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use crate::{
    amount::Amount,
    reading::{Counter, Figure, License, Service, Source, Space, StorageReading, Tier},
    source::{
        exact::{Keys, Unusable, space, word},
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
    let files = body.read(overview.get("fs_stat"), "fs_stat", Value::as_object);
    let files = files.and_then(|files| files.get("used_size"));
    let by_files = body.figure(files, "fs_stat.used_size");
    let (user_data, user_data_by) = Counter::first(by_files, license.used);
    let reading = StorageReading {
        source: Source::Overview,
        basis: Source::Overview.basis(),
        observed_at: at,
        node: None,
        cluster_status: body.text(overview.get("status"), "status"),
        size_base: None,
        logical,
        physical: tiers.as_deref().and_then(sum),
        user_data,
        user_data_by,
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
    /// What is there, as `read` takes it, or else it is told; null is as good as absent.
    fn read<'a, T>(
        &mut self,
        value: Option<&'a Value>,
        key: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let read = read(value.filter(|value| !value.is_null())?);
        if read.is_none() {
            self.odd.push(key);
        }
        read
    }

    fn figure(&mut self, value: Option<&Value>, key: &'static str) -> Option<Figure> {
        self.read(value, key, whole).map(Figure::exact)
    }

    fn text(&mut self, value: Option<&Value>, key: &'static str) -> Option<String> {
        self.read(value, key, Value::as_str).map(str::to_owned)
    }

    /// A list without any tier tells of none. One tier that cannot be told from the others by its
    /// name leaves them all untold.
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
        let list = self.read(overview.get("tiers"), "tiers", Value::as_array)?;
        let ids = ids(list);
        if ids.is_none() {
            self.odd.push("tiers.id");
        }
        let tiers = ids?.into_iter().zip(list).map(|(id, tier)| Tier {
            id,
            logical: self.share(tier.get("logic_space"), LOGICAL),
            physical: self.share(tier.get("phys_space"), PHYSICAL),
        });
        Some(tiers.collect()).filter(|tiers: &Vec<_>| !tiers.is_empty())
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
        let key = "space_per_service";
        let services = self.read(overview.get(key), key, Value::as_object)?;
        let of = |(name, used): (&String, &Value)| Service {
            name: name.clone(),
            used: self.figure(Some(used), key),
        };
        Some(services.iter().map(of).collect())
    }

    fn license(&mut self, overview: &Value, license: Option<&Value>) -> License {
        let license = self.read(license, "license", Value::as_object);
        let of = |key: &str| license.and_then(|license| license.get(key));
        let key = "license.capacity";
        let capacity = self.figure(of("capacity"), key).or_else(|| {
            let license = self.read(overview.get("license"), "license", Value::as_object)?;
            self.figure(license.get("capacity"), key)
        });
        let used = self.figure(of("used_size"), "license.used_size");
        let left = || capacity?.amount.minus(used?.amount).map(Figure::derived);
        License {
            state: self.text(of("status"), "license.status"),
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
        let at = |second: &Value| Timestamp::from_second(whole(second)?).ok();
        let at = self.read(value, "license.expiration_ts", at)?;
        Some(at.to_zoned(TimeZone::UTC).date())
    }
}

/// The id of each tier; `None` where one has none, or that of another.
fn ids(tiers: &[Value]) -> Option<Vec<String>> {
    let ids = tiers.iter().map(|tier| word(tier.get("id")?));
    let ids: Vec<String> = ids.collect::<Option<_>>()?;
    let distinct: BTreeSet<&String> = ids.iter().collect();
    (distinct.len() == ids.len()).then_some(ids)
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
        for (none, told) in [
            (json!([]), None),
            (json!(null), None),
            (json!({"0": {}}), Some("tiers")),
            (
                json!([good, {"phys_space": {"total": 5, "free": 4}}]),
                Some("tiers.id"),
            ),
            (json!([good, {"id": "0"}]), Some("tiers.id")),
        ] {
            let (it, odd) = beside("tiers", none);
            assert_eq!((it.physical, it.tiers), (None, None));
            assert_eq!(odd, Vec::from_iter(told));
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
        for key in ["space_per_service", "fs_stat", "license", "status"] {
            let (_, odd) = beside(key, json!(7));
            assert_eq!(odd, [key]);
        }
    }
}
