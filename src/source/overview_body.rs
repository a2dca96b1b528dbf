//! What the panel's overview means, in exact bytes.
//!
//! ```text
//! {"logic_space": {"total": 1000, "used": 300, "free": 700},
//!  "tiers": [{"id": 0, "phys_space": {"total": 2000, "used": 600, "free": 1400}}],
//!  "space_per_service": {"compute": 280, "nfs": null}, "fs_stat": {"used_size": 290}}
//! ```
//!
//! `logic_space` is what is billed, so it must be whole and add up. Whatever else is not there, is no count of
//! bytes or does not hold together, costs itself only.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    amount::Amount,
    reading::{Counter, Service, Source, Space, StorageReading, Tier},
    source::{
        exact::{Keys, Unusable, space, word},
        licence_body,
        odd::{Body, Odd, there},
    },
    vstorage::unread::Unread,
};

/// What both bodies say, and what of them is not as it should be; the licence may not have been given. The
/// cluster's status is in the panel's list.
///
/// # Errors
/// When `logic_space` is not whole or does not add up.
pub fn reading(
    overview: &Value,
    license: Option<&Value>,
    at: Timestamp,
) -> Result<(StorageReading, Vec<Odd>), Unusable> {
    const LOGICAL: Keys = ["logic_space.total", "logic_space.used", "logic_space.free"];
    let mut body = Body::default();
    let logical = space(overview.get("logic_space"), LOGICAL)?;
    let tiers = tiers(&mut body, overview);
    let license = licence_body::licence(&mut body, overview, license);
    let files = body.read(overview.get("fs_stat"), "fs_stat", Value::as_object);
    let files = files.and_then(|files| files.get("used_size"));
    let by_files = body.figure(files, "fs_stat.used_size");
    let (user_data, user_data_by) = Counter::first(by_files, license.used);
    let reading = StorageReading {
        source: Source::Overview,
        basis: Source::Overview.basis(),
        observed_at: at,
        node: None,
        cluster_status: None,
        size_base: None,
        logical,
        physical: tiers.as_deref().and_then(sum),
        user_data,
        user_data_by,
        replication: None,
        license: Some(license),
        tiers,
        services: services(&mut body, overview),
        unread: Unread::default(),
    };
    Ok((reading, body.odd))
}

/// A list without any tier tells of none. One tier that cannot be told from the others by its
/// name leaves them all untold.
fn tiers(body: &mut Body, overview: &Value) -> Option<Vec<Tier>> {
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
    let list = body.read(overview.get("tiers"), "tiers", Value::as_array)?;
    let ids = ids(list);
    if ids.is_none() {
        body.tell("tiers.id", Unusable::Tiers);
    }
    let tiers = ids?.into_iter().zip(list).map(|(id, tier)| {
        // What every tier has, and what we know of no release to have.
        let physical = space(tier.get("phys_space"), PHYSICAL);
        let logical = there(tier.get("logic_space")).map(|it| space(Some(it), LOGICAL));
        Tier {
            logical: logical.and_then(|it| body.share(it, "tiers.logic_space", &id)),
            physical: body.share(physical, "tiers.phys_space", &id),
            id,
        }
    });
    Some(tiers.collect()).filter(|tiers: &Vec<_>| !tiers.is_empty())
}

fn services(body: &mut Body, overview: &Value) -> Option<Vec<Service>> {
    let key = "space_per_service";
    let services = body.read(overview.get(key), key, Value::as_object)?;
    let of = |(name, used): (&String, &Value)| Service {
        name: name.clone(),
        used: body.figure(Some(used), key),
    };
    Some(services.iter().map(of).collect())
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
    use crate::reading::Figure;
    use serde_json::json;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    /// A body that can be billed, with this beside it.
    fn beside(key: &str, value: Value) -> (StorageReading, Vec<&'static str>) {
        let body = json!({"logic_space": {"total": 3, "free": 2}, key: value});
        let (reading, odd) = reading(&body, None, AT).expect("a reading");
        (reading, odd.into_iter().map(|odd| odd.key).collect())
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
        for key in ["space_per_service", "fs_stat", "license"] {
            let (_, odd) = beside(key, json!(7));
            assert_eq!(odd, [key]);
        }
    }

    #[test]
    fn a_tier_that_does_not_hold_together_or_lacks_a_figure_is_told_with_what_is_wrong() {
        use Unusable::{Absent, Illegal, MoreFree, NotTheSum};
        let (total, used, free) = (5, 2, 4);
        for (key, space, why) in [
            ("phys_space", json!(null), Absent("tiers.phys_space.total")),
            (
                "phys_space",
                json!({"total": 5}),
                Absent("tiers.phys_space.free"),
            ),
            (
                "phys_space",
                json!({"total": 5, "free": "4"}),
                Illegal("tiers.phys_space.free"),
            ),
            (
                "phys_space",
                json!({"total": 4, "free": 5}),
                MoreFree { total: 4, free: 5 },
            ),
            (
                "phys_space",
                json!({"total": 5, "used": 2, "free": 4}),
                NotTheSum { total, used, free },
            ),
            (
                "logic_space",
                json!({"total": 5}),
                Absent("tiers.logic_space.free"),
            ),
        ] {
            let mut tier = json!({"id": 1, "phys_space": {"total": 1, "free": 1}});
            tier[key] = space;
            let body = json!({"logic_space": {"total": 3, "free": 2}, "tiers": [tier]});
            let (it, odd) = reading(&body, None, AT).expect("a reading");
            let key = if key == "phys_space" {
                "tiers.phys_space"
            } else {
                "tiers.logic_space"
            };
            let tier = Some("1".to_owned());
            assert_eq!(odd, [Odd { key, tier, why }]);
            assert_eq!(it.physical.is_none(), key == "tiers.phys_space");
        }
        let (_, odd) = beside(
            "tiers",
            json!([{"id": 1, "phys_space": {"total": 1, "free": 1}, "logic_space": null}]),
        );
        assert_eq!(odd, Vec::<&str>::new());
    }
}
