//! The series of a cluster, and how they are exposed to a Prometheus.
//!
//! ```text
//! tier:mdsd_fs_space_bytes:sum{tier="0"} 23625756101836
//! tier:mdsd_fs_space_bytes:sum{cloud="other",tier="0"} 70877268305515
//! ```
//!
//! Those of this cluster have no label `cloud`; those that have one are of others and not to be counted.

use std::collections::BTreeMap;

use crate::sim::{
    fault::Fault,
    figures::{Figures, TIB},
};

const FS_TOTAL: &str = "tier:mdsd_fs_space_bytes:sum";
const FS_FREE: &str = "tier:mdsd_fs_free_space_bytes:sum";
const CLUSTER_TOTAL: &str = "mdsd_cluster_space_bytes";
const CLUSTER_FREE: &str = "mdsd_cluster_free_space_bytes";
/// Of each series: its name and what it counts.
const HELP: [(&str, &str); 4] = [
    (FS_TOTAL, "Space of the file system by tier."),
    (FS_FREE, "Free space of the file system by tier."),
    (CLUSTER_TOTAL, "Physical space of the cluster."),
    (CLUSTER_FREE, "Free physical space of the cluster."),
];
/// The clusters that are not ours.
const OTHERS: [(&str, u64); 2] = [("other", 3), ("east", 11)];

/// Labels by name; the name of a series itself is `__name__`.
pub(crate) type Labels = BTreeMap<&'static str, String>;

/// One series and its value now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: Labels,
    /// In bytes, or no number at all.
    pub(crate) value: f64,
}

/// All series, decoys among them.
pub(crate) fn series(it: &Figures, shows: impl Fn(Fault) -> bool) -> Vec<Series> {
    let tiers = it.tiers();
    let clusters = [
        (CLUSTER_TOTAL, None, it.physical_total),
        (CLUSTER_FREE, None, it.physical_free),
    ];
    let figures: Vec<_> = tiers
        .iter()
        .map(|tier| (FS_TOTAL, Some(tier.number), tier.logical_total))
        .chain(tiers.map(|tier| (FS_FREE, Some(tier.number), tier.logical_free)))
        .chain(clusters)
        .collect();
    let local = figures.iter().filter_map(|&(name, tier, bytes)| {
        let value = local(name, tier, bytes, &shows)?;
        Some(one(name, tier, None, value))
    });
    let decoys = OTHERS.iter().flat_map(|&(cloud, times)| {
        let of = move |&(name, tier, bytes): &(&'static str, Option<u64>, u64)| {
            one(name, tier, Some(cloud), float(bytes * times + 7))
        };
        figures.iter().map(of)
    });
    // tiers that we do not have
    let more = [FS_TOTAL, FS_FREE].map(|name| one(name, Some(2), Some("other"), float(9 * TIB)));
    local.chain(decoys).chain(more).collect()
}

/// The value of a series of this cluster; `None` where a fault takes the series away.
fn local(name: &str, tier: Option<u64>, bytes: u64, shows: &impl Fn(Fault) -> bool) -> Option<f64> {
    let is_free = name == FS_FREE || name == CLUSTER_FREE;
    let is_first = tier == Some(0);
    if shows(Fault::MetricsEmpty) || shows(Fault::MetricsPartial) && is_free && tier == Some(1) {
        return None;
    }
    Some(if shows(Fault::MetricsNan) && !is_first {
        f64::NAN
    } else if shows(Fault::MetricsInf) && !is_first {
        f64::INFINITY
    } else if shows(Fault::MetricsMoreFree) && is_free {
        float(bytes + 100 * TIB)
    } else if shows(Fault::MetricsFraction) && is_free && is_first {
        float(bytes) + 0.5
    } else {
        float(bytes)
    })
}

fn one(name: &'static str, tier: Option<u64>, cloud: Option<&str>, value: f64) -> Series {
    let mut labels = Labels::from([("__name__", name.to_owned())]);
    labels.extend(tier.map(|tier| ("tier", tier.to_string())));
    labels.extend(cloud.map(|cloud| ("cloud", cloud.to_owned())));
    Series { labels, value }
}

/// A count of bytes as Prometheus keeps it.
#[expect(
    clippy::cast_precision_loss,
    reason = "every value of Prometheus is a float, and no cluster here has 2^53 bytes"
)]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

/// A value as Prometheus writes it, in full digits.
pub(crate) fn written(value: f64) -> String {
    match value {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    }
}

/// Labels as they stand in braces, without the series' name.
fn in_braces(labels: &Labels) -> String {
    let named = labels.iter().filter(|(name, _)| **name != "__name__");
    let pairs: Vec<String> = named.map(|(name, it)| format!("{name}=\"{it}\"")).collect();
    match pairs.as_slice() {
        [] => String::new(),
        pairs => format!("{{{}}}", pairs.join(",")),
    }
}

/// The text for a scrape.
pub(crate) fn exposition(series: &[Series]) -> String {
    let mut text = String::new();
    for (name, help) in HELP {
        text += &format!("# HELP {name} {help}\n# TYPE {name} gauge\n");
        let of = |it: &&Series| it.labels.get("__name__").is_some_and(|it| it == name);
        for it in series.iter().filter(of) {
            let (labels, value) = (in_braces(&it.labels), written(it.value));
            text += &format!("{name}{labels} {value}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn text(fault: Option<Fault>) -> String {
        let figures = Figures::at(Duration::from_secs(1_000), 0);
        exposition(&series(&figures, |it| Some(it) == fault))
    }

    fn locals(text: &str) -> Vec<&str> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.filter(|line| !line.contains("cloud=")).collect()
    }

    #[test]
    fn local_series_have_no_cloud_and_every_one_has_decoys() {
        let text = text(None);
        let it = Figures::at(Duration::from_secs(1_000), 0);
        let [first, second] = it.tiers();
        assert_eq!(
            locals(&text),
            [
                format!("{FS_TOTAL}{{tier=\"0\"}} {}", first.logical_total),
                format!("{FS_TOTAL}{{tier=\"1\"}} {}", second.logical_total),
                format!("{FS_FREE}{{tier=\"0\"}} {}", first.logical_free),
                format!("{FS_FREE}{{tier=\"1\"}} {}", second.logical_free),
                format!("{CLUSTER_TOTAL} {}", it.physical_total),
                format!("{CLUSTER_FREE} {}", it.physical_free),
            ]
        );
        for head in [
            "tier:mdsd_fs_space_bytes:sum{cloud=\"other\",tier=\"0\"} ",
            "tier:mdsd_fs_free_space_bytes:sum{cloud=\"east\",tier=\"1\"} ",
            "mdsd_cluster_space_bytes{cloud=\"other\"} ",
            "mdsd_cluster_free_space_bytes{cloud=\"east\"} ",
        ] {
            assert!(text.contains(&format!("\n{head}")), "{head}");
        }
    }

    #[test]
    fn each_fault_changes_its_own_series() {
        let shown = |fault| {
            let text = text(Some(fault));
            locals(&text).join("\n")
        };
        assert_eq!(shown(Fault::MetricsEmpty), "");
        assert!(text(Some(Fault::MetricsEmpty)).contains("cloud=\"other\""));
        assert_eq!(shown(Fault::MetricsNan).matches(" NaN").count(), 4);
        assert_eq!(shown(Fault::MetricsInf).matches(" +Inf").count(), 4);
        let partial = shown(Fault::MetricsPartial);
        assert!(!partial.contains("free_space_bytes:sum{tier=\"1\"}"));
        assert_eq!(partial.lines().count(), 5);
        let fraction = shown(Fault::MetricsFraction);
        assert_eq!(fraction.matches(".5").count(), 1, "{fraction}");
    }
}
