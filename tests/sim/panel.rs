//! Panels, asked over HTTPS.

use std::time::Duration;

use crate::{
    clients::{login, panel_client, send},
    cluster, simulator,
};
use reqwest::Method;
use serde_json::{Value, json};
use vhi_usage::sim::fault::Fault;

pub(crate) const COMPUTE: &str = "/api/v2/compute/cluster/stat";
const SCRIPT: (&str, &str) = ("x-requested-with", "XMLHttpRequest");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_login_opens_the_compute_stat() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    it.scenario.freeze(Some(Duration::from_secs(60)));
    let (client, url) = (panel_client(it), &it.panel.url);
    let get = async |path: &str, headers: &[(&str, &str)]| {
        send(&client, Method::GET, &format!("{url}{path}"), headers, "").await
    };
    assert_eq!(get(COMPUTE, &[]).await.status, 401);
    assert_eq!(get("/api/v2/nothing", &[]).await.status, 404);
    let about = get("/api/v2/about", &[]).await.json();
    assert_eq!(about["storage-name"], "cluster1");

    let entered = login(&client, it, &[]).await;
    assert_eq!(entered.status, 200);
    assert_eq!(entered.json()["token"], "unscoped");
    let attributes = "; Path=/; Secure; HttpOnly; Max-Age=1800";
    assert!(entered.cookie().ends_with(attributes));
    assert!(entered.headers.contains_key("x-request-id"));
    let session = entered.session();
    assert!(session.starts_with("session="));
    for path in [COMPUTE, "/api/v2/compute/cluster/stat/"] {
        let stat = get(path, &[("cookie", &session)]).await;
        let total = it.scenario.figures().vcpus_total();
        assert_eq!(stat.json()["physical"]["vcpus_total"], total);
    }
    let clusters = get("/api/v2/clusters", &[("cookie", &session)]).await;
    assert_eq!(clusters.json()["data"][0]["name"], "cluster1");
    let counts = it.scenario.counts();
    assert_eq!((counts.logins, counts.stat_requests), (1, 3));
    simulator.stop().await;
}

#[tokio::test]
async fn a_numbered_session_wants_its_number() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let client = panel_client(it);
    let number = ("x-session-id", "7");
    let session = login(&client, it, &[number]).await.session();
    assert!(session.starts_with("session7="));
    let url = format!("{}{COMPUTE}", it.panel.url);
    let cookie = ("cookie", session.as_str());
    let with = send(&client, Method::GET, &url, &[cookie, number], "").await;
    assert_eq!(with.status, 200);
    let without = send(&client, Method::GET, &url, &[cookie], "").await;
    assert_eq!(without.status, 401);
}

#[tokio::test]
async fn entering_a_project_changes_the_session() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let (client, url) = (panel_client(it), &it.panel.url);
    let session = login(&client, it, &[]).await.session();
    let cookie = ("cookie", session.as_str());
    let projects = format!("{url}/api/v2/accounts/projects");
    let list = send(&client, Method::GET, &projects, &[cookie], "").await;
    let project = list.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let auth = format!("{projects}/{project}/auth");
    let entered = send(&client, Method::POST, &auth, &[cookie, SCRIPT], "{}").await;
    assert!(entered.json()["token"].is_string());
    assert_ne!(entered.session(), session);
    let stat = format!("{url}{COMPUTE}");
    let old = send(&client, Method::GET, &stat, &[cookie], "").await;
    assert_eq!(old.status, 401);
    let fresh = entered.session();
    let new = send(&client, Method::GET, &stat, &[("cookie", &fresh)], "").await;
    assert_eq!(new.status, 200);
}

#[tokio::test]
async fn logins_are_refused_for_each_reason_in_its_own_way() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let client = panel_client(it);
    let url = format!("{}/api/v2/login", it.panel.url);
    let right = json!({"username": it.panel.username, "password": it.panel.password}).to_string();
    let wrong = json!({"username": it.panel.username, "password": "guess"}).to_string();
    let post = async |headers: &[(&str, &str)], body: &str| {
        send(&client, Method::POST, &url, headers, body).await
    };

    assert_eq!(post(&[JSON], &right).await.status, 403);
    assert_eq!(post(&[JSON, SCRIPT], "{}").await.status, 400);
    for _ in 0..5 {
        let refused = post(&[JSON, SCRIPT], &wrong).await;
        assert_eq!(refused.status, 401);
        assert!(refused.json()["error"]["message"].is_string());
    }
    assert_eq!(post(&[JSON, SCRIPT], &right).await.status, 423);
    it.scenario.unlock_panel();
    assert_eq!(post(&[JSON, SCRIPT], &right).await.status, 200);
    it.scenario.set_fault(Fault::PanelLoginRefused, true);
    for _ in 0..7 {
        assert_eq!(post(&[JSON, SCRIPT], &right).await.status, 401);
    }
    let counts = it.scenario.counts();
    assert_eq!((counts.login_attempts, counts.logins), (15, 1));
}

#[tokio::test]
async fn each_fault_of_the_panel_shows_as_itself() {
    let simulator = simulator(&[]).await;
    let it = cluster(&simulator);
    let client = panel_client(it);
    let session = login(&client, it, &[]).await.session();
    let url = format!("{}{COMPUTE}", it.panel.url);
    let cookie = [("cookie", session.as_str())];
    let get = async || send(&client, Method::GET, &url, &cookie, "").await;
    let with = async |fault| {
        it.scenario.set_fault(fault, true);
        let answer = get().await;
        it.scenario.set_fault(fault, false);
        answer
    };

    assert_eq!(with(Fault::Panel500).await.status, 500);
    let page = with(Fault::PanelNotJson).await;
    assert_eq!(page.status, 200);
    assert!(serde_json::from_str::<Value>(&page.body).is_err());
    let sparse = with(Fault::SparseStat).await.json();
    assert_eq!(sparse["servers"].as_object().unwrap().len(), 5);
    assert_eq!(sparse.get("compute"), None);
    let old = with(Fault::OldNames).await.json();
    assert!(old["compute"]["mem_total"].is_u64());
    assert!(!old["datetime"].as_str().unwrap().ends_with('Z'));
    it.scenario.set_stat_body(Some("{\"servers\":".to_owned()));
    assert_eq!(get().await.body, "{\"servers\":");
    it.scenario.set_stat_body(None);

    it.scenario.set_fault(Fault::PanelHang, true);
    let waited = tokio::time::timeout(Duration::from_millis(300), get()).await;
    assert!(waited.is_err());
    it.scenario.set_fault(Fault::PanelHang, false);

    it.scenario.set_fault(Fault::PanelSlowBody, true);
    let waited = tokio::time::timeout(Duration::from_millis(300), get()).await;
    assert!(waited.is_err());
    it.scenario.set_fault(Fault::PanelSlowBody, false);
    assert_eq!(with(Fault::Panel401).await.status, 401);

    // This client follows.
    let followed = || it.scenario.counts().followed;
    assert_eq!(followed(), 0);
    it.scenario.set_fault(Fault::PanelRedirect, true);
    assert_eq!(get().await.status, 404);
    assert_eq!(followed(), 1);
    it.scenario.set_fault(Fault::PanelRedirect, false);

    it.scenario.set_fault(Fault::SessionExpiry, true);
    assert_eq!(get().await.status, 200);
    assert_eq!(get().await.status, 401);
    simulator.stop().await;
}
