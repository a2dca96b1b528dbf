//! Settings that connect the service to the simulator.
//!
//! ```toml
//! listen = "127.0.0.1:8080"
//! [[cluster]]
//! name = "cluster1"
//! ```

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use toml::Value;

use crate::sim::{cluster::SimCluster, error::SimError};

const SECRET: u32 = 0o600;
const OPEN: u32 = 0o644;

/// What the settings speak of.
pub(crate) struct Connected<'a> {
    pub(crate) clusters: &'a [SimCluster],
    pub(crate) user_key: &'a str,
    pub(crate) api_token: &'a str,
}

/// Writes the files into `dir` and returns the text of the settings.
pub(crate) fn write(
    simulator: &Connected<'_>,
    dir: &Path,
    listen: &str,
) -> Result<String, SimError> {
    let key = file(dir, "id_ed25519", SECRET, simulator.user_key)?;
    let token = file(dir, "api-token", SECRET, simulator.api_token)?;
    let lines: Vec<String> = simulator
        .clusters
        .iter()
        .flat_map(|cluster| &cluster.nodes)
        .map(|node| format!("{}\n", node.known_hosts))
        .collect();
    let known_hosts = file(dir, "known_hosts", OPEN, &lines.concat())?;
    let mut text = format!(
        "listen = {}\n\n[api]\ntoken_file = {}\n",
        quoted(listen),
        quoted(token)
    );
    for cluster in simulator.clusters {
        let name = format!("{}-password", cluster.name);
        let password = file(dir, &name, SECRET, &cluster.panel.password)?;
        let name = format!("{}-grafana-token", cluster.name);
        let token = file(dir, &name, SECRET, &cluster.panel.grafana_token)?;
        text += &cluster_text(cluster, &key, &known_hosts, &password);
        text += &witnesses_text(cluster, &token);
    }
    Ok(text)
}

fn cluster_text(cluster: &SimCluster, key: &str, known_hosts: &str, password: &str) -> String {
    let nodes: Vec<Value> = cluster
        .nodes
        .iter()
        .map(|node| Value::from(format!("root@{}", node.address)))
        .collect();
    let panel = &cluster.panel;
    format!(
        "\n[[cluster]]\nname = {}\n\n\
         [cluster.ssh]\nnodes = {}\nkey_file = {}\nknown_hosts_file = {}\n\n\
         [cluster.panel]\nurl = {}\nusername = {}\npassword_file = {}\nsha256 = {}\n",
        quoted(cluster.name.as_str()),
        Value::from(nodes),
        quoted(key),
        quoted(known_hosts),
        quoted(panel.url.as_str()),
        quoted(panel.username.as_str()),
        quoted(password),
        quoted(panel.sha256.as_str()),
    )
}

/// What is read beside the nodes: the overview, which the panel has anyway, and both ways to Prometheus.
fn witnesses_text(cluster: &SimCluster, token: &str) -> String {
    format!(
        "\n[cluster.prometheus]\nurl = {}\n\n\
         [cluster.grafana]\ndatasource_uid = {}\ntoken_file = {}\n",
        quoted(cluster.metrics.url.as_str()),
        quoted(cluster.panel.datasource_uid.as_str()),
        quoted(token),
    )
}

fn quoted(word: impl Into<String>) -> Value {
    Value::String(word.into())
}

/// Writes one file and returns its path as text.
fn file(dir: &Path, name: &str, mode: u32, content: &str) -> Result<String, SimError> {
    let path = dir.join(name);
    match create(&path, mode, content) {
        Ok(()) => Ok(path.display().to_string()),
        Err(source) => Err(SimError::Write { path, source }),
    }
}

fn create(path: &PathBuf, mode: u32, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)?;
    // the mode above does not reach a file that was there before
    file.set_permissions(PermissionsExt::from_mode(mode))?;
    file.write_all(content.as_bytes())
}
