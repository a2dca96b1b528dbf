//! Our side: a simulated cluster, and the command `serve` with the settings that a user has.
//!
//! There is no limit by address, which is the default, no access log, and one round of readings at the start: the next one comes after
//! the benchmark has ended.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Command,
    sync::Arc,
};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::runtime::{Builder, Runtime};
use vhi_usage::sim::{SimSettings, Simulator};

use crate::{
    Failure,
    answer::{self, Answer},
    scene,
    server::{Server, free_address},
};

/// The route that is measured.
pub(crate) const USAGE: &str = "/api/v1/cluster/usage";

/// The simulated cluster.
pub(crate) struct Site<'a> {
    /// What opens our routes.
    pub(crate) token: String,
    simulator: Simulator,
    folder: &'a Path,
    /// The simulator lives in it.
    _runtime: Runtime,
}

impl Site<'_> {
    /// Starts the simulator in this process.
    pub(crate) fn start(folder: &Path) -> Result<Site<'_>, Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let simulator = runtime.block_on(Simulator::start(SimSettings::default()))?;
        Ok(Site {
            token: simulator.api_token().to_owned(),
            simulator,
            folder,
            _runtime: runtime,
        })
    }

    /// Starts the service, and waits until it has read the cluster.
    pub(crate) fn serve(&self) -> Result<Server, Failure> {
        self.start_ours("vhi-usage", "", None)
    }

    /// The same with TLS.
    pub(crate) fn serve_tls(&self) -> Result<Server, Failure> {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let (certificate, key) = (self.folder.join("tls.pem"), self.folder.join("tls.key"));
        fs::write(&certificate, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        fs::set_permissions(&key, Permissions::from_mode(0o600))?;
        let settings =
            format!("\n[api.tls]\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n");
        let mut trusted = RootCertStore::empty();
        trusted.add(made.cert.der().clone())?;
        let client = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        self.start_ours("vhi-usage with TLS", &settings, Some(Arc::new(client)))
    }

    fn start_ours(
        &self,
        name: &str,
        more: &str,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Server, Failure> {
        let address = free_address()?;
        let file = self.folder.join(format!("{name}.toml"));
        let settings = self
            .simulator
            .settings_toml(self.folder, &address.to_string())?;
        // Neither do the peers write a line for each request.
        let settings = settings.replacen("[api]\n", "[api]\naccess_log = false\n", 1);
        fs::write(&file, format!("poll_interval = \"1h\"\n{settings}{more}"))?;
        let mut command = Command::new(scene::program());
        command.arg("serve").arg("--config").arg(&file);
        let mut ours = Server::start(name, self.folder, address, &command)?;
        ours.tls = tls;
        ours.wait("has figures of the simulated cluster", |server| {
            let answer = answer::get(server, "/ready", &self.token).ok()?;
            (answer.status == 200).then_some(())
        })?;
        Ok(ours)
    }

    /// The answer that all peers repeat.
    pub(crate) fn first_answer(&self, ours: &Server) -> Result<Answer, Failure> {
        let answer = answer::get(ours, USAGE, &self.token)?;
        match answer.status {
            200 => Ok(answer),
            other => Err(format!("vhi-usage answers {other}{}", ours.said()).into()),
        }
    }
}
