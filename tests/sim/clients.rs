//! Clients as bare as they come.

use std::sync::{Arc, Mutex};

use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, SET_COOKIE},
};
use russh::{
    Channel, ChannelMsg, Sig,
    client::{self, Handle, Msg},
    keys::{
        Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate,
        decode_secret_key, key::safe_rng,
    },
};
use serde_json::{Value, json};
use vhi_usage::sim::{Simulator, cluster::SimCluster};

/// What a command left behind.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: Option<u32>,
    pub(crate) signal: Option<String>,
    /// In how many pieces stdout came.
    pub(crate) packets: usize,
}

/// A connection to a node of the first cluster.
pub(crate) struct Ssh {
    handle: Handle<Seen>,
    seen: Seen,
}

/// Takes any host key and remembers it.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Option<PublicKey>>>);

impl client::Handler for Seen {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        if let PublicKeyOrCertificate::PublicKey { key, .. } = key {
            *self.0.lock().unwrap() = Some(key.clone());
        }
        Ok(true)
    }
}

impl Ssh {
    /// Connects with the simulator's key; `None` where the node does not let us in.
    pub(crate) async fn connect(simulator: &Simulator, node: usize) -> Option<Ssh> {
        let key = decode_secret_key(simulator.user_key(), None).unwrap();
        Ssh::connect_with(simulator, node, key).await
    }

    /// Whether a key that nobody knows is let in.
    pub(crate) async fn accepts_stranger(simulator: &Simulator) -> bool {
        let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap();
        Ssh::connect_with(simulator, 0, key).await.is_some()
    }

    async fn connect_with(simulator: &Simulator, node: usize, key: PrivateKey) -> Option<Ssh> {
        let address = simulator.clusters()[0].nodes[node].address;
        let config = client::Config {
            nodelay: true,
            ..client::Config::default()
        };
        let seen = Seen::default();
        let connected = client::connect(Arc::new(config), address, seen.clone()).await;
        let mut handle = connected.ok()?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
        let answer = handle.authenticate_publickey("anyone", key).await.ok()?;
        answer.success().then_some(Ssh { handle, seen })
    }

    pub(crate) fn fingerprint(&self) -> String {
        let key = self.seen.0.lock().unwrap();
        key.as_ref()
            .unwrap()
            .fingerprint(HashAlg::Sha256)
            .to_string()
    }

    pub(crate) fn host_key(&self) -> String {
        let key = self.seen.0.lock().unwrap();
        key.as_ref().unwrap().to_openssh().unwrap()
    }

    /// Starts a command; `None` where the node gives no channel.
    pub(crate) async fn begin(&self, command: &str) -> Option<Channel<Msg>> {
        let channel = self.handle.channel_open_session().await.ok()?;
        channel.exec(true, command).await.ok()?;
        Some(channel)
    }

    pub(crate) async fn run(&self, command: &str) -> Option<Output> {
        Some(read(self.begin(command).await?).await)
    }

    /// Starts a command and kills it.
    pub(crate) async fn kill(&self, command: &str) -> Output {
        let channel = self.begin(command).await.unwrap();
        channel.signal(Sig::KILL).await.unwrap();
        read(channel).await
    }

    /// Whether a shell, a terminal and a subsystem are each refused.
    pub(crate) async fn refuses_shell_and_friends(&self) -> bool {
        let mut channel = self.handle.channel_open_session().await.unwrap();
        channel
            .request_pty(true, "xterm", 80, 24, 0, 0, &[])
            .await
            .unwrap();
        let pty = channel.wait().await;
        channel.request_shell(true).await.unwrap();
        let shell = channel.wait().await;
        channel.request_subsystem(true, "sftp").await.unwrap();
        let subsystem = channel.wait().await;
        [pty, shell, subsystem]
            .iter()
            .all(|answer| matches!(answer, Some(ChannelMsg::Failure)))
    }
}

/// Reads a channel to its end.
pub(crate) async fn read(mut channel: Channel<Msg>) -> Output {
    let mut output = Output::default();
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                output.packets += 1;
                output.stdout += std::str::from_utf8(&data).unwrap();
            }
            ChannelMsg::ExtendedData { data, .. } => {
                output.stderr += std::str::from_utf8(&data).unwrap();
            }
            ChannelMsg::ExitStatus { exit_status } => output.status = Some(exit_status),
            ChannelMsg::ExitSignal { signal_name, .. } => {
                output.signal = Some(format!("{signal_name:?}"));
            }
            // The channel stays, and nothing will come of it.
            ChannelMsg::Failure => break,
            _ => {}
        }
    }
    output
}

/// What the panel answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn cookie(&self) -> &str {
        self.headers[SET_COOKIE].to_str().unwrap()
    }

    /// Name and value of the cookie.
    #[track_caller]
    pub(crate) fn session(&self) -> String {
        self.cookie().split(';').next().unwrap().to_owned()
    }
}

/// A client that trusts the panel's certificate and nothing else.
pub(crate) fn panel_client(cluster: &SimCluster) -> Client {
    // a second caller in this process finds it installed
    drop(rustls::crypto::ring::default_provider().install_default());
    let pem = cluster.panel.certificate_pem.as_bytes();
    let certificate = reqwest::Certificate::from_pem(pem).unwrap();
    Client::builder()
        .tls_certs_only([certificate])
        .no_proxy()
        .build()
        .unwrap()
}

pub(crate) async fn send(
    client: &Client,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = client.request(method, url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}

/// Logs in with the right password.
pub(crate) async fn login(
    client: &Client,
    cluster: &SimCluster,
    headers: &[(&str, &str)],
) -> Answer {
    let panel = &cluster.panel;
    let body = json!({
        "username": panel.username,
        "password": panel.password,
        "domain": "Default",
    });
    let mut all = vec![
        ("content-type", "application/json"),
        ("x-requested-with", "XMLHttpRequest"),
    ];
    all.extend_from_slice(headers);
    let url = format!("{}/api/v2/login", panel.url);
    send(client, Method::POST, &url, &all, &body.to_string()).await
}
