//! A real Prometheus server of its own: on a loopback port, its files in a folder of the test.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use crate::{site::text, wait::until};

const PATIENCE: Duration = Duration::from_secs(30);
/// Between our choice of a free port and the server's binding of it another program may take it.
const TRIES: u32 = 5;

/// A server, running or stopped. Killed and waited for when dropped.
pub(crate) struct Prometheus {
    folder: PathBuf,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

impl Prometheus {
    /// A server with this configuration, whose files are in the folder, which it makes.
    #[track_caller]
    pub(crate) fn start(folder: &Path, configuration: &str) -> Prometheus {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("prometheus.yml"), configuration).unwrap();
        let mut server = Prometheus {
            folder: folder.to_owned(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            child: None,
        };
        for _ in 0..TRIES {
            server.address = TcpListener::bind(server.address)
                .and_then(|it| it.local_addr())
                .unwrap();
            if server.up() {
                return server;
            }
            server.address.set_port(0);
        }
        panic!("prometheus does not start: {}", server.log());
    }

    /// Ends it, as at a loss of power.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }

    /// Starts it again where it was, with all that it had kept.
    #[track_caller]
    pub(crate) fn start_again(&mut self) {
        let began = (0..TRIES).any(|_| self.up());
        assert!(began, "prometheus does not start again: {}", self.log());
    }

    /// The result of an instant query: each series with its value.
    #[track_caller]
    pub(crate) fn ask(&self, query: &str) -> Vec<Value> {
        let query = format!("query={query}");
        let answer = self.get("/api/v1/query", &["-G", "--data-urlencode", &query]);
        assert_eq!(answer["status"], "success", "{answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// The value of the one series that answers the query, as it is written; waits for it.
    #[track_caller]
    pub(crate) fn value(&self, query: &str) -> String {
        until(&format!("a value of {query}"), PATIENCE, || {
            match self.ask(query).as_slice() {
                [] => None,
                [series] => Some(series["value"][1].as_str().unwrap().to_owned()),
                several => panic!("{query} has several answers: {several:?}"),
            }
        })
    }

    /// The JSON under a path of its API, which curl asks for with these arguments.
    #[track_caller]
    pub(crate) fn get(&self, path: &str, args: &[&str]) -> Value {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20", "--noproxy", "*"]);
        let url = format!("http://{}{path}", self.address);
        let output = curl.args(args).arg(url).output();
        let output = output.expect("curl runs: tests/run installs it where it is missing");
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Whether it starts at its address.
    #[track_caller]
    fn up(&mut self) -> bool {
        let log = File::create(self.folder.join("log")).unwrap();
        let (configuration, data) = (self.folder.join("prometheus.yml"), self.folder.join("data"));
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", text(&configuration)))
            .arg(format!("--storage.tsdb.path={}", text(&data)))
            .arg(format!("--web.listen-address={}", self.address))
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.expect("prometheus: tests/run installs it where it is missing"));
        until("prometheus starts or ends", PATIENCE, || {
            let ended = self.child.as_mut()?.try_wait().unwrap();
            if ended.is_some() {
                self.child = None;
                return Some(false);
            }
            // Before that line nobody listens, or somebody else does.
            let ready = self
                .log()
                .contains("Server is ready to receive web requests");
            ready.then_some(true)
        })
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.stop();
    }
}
