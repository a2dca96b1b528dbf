//! A site: storage nodes, each a real OpenSSH server, and a panel of the simulator.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use vhi_usage::sim::{SimSettings, Simulator, cluster::SimCluster};

use crate::{
    http::{self, Answer},
    keys::{self, Key},
    program::{Ended, Program, Running},
    sshd::Sshd,
    tool::Tool,
    wait::until,
};

/// What callers show.
pub(crate) const TOKEN: &str = "canary-of-the-api-token";
/// A service has its first figures within this time.
const FIRST_FIGURES: Duration = Duration::from_secs(20);
/// Whatever hangs, the service ends within this time.
pub(crate) const ENDS: Duration = Duration::from_secs(5);

/// Environment variables.
pub(crate) type Variables = BTreeMap<String, String>;

/// A cluster named `cluster1`. Everything of it ends with it.
pub(crate) struct Site {
    pub(crate) nodes: Vec<Sshd>,
    pub(crate) tool: Tool,
    pub(crate) user_key: Key,
    simulator: Simulator,
    _runtime: Runtime,
    folder: TempDir,
}

impl Site {
    /// With one node.
    #[track_caller]
    pub(crate) fn new() -> Site {
        Site::with_nodes(1)
    }

    /// With so many nodes, at 127.0.0.1, 127.0.0.2 and so on, all with the one tool.
    #[track_caller]
    pub(crate) fn with_nodes(count: u8) -> Site {
        let folder = tempfile::Builder::new()
            .prefix("system-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .unwrap();
        let user_key = keys::make(folder.path(), "id_ed25519", "ed25519", &[]);
        let nodes = (1..=count).map(|number| {
            let own = folder.path().join(format!("node{number}"));
            fs::create_dir(&own).unwrap();
            let sshd = Sshd::start(&own, IpAddr::from([127, 0, 0, number]));
            sshd.authorize(&[allowed(&user_key)]);
            sshd
        });
        let nodes = nodes.collect();
        let runtime = Runtime::new().unwrap();
        let settings = SimSettings {
            nodes: 1,
            ..SimSettings::default()
        };
        let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
        // The moment of which the stand-in's report speaks.
        let scenario = &simulator.clusters()[0].scenario;
        scenario.freeze(Some(Duration::ZERO));
        let site = Site {
            nodes,
            tool: Tool::new(folder.path()),
            user_key,
            simulator,
            _runtime: runtime,
            folder,
        };
        site.write("known_hosts", &site.known_hosts());
        keys::write_secret(&site.path("panel-password"), &site.cluster().panel.password);
        keys::write_secret(&site.path("api-token"), TOKEN);
        fs::create_dir(site.path("empty")).unwrap();
        site
    }

    /// The simulator's cluster, whose panel this is.
    pub(crate) fn cluster(&self) -> &SimCluster {
        &self.simulator.clusters()[0]
    }

    /// The private key that the simulator's own node lets in.
    pub(crate) fn simulated_key(&self) -> &str {
        self.simulator.user_key()
    }

    /// The first node.
    pub(crate) fn node(&mut self) -> &mut Sshd {
        &mut self.nodes[0]
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder without any file.
    pub(crate) fn empty_folder(&self) -> PathBuf {
        self.path("empty")
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The lines of every node.
    pub(crate) fn known_hosts(&self) -> String {
        self.nodes.iter().map(Sshd::known_hosts).collect()
    }

    /// Everything in variables, listening on a free port.
    pub(crate) fn variables(&self) -> Variables {
        let panel = &self.cluster().panel;
        let nodes: Vec<String> = self.nodes.iter().map(Sshd::node).collect();
        variables(&[
            ("VHI_PANEL_URL", &panel.url),
            ("ADMIN_USERNAME", &panel.username),
            ("ADMIN_PASSWORD", &panel.password),
            ("PANEL_SHA256", &panel.sha256),
            ("API_BEARER_TOKEN", TOKEN),
            ("LISTEN", "127.0.0.1:0"),
            ("VSTORAGE_CLUSTER", "cluster1"),
            ("VSTORAGE_NODES", &nodes.join(",")),
            ("VSTORAGE_SSH_KEY", text(&self.user_key.file)),
            ("VSTORAGE_KNOWN_HOSTS", text(&self.path("known_hosts"))),
            ("VSTORAGE_COMMAND", text(&self.tool.path())),
        ])
    }

    /// Everything in TOML; paths begin at its folder. `ssh` is more of the cluster's `[cluster.ssh]`,
    /// and `top` of the beginning.
    pub(crate) fn toml(&self, top: &str, ssh: &str) -> PathBuf {
        self.toml_with(top, "", ssh)
    }

    /// The same, with more of the cluster's own table, too.
    pub(crate) fn toml_with(&self, top: &str, cluster: &str, ssh: &str) -> PathBuf {
        let panel = &self.cluster().panel;
        let nodes: Vec<String> = self.nodes.iter().map(Sshd::node).collect();
        let trust = match ssh.contains("host_key_sha256") {
            true => "",
            false => "known_hosts_file = \"known_hosts\"",
        };
        let key = match ssh.contains("key_file") {
            true => "",
            false => "key_file = \"id_ed25519\"",
        };
        let toml = format!(
            "listen = \"127.0.0.1:0\"\n{top}\n[api]\ntoken_file = \"api-token\"\n\
             [[cluster]]\nname = \"cluster1\"\n{cluster}\n\
             [cluster.ssh]\nnodes = {nodes:?}\n{key}\n{trust}\ncommand = {:?}\n{ssh}\n\
             [cluster.panel]\nurl = {:?}\nusername = {:?}\npassword_file = \"panel-password\"\nsha256 = {:?}\n",
            self.tool.path(),
            panel.url,
            panel.username,
            panel.sha256,
        );
        self.write("vhi-usage.toml", &toml)
    }

    /// Runs `check` with a settings file and further arguments.
    #[track_caller]
    pub(crate) fn check(&self, toml: &Path, more: &[&str]) -> Ended {
        let args = [&["--config", text(toml), "check"], more].concat();
        Program::new(&self.empty_folder(), &args).run()
    }

    /// Starts `serve` with a settings file and waits for its first figures.
    #[track_caller]
    pub(crate) fn serve(&self, toml: &Path) -> Service {
        let program = Program::new(&self.empty_folder(), &["--config", text(toml), "serve"]);
        let service = Service::start(program);
        service.becomes_ready(FIRST_FIGURES);
        service
    }

    /// The same, where it may have so many files open.
    #[track_caller]
    pub(crate) fn serve_with_files(&self, toml: &Path, files: u32) -> Service {
        let args = ["--config", text(toml), "serve"];
        let service = Service::start(Program::with_files(&self.empty_folder(), &args, files));
        service.becomes_ready(FIRST_FIGURES);
        service
    }

    /// Starts `serve` with variables alone and waits for its first figures.
    #[track_caller]
    pub(crate) fn serve_with(&self, variables: &Variables) -> Service {
        let program = Program::new(&self.empty_folder(), &["serve"]);
        let service = Service::start(program.variables(variables));
        service.becomes_ready(FIRST_FIGURES);
        service
    }
}

/// A service that listens.
pub(crate) struct Service {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts it and waits until it listens.
    #[track_caller]
    pub(crate) fn start(program: Program) -> Service {
        let mut running = program.start();
        // As each format of the log has it.
        let heads = ["serving address=", "\"serving\",\"address\":\""];
        let line = running.says_one_of(&heads);
        let address = heads.iter().find_map(|head| line.split(head).nth(1));
        let address = address.unwrap().split([' ', '"']).next();
        let address = address.unwrap().parse();
        Service {
            running,
            address: address.unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        http::get(self.address, path, Some(TOKEN))
    }

    /// The body of the usage, which must be there.
    #[track_caller]
    pub(crate) fn usage(&self) -> Value {
        let answer = self.get("/api/v1/cluster/usage");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    #[track_caller]
    pub(crate) fn becomes_ready(&self, within: Duration) {
        until("/ready answers 200", within, || {
            let answer = http::get(self.address, "/ready", None);
            (answer.status == 200).then_some(())
        });
    }

    /// Waits until the storage part is in this state, and returns the usage.
    #[track_caller]
    pub(crate) fn storage_becomes(&self, state: &str, within: Duration) -> Value {
        until(&format!("storage is {state}"), within, || {
            let usage = self.usage();
            (usage["storage"]["state"] == state).then_some(usage)
        })
    }

    /// Ends it as systemd does.
    #[track_caller]
    pub(crate) fn stop(self) -> Ended {
        let ended = self.running.end_by("TERM", ENDS);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended
    }
}

/// The line of authorized_keys that lets a key do what it is for, and nothing else.
pub(crate) fn allowed(key: &Key) -> String {
    format!("restrict {}\n", key.public)
}

/// Variables by name and value.
pub(crate) fn variables(pairs: &[(&str, &str)]) -> Variables {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

/// A path as text.
#[track_caller]
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
