//! What settings come to, from wherever they come.

#[path = "config/metrics.rs"]
mod metrics;
#[path = "config/notices.rs"]
mod notices;
#[path = "config/sources.rs"]
mod sources_of;
#[path = "config/store.rs"]
mod store;
#[path = "config/tls.rs"]
mod tls;

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use russh::keys::{Algorithm, PrivateKey, key::safe_rng, ssh_key::LineEnding};
use tempfile::TempDir;
use vhi_usage::{
    config::{
        Config,
        cluster::{ClusterConfig, SourceConfig},
        origins::{Asks, EnvFile, Origins},
        ssh::SshConfig,
    },
    reading::{BaseInForce, Source},
    ssh::host_keys::HostKeys,
    web::trust::Trust,
};

const PIN: &str = "aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11aa11";

/// A folder with the files that settings name, and variables that are whole by themselves.
struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
    env_file: EnvFile,
    toml: Option<String>,
}

fn private_key() -> String {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap();
    key.to_openssh(LineEnding::LF).unwrap().to_string()
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let mut place = Place {
            folder,
            variables: Vec::new(),
            env_file: EnvFile::Nowhere,
            toml: None,
        };
        let key = place.write("key", &private_key());
        let hosts = place.write("known_hosts", "");
        for (name, value) in [
            ("VSTORAGE_CLUSTER", "cluster1"),
            ("VSTORAGE_NODES", "root@node1.example"),
            ("VSTORAGE_SSH_KEY", &key),
            ("VSTORAGE_KNOWN_HOSTS", &hosts),
            ("VHI_PANEL_URL", "https://panel.example:8888"),
            ("ADMIN_PASSWORD", "password"),
            ("API_BEARER_TOKEN", "token"),
        ] {
            place = place.with(name, value);
        }
        place
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn with(mut self, name: &str, value: &str) -> Place {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Place {
        self.variables.retain(|(known, _)| known != name);
        self
    }

    fn env_file(mut self, text: &str) -> Place {
        self.env_file = EnvFile::At(PathBuf::from(self.write("env", text)));
        self
    }

    fn toml(mut self, text: &str) -> Place {
        self.toml = Some(self.write("vhi.toml", text));
        self
    }

    fn origins(&self) -> Origins {
        Origins {
            file: self.toml.clone().map(PathBuf::from),
            env_file: self.env_file.clone(),
            environment: self.variables.iter().cloned().collect(),
            listen: None,
            asks: Asks::Service,
        }
    }

    #[track_caller]
    fn config(&self) -> Config {
        Config::load(&self.origins()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[track_caller]
    fn cluster(&self) -> ClusterConfig {
        self.config().clusters.remove(0)
    }

    #[track_caller]
    fn refused(&self, words: &str) {
        let error = Config::load(&self.origins())
            .expect_err("a problem")
            .to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

/// The source that is billed, and its witnesses.
fn sources(cluster: &ClusterConfig) -> (Source, Vec<Source>) {
    let witnesses = cluster.witnesses.iter().map(SourceConfig::source);
    (cluster.storage.source(), witnesses.collect())
}

#[track_caller]
fn ssh(cluster: &ClusterConfig) -> &SshConfig {
    match &cluster.storage {
        SourceConfig::Ssh(ssh) => ssh,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_variables_alone_are_enough() {
    let config = Place::new().config();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.timing.poll.as_secs(), 60);
    assert_eq!(config.timing.max_age.as_secs(), 900);
    assert!(config.rate_limit.is_none());
    assert_eq!(config.notices, [""; 0]);
    let cluster = &config.clusters[0];
    assert_eq!(cluster.panel.username, "admin");
    assert_eq!(cluster.panel.domain, "Default");
    assert_eq!(cluster.panel.trust, Trust::System);
    assert_eq!(ssh(cluster).command_timeout.as_secs(), 20);
    assert_eq!(ssh(cluster).max_channels, 4);
    assert_eq!(sources(cluster), (Source::Ssh, vec![Source::Overview]));
    assert!(!cluster.size_base.configured);
}

#[test]
fn an_old_env_file_is_read_as_it_is() {
    let old = "# the old one\nADMIN_PASSWORD=pa$word1\nPORT=9090 # public\nCACHE_TTL_SECONDS=30\n\
        REDIS_HOST=localhost\nGRAFANA_API_KEY=key\nPROMETHEUS_URL=http://192.0.2.5:9090\n\
        RATE_LIMIT_RPS=10\nRATE_LIMIT_BURST=20\n";
    let config = Place::new()
        .without("ADMIN_PASSWORD")
        .env_file(old)
        .config();
    assert_eq!(config.listen.to_string(), ":9090");
    assert_eq!(config.timing.poll.as_secs(), 30);
    assert_eq!(config.clusters[0].panel.password.reveal(), "pa$word1");
    let limit = config
        .rate_limit
        .map(|(rate, burst)| (rate.get(), burst.get()));
    assert_eq!(limit, Some((10, 20)));
    for words in [
        "REDIS_*",
        "Prometheus of cluster1 is asked without TLS",
        "by plain HTTP on :9090",
    ] {
        assert!(
            config.notices.iter().any(|notice| notice.contains(words)),
            "{words}"
        );
    }
    let witnesses = vec![Source::Overview, Source::Prometheus, Source::Grafana];
    assert_eq!(sources(&config.clusters[0]), (Source::Ssh, witnesses));
}

#[test]
fn the_environment_goes_before_the_env_file_and_both_before_the_settings_file() {
    let base = |place: Place| place.cluster().size_base.base.factor();
    let toml = "[[cluster]]\nsize_base = 1000\n";
    assert_eq!(base(Place::new().toml(toml)), 1000);
    assert_eq!(
        base(Place::new().toml(toml).env_file("SIZE_BASE=1024\n")),
        1024
    );
    let all = Place::new().toml(toml).env_file("SIZE_BASE=1024\n");
    assert_eq!(base(all.with("SIZE_BASE", "1000")), 1000);
    let empty = Place::new().toml(toml).with("SIZE_BASE", "");
    let BaseInForce { base, configured } = empty.cluster().size_base;
    assert_eq!((base.factor(), configured), (1000, true));
}

#[test]
fn the_panel_is_trusted_in_one_way_and_the_strongest_origin_chooses() {
    let trust = |place: Place| place.cluster().panel.trust;
    let pin = Trust::Pinned(PIN.parse().unwrap());
    let in_toml =
        |line: &str| Place::new().toml(&format!("[[cluster]]\n[cluster.panel]\n{line}\n"));
    assert_eq!(trust(Place::new().with("PANEL_SHA256", PIN)), pin);
    assert_eq!(
        trust(in_toml("insecure = true").with("PANEL_SHA256", PIN)),
        pin
    );
    assert_eq!(
        trust(in_toml("insecure = true").with("PANEL_INSECURE", "0")),
        Trust::System
    );
    let both = Place::new().env_file("PANEL_INSECURE=1\n");
    assert_eq!(trust(both.with("PANEL_SHA256", PIN)), pin);
    let insecure = Place::new().with("PANEL_INSECURE", "1");
    assert!(insecure.config().notices[0].contains("NOT checked"));
    Place::new()
        .with("PANEL_INSECURE", "1")
        .with("PANEL_SHA256", PIN)
        .refused("keep one of");
    Place::new()
        .with("PANEL_CA_FILE", "/nonexistent")
        .refused("PANEL_CA_FILE");
    Place::new().with("PANEL_SHA256", "12").refused("64 digits");
}

#[test]
fn as_many_commands_run_on_a_connection_as_the_settings_say() {
    let table = "[[cluster]]\n[cluster.ssh]\nmax_channels = 9\n";
    assert_eq!(ssh(&Place::new().toml(table).cluster()).max_channels, 9);
}

#[test]
fn host_keys_come_from_a_file_or_a_pin_and_a_variable_puts_the_pin_aside() {
    let pin = "[[cluster]]\n[cluster.ssh]\nhost_key_sha256 = \"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\"\n";
    let pinned = Place::new()
        .without("VSTORAGE_KNOWN_HOSTS")
        .toml(pin)
        .cluster();
    let host_keys = |cluster: &ClusterConfig| ssh(cluster).login.host_keys.clone();
    assert!(matches!(host_keys(&pinned), HostKeys::Pinned(_)));
    let file = Place::new().toml(pin).cluster();
    assert!(matches!(host_keys(&file), HostKeys::File(_)));
    Place::new()
        .without("VSTORAGE_KNOWN_HOSTS")
        .refused("VSTORAGE_KNOWN_HOSTS");
}

#[test]
fn systemd_hands_over_what_nobody_else_names() {
    let place = Place::new()
        .without("ADMIN_PASSWORD")
        .without("VSTORAGE_SSH_KEY");
    place.write("panel-password", "handed over\n");
    place.write("ssh-key", &private_key());
    let folder = place.folder.path().to_str().unwrap().to_owned();
    let place = place.with("CREDENTIALS_DIRECTORY", &folder);
    assert_eq!(place.cluster().panel.password.reveal(), "handed over");
    place.write("cluster1.panel-password", "its own\n");
    assert_eq!(place.cluster().panel.password.reveal(), "its own");
}

#[test]
fn a_variable_that_speaks_of_a_cluster_needs_one_to_speak_of() {
    let two = "[[cluster]]\nname = \"a\"\n[[cluster]]\nname = \"b\"\n";
    let place = Place::new().toml(two);
    for variable in ["VSTORAGE_NODES", "VHI_PANEL_URL", "ADMIN_PASSWORD"] {
        place.refused(&format!("{variable}: it speaks of a cluster"));
    }
}

#[test]
fn an_http_panel_on_this_machine_can_be_asked() {
    for url in ["http://127.0.0.1:1", "HTTPS://127.0.0.1:1"] {
        let place = Place::new()
            .with("VHI_PANEL_URL", url)
            .with("PANEL_INSECURE", "1");
        assert!(place.cluster().sources().is_ok(), "{url}");
    }
}
