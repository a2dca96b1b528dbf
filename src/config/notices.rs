//! What the operator should know at every start: what is not checked, not encrypted, not used.

use std::collections::BTreeSet;

use crate::{
    api::{tls::Tls, token::Token},
    clock,
    config::{
        address::Address,
        cluster::{ClusterConfig, SourceConfig},
        listen::Listen,
        ssh::SshConfig,
        variables::Variables,
    },
    reading::Source,
    ssh::host_keys::{self, HostKeys},
    web::{http::Login, trust::Trust},
};

/// One sentence each. `outside` is where plain HTTP leaves this machine.
pub fn notices(
    clusters: &[ClusterConfig],
    tokens: &[Token],
    tls: Option<&Tls>,
    outside: Option<Listen>,
    variables: &Variables,
) -> Vec<String> {
    let mut notices = Vec::new();
    let now = clock::now();
    notices.extend(tokens.iter().filter_map(|token| token.notice(now)));
    notices.extend(tls.and_then(Tls::notice).map(str::to_owned));
    notices.extend(variables.notice().map(str::to_owned));
    notices.extend(outside.map(|listen| {
        format!(
            "tokens and figures cross the network without TLS, by plain HTTP on {listen}: name certificate_file and key_file in [api.tls], or put a proxy with TLS in front and listen on 127.0.0.1"
        )
    }));
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
        for idle in cluster.idle.iter().map(|source| source.name()) {
            notices.push(format!(
                "{idle} of {name} has settings, and is neither billed nor a witness: it is not asked; name it in witnesses, or take its settings out"
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
    if address(&panel.url).is_some_and(|url| url.is_plain()) {
        notices.push(format!(
            "the panel of {name} is asked without TLS, on this machine"
        ));
    }
}

fn of_a_source(cluster: &ClusterConfig, source: &SourceConfig, notices: &mut Vec<String>) {
    let (name, panel) = (&cluster.name, &cluster.panel);
    let (peer, url, trust, sent) = match source {
        SourceConfig::Ssh(nodes) => return of_the_nodes(nodes, notices),
        SourceConfig::Overview => return,
        SourceConfig::Prometheus(it, _) => {
            let sent = match it.login {
                Login::Nobody => "",
                Login::User(..) => "reads the password and ",
                Login::Token(_) => "reads the token and ",
            };
            ("Prometheus", address(&it.url), &it.trust, sent)
        }
        SourceConfig::Grafana(it, _) => {
            let (url, of_panel) = (address(&it.url), address(&panel.url));
            let both = url.as_ref().zip(of_panel.as_ref());
            // The notice of the panel speaks of it, too.
            if it.trust == panel.trust && both.is_some_and(|(url, panel)| url.is_beside(panel)) {
                return;
            }
            ("Grafana", url, &it.trust, "reads the token and ")
        }
    };
    let plain = url.as_ref().is_some_and(Address::is_plain);
    if *trust == Trust::Anything && !plain {
        notices.push(format!(
            "the certificate of {peer} of {name} is NOT checked: whoever stands in between {sent}makes the figures; pin it with sha256"
        ));
    }
    // Nobody stands in between on this machine.
    if plain && !url.is_some_and(|url| url.is_here()) {
        notices.push(format!(
            "{peer} of {name} is asked without TLS: whoever stands in between makes the figures"
        ));
    }
}

/// A line that is passed over vouches for nothing, and revokes nothing.
fn of_the_nodes(nodes: &SshConfig, notices: &mut Vec<String>) {
    let HostKeys::File(path) = &nodes.login.host_keys else {
        return;
    };
    let mut unread = BTreeSet::new();
    for node in &nodes.nodes {
        match host_keys::read(path, node.place()) {
            Ok(lines) => unread.extend(lines.unread),
            Err(why) => return notices.push(why.to_string()),
        }
    }
    for number in unread {
        notices.push(format!(
            "{} line {number} cannot be read, by OpenSSH neither, and counts for nothing: see its marker, its type of key and its key",
            path.display()
        ));
    }
}

fn address(url: &str) -> Option<Address> {
    Address::read(url, url).ok()
}
