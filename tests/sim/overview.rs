//! The storage overview and the licence of a panel.

use std::time::Duration;

use crate::{
    clients::{Answer, login, panel_client, send},
    cluster,
    metrics::{TOTAL, asked, values},
    simulator, with,
};
use reqwest::Method;
use serde_json::Value;
use vhi_usage::sim::{SimSettings, Simulator, cluster::SimCluster, fault::Fault};

/// A session with the panel of a cluster.
pub(crate) struct Session<'a> {
    client: reqwest::Client,
    cluster: &'a SimCluster,
    cookie: String,
}

impl Session<'_> {
    pub(crate) async fn begin(cluster: &SimCluster) -> Session<'_> {
        let client = panel_client(cluster);
        let cookie = login(&client, cluster, &[]).await.session();
        Session {
            client,
            cluster,
            cookie,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let url = format!("{}/api/v2/{path}", self.cluster.panel.url);
        let cookie = [("cookie", self.cookie.as_str())];
        send(&self.client, Method::GET, &url, &cookie, "").await
    }

    /// The number that the panel's list gives.
    async fn id(&self) -> u64 {
        let list = self.get("clusters").await.json();
        list["data"][0]["id"].as_u64().unwrap()
    }

    pub(crate) async fn overview(&self) -> Value {
        self.get(&format!("overview/{}", self.id().await))
            .await
            .json()
    }

    pub(crate) async fn licence(&self) -> Value {
        self.get(&format!("{}/license", self.id().await))
            .await
            .json()
    }
}

fn sum<'a>(values: impl IntoIterator<Item = &'a Value>) -> u64 {
    values.into_iter().filter_map(Value::as_u64).sum()
}

#[tokio::test]
async fn the_overview_adds_up_and_the_licence_agrees_with_it() {
    let settings = SimSettings {
        clusters: 2,
        nodes: 1,
        ..SimSettings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    let mut ids = Vec::new();
    for cluster in simulator.clusters() {
        cluster.scenario.freeze(Some(Duration::from_secs(7_200)));
        let it = cluster.scenario.figures();
        let session = Session::begin(cluster).await;
        let overview = session.overview().await;
        ids.push(overview["id"].clone());
        // No documented overview has them; the list does.
        assert_eq!((overview.get("name"), overview.get("status")), (None, None));
        assert_eq!(
            session.get("clusters").await.json()["data"][0]["name"],
            cluster.name.as_str()
        );
        let space = &overview["logic_space"];
        assert_eq!(space["used"], it.user_data);
        assert_eq!(space["total"], sum([&space["used"], &space["free"]]));
        assert_ne!(space["total"], it.allocatable_total);
        let services = overview["space_per_service"].as_object().unwrap();
        assert_eq!(sum(services.values()), it.user_data);
        assert_eq!(services.values().filter(|it| it.is_null()).count(), 1);
        let tiers = overview["tiers"].as_array().unwrap();
        let tier_sum = |key| sum(tiers.iter().map(|tier| &tier["phys_space"][key]));
        assert_eq!(tier_sum("total"), it.physical_total);
        assert_eq!(tier_sum("free"), it.physical_free);
        assert_eq!(tier_sum("used"), it.physical_total - it.physical_free);
        assert_eq!(overview["fs_stat"]["used_size"], it.user_data);

        let licence = session.licence().await;
        assert_eq!(licence["used_size"], it.user_data);
        assert_eq!(licence["capacity"], overview["license"]["capacity"]);
        assert_eq!(licence["total_size"], licence["capacity"]);
        assert_eq!(licence["status"], "active");
        let counts = cluster.scenario.counts();
        assert_eq!((counts.overview_requests, counts.license_requests), (1, 1));
    }
    assert_ne!(ids[0], ids[1]);
    simulator.stop().await;
}

#[tokio::test]
async fn both_want_a_session_and_a_cluster_that_is_there() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let session = Session::begin(it).await;
    for path in ["overview/99", "99/license"] {
        let answer = session.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["error"]["message"].is_string());
        let url = format!("{}/api/v2/{path}", it.panel.url);
        let stranger = send(&session.client, Method::GET, &url, &[], "").await;
        assert_eq!(stranger.status, 401, "{path}");
    }
    assert_eq!(session.get("overview/cluster1").await.status, 404);
}

#[tokio::test]
async fn what_goes_wrong_with_a_panel_goes_wrong_with_these_too() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let session = Session::begin(it).await;
    let id = it.scenario.id();
    for path in [format!("overview/{id}"), format!("{id}/license")] {
        let with = async |fault| {
            it.scenario.set_fault(fault, true);
            let answer = session.get(&path).await;
            it.scenario.set_fault(fault, false);
            answer
        };
        assert_eq!(with(Fault::Panel500).await.status, 500);
        let page = with(Fault::PanelNotJson).await;
        assert!(page.body.starts_with("<!DOCTYPE html>"));
        it.scenario.set_fault(Fault::PanelHang, true);
        let waited = tokio::time::timeout(Duration::from_millis(200), session.get(&path)).await;
        assert!(waited.is_err());
        it.scenario.set_fault(Fault::PanelHang, false);
    }
    it.scenario.set_fault(Fault::SessionExpiry, true);
    assert_eq!(session.get(&format!("overview/{id}")).await.status, 200);
    assert_eq!(session.get(&format!("{id}/license")).await.status, 401);
    simulator.stop().await;
}

#[tokio::test]
async fn a_shifted_overview_is_one_percent_larger_and_still_adds_up() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::from_secs(5_000)));
    let session = Session::begin(it).await;
    let ask = async || [session.overview().await, session.licence().await];
    let ours = ask().await;
    let shifted = with(it, Fault::OverviewShifted, ask).await;
    let close = |pointer: &str, which: usize| {
        let at = |body: &Value| body.pointer(pointer).and_then(Value::as_u64).unwrap();
        let (ours, shifted) = (at(&ours[which]), at(&shifted[which]));
        assert!((ours + ours / 100).abs_diff(shifted) < 20, "{pointer}");
    };
    for pointer in [
        "/logic_space/total",
        "/logic_space/used",
        "/logic_space/free",
        "/tiers/0/phys_space/total",
        "/tiers/0/phys_space/free",
        "/tiers/1/phys_space/used",
        "/space_per_service/compute",
        "/space_per_service/s3",
        "/space_per_service/other",
        "/fs_stat/used_size",
        "/license/capacity",
    ] {
        close(pointer, 0);
    }
    for pointer in ["/capacity", "/total_size", "/used_size", "/free_size"] {
        close(pointer, 1);
    }
    let total = it.scenario.figures().logical_total().to_string();
    assert_eq!(values(&asked(it, TOTAL).await), [total]);
}

#[tokio::test]
async fn an_overview_is_forbidden_or_of_another_or_lacks_something() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let session = Session::begin(it).await;
    let id = it.scenario.id();
    let (overview, licence) = (format!("overview/{id}"), format!("{id}/license"));
    for (fault, forbidden, open) in [
        (Fault::Overview403, &overview, &licence),
        (Fault::License403, &licence, &overview),
    ] {
        let ask = async || [session.get(forbidden).await, session.get(open).await];
        let [forbidden, open] = with(it, fault, ask).await;
        assert_eq!(
            (forbidden.status.as_u16(), open.status.as_u16()),
            (403, 200)
        );
        assert_eq!(forbidden.json()["error"]["message"], "Forbidden");
    }
    let list = with(it, Fault::OverviewOther, async || {
        session.get("clusters").await
    })
    .await;
    let list = list.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["name"], "another");
    let no_total = with(it, Fault::OverviewNoTotal, async || {
        session.overview().await
    })
    .await;
    assert_eq!(no_total["logic_space"].get("total"), None);
    assert!(no_total["logic_space"]["used"].is_u64());
    let more = with(it, Fault::OverviewMoreFree, async || {
        session.overview().await
    })
    .await;
    for space in [&more["logic_space"], &more["tiers"][1]["phys_space"]] {
        assert!(space["free"].as_u64() > space["total"].as_u64(), "{space}");
    }
}
