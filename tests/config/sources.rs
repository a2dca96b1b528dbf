//! Which storage source is billed, which are its witnesses, and what each of them needs.

use vhi_usage::{
    config::Config,
    reading::Source::{self, Grafana, Overview, Prometheus, Ssh},
};

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
fn one_cluster_whose_series_are_billed_needs_no_name_and_without_one_the_overview_is_no_witness() {
    let url = "https://metrics.example:9090";
    let unnamed = || nodeless().without("VSTORAGE_CLUSTER");
    let old = || {
        unnamed()
            .with("GRAFANA_API_KEY", "key")
            .with("PROMETHEUS_URL", url)
    };
    for (place, billed, witnesses) in [
        (old(), Prometheus, &[Grafana][..]),
        (
            old().with("STORAGE_SOURCE", "grafana"),
            Grafana,
            &[Prometheus],
        ),
        (unnamed().toml(&table(PROMETHEUS)), Prometheus, &[]),
    ] {
        assert_eq!(place.cluster().name.as_str(), "default");
        are(place, billed, witnesses);
    }
    // Whoever gives it a name gets the overview, too.
    are(
        old().with("VSTORAGE_CLUSTER", "cluster1"),
        Prometheus,
        &[Overview, Grafana],
    );
    let missing = "VSTORAGE_CLUSTER, or name in [[cluster]]: it is missing";
    for place in [
        unnamed(),
        old().with("STORAGE_SOURCE", "overview"),
        old().with("VSTORAGE_NODES", "root@node1.example"),
        old().toml(&table("witnesses = [\"overview\"]")),
    ] {
        let told = Config::load(&place.origins()).unwrap_err().to_string();
        assert!(told.contains(missing), "{told}");
    }
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
    // A table is looked at before it is needed.
    let toml = table("witnesses = []\n[cluster.ssh]\nkey_file = \"gone\"");
    overview().toml(&toml).refused("no storage node is named");
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
fn a_half_of_the_settings_of_a_source_bills_no_other_in_its_place() {
    for name in ["SSH_KEY", "SSH_KEY_PASSPHRASE", "KNOWN_HOSTS", "COMMAND"] {
        let place = || nodeless().with(&format!("VSTORAGE_{name}"), "/gone");
        place().refused("no storage node is named");
        are(place().with("STORAGE_SOURCE", "overview"), Overview, &[]);
    }
    for (name, words) in [
        ("ssh-key", "no storage node is named"),
        ("known-hosts", "no storage node is named"),
        ("prometheus-token", "the address of Prometheus"),
        ("prometheus-password", "the address of Prometheus"),
    ] {
        for name in [name.to_owned(), format!("cluster1.{name}")] {
            handed(nodeless(), &name).refused(words);
        }
    }
    let grafana = || handed(nodeless(), "grafana-token");
    are(grafana(), Grafana, &[Overview]);
    let overview = grafana().with("STORAGE_SOURCE", "overview");
    are(overview, Overview, &[Grafana]);
}

fn handed(place: Place, name: &str) -> Place {
    place.write(name, "handed\n");
    let folder = place.folder.path().to_str().unwrap().to_owned();
    place.with("CREDENTIALS_DIRECTORY", &folder)
}

const PANEL: &str =
    "[cluster.panel]\nurl = \"https://panel.example\"\npassword_file = \"password\"\n";

/// Two clusters of one panel, each with these lines and this table.
fn two(tables: [&str; 2]) -> Place {
    let clusters = ["a", "b"].iter().zip(tables);
    let clusters =
        clusters.map(|(name, table)| format!("[[cluster]]\nname = \"{name}\"\n{table}{PANEL}"));
    let mut place = Place::new();
    let password = place.write("password", "canary\n");
    place
        .variables
        .retain(|(name, _)| name == "API_BEARER_TOKEN");
    let toml = clusters.collect::<String>();
    place.toml(&toml.replace("\"password\"", &format!("{password:?}")))
}

#[test]
fn one_clusters_bytes_are_not_billed_to_another_one() {
    let told = "a and b ask the same queries at the same address";
    let grafana = "[cluster.grafana]\n";
    let matching = format!("{PROMETHEUS}matcher = 'cluster=\"b\"'\n");
    let slash = PROMETHEUS.replace(":9090", ":9090/");
    two([PROMETHEUS, PROMETHEUS]).refused(told);
    two([PROMETHEUS, &slash]).refused(told);
    two([grafana, grafana]).refused(told);
    let physical = format!("{PROMETHEUS}physical_total_query = \"sum(a)\"\n");
    two([PROMETHEUS, &physical]).refused(told);
    let elsewhere = PROMETHEUS.replace("9090", "9091");
    let datasource = format!("{grafana}datasource_uid = \"P2\"\n");
    for (one, other) in [
        (PROMETHEUS, matching.as_str()),
        (PROMETHEUS, &elsewhere),
        (PROMETHEUS, grafana),
        (grafana, &datasource),
    ] {
        assert_eq!(two([one, other]).config().clusters.len(), 2, "{other}");
    }
}

#[test]
fn a_credential_of_no_name_is_of_no_one_cluster_among_several() {
    let place = handed(two([PROMETHEUS, ""]), "prometheus-token");
    let clusters = place.config().clusters;
    assert_eq!(sources(&clusters[0]), (Prometheus, vec![Overview]));
    assert_eq!(sources(&clusters[1]), (Overview, vec![]));
    handed(place, "b.prometheus-token").refused("the address of Prometheus");
}

#[test]
fn a_table_that_nobody_asks_is_looked_at_and_told_of() {
    let with = |table: &str| Place::new().toml(&table_of_none(table));
    let notices = with(PROMETHEUS).config().notices;
    let told = "prometheus of cluster1 has settings, and is neither billed nor a witness: it is not asked; name it in witnesses, or take its settings out";
    assert_eq!(notices, [told]);
    with("[cluster.prometheus]\nurl = \"metrics\"").refused("it is no address");
    with("[cluster.grafana]\nauth = \"key\"").refused("write token, panel or both");
}

fn table_of_none(lines: &str) -> String {
    table(&format!("witnesses = []\n{lines}"))
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
