//! What the operator should know at every start: what is not checked, not encrypted, not used.

use crate::{
    api::tls::Tls,
    config::{
        cluster::{ClusterConfig, SourceConfig},
        variables::Variables,
    },
    reading::Source,
    web::trust::Trust,
};

/// One sentence each.
pub fn notices(
    clusters: &[ClusterConfig],
    tls: Option<&Tls>,
    variables: &Variables,
) -> Vec<String> {
    let mut notices = Vec::new();
    notices.extend(tls.and_then(Tls::notice).map(str::to_owned));
    let redis = ["REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD", "REDIS_DB"];
    if variables.set(&redis).next().is_some() {
        notices.push("REDIS_* is ignored: the newest reading is kept in memory".to_owned());
    }
    for cluster in clusters {
        of_the_panel(cluster, &mut notices);
        let (name, billed) = (&cluster.name, cluster.storage.source());
        if !cluster.storage_is_named && billed != Source::Ssh {
            let billed = billed.name();
            notices.push(format!(
                "storage of {name} is billed from {billed}, the first source whose settings are there: name the one that is meant as storage_source"
            ));
        }
        for source in std::iter::once(&cluster.storage).chain(&cluster.witnesses) {
            of_a_source(cluster, source, &mut notices);
        }
    }
    notices
}

fn of_the_panel(cluster: &ClusterConfig, notices: &mut Vec<String>) {
    let (name, panel) = (&cluster.name, &cluster.panel);
    if panel.trust == Trust::Anything {
        notices.push(format!(
            "the certificate of the panel of {name} is NOT checked: whoever stands in between reads the password; pin it with PANEL_SHA256"
        ));
    }
    if panel.url.starts_with("http:") {
        notices.push(format!(
            "the panel of {name} is asked without TLS, on this machine"
        ));
    }
}

fn of_a_source(cluster: &ClusterConfig, source: &SourceConfig, notices: &mut Vec<String>) {
    let (name, panel) = (&cluster.name, &cluster.panel);
    let (peer, url, trust) = match source {
        SourceConfig::Ssh(_) | SourceConfig::Overview => return,
        SourceConfig::Prometheus(it, _) => ("Prometheus", &it.url, &it.trust),
        SourceConfig::Grafana(it, _) => ("Grafana", &it.url, &it.trust),
    };
    let as_the_panel = url.starts_with(&panel.url) && *trust == panel.trust;
    if *trust == Trust::Anything && !as_the_panel {
        notices.push(format!(
            "the certificate of {peer} of {name} is NOT checked: whoever stands in between makes the figures; pin it with sha256"
        ));
    }
    if url.starts_with("http:") && !as_the_panel {
        notices.push(format!(
            "{peer} of {name} is asked without TLS: whoever stands in between makes the figures"
        ));
    }
}
