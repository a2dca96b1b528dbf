//! Clusters of a simulator, each with a fault of its own, and settings that show them every secret that one can show.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{CertificateParams, KeyPair};
use tokio::runtime::Runtime;
use vhi_usage::{
    api::token::TokenHash,
    sim::{SimSettings, Simulator, fault::Fault},
};

use crate::{canary_forms::Secrets, keys, site::Site};

/// A second token of the service's own, which the settings hold as a hash.
pub(crate) const BILLING: &str = "canary-of-the-token-named-billing";
pub(crate) const WRONG: &str = "canary-of-a-token-that-opens-nothing";

/// Clusters of a simulator, each with its fault, the last one with none.
pub(crate) struct Clusters {
    pub(crate) simulator: Simulator,
    _runtime: Runtime,
}

/// Files of settings.
pub(crate) struct Settings {
    pub(crate) plain: PathBuf,
    pub(crate) tls: PathBuf,
    /// One for each cluster.
    pub(crate) alone: Vec<PathBuf>,
}

impl Clusters {
    pub(crate) fn new() -> Clusters {
        let runtime = Runtime::new().unwrap();
        let settings = SimSettings {
            clusters: Fault::ALL.len() + 1,
            nodes: 1,
            ..SimSettings::default()
        };
        let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
        for (cluster, fault) in simulator.clusters().iter().zip(Fault::ALL) {
            cluster.scenario.set_fault(*fault, true);
        }
        Clusters {
            simulator,
            _runtime: runtime,
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let names = self.simulator.clusters().iter().map(|it| it.name.clone());
        names.collect()
    }

    /// Settings of all clusters that show a secret wherever one can be shown, the same with TLS, and those of each
    /// cluster alone; what is secret in them.
    pub(crate) fn settings(&self, site: &Site) -> (Settings, Secrets) {
        let folder = site.path("secrets");
        fs::create_dir(&folder).unwrap();
        let file = |name: &str, word: &str| {
            let path = folder.join(name);
            keys::write_secret(&path, word);
            path.display().to_string()
        };
        let password = file(
            "prometheus-password",
            "canary \"of\" the pass:wörd of Prometheus",
        );
        let token = file("prometheus-token", "canary-of-the-token-of-Prometheus");
        let key = KeyPair::generate().unwrap();
        let tls_key = file("tls-key", &key.serialize_pem());
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap().pem();
        let certificate = file("certificate", &certificate);
        let written = self
            .simulator
            .settings_toml(&folder, "127.0.0.1:0")
            .unwrap();
        let open = folder.join("id_ed25519");
        let closed = folder.join("closed");
        fs::copy(&open, &closed).unwrap();
        keys::close(&closed, keys::PASSPHRASE);
        let passphrase = file("passphrase", keys::PASSPHRASE);

        let mut clusters = written.split("\n[[cluster]]\n");
        let hash = TokenHash::of(BILLING.as_bytes());
        let plain = format!(
            "poll_interval = \"5s\"\nmax_age = \"15s\"\n{}\n[[api.tokens]]\nname = \"billing\"\nsha256 = \"{hash}\"\n",
            clusters.next().unwrap()
        );
        let tls = format!(
            "[api.tls]\ncertificate_file = {certificate:?}\nkey_file = {tls_key:?}\n[store]\nurl = \"sqlite:tls.db\"\n"
        );
        let mut all = String::new();
        let mut alone = Vec::new();
        for (number, cluster) in clusters.enumerate() {
            let login = match number % 3 {
                0 => format!("username = \"reader\"\npassword_file = {password:?}\n"),
                1 => format!("token_file = {token:?}\n"),
                _ => String::new(),
            };
            let auth = ["token", "panel", "both"][number / 3 % 3];
            let project = if number % 4 == 0 {
                "project = \"billing\"\n"
            } else {
                ""
            };
            let mut cluster = cluster
                .replace(
                    "[cluster.ssh]\n",
                    "[cluster.ssh]\nconnect_timeout = \"5s\"\ncommand_timeout = \"1s\"\n",
                )
                .replace(
                    "[cluster.panel]\n",
                    &format!("[cluster.panel]\ntimeout = \"1s\"\n{project}"),
                )
                .replace(
                    "[cluster.prometheus]\n",
                    &format!("[cluster.prometheus]\ntimeout = \"1s\"\n{login}"),
                )
                .replace(
                    "[cluster.grafana]\n",
                    &format!("[cluster.grafana]\ntimeout = \"1s\"\nauth = \"{auth}\"\n"),
                );
            if auth == "panel" {
                let lines = cluster
                    .lines()
                    .filter(|line| !line.contains("grafana-token"));
                cluster = lines.collect::<Vec<_>>().join("\n");
            }
            if number == 0 {
                let of_plain = format!("key_file = {open:?}");
                let of_closed =
                    format!("key_file = {closed:?}\nkey_passphrase_file = {passphrase:?}");
                cluster = cluster.replace(&of_plain, &of_closed);
            }
            let cluster = format!("\n[[cluster]]\n{cluster}\n");
            alone.push(site.write(&format!("{number}.toml"), &format!("{plain}{cluster}")));
            all += &cluster;
        }
        let settings = Settings {
            plain: site.write("plain.toml", &format!("{plain}{all}")),
            tls: site.write("tls.toml", &format!("{plain}{tls}{all}")),
            alone,
        };
        (settings, self.secrets(&folder))
    }

    fn secrets(&self, folder: &Path) -> Secrets {
        let mut secrets = Secrets::default();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().unwrap().to_str().unwrap() {
                "known_hosts" | "certificate" => {}
                "id_ed25519" | "closed" | "tls-key" => secrets.add_key(&path),
                _ => secrets.add_file(&path),
            }
        }
        for word in [BILLING, WRONG] {
            secrets.add("a token", word);
            secrets.add(
                "the hash of a token",
                &TokenHash::of(word.as_bytes()).to_string(),
            );
        }
        secrets
    }
}
