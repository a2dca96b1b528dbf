//! Which storage source is billed, which are its witnesses, and what each of them needs.

use vhi_usage::reading::Source::{self, Grafana, Overview, Prometheus, Ssh};

use crate::{Place, sources};

/// A place whose variables name no node and nothing of one.
fn nodeless() -> Place {
    ["NODES", "SSH_KEY", "KNOWN_HOSTS"]
        .iter()
        .fold(Place::new(), |place, name| {
            place.without(&format!("VSTORAGE_{name}"))
        })
}

fn table(lines: &str) -> String {
    format!("[[cluster]]\n{lines}\n")
}

const PROMETHEUS: &str = "[cluster.prometheus]\nurl = \"https://metrics.example:9090\"\n";

#[track_caller]
fn are(place: Place, billed: Source, witnesses: &[Source]) {
    assert_eq!(sources(&place.cluster()), (billed, witnesses.to_vec()));
}

#[test]
fn the_first_source_whose_settings_are_there_is_billed_and_the_others_are_witnesses() {
    let url = "https://metrics.example:9090";
    are(Place::new(), Ssh, &[Overview]);
    are(nodeless(), Overview, &[]);
    are(
        nodeless().with("GRAFANA_API_KEY", "key"),
        Grafana,
        &[Overview],
    );
    are(
        nodeless()
            .with("GRAFANA_API_KEY", "key")
            .with("PROMETHEUS_URL", url),
        Prometheus,
        &[Overview, Grafana],
    );
    are(
        Place::new()
            .with("GRAFANA_API_KEY", "key")
            .with("PROMETHEUS_URL", url),
        Ssh,
        &[Overview, Prometheus, Grafana],
    );
    are(
        nodeless().toml(&table("[cluster.grafana]")),
        Grafana,
        &[Overview],
    );
    are(nodeless().toml(&table(PROMETHEUS)), Prometheus, &[Overview]);
}

#[test]
fn a_source_that_was_not_named_is_told_of_at_each_start() {
    let notices = |place: Place| place.config().notices.join("\n");
    assert_eq!(notices(Place::new()), "");
    let told = notices(nodeless());
    assert_eq!(
        told,
        "storage of cluster1 is billed from overview, the first source whose settings are there: name the one that is meant as storage_source"
    );
    assert_eq!(notices(nodeless().with("STORAGE_SOURCE", "overview")), "");
}

#[test]
fn a_source_that_is_named_is_billed_whatever_else_is_set() {
    for (name, source) in [
        ("ssh", Ssh),
        ("overview", Overview),
        ("prometheus", Prometheus),
        ("grafana", Grafana),
    ] {
        let toml = table(&format!("storage_source = \"{name}\"\n{PROMETHEUS}"));
        let place = Place::new().toml(&toml);
        assert_eq!(sources(&place.cluster()).0, source);
        let place = Place::new()
            .toml(&table(&format!("storage_source = \"ssh\"\n{PROMETHEUS}")))
            .with("STORAGE_SOURCE", name);
        assert_eq!(sources(&place.cluster()).0, source);
    }
}

#[test]
fn witnesses_are_those_that_are_named_in_their_order_or_none() {
    let with = |witnesses: &str| {
        Place::new().toml(&table(&format!("witnesses = {witnesses}\n{PROMETHEUS}")))
    };
    are(with("[]"), Ssh, &[]);
    are(
        with("[\"grafana\", \"prometheus\"]"),
        Ssh,
        &[Grafana, Prometheus],
    );
    are(
        with("[\"ssh\"]").with("STORAGE_SOURCE", "overview"),
        Overview,
        &[Ssh],
    );
}

#[test]
fn storage_nodes_are_wanted_only_where_they_are_asked() {
    let overview = || nodeless().with("STORAGE_SOURCE", "overview");
    are(overview(), Overview, &[]);
    nodeless()
        .with("STORAGE_SOURCE", "ssh")
        .refused("no storage node is named");
    // Who wrote the table meant it, and is not billed from elsewhere for a slip.
    nodeless()
        .toml(&table("[cluster.ssh]\nkey_file = \"gone\""))
        .refused("no storage node is named");
    let toml = table("witnesses = []\n[cluster.ssh]\nkey_file = \"gone\"");
    are(overview().toml(&toml), Overview, &[]);
    nodeless()
        .with("STORAGE_SOURCE", "prometheus")
        .refused("the address of Prometheus");
    // Grafana is below the panel, and needs no settings of its own.
    are(
        nodeless().with("STORAGE_SOURCE", "grafana"),
        Grafana,
        &[Overview],
    );
}

#[test]
fn all_sources_share_one_session_and_are_built_at_once() {
    let place = Place::new()
        .with("GRAFANA_API_KEY", "key")
        .with("PROMETHEUS_URL", "http://192.0.2.5:9090");
    let sources = place.cluster().sources().unwrap();
    let names = sources
        .witnesses
        .iter()
        .map(|witness| witness.source().name());
    assert_eq!(sources.storage.source(), Ssh);
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["overview", "prometheus", "grafana"]
    );
}
