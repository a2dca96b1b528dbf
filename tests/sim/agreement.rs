//! Whether all sources of storage say the same, and what goes wrong in the report.

use std::time::Duration;

use crate::{
    clients::Ssh,
    cluster,
    grafana::Grafana,
    metrics::{FREE, TOTAL, asked, values},
    overview::Session,
    simulator, with,
};
use vhi_usage::{
    amount::SizeBase,
    sim::{Simulator, fault::Fault},
    vstorage::{license::License, report},
};

async fn report(simulator: &Simulator) -> String {
    let ssh = Ssh::connect(simulator, 0).await.unwrap();
    let output = ssh.run("vstorage -c cluster1 stat").await.unwrap();
    output.stdout
}

#[tokio::test]
async fn all_sources_say_the_same_at_any_age() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let session = Session::begin(it).await;
    let grafana = Grafana::new(it);
    let [form, ..] = grafana.forms(FREE);
    for age in [0, 1, 3_599, 10_800, 12_345, 86_399] {
        it.scenario.freeze(Some(Duration::from_secs(age)));
        let overview = session.overview().await;
        let licence = session.licence().await;
        let free = overview["logic_space"]["free"].to_string();
        assert_eq!(values(&asked(it, FREE).await), [free.as_str()]);
        assert_eq!(values(&grafana.with_token(&form).await), [free.as_str()]);
        let frames = grafana.own_frames(TOTAL).await.json();
        let total = &frames["results"]["A"]["frames"][0]["data"]["values"][1][0];
        assert_eq!(total, &overview["logic_space"]["total"]);
        assert_eq!(licence["used_size"], overview["logic_space"]["used"]);

        let report = report::parse(&report(&simulator).await).unwrap();
        let printed = report.space.free;
        for (size, key, query) in [
            (
                printed.total,
                "total",
                "mdsd_cluster_space_bytes{cloud=\"\"}",
            ),
            (
                printed.free,
                "free",
                "mdsd_cluster_free_space_bytes{cloud=\"\"}",
            ),
        ] {
            let tiers = overview["tiers"].as_array().unwrap().iter();
            let bytes: u64 = tiers
                .map(|tier| tier["phys_space"][key].as_u64().unwrap())
                .sum();
            assert_eq!(values(&asked(it, query).await), [bytes.to_string()]);
            let amount = size.amount(SizeBase::Binary).unwrap();
            assert!(
                (amount.min..=amount.max).contains(&bytes),
                "{key} at {age} s"
            );
        }
        let Some(License::Dated { capacity, used, .. }) = report.license else {
            panic!("no licence");
        };
        for (size, bytes) in [
            (capacity, &licence["capacity"]),
            (used, &licence["used_size"]),
        ] {
            let amount = size.amount(SizeBase::Binary).unwrap();
            assert!((amount.min..=amount.max).contains(&bytes.as_u64().unwrap()));
        }
    }
    simulator.stop().await;
}

#[tokio::test]
async fn a_licence_that_is_used_up_is_so_for_whoever_asks() {
    let simulator = simulator(&[Fault::LicenseLow]).await;
    let it = cluster(&simulator);
    let session = Session::begin(it).await;
    for age in [0, 3_000, 10_799, 13_000] {
        it.scenario.freeze(Some(Duration::from_secs(age)));
        let licence = session.licence().await;
        let [capacity, used] = ["capacity", "used_size"].map(|key| licence[key].as_u64().unwrap());
        assert!(used < capacity && used > capacity / 100 * 95);
        assert_eq!(session.overview().await["license"]["capacity"], capacity);
        let report = report::parse(&report(&simulator).await).unwrap();
        let Some(License::Dated {
            capacity: printed, ..
        }) = report.license
        else {
            panic!("no licence");
        };
        let printed = printed.amount(SizeBase::Binary).unwrap();
        assert_eq!(printed.bytes, capacity);
    }
}

#[tokio::test]
async fn a_report_lacks_a_line_or_has_one_that_nobody_knows() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::ZERO));
    let read = async |fault| {
        let text = with(it, fault, async || report(&simulator).await).await;
        report::parse(&text).unwrap()
    };
    assert_eq!(read(Fault::NoLicenseLine).await.license, None);
    let unread = read(Fault::UnreadLine).await.unread;
    assert!(unread[0].text.starts_with("Scrubbing: "), "{unread:?}");
    let unknown = read(Fault::UnknownForm).await;
    assert_eq!(unknown.replication, None);
    assert!(unknown.unread[0].text.starts_with("Replication: "));
    let decimal = read(Fault::DecimalPrint).await.space.free;
    let physical = it.scenario.figures().physical_total;
    let holds = |base| {
        let amount = decimal.total.amount(base).unwrap();
        (amount.min..=amount.max).contains(&physical)
    };
    assert!(holds(SizeBase::Decimal) && !holds(SizeBase::Binary));
}
