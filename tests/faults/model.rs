//! What each source may say of the cluster, and must where it reads: its true figures, as the fault shows them.

use serde_json::{Value, json};
use vhi_usage::{
    reading::Source,
    sim::{fault::Fault, figures::Figures},
};

/// One figure: where it stands below the storage part, and how many bytes it is; `None` where it is `null`.
pub(crate) type Expected = (String, Option<u64>);
/// A source's figure at a place, and what it may be at one time or another.
pub(crate) type May = ((Source, String), Vec<Option<u64>>);

/// Every figure of a source while a fault is shown.
pub(crate) fn figures(source: Source, fault: Option<Fault>, it: &Figures) -> Vec<Expected> {
    let it = match (source, fault) {
        (Source::Overview, Some(Fault::OverviewShifted)) => &shifted(it),
        _ => it,
    };
    // A reading of the series is one without those of the disks.
    let disks = match source {
        Source::Ssh | Source::Overview => true,
        Source::Prometheus | Source::Grafana => fault != Some(Fault::MetricsEmpty),
    };
    let physical = space(
        "/physical",
        disks.then_some((it.physical_total, it.physical_free)),
    );
    let mut all: Vec<Expected> = Vec::new();
    let logical = match source {
        Source::Ssh => (it.allocatable_total, it.allocatable_free),
        Source::Overview | Source::Prometheus | Source::Grafana => {
            (it.logical_total(), it.logical_free())
        }
    };
    all.extend(space("/logical", Some(logical)));
    all.extend(physical);
    let gives = |given: bool, bytes: u64| given.then_some(bytes);
    // The licence itself may be what the fault takes away; the overview knows its capacity all the same.
    let licensed = match source {
        Source::Ssh => fault != Some(Fault::NoLicenseLine),
        Source::Overview => fault != Some(Fault::License403),
        Source::Prometheus | Source::Grafana => false,
    };
    let user_data = gives(licensed || source == Source::Overview, it.user_data);
    let capacity = gives(licensed || source == Source::Overview, it.license_capacity);
    all.extend([
        ("/user_data".to_owned(), user_data),
        ("/license/capacity".to_owned(), capacity),
        ("/license/used".to_owned(), gives(licensed, it.user_data)),
        (
            "/license/free".to_owned(),
            gives(licensed, it.license_capacity - it.user_data),
        ),
    ]);
    for (number, tier) in it.tiers().into_iter().enumerate() {
        let at = |side| format!("/tiers/{number}/{side}");
        let (logical, physical) = match source {
            Source::Ssh => (None, None),
            Source::Overview => (None, Some((tier.physical_total, tier.physical_free))),
            Source::Prometheus | Source::Grafana => {
                (Some((tier.logical_total, tier.logical_free)), None)
            }
        };
        all.extend(space(&at("logical"), logical));
        all.extend(space(&at("physical"), physical));
    }
    let overview = source == Source::Overview;
    for (service, bytes) in [
        ("abgw", Some(0)),
        ("compute", Some(it.volumes_used)),
        ("iscsi", Some(0)),
        ("nfs", None),
        ("other", Some(it.other_data())),
        ("s3", Some(it.object_data())),
    ] {
        all.push((format!("/services/{service}"), bytes.filter(|_| overview)));
    }
    all
}

/// Each figure of each source, and what it may be at one time or another.
pub(crate) fn all_true(times: &[(Option<Fault>, Figures)]) -> Vec<May> {
    let mut all: Vec<May> = Vec::new();
    for source in Source::ALL {
        let of_source = all.len();
        for (fault, it) in times {
            let places = figures(source, *fault, it).into_iter();
            for (number, (at, bytes)) in places.enumerate() {
                match all.get_mut(of_source + number) {
                    Some((_, known)) => known.push(bytes),
                    None => all.push(((source, at), vec![bytes])),
                }
            }
        }
    }
    all
}

/// What a source says beside its figures.
pub(crate) fn words(source: Source, fault: Option<Fault>) -> Vec<(&'static str, Value)> {
    let licence = match (source, fault) {
        (Source::Ssh, Some(Fault::NoLicenseLine)) | (Source::Overview, Some(Fault::License403)) => {
            json!("unknown")
        }
        (Source::Ssh, _) => json!("ACTIVE"),
        (Source::Overview, _) => json!("active"),
        (Source::Prometheus | Source::Grafana, _) => Value::Null,
    };
    let replication = match (source, fault) {
        (Source::Ssh, Some(Fault::UnknownForm)) => Value::Null,
        (Source::Ssh, _) => json!({"normal": 1, "limit": 1}),
        (Source::Overview | Source::Prometheus | Source::Grafana, _) => Value::Null,
    };
    let status = match source {
        Source::Ssh | Source::Overview => json!("healthy"),
        Source::Prometheus | Source::Grafana => Value::Null,
    };
    vec![
        ("/license/state", licence),
        ("/replication", replication),
        ("/cluster_status", status),
    ]
}

/// Lines of the report that no rule reads.
pub(crate) fn unread(fault: Fault) -> u64 {
    match fault {
        Fault::UnreadLine | Fault::UnknownForm => 1,
        _ => 0,
    }
}

fn space(at: &str, of: Option<(u64, u64)>) -> [Expected; 3] {
    let figure = |name, bytes| (format!("{at}/{name}"), bytes);
    [
        figure("total", of.map(|(total, _)| total)),
        figure("used", of.map(|(total, free)| total - free)),
        figure("free", of.map(|(_, free)| free)),
    ]
}

fn shifted(it: &Figures) -> Figures {
    let more = |bytes: u64| bytes + bytes / 100;
    Figures {
        physical_total: more(it.physical_total),
        physical_free: more(it.physical_free),
        user_data: more(it.user_data),
        license_capacity: more(it.license_capacity),
        volumes_used: more(it.volumes_used),
        ..*it
    }
}
