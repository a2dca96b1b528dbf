//! Every setting, once: its key, its variable, what may stand there, its default, its meaning.
//!
//! The check of a settings file, `config show`, and a test of README and example all read this table.

use Kind::{
    Address, Age, Count, End, Flag, Free, Number, OneOrMany, Path, Scopes, Size, Text, Wait, Words,
};

/// What may stand behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text that may be empty.
    Free,
    /// A path.
    Path,
    /// A duration with its unit.
    Wait,
    /// A whole number, which may be 0.
    Count,
    /// A whole number from 1 on.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list of texts.
    Words,
    /// A list of scopes.
    Scopes,
    /// A day or a time.
    End,
    /// A text, or a list of them.
    OneOrMany,
    /// An address of the HTTP side or of a peer.
    Address,
    /// For how long something is kept.
    Age,
    /// A size in bytes.
    Size,
}

impl Kind {
    /// What is right, for whoever wrote something else.
    pub fn expected(self) -> &'static str {
        match self {
            Text | Free => "a text in quotes",
            Path => "a path in quotes",
            Wait => {
                "a duration in quotes with its unit, above zero and within a year, such as \"60s\" or \"15m\""
            }
            Count => "a whole number from 0 to 4294967295, without quotes",
            Number => "a whole number from 1 to 4294967295, without quotes, or leave it out",
            Flag => "true or false, without quotes",
            Scopes => "a list of scopes, such as [\"usage\"] or [\"usage\", \"ops\"]",
            End => "a day or a time in quotes, such as \"2027-01-31\" or \"2027-01-31T18:00:00Z\"",
            Words => "a list of texts, such as [\"root@node1.example\"]",
            OneOrMany => "a text in quotes, or a list of them",
            Address => "an address in quotes",
            Age => {
                "how long it is kept in quotes, at least a day, such as \"400d\", or \"forever\""
            }
            Size => "a size in quotes with its unit, from 1MiB to 16GiB, such as \"64MiB\"",
        }
    }
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its tables and its name, such as `cluster.ssh.nodes`.
    pub path: &'static str,
    /// The variable that overrides it; empty where none does.
    pub variable: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// Whether the variable holds a secret itself.
    pub secret: bool,
    /// The systemd credential that stands in for it; empty where none does.
    pub credential: &'static str,
    /// Its default in TOML; empty where it has none, or one that depends on others.
    pub default: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

impl Key {
    /// Its table, empty at the top, and its name.
    pub fn split(&self) -> (&'static str, &'static str) {
        self.path.rsplit_once('.').unwrap_or(("", self.path))
    }
}

/// Tables, and whether they stand in double brackets, any number of times.
pub const TABLES: &[(&str, bool)] = &[
    ("api", false),
    ("api.tls", false),
    ("api.tokens", true),
    ("store", false),
    ("cluster", true),
    ("cluster.ssh", false),
    ("cluster.panel", false),
    ("cluster.prometheus", false),
    ("cluster.grafana", false),
];

/// The usual queries as TOML writes them.
const MATCHER: &str = "'cloud=\"\"'";
const TOTAL: &str = "\"tier:mdsd_fs_space_bytes:sum{$matcher}\"";
const FREE: &str = "\"tier:mdsd_fs_free_space_bytes:sum{$matcher}\"";
const PHYSICAL_TOTAL: &str = "\"sum(mdsd_cluster_space_bytes{$matcher})\"";
const PHYSICAL_FREE: &str = "\"sum(mdsd_cluster_free_space_bytes{$matcher})\"";

const fn key(
    path: &'static str,
    kind: Kind,
    variable: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        path,
        variable,
        kind,
        secret: false,
        credential: "",
        default,
        meaning,
    }
}

/// A file that systemd may hand over; where it holds a secret, the variable is the secret itself.
const fn handed(
    path: &'static str,
    variable: &'static str,
    secret: bool,
    credential: &'static str,
    meaning: &'static str,
) -> Key {
    Key {
        secret,
        credential,
        ..key(path, Path, variable, "", meaning)
    }
}

/// All of them, in the order in which they are shown.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("listen", Address, "LISTEN", "\"127.0.0.1:8080\"", "where the HTTP side listens"),
    key("poll_interval", Wait, "CACHE_TTL_SECONDS", "\"60s\"", "from one round of readings to the next"),
    key("max_age", Wait, "", "", "how old a figure may be when it is served"),
    handed("api.token_file", "API_BEARER_TOKEN", true, "api-token", "an API token"),
    key("api.plain_http", Flag, "PLAIN_HTTP", "", "whether plain HTTP may leave this machine"),
    key("api.max_connections", Number, "", "512", "connections at once"),
    key("api.max_connections_per_address", Number, "", "64", "connections at once from one address"),
    key("api.trusted_proxies", Words, "", "[]", "proxies whose X-Forwarded-For is believed"),
    key("api.rate_limit_rps", Number, "RATE_LIMIT_RPS", "", "requests a second from one address"),
    key("api.rate_limit_burst", Number, "RATE_LIMIT_BURST", "", "how many at once after a quiet time"),
    key("api.token_rate_limit_rps", Number, "", "", "requests a second with one token"),
    key("api.token_rate_limit_burst", Number, "", "", "how many at once after a quiet time"),
    key("api.access_log", Flag, "", "true", "whether each request has a line in the log"),
    handed("api.tls.certificate_file", "TLS_CERTIFICATE", false, "tls-certificate", "our own certificate, for HTTPS"),
    handed("api.tls.key_file", "TLS_KEY", false, "tls-key", "its private key"),
    key("api.tokens.name", Text, "", "", "who uses this token"),
    key("api.tokens.sha256", Text, "", "", "SHA-256 of the token's word"),
    key("api.tokens.scopes", Scopes, "", "[\"usage\"]", "what the token is good for"),
    key("api.tokens.expires", End, "", "", "the last day of the token, or its end"),
    Key { secret: true, ..key("store.url", Address, "STORE_URL", "", "where readings are kept: a file or a server") },
    handed("store.password_file", "STORE_PASSWORD", true, "store-password", "the password of the user on the server"),
    key("store.readings", Age, "", "\"400d\"", "how long readings are kept"),
    key("store.evidence", Age, "", "\"400d\"", "how long raw texts are kept"),
    key("store.hours", Age, "", "\"forever\"", "how long hourly roll-ups are kept"),
    key("store.days", Age, "", "\"forever\"", "how long daily and monthly roll-ups are kept"),
    key("store.grace", Wait, "", "\"72h\"", "from the end of a month until it closes"),
    key("store.billing_timezone", Text, "", "\"UTC\"", "where months begin and end"),
    key("store.lease", Wait, "", "\"10s\"", "how long a cluster stays with an instance that is silent"),
    key("store.queue", Path, "", "", "where readings wait while the store is not there"),
    key("store.queue_size", Size, "", "\"64MiB\"", "how much may wait there"),
    key("cluster.name", Text, "VSTORAGE_CLUSTER", "", "what follows `vstorage -c`"),
    key("cluster.storage_source", Text, "STORAGE_SOURCE", "", "the one source that is billed"),
    key("cluster.witnesses", Words, "", "", "the sources that are compared with it"),
    key("cluster.size_base", Count, "SIZE_BASE", "1024", "what a printed unit stands for"),
    key("cluster.ssh.nodes", Words, "VSTORAGE_NODES", "", "the storage nodes, the preferred one first"),
    handed("cluster.ssh.key_file", "VSTORAGE_SSH_KEY", false, "ssh-key", "private key of the user on the nodes"),
    handed("cluster.ssh.key_passphrase_file", "VSTORAGE_SSH_KEY_PASSPHRASE", true, "ssh-key-passphrase", "its passphrase"),
    handed("cluster.ssh.known_hosts_file", "VSTORAGE_KNOWN_HOSTS", false, "known-hosts", "the nodes' host keys"),
    key("cluster.ssh.host_key_sha256", OneOrMany, "", "", "or their fingerprints"),
    key("cluster.ssh.command", Text, "VSTORAGE_COMMAND", "\"/usr/bin/vstorage\"", "the tool on the nodes"),
    key("cluster.ssh.connect_timeout", Wait, "", "\"10s\"", "for connection and handshake"),
    key("cluster.ssh.command_timeout", Wait, "", "\"20s\"", "for the command"),
    key("cluster.ssh.max_channels", Count, "", "4", "commands at once on a connection"),
    key("cluster.panel.url", Address, "VHI_PANEL_URL", "", "the panel's address"),
    key("cluster.panel.username", Text, "ADMIN_USERNAME", "\"admin\"", "the panel's user"),
    handed("cluster.panel.password_file", "ADMIN_PASSWORD", true, "panel-password", "the user's password"),
    key("cluster.panel.domain", Free, "ADMIN_DOMAIN_NAME", "\"Default\"", "the user's domain"),
    key("cluster.panel.project", Text, "", "", "project whose scope is asked for"),
    key("cluster.panel.session_index", Count, "", "", "number of the panel's session"),
    key("cluster.panel.ca_file", Path, "PANEL_CA_FILE", "", "authorities that vouch for the panel"),
    key("cluster.panel.sha256", Text, "PANEL_SHA256", "", "or the certificate's fingerprint"),
    key("cluster.panel.insecure", Flag, "PANEL_INSECURE", "false", "or no check at all"),
    key("cluster.panel.timeout", Wait, "", "\"15s\"", "for each request"),
    key("cluster.prometheus.url", Address, "PROMETHEUS_URL", "", "the address of Prometheus"),
    key("cluster.prometheus.username", Text, "", "", "the user there"),
    handed("cluster.prometheus.password_file", "", false, "prometheus-password", "the user's password"),
    handed("cluster.prometheus.token_file", "", false, "prometheus-token", "or a token"),
    key("cluster.prometheus.ca_file", Path, "", "", "authorities that vouch for it"),
    key("cluster.prometheus.sha256", Text, "", "", "or the certificate's fingerprint"),
    key("cluster.prometheus.insecure", Flag, "", "false", "or no check at all"),
    key("cluster.prometheus.timeout", Wait, "", "\"15s\"", "for each request"),
    key("cluster.prometheus.matcher", Free, "", MATCHER, "what stands for $matcher in the queries"),
    key("cluster.prometheus.total_query", Text, "", TOTAL, "the series of all space"),
    key("cluster.prometheus.free_query", Text, "", FREE, "the series of free space"),
    key("cluster.prometheus.physical_total_query", Text, "", PHYSICAL_TOTAL, "all space on the disks"),
    key("cluster.prometheus.physical_free_query", Text, "", PHYSICAL_FREE, "free space on the disks"),
    key("cluster.grafana.url", Address, "", "", "Grafana's address, where it is not /grafana below the panel's"),
    handed("cluster.grafana.token_file", "GRAFANA_API_KEY", true, "grafana-token", "a token of a service account"),
    key("cluster.grafana.auth", Text, "", "", "what it is shown: token, panel or both"),
    key("cluster.grafana.datasource_uid", Text, "", "", "the uid of its data source"),
    key("cluster.grafana.datasource_id", Count, "", "", "or its number"),
    key("cluster.grafana.query_form", Text, "", "", "the form of the queries"),
    key("cluster.grafana.ca_file", Path, "", "", "authorities that vouch for it"),
    key("cluster.grafana.sha256", Text, "", "", "or the certificate's fingerprint"),
    key("cluster.grafana.insecure", Flag, "", "", "or no check at all"),
    key("cluster.grafana.timeout", Wait, "", "\"15s\"", "for each request"),
    key("cluster.grafana.matcher", Free, "", MATCHER, "what stands for $matcher in the queries"),
    key("cluster.grafana.total_query", Text, "", TOTAL, "the series of all space"),
    key("cluster.grafana.free_query", Text, "", FREE, "the series of free space"),
    key("cluster.grafana.physical_total_query", Text, "", PHYSICAL_TOTAL, "all space on the disks"),
    key("cluster.grafana.physical_free_query", Text, "", PHYSICAL_FREE, "free space on the disks"),
];

/// The setting of this path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// A table as its header is written; `None` where there is no such table.
pub fn header(table: &str) -> Option<String> {
    let (name, many) = TABLES.iter().find(|(name, _)| *name == table)?;
    Some(match many {
        true => format!("[[{name}]]"),
        false => format!("[{name}]"),
    })
}

/// Keys and tables right below a table, by their names.
pub fn names_below(table: &str) -> impl Iterator<Item = &'static str> {
    let paths = KEYS.iter().map(|key| key.path);
    let paths = paths.chain(TABLES.iter().map(|(name, _)| *name));
    paths.filter_map(move |path| {
        let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
        (above == table).then_some(name)
    })
}
