//! Rows of Prometheus, asked itself and billed.

use std::{fs, net::SocketAddr};

use vhi_usage::sim::fault::Fault;

use crate::{
    site::Site,
    table::{
        relay::{Relay, Way},
        row::{QUICK, Row, TRY, WAITS},
        told::Part,
    },
};

/// The port of Prometheus.
fn of_metrics(site: &Site) -> SocketAddr {
    let url = &site.cluster().metrics.url;
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

/// A row of storage, whose Prometheus is asked through the relay.
fn row(site: Site, relay: &Relay) -> Row {
    let toml = site.toml_with(QUICK, "storage_source = \"prometheus\"", WAITS);
    let address = relay.address;
    let more = format!("[cluster.prometheus]\nurl = \"http://{address}\"\ntimeout = \"1s\"\n");
    let text = fs::read_to_string(toml).unwrap() + &more;
    let service = site.serve(&site.write("metrics.toml", &text));
    Row::watch(Part::Storage, site, service)
}

#[track_caller]
fn network(way: Way, before: &[&str], code: &str) {
    let site = Site::new();
    let relay = Relay::to(of_metrics(&site));
    let row = row(site, &relay);
    relay.goes(way);
    row.tells_after(before, code);
    relay.goes(Way::Through);
    row.recovers(TRY);
    row.ends();
}

#[track_caller]
fn answers(fault: Fault, code: &str) {
    let site = Site::new();
    let relay = Relay::to(of_metrics(&site));
    let row = row(site, &relay);
    let scenario = &row.site.cluster().scenario;
    scenario.set_fault(fault, true);
    row.tells(code);
    scenario.set_fault(fault, false);
    row.recovers(TRY);
    row.ends();
}

#[test]
fn a_prometheus_that_is_not_there() {
    network(Way::Refused, &["connect_failed"], "connect_refused");
}

#[test]
fn a_prometheus_behind_a_black_hole() {
    network(Way::BlackHoled, &["connect_failed"], "metrics_timeout");
}

#[test]
fn a_prometheus_whose_connections_are_reset() {
    network(Way::Reset, &[], "connect_failed");
}

#[test]
fn a_prometheus_that_takes_connections_and_says_nothing() {
    network(Way::Hung, &["connect_failed"], "metrics_timeout");
}

#[test]
fn a_prometheus_that_takes_requests_and_never_answers() {
    answers(Fault::MetricsHang, "metrics_timeout");
}

#[test]
fn a_prometheus_that_answers_with_a_page_of_html() {
    answers(Fault::MetricsNotJson, "metrics_unreadable");
}

#[test]
fn a_prometheus_that_has_no_time_for_the_query() {
    answers(Fault::Metrics503, "query_timeout");
}
