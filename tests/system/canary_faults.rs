//! No fault makes the service or a check say a secret, at the highest verbosity, to whoever asks.
//!
//! Each cluster shows one fault of the simulator, so that none hides another.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use rcgen::{CertificateParams, KeyPair};
use tokio::runtime::Runtime;
use vhi_usage::{
    api::{route::PATHS, token::TokenHash},
    sim::{SimSettings, Simulator, fault::Fault},
};

use crate::{
    canary::{self, LOUD, Rooms},
    canary_forms::Secrets,
    http, keys,
    program::Program,
    site::{Service, Site, Variables, text},
    wait::until,
};

const SOON: Duration = Duration::from_secs(90);
/// A second token of the service's own, which the settings hold as a hash.
const BILLING: &str = "canary-of-the-token-named-billing";
const WRONG: &str = "canary-of-a-token-that-opens-nothing";

/// Clusters of a simulator, each with its fault, the last one with none.
struct Clusters {
    simulator: Simulator,
    _runtime: Runtime,
}

/// Files of settings.
struct Settings {
    plain: PathBuf,
    tls: PathBuf,
    /// One for each cluster.
    alone: Vec<PathBuf>,
}

impl Clusters {
    fn new() -> Clusters {
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

    fn names(&self) -> Vec<String> {
        let names = self.simulator.clusters().iter().map(|it| it.name.clone());
        names.collect()
    }

    /// Settings of all clusters that show a secret wherever one can be shown, the same with TLS, and those of each
    /// cluster alone; what is secret in them.
    fn settings(&self, site: &Site) -> (Settings, Secrets) {
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
        let tls =
            format!("[api.tls]\ncertificate_file = {certificate:?}\nkey_file = {tls_key:?}\n");
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

/// Every path, for every cluster where it names one, and some that lead nowhere.
fn paths(names: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = vec!["/".to_owned(), "/api/v1/nothing".to_owned()];
    for path in PATHS {
        match path.named() {
            true => paths.extend(
                names
                    .iter()
                    .map(|name| path.pattern.replace("{name}", name)),
            ),
            false => paths.push(path.pattern.to_owned()),
        }
    }
    paths
}

/// Asks for a path with curl, whose certificate nobody knows.
fn over_tls(service: &Service, path: &str, token: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-sSik", "--max-time", "20", "--noproxy", "*"])
        .args(["-H", &format!("Authorization: Bearer {token}")])
        .arg(format!("https://{}{path}", service.address));
    let output = curl.output();
    let output = output.expect("curl runs: tests/run installs it where it is missing");
    assert!(output.status.success(), "{path}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn no_fault_makes_anybody_say_a_secret() {
    let (site, clusters) = (Site::with_nodes(0), Clusters::new());
    let rooms = Rooms::new(&site, "faults");
    let (settings, mut secrets) = clusters.settings(&site);
    let none = Variables::default();
    let loud = |format: usize, toml: &PathBuf, command: &[&str]| -> Program {
        let args = [&["--config", text(toml)], LOUD[format], command].concat();
        rooms.program(&args, &none)
    };
    let own = fs::read_to_string(site.path("secrets/api-token")).unwrap();
    let mut all: Vec<(String, String)> = Vec::new();
    let names = clusters.names();

    let service = Service::start(loud(0, &settings.plain, &["serve"]));
    let of_tls = Service::start(loud(1, &settings.tls, &["serve"]));
    let next = AtomicUsize::new(0);
    let checks = || {
        let mut said = Vec::new();
        while let Some(toml) = settings.alone.get(next.fetch_add(1, Ordering::SeqCst)) {
            for (format, command) in [(0, &["check"][..]), (1, &["check", "--json"])] {
                let ended = loud(format, toml, command).run();
                assert!(matches!(ended.code, Some(0..=3)), "{ended:?}");
                said.push((
                    format!("a check with {}", toml.display()),
                    canary::said(&ended),
                ));
            }
        }
        said
    };
    thread::scope(|scope| {
        let workers = [(); 6].map(|()| scope.spawn(checks));
        for name in &names {
            let path = format!("/api/v1/clusters/{name}/usage");
            until("the first round of every cluster", SOON, || {
                let answer = http::get(service.address, &path, Some(&own));
                (!answer.body.contains("urn:vhi-usage:not_yet")).then_some(())
            });
        }
        all.extend(workers.into_iter().flat_map(|it| it.join().unwrap()));
    });
    let words = [Some(own.as_str()), Some(BILLING), Some(WRONG), None];
    for path in paths(&names) {
        for token in words {
            let answer = http::get(service.address, &path, token);
            if answer.status >= 400 {
                // Whoever asks learns what happened, and nothing of where or who.
                for word in ["127.0.0.1", "root", "billing-reader", "vstorage"] {
                    assert!(!answer.body.contains(word), "{path}: {answer:?}");
                }
            }
            all.push((format!("{path} with {token:?}"), answer.said()));
        }
    }
    of_tls.running.signal("HUP");
    for path in paths(&names[..1]) {
        for token in [own.as_str(), WRONG] {
            all.push((format!("{path} over TLS"), over_tls(&of_tls, &path, token)));
        }
    }
    for (service, name) in [(service, "serve"), (of_tls, "serve with TLS")] {
        let ended = service.stop();
        assert!(ended.stderr.contains("TRACE"), "{}", ended.stderr);
        all.push((name.to_owned(), canary::said(&ended)));
    }
    rooms.are_empty();

    let mut handed_out = 0;
    for cluster in clusters.simulator.clusters() {
        for word in cluster.scenario.handed_out() {
            secrets.add("what the panel handed out", &word);
            handed_out += 1;
        }
    }
    assert!(handed_out > 3 * names.len(), "{handed_out}");
    let search = secrets.search();
    for (place, said) in &all {
        search.finds_nothing(place, said);
    }
    // What is said where is of every fault, and is searched at all.
    let bytes: usize = all.iter().map(|(_, said)| said.len()).sum();
    assert!(bytes > 1 << 20, "{bytes}");
    for name in names {
        assert!(
            all.iter()
                .any(|(place, said)| place == "serve" && said.contains(&name)),
            "{name}"
        );
    }
}
