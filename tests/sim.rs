//! The simulator against clients that share nothing with it: a bare SSH client and a bare HTTPS client.

#[path = "sim/agreement.rs"]
mod agreement;
#[path = "sim/clients.rs"]
mod clients;
#[path = "sim/faults.rs"]
mod faults;
#[path = "sim/grafana.rs"]
mod grafana;
#[path = "sim/metrics.rs"]
mod metrics;
#[path = "sim/nodes.rs"]
mod nodes;
#[path = "sim/overview.rs"]
mod overview;
#[path = "sim/panel.rs"]
mod panel;

use std::os::unix::fs::PermissionsExt;

use clients::{Ssh, panel_client};
use vhi_usage::sim::{SimSettings, Simulator, cluster::SimCluster, error::SimError, fault::Fault};

/// One cluster with two nodes.
async fn simulator(faults: &[Fault]) -> Simulator {
    let settings = SimSettings {
        faults: faults.to_vec(),
        ..SimSettings::default()
    };
    Simulator::start(settings).await.unwrap()
}

/// Switches a fault on for as long as something is asked.
async fn with<T>(cluster: &SimCluster, fault: Fault, ask: impl AsyncFnOnce() -> T) -> T {
    cluster.scenario.set_fault(fault, true);
    let answer = ask().await;
    cluster.scenario.set_fault(fault, false);
    answer
}

fn cluster(simulator: &Simulator) -> &SimCluster {
    &simulator.clusters()[0]
}

#[tokio::test]
async fn the_settings_name_every_cluster_and_hide_what_is_secret() {
    let settings = SimSettings {
        clusters: 2,
        nodes: 3,
        ..SimSettings::default()
    };
    let simulator = Simulator::start(settings).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let text = simulator.settings_toml(dir.path(), "127.0.0.1:8080");
    let table: toml::Table = text.unwrap().parse().unwrap();
    assert_eq!(table["listen"].as_str(), Some("127.0.0.1:8080"));
    let read = |value: &toml::Value| {
        let path = value.as_str().unwrap();
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        (std::fs::read_to_string(path).unwrap(), mode & 0o777)
    };
    let token = read(&table["api"]["token_file"]);
    assert_eq!(token, (simulator.api_token().to_owned(), 0o600));
    let clusters = table["cluster"].as_array().unwrap();
    assert_eq!(clusters.len(), 2);
    for (settings, it) in clusters.iter().zip(simulator.clusters()) {
        assert_eq!(settings["name"].as_str(), Some(it.name.as_str()));
        let ssh = &settings["ssh"];
        assert_eq!(ssh["nodes"].as_array().unwrap().len(), 3);
        let address = format!("root@{}", it.nodes[0].address);
        assert_eq!(ssh["nodes"][0].as_str(), Some(address.as_str()));
        let key = read(&ssh["key_file"]);
        assert_eq!(key, (simulator.user_key().to_owned(), 0o600));
        assert_eq!(read(&ssh["known_hosts_file"]).0.lines().count(), 6);
        let panel = &settings["panel"];
        assert_eq!(panel["url"].as_str(), Some(it.panel.url.as_str()));
        assert_eq!(panel["sha256"].as_str(), Some(it.panel.sha256.as_str()));
        let password = read(&panel["password_file"]);
        assert_eq!(password, (it.panel.password.clone(), 0o600));
        let url = settings["prometheus"]["url"].as_str();
        assert_eq!(url, Some(it.metrics.url.as_str()));
        let grafana = &settings["grafana"];
        let uid = grafana["datasource_uid"].as_str();
        assert_eq!(uid, Some(it.panel.datasource_uid.as_str()));
        let token = read(&grafana["token_file"]);
        assert_eq!(token, (it.panel.grafana_token.clone(), 0o600));
    }
    let printed = format!("{simulator:?}");
    assert!(!printed.contains(simulator.api_token()));
    let panel = &simulator.clusters()[0].panel;
    assert!(!printed.contains(&panel.password));
    assert!(!printed.contains(&panel.grafana_token));
}

/// Two clusters on neighbouring ports, the first of which is returned too.
async fn on_fixed_ports() -> (u16, Simulator) {
    for first in (20_000..60_000).step_by(997) {
        let settings = SimSettings {
            clusters: 2,
            http_listen: ([127, 0, 0, 1], first).into(),
            ..SimSettings::default()
        };
        match Simulator::start(settings).await {
            Ok(simulator) => return (first, simulator),
            // somebody else has one of them
            Err(SimError::Listen { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("no four ports are free");
}

#[tokio::test]
async fn panels_take_the_first_ports_and_their_prometheuses_the_next() {
    let (first, simulator) = on_fixed_ports().await;
    for (it, number) in simulator.clusters().iter().zip(0..) {
        let panel = format!("https://127.0.0.1:{}", first + number);
        let metrics = format!("http://127.0.0.1:{}", first + 2 + number);
        assert_eq!((&it.panel.url, &it.metrics.url), (&panel, &metrics));
    }
}

#[tokio::test]
async fn files_that_cannot_be_written_are_named() {
    let simulator = simulator(&[]).await;
    let dir = tempfile::tempdir().unwrap().path().join("gone");
    let error = simulator.settings_toml(&dir, "127.0.0.1:0").unwrap_err();
    let key = dir.join("id_ed25519");
    assert_eq!(error.to_string(), format!("cannot write {}", key.display()));
}

#[tokio::test]
async fn a_stopped_simulator_is_gone_even_in_the_middle_of_things() {
    let simulator = simulator(&[Fault::Hang, Fault::PanelHang]).await;
    let it = cluster(&simulator);
    let address = it.nodes[0].address;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    let hanging = ssh.begin("vstorage -c cluster1 stat").await.unwrap();
    let client = panel_client(it);
    let url = format!("{}{}", it.panel.url, panel::COMPUTE);
    let asked = tokio::spawn(async move { client.get(url).send().await });
    simulator.stop().await;
    assert!(asked.await.unwrap().is_err());
    assert_eq!(clients::read(hanging).await.status, None);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_dropped_simulator_lets_its_clients_go() {
    let simulator = simulator(&[Fault::EndlessOutput]).await;
    let ssh = Ssh::connect(&simulator, 0).await.unwrap();
    let endless = ssh.begin("vstorage -c cluster1 stat").await.unwrap();
    drop(simulator);
    assert_eq!(clients::read(endless).await.status, None);
}
