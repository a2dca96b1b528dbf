//! Peers that are asked over HTTP beside the panel: what keeps them from answering, in words of their own.

use std::time::Duration;

use vhi_usage::web::{
    error::{TrustError, WebError},
    peer::Peer::{self, Grafana, Prometheus},
};

use crate::told::Mask;

const PATH: &str = "/api/v1/query";

fn url(peer: Peer) -> String {
    match peer {
        Peer::Panel => "https://panel.example:8888".to_owned(),
        Prometheus => "https://metrics.example:9090".to_owned(),
        Grafana => "https://panel.example:8888/grafana".to_owned(),
    }
}

#[track_caller]
fn says(error: WebError, sentence: &str) {
    Mask::default()
        .of(url(Prometheus), "METRICS")
        .of(url(Grafana), "GRAFANA")
        .says(error, sentence);
}

#[test]
fn a_peer_that_does_not_answer() {
    let refused = |peer| WebError::Refused {
        peer,
        url: url(peer),
    };
    says(
        refused(Prometheus),
        "Prometheus METRICS: connection refused: is Prometheus running there, and is the port right?",
    );
    says(
        refused(Grafana),
        "Grafana GRAFANA: connection refused: is Grafana running there, and is the port right?",
    );
    let late = |peer| WebError::Timeout {
        peer,
        url: url(peer),
        path: PATH.to_owned(),
        within: Duration::from_secs(15),
    };
    says(
        late(Prometheus),
        "Prometheus METRICS: no answer to /api/v1/query within 15s: is it up and not too busy? timeout in [cluster.prometheus] says how long that may take",
    );
    says(
        late(Grafana),
        "Grafana GRAFANA: no answer to /api/v1/query within 15s: is it up and not too busy? timeout in [cluster.grafana] says how long that may take",
    );
}

#[test]
fn a_status_that_is_no_answer() {
    let status = |peer, status| WebError::Status {
        peer,
        url: url(peer),
        path: PATH.to_owned(),
        status,
    };
    says(
        status(Prometheus, 404),
        "Prometheus METRICS: /api/v1/query answered with status 404: does url in [cluster.prometheus] or PROMETHEUS_URL name Prometheus, and nothing below it?",
    );
    says(
        status(Prometheus, 502),
        "Prometheus METRICS: /api/v1/query answered with status 502: see how Prometheus itself is, and its log",
    );
    says(
        status(Grafana, 404),
        "Grafana GRAFANA: /api/v1/query answered with status 404: does url in [cluster.grafana] name Grafana, and nothing below it?",
    );
}

#[test]
fn a_certificate_that_is_not_trusted() {
    let untrusted = |peer| WebError::Certificate {
        peer,
        url: url(peer),
        why: "it has expired".to_owned(),
    };
    says(
        untrusted(Prometheus),
        "Prometheus METRICS: its certificate is not trusted, so nothing was sent: it has expired; `vhi-usage trust panel METRICS` shows its fingerprint, for sha256 in [cluster.prometheus], and ca_file there can name its authority instead",
    );
    says(
        untrusted(Grafana),
        "Grafana GRAFANA: its certificate is not trusted, so nothing was sent: it has expired; `vhi-usage trust panel GRAFANA` shows its fingerprint, for sha256 in [cluster.grafana], and ca_file there can name its authority instead",
    );
    for (peer, whose) in [(Prometheus, "Prometheus's"), (Grafana, "Grafana's")] {
        let error = TrustError::CaFile {
            peer,
            path: "ca.pem".to_owned(),
            why: "there is no such file".to_owned(),
        };
        let told =
            format!("cannot read {whose} certificate authorities in ca.pem: there is no such file");
        Mask::default().says(error, &told);
    }
}
