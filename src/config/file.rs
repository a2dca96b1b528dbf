//! The settings file as it is written, before anything is made of it. Unknown keys are errors.
//!
//! Here are the keys of its top and of `[[cluster]]`; the tables below them stand in
//! [`tables`](crate::config::tables), [`store_table`](crate::config::store_table) and
//! [`metric_tables`](crate::config::metric_tables).

use std::{path::Path, time::Duration};

use serde::Deserialize;

use crate::{
    config::{
        duration::wait,
        error::Problem,
        metric_tables::{GrafanaFile, PrometheusFile},
        store_table::StoreFile,
        tables::{ApiFile, PanelFile, SshFile},
        walk,
        written::Written,
    },
    unreadable,
};

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Address and port to listen on.
    pub listen: Option<String>,
    /// From one round to the next.
    #[serde(default, deserialize_with = "wait")]
    pub poll_interval: Option<Duration>,
    /// How long a figure may be served.
    #[serde(default, deserialize_with = "wait")]
    pub max_age: Option<Duration>,
    /// The HTTP side.
    #[serde(default)]
    pub api: ApiFile,
    /// What is kept, and where.
    #[serde(default)]
    pub store: StoreFile,
    /// The clusters.
    #[serde(default)]
    pub cluster: Vec<ClusterFile>,
    /// Where all this stands.
    #[serde(skip)]
    pub written: Written,
}

/// `[[cluster]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterFile {
    /// What follows `vstorage -c`.
    pub name: Option<String>,
    /// The one source that is billed.
    pub storage_source: Option<String>,
    /// Those that are compared with it.
    pub witnesses: Option<Vec<String>>,
    /// 1024 or 1000.
    pub size_base: Option<u64>,
    /// The storage nodes.
    #[serde(default)]
    pub ssh: SshFile,
    /// The panel.
    #[serde(default)]
    pub panel: PanelFile,
    /// Its Prometheus.
    #[serde(default)]
    pub prometheus: PrometheusFile,
    /// Its Grafana.
    #[serde(default)]
    pub grafana: GrafanaFile,
}

/// Reads a settings file: what can be read of it, and everything that is wrong with it. Relative paths
/// in it begin at its folder.
///
/// # Errors
/// Where the file itself cannot be read.
pub fn read(path: &Path) -> Result<(File, Vec<Problem>), Problem> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = unreadable::why(&error);
        Problem::new(place, format!("cannot read the settings file: {why}"))
    })?;
    Ok(parse(&text, path))
}

/// The settings file of this text at this path: what can be read of it, and everything that is wrong
/// with it.
pub fn parse(text: &str, path: &Path) -> (File, Vec<Problem>) {
    let place = path.display().to_string();
    let (table, mut written, mut problems) = walk::walk(text, path);
    let mut file = File::deserialize(toml::Deserializer::from(table)).unwrap_or_else(|error| {
        // The walk took out whatever could be wrong; should it miss a thing, it is told here.
        problems.push(Problem::new(place, error.message()));
        written.broken = true;
        File::default()
    });
    file.written = written;
    let folder = path.parent().unwrap_or(Path::new(""));
    let tls = &mut file.api.tls;
    let mut paths = vec![&mut file.api.token_file];
    paths.extend([&mut tls.certificate_file, &mut tls.key_file]);
    paths.extend([&mut file.store.password_file, &mut file.store.queue]);
    for cluster in &mut file.cluster {
        paths.push(&mut cluster.ssh.key_file);
        paths.push(&mut cluster.ssh.key_passphrase_file);
        paths.push(&mut cluster.ssh.known_hosts_file);
        paths.push(&mut cluster.panel.password_file);
        paths.push(&mut cluster.panel.ca_file);
        let (prometheus, grafana) = (&mut cluster.prometheus, &mut cluster.grafana);
        paths.extend([&mut prometheus.password_file, &mut prometheus.token_file]);
        paths.extend([&mut prometheus.ca_file, &mut grafana.ca_file]);
        paths.push(&mut grafana.token_file);
    }
    for path in paths.into_iter().flatten() {
        *path = folder.join(&*path);
    }
    (file, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, line: usize, words: &str) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let (_, problems) = read(file.path()).expect("a file");
        let [problem] = problems.as_slice() else {
            unreachable!("{problems:?}")
        };
        let place = format!("{} line {line}", file.path().display());
        let rest = problem.place.strip_prefix(&place).expect("its line");
        assert!(!rest.starts_with(|c: char| c.is_ascii_digit()), "{problem}");
        assert!(problem.why.contains(words), "{problem}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        refused(
            "listen = \":1\"\npol_interval = \"1s\"\n",
            2,
            "did you mean `poll_interval`",
        );
        refused("[api]\n\npassword = \"x\"\n", 3, "there are: token_file");
        refused("[api]\nnodes = []\n", 2, "it belongs in [cluster.ssh]");
        refused("[cluster]\nname = \"a\"\n", 1, "write [[cluster]]");
        refused("cluster = 1\n", 1, "write [[cluster]]");
        refused("poll_interval = 60\n", 1, "with its unit");
        refused("\nmax_age = \"soon\"\n", 2, "with its unit");
        refused("poll_interval = \"0s\"\n", 1, "above zero");
        for number in ["-1", "0", "4294967296"] {
            let text = format!("[api]\nrate_limit_rps = {number}\n");
            refused(&text, 2, "from 1 to 4294967295");
        }
        refused(
            "[[cluster]]\n[cluster.panel]\ninsecure = 1\n",
            3,
            "true or false",
        );
        refused(
            "[[cluster]]\n[cluster.ssh]\nnodes = [1]\n",
            3,
            "a list of texts",
        );
        refused("a = = b\n", 1, "no TOML");
        refused(
            "listen = \":1\"\nlisten = \":2\"\n",
            2,
            "no TOML: duplicate key",
        );
    }

    #[test]
    fn one_mistake_hides_no_other() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let text =
            "listen = \"x\nmax_agee = \"1m\"\n[[cluster]]\n[cluster.shh]\nnodes = 7\n[other]\n";
        std::fs::write(file.path(), text).expect("written");
        let (_, problems) = read(file.path()).expect("a file");
        let lines: Vec<_> = problems
            .iter()
            .filter_map(|problem| problem.place.rsplit_once(" line ")?.1.get(..1))
            .collect();
        assert_eq!(lines, ["1", "2", "4", "5", "6"], "{problems:#?}");
    }

    #[test]
    fn relative_paths_begin_at_the_folder_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vhi.toml");
        std::fs::write(&path, "[api]\ntoken_file = \"token\"\n").expect("written");
        let (file, problems) = read(&path).expect("settings");
        assert_eq!(problems, []);
        assert_eq!(file.api.token_file, Some(folder.path().join("token")));
    }
}
