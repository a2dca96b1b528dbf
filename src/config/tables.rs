//! The tables of the settings file as they are written: `[api]` with what is below it, `[cluster.ssh]`,
//! `[cluster.panel]`. Unknown keys are errors.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use serde::{Deserialize, Deserializer};

use crate::config::duration::wait;

/// `[api]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiFile {
    /// File of the token.
    pub token_file: Option<PathBuf>,
    /// TLS of the HTTP side.
    #[serde(default)]
    pub tls: TlsFile,
    /// Whether there is a line for each request.
    pub access_log: Option<bool>,
    /// Further tokens, as their hashes.
    #[serde(default)]
    pub tokens: Vec<TokenFile>,
    /// Whether plain HTTP may leave this machine.
    pub plain_http: Option<bool>,
    /// Connections at once.
    pub max_connections: Option<NonZeroU32>,
    /// Of one address.
    pub max_connections_per_address: Option<NonZeroU32>,
    /// Addresses of proxies, and ranges of them.
    pub trusted_proxies: Option<Vec<String>>,
    /// Requests a second and address.
    pub rate_limit_rps: Option<NonZeroU32>,
    /// Requests at once after a quiet time.
    pub rate_limit_burst: Option<NonZeroU32>,
    /// Requests a second and token.
    pub token_rate_limit_rps: Option<NonZeroU32>,
    /// Requests at once after a quiet time.
    pub token_rate_limit_burst: Option<NonZeroU32>,
}

/// `[api.tls]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFile {
    /// Our certificate, its chain behind it.
    pub certificate_file: Option<PathBuf>,
    /// Its key.
    pub key_file: Option<PathBuf>,
}

/// `[[api.tokens]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFile {
    /// Its name.
    pub name: Option<String>,
    /// The SHA-256 of its word.
    pub sha256: Option<String>,
    /// What it is good for.
    pub scopes: Option<Vec<String>>,
    /// Until when.
    pub expires: Option<String>,
}

/// `[cluster.ssh]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshFile {
    /// `user@host[:port]`, in order of preference.
    pub nodes: Option<Vec<String>>,
    /// Private key.
    pub key_file: Option<PathBuf>,
    /// File of its passphrase.
    pub key_passphrase_file: Option<PathBuf>,
    /// File of the nodes' host keys.
    pub known_hosts_file: Option<PathBuf>,
    /// Or their fingerprints.
    #[serde(default, deserialize_with = "one_or_many")]
    pub host_key_sha256: Option<Vec<String>>,
    /// The tool on the node.
    pub command: Option<String>,
    /// For connection and handshake, and again for the authentication.
    #[serde(default, deserialize_with = "wait")]
    pub connect_timeout: Option<Duration>,
    /// For the command, on both sides.
    #[serde(default, deserialize_with = "wait")]
    pub command_timeout: Option<Duration>,
    /// Commands at once on a connection.
    pub max_channels: Option<u32>,
}

/// `[cluster.panel]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelFile {
    /// Base address.
    pub url: Option<String>,
    /// User.
    pub username: Option<String>,
    /// File of the password.
    pub password_file: Option<PathBuf>,
    /// The user's domain.
    pub domain: Option<String>,
    /// Project whose scope is asked for.
    pub project: Option<String>,
    /// Number of the session.
    pub session_index: Option<u32>,
    /// File of the certificate authorities.
    pub ca_file: Option<PathBuf>,
    /// Or the fingerprint of the certificate.
    pub sha256: Option<String>,
    /// Or no check at all.
    pub insecure: Option<bool>,
    /// For each request.
    #[serde(default, deserialize_with = "wait")]
    pub timeout: Option<Duration>,
}

fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a fingerprint, or a list of them")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(Some(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    }))
}
