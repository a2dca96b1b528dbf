//! A server that is measured: a child on a core of its own, ended with the benchmark.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use rustls::ClientConfig;

use crate::{Failure, scene::Kept};

/// The core of the server whose turn it is.
const CORE: &str = "0";
const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(50);

/// A running server.
pub(crate) struct Server {
    /// As the table shows it.
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    /// How its certificate is trusted, where it speaks TLS.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    child: Kept,
    log: PathBuf,
}

impl Server {
    /// Starts a command that will listen at this address, and waits until it does. What it says goes to a file in the
    /// folder.
    pub(crate) fn start(
        name: &str,
        folder: &Path,
        address: SocketAddr,
        command: &Command,
    ) -> Result<Server, Failure> {
        let log = folder.join(format!("{}.log", name.replace([' ', '/', '`'], "-")));
        let mut pinned = Command::new("taskset");
        pinned.args(["-c", CORE]).arg(command.get_program());
        pinned.args(command.get_args());
        // What is set here, for us or for a peer, is no part of the comparison.
        pinned.env_clear().env("PATH", path());
        for (name, value) in command.get_envs() {
            pinned.env(name, value.unwrap_or_default());
        }
        pinned.current_dir(folder).stdin(Stdio::null());
        let both = File::create(&log)?;
        let child = pinned
            .stdout(both.try_clone()?)
            .stderr(both)
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        let child = Kept(child);
        let mut server = Server {
            name: name.to_owned(),
            address,
            tls: None,
            child,
            log,
        };
        server.wait("listens", |server| TcpStream::connect(server.address).ok())?;
        Ok(server)
    }

    /// Asks again and again until there is an answer, no longer than is reasonable.
    pub(crate) fn wait<T>(
        &mut self,
        what: &str,
        mut ask: impl FnMut(&Server) -> Option<T>,
    ) -> Result<T, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.0.try_wait()? {
                return Err(format!("{} ended, {status}{}", self.name, self.said()).into());
            }
            if let Some(answer) = ask(self) {
                return Ok(answer);
            }
            if Instant::now() > deadline {
                let said = self.said();
                return Err(format!("{}: not within {PATIENCE:?}: {what}{said}", self.name).into());
            }
            sleep(BETWEEN);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.0.id()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.address)
    }

    /// What is asked of the process, which may have ended.
    pub(crate) fn alive<T>(&self, ask: impl FnOnce() -> io::Result<T>) -> Result<T, Failure> {
        ask().map_err(|error| format!("{} has ended: {error}{}", self.name, self.said()).into())
    }

    /// What it has said so far, to be put behind a sentence.
    pub(crate) fn said(&self) -> String {
        match fs::read_to_string(&self.log) {
            Ok(said) if said.trim().is_empty() => "; it said nothing".to_owned(),
            Ok(said) => format!("; it said:\n{}", said.trim()),
            Err(error) => format!("; what it said cannot be read: {error}"),
        }
    }
}

/// Where commands are looked for: nginx stands in /usr/sbin, which is not in every PATH.
fn path() -> OsString {
    let mut path = env::var_os("PATH").unwrap_or_default();
    path.push(":/usr/sbin");
    path
}

/// An address on loopback that nobody listens at.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
