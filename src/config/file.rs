//! The settings file as it is written, before anything is made of it. Unknown keys are errors.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Deserializer, de};

use crate::config::error::Problem;

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
    /// The clusters.
    #[serde(default)]
    pub cluster: Vec<ClusterFile>,
}

/// `[api]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiFile {
    /// File of the token.
    pub token_file: Option<PathBuf>,
    /// Further tokens, as their hashes.
    #[serde(default)]
    pub tokens: Vec<TokenFile>,
    /// Requests a second and address.
    pub rate_limit_rps: Option<u32>,
    /// Requests at once after a quiet time.
    pub rate_limit_burst: Option<u32>,
}

/// `[[api.tokens]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFile {
    /// Its name.
    pub name: Option<String>,
    /// The SHA-256 of its word.
    pub sha256: Option<String>,
}

/// `[[cluster]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterFile {
    /// What follows `vstorage -c`.
    pub name: Option<String>,
    /// The one source that is billed.
    pub storage_source: Option<String>,
    /// 1024 or 1000.
    pub size_base: Option<u64>,
    /// The storage nodes.
    #[serde(default)]
    pub ssh: SshFile,
    /// The panel.
    #[serde(default)]
    pub panel: PanelFile,
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

/// Reads a settings file. Relative paths in it begin at its folder.
///
/// # Errors
/// Where it cannot be read; line and key where TOML or a key is wrong.
pub fn read(path: &Path) -> Result<File, Problem> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problem::new(&place, format!("cannot read the settings file: {error}")))?;
    let mut file: File = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        let place = line.map_or(place.clone(), |line| format!("{place} line {line}"));
        Problem::new(place, error.message())
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut paths = vec![&mut file.api.token_file];
    for cluster in &mut file.cluster {
        paths.push(&mut cluster.ssh.key_file);
        paths.push(&mut cluster.ssh.key_passphrase_file);
        paths.push(&mut cluster.ssh.known_hosts_file);
        paths.push(&mut cluster.panel.password_file);
        paths.push(&mut cluster.panel.ca_file);
    }
    for path in paths.into_iter().flatten() {
        *path = folder.join(&*path);
    }
    Ok(file)
}

/// A duration such as `60s`, `15m` or `1h 30m`.
///
/// # Errors
/// What is no duration above zero.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    let duration: jiff::SignedDuration = text.parse().map_err(|_| NO_DURATION)?;
    let duration = Duration::try_from(duration).map_err(|_| NO_DURATION)?;
    let legal = !duration.is_zero() && duration <= LONGEST;
    legal.then_some(duration).ok_or(NO_DURATION)
}

/// Longer than any wait that makes sense, and short enough that no sum of times overflows.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

const NO_DURATION: &str =
    "a duration is written with its unit, above zero and within a year, such as \"60s\" or \"15m\"";

fn wait<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer).map_err(|_| de::Error::custom(NO_DURATION))?;
    duration(&text).map(Some).map_err(de::Error::custom)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, line: usize, words: &str) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("written");
        let problem = read(file.path()).expect_err("a problem");
        assert!(
            problem.place.ends_with(&format!("line {line}")),
            "{problem}"
        );
        assert!(problem.why.contains(words), "{problem}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        refused(
            "listen = \"a\"\npol_interval = \"1s\"\n",
            2,
            "unknown field `pol_interval`",
        );
        refused("[api]\n\npassword = \"x\"\n", 3, "unknown field `password`");
        refused("poll_interval = 60\n", 1, "written with its unit");
        refused("\nmax_age = \"soon\"\n", 2, "written with its unit");
        refused("poll_interval = \"0s\"\n", 1, "above zero");
        refused("a = = b\n", 1, "");
    }

    #[test]
    fn relative_paths_begin_at_the_folder_of_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vhi.toml");
        std::fs::write(&path, "[api]\ntoken_file = \"token\"\n").expect("written");
        let file = read(&path).expect("settings");
        assert_eq!(file.api.token_file, Some(folder.path().join("token")));
    }

    #[test]
    fn a_duration_has_its_unit() {
        assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "60", "-1s", "0s", "x", "367d", "99999999999h"] {
            assert_eq!(duration(text), Err(NO_DURATION), "{text}");
        }
    }
}
