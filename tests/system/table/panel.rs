//! Rows of the panel: what becomes of the network to it, of its certificate, and of its answers.

use std::{fs, net::SocketAddr};

use vhi_usage::sim::fault::Fault;

use crate::{
    site::Site,
    table::{
        relay::{Relay, Way},
        row::{QUICK, Row, SLOW, TRY, WAITS},
        told::Part,
    },
};

/// How long an answer of the panel is waited for.
const TIMEOUT: &str = "timeout = \"1s\"";

/// The port of the panel.
fn of_panel(site: &Site) -> SocketAddr {
    let url = &site.cluster().panel.url;
    url.strip_prefix("https://").unwrap().parse().unwrap()
}

/// A row of compute. With a relay the panel is asked through it.
fn row(site: Site, relay: Option<&Relay>) -> Row {
    let text = fs::read_to_string(site.toml(QUICK, WAITS)).unwrap() + TIMEOUT;
    let text = match relay {
        Some(relay) => text.replace(&of_panel(&site).to_string(), &relay.address.to_string()),
        None => text,
    };
    let service = site.serve(&site.write("panel.toml", &text));
    let row = Row::watch(Part::Compute, site, service);
    match relay {
        Some(_) => row.relayed(),
        None => row,
    }
}

/// The network to the panel goes that way, and the reason that is told, others on the way to it.
#[track_caller]
fn network(way: Way, before: &[&str], code: &str) {
    let site = Site::new();
    let relay = Relay::to(of_panel(&site));
    let row = row(site, Some(&relay));
    relay.goes(way);
    row.tells_after(before, code);
    relay.goes(Way::Through);
    row.recovers(TRY);
    row.ends();
}

/// The panel answers so. Nothing of it is a reason to log in again, or to follow it anywhere.
#[track_caller]
fn answers(fault: Fault, before: &[&str], code: &str) {
    let row = row(Site::new(), None);
    let scenario = &row.site.cluster().scenario;
    let logins = scenario.counts().login_attempts;
    scenario.set_fault(fault, true);
    row.tells_after(before, code);
    scenario.set_fault(fault, false);
    row.recovers(TRY);
    let counts = row.site.cluster().scenario.counts();
    assert_eq!((counts.login_attempts, counts.followed), (logins, 0));
    row.ends();
}

#[test]
fn a_panel_that_is_not_there() {
    network(Way::Refused, &["connect_failed"], "connect_refused");
}

#[test]
fn a_panel_behind_a_black_hole() {
    network(Way::BlackHoled, &["connect_failed"], "panel_timeout");
}

#[test]
fn a_panel_whose_connections_are_reset() {
    network(Way::Reset, &[], "connect_failed");
}

#[test]
fn a_panel_that_takes_connections_and_says_nothing() {
    network(Way::Hung, &["connect_failed"], "panel_timeout");
}

#[test]
fn a_panel_that_takes_requests_and_never_answers() {
    answers(Fault::PanelHang, &[], "panel_timeout");
}

#[test]
fn a_panel_that_answers_500() {
    answers(Fault::Panel500, &[], "panel_status");
}

#[test]
fn a_panel_that_answers_with_a_page_of_html() {
    answers(Fault::PanelNotJson, &[], "panel_unreadable");
}

#[test]
fn a_panel_that_sends_its_answers_byte_by_byte() {
    answers(Fault::PanelSlowBody, &[], "panel_timeout");
}

#[test]
fn a_panel_that_sends_us_elsewhere_is_not_followed() {
    answers(Fault::PanelRedirect, &[], "panel_status");
}

#[test]
fn a_panel_whose_certificate_has_changed_is_told_nothing() {
    let row = row(Site::new(), None);
    let scenario = &row.site.cluster().scenario;
    scenario.set_fault(Fault::PanelCertificateChanged, true);
    row.tells_after(&["connect_failed"], "certificate_untrusted");
    let before = scenario.counts();
    row.stays("certificate_untrusted", SLOW);
    assert_eq!(scenario.counts().requests, before.requests);
    scenario.set_fault(Fault::PanelCertificateChanged, false);
    row.recovers(TRY);
    row.ends();
}

#[test]
fn a_panel_whose_json_is_cut_off() {
    let row = row(Site::new(), None);
    let scenario = &row.site.cluster().scenario;
    scenario.set_stat_body(Some("{\"servers\": {\"count\": 3".to_owned()));
    row.tells("panel_unreadable");
    scenario.set_stat_body(None);
    row.recovers(TRY);
    row.ends();
}
