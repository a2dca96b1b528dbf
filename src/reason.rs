//! Why a part of the usage has no fresh figure, as callers are told: a code of a closed list, a
//! sentence, and since when.

use jiff::Timestamp;

use crate::words::wire::wire;

/// A reason that callers are told. The message names no address, no user and nothing that a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What happened, of the closed list in [`Code`].
    pub code: Code,
    /// The same as a sentence.
    pub message: String,
    /// Since when it is so.
    pub since: Timestamp,
    /// When the peer is asked again, where it refused us; `None` where that is at the next round.
    pub next_try: Option<Timestamp>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $message:literal;)*) => {
        /// Why a part has no fresh figure: a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The word on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// What happened, as a sentence.
            pub fn message(self) -> &'static str {
                match self { $(Code::$variant => $message,)* }
            }
        }
    };
}

codes! {
    /// The first round has not ended yet.
    NotYet = "not_yet", "the first reading has not ended yet";
    /// The source has been asked and has neither answered nor failed.
    NoAnswer = "no_answer", "the source has not answered for too long";
    /// Nobody listens at the peer's port.
    ConnectRefused = "connect_refused", "the connection was refused";
    /// The peer did not answer in time.
    ConnectTimeout = "connect_timeout", "no connection in time";
    /// The peer's name or network, or a handshake that failed.
    ConnectFailed = "connect_failed", "no connection";
    /// The node's host key is in no known_hosts line.
    HostKeyUnknown = "host_key_unknown", "the storage node's host key is not known";
    /// The node shows another host key than expected.
    HostKeyChanged = "host_key_changed", "the storage node shows another host key than expected";
    /// The node shows a revoked host key.
    HostKeyRevoked = "host_key_revoked", "the storage node shows a revoked host key";
    /// The node's host certificate is not valid yet, or no longer.
    HostCertificateOutOfDate = "host_certificate_out_of_date", "the storage node's host certificate is not valid at this time";
    /// The node's host certificate is made out for other names, or for none.
    HostCertificateOtherName = "host_certificate_other_name", "the storage node's host certificate is not made out for it";
    /// The node's host certificate is none for a host, or not signed as it must be.
    HostCertificateUnfit = "host_certificate_unfit", "the storage node's host certificate proves nothing";
    /// The known_hosts file cannot be read.
    KnownHostsUnreadable = "known_hosts_unreadable", "the file of known host keys cannot be read";
    /// Our private key cannot be used.
    KeyUnusable = "key_unusable", "our private key cannot be used";
    /// The peer refused key or password; the message says when the next try is due.
    AuthRefused = "auth_refused", "the login was refused";
    /// The connection broke during the command.
    SessionLost = "session_lost", "the connection to the storage node was lost";
    /// The node did not start the command.
    CommandRefused = "command_refused", "the storage node refused to run the command";
    /// The command did not end in time.
    CommandTimeout = "command_timeout", "the command did not end in time";
    /// The command ended with another status than 0, or none.
    CommandFailed = "command_failed", "the command failed";
    /// The command printed more than any report has.
    OutputTooLong = "output_too_long", "the command printed too much";
    /// The output is no report.
    ReportUnreadable = "report_unreadable", "the command's output cannot be read as a report";
    /// The source shows another cluster, or does not know the one that is asked for.
    OtherCluster = "other_cluster", "the source shows another cluster";
    /// The panel shows more than one cluster of the name that is asked for.
    ClusterAmbiguous = "cluster_ambiguous", "the panel shows more than one cluster of this name";
    /// The cluster's status is unknown.
    NotSettled = "not_settled", "the cluster does not know its own state yet";
    /// The certificate of the panel, of Prometheus or of Grafana is not trusted.
    CertificateUntrusted = "certificate_untrusted", "the certificate of the source is not trusted";
    /// The panel answered with an error status.
    PanelStatus = "panel_status", "the panel answered with an error";
    /// The panel did not answer in time.
    PanelTimeout = "panel_timeout", "the panel did not answer in time";
    /// The panel's answer is not what it should be.
    PanelUnreadable = "panel_unreadable", "the panel's answer cannot be read";
    /// More is said to be free than there is.
    MoreFreeThanTotal = "more_free_than_total", "the source says that more is free than there is";
    /// Used and free are said to be another total.
    DoesNotAddUp = "does_not_add_up", "what the source says is used and free is not its total";
    /// Prometheus or Grafana answered with an error status.
    MetricsStatus = "metrics_status", "Prometheus or Grafana answered with an error";
    /// Prometheus or Grafana did not answer in time.
    MetricsTimeout = "metrics_timeout", "Prometheus or Grafana did not answer in time";
    /// The answer of Prometheus or Grafana is not what it should be.
    MetricsUnreadable = "metrics_unreadable", "the answer of Prometheus or Grafana cannot be read";
    /// Prometheus cannot read the query.
    QueryInvalid = "query_invalid", "Prometheus cannot read the query";
    /// Prometheus cannot evaluate the query.
    QueryFailed = "query_failed", "Prometheus failed with the query";
    /// Prometheus had no time to evaluate the query.
    QueryTimeout = "query_timeout", "Prometheus had no time for the query";
    /// The query finds no series.
    MetricsEmpty = "metrics_empty", "the query finds no series";
    /// A value is `NaN`.
    MetricsNan = "metrics_nan", "a value of the query is not a number";
    /// A value is infinite.
    MetricsInfinite = "metrics_infinite", "a value of the query is infinite";
    /// A value is below 0.
    MetricsNegative = "metrics_negative", "a value of the query is below 0";
    /// A value is no whole number.
    MetricsFraction = "metrics_fraction", "a value of the query is no whole number of bytes";
    /// There are more series than figures.
    MetricsAmbiguous = "metrics_ambiguous", "the query gives more series than figures";
    /// A part of the answer is missing.
    MetricsPartial = "metrics_partial", "a part of the query's answer is missing";
    /// The samples of the queries were taken at different moments.
    OtherMoments = "other_moments", "what the queries give is not of one moment";
    /// A figure has more than 64 bits.
    FigureTooLarge = "figure_too_large", "a figure is larger than any that can be";
    /// The proxy in front of Grafana did not let us through; the message says when the next try is due.
    ProxyAuthRefused = "proxy_auth_refused", "the proxy in front of Grafana refused us";
    /// Grafana refused token or session; the message says when the next try is due.
    GrafanaAuthRefused = "grafana_auth_refused", "Grafana refused the token or the session";
    /// Grafana knows us and forbids the query.
    GrafanaForbidden = "grafana_forbidden", "Grafana forbids the query";
    /// Grafana does not know the data source, or several fit.
    DatasourceUnknown = "datasource_unknown", "it is not known which data source of Grafana to ask";
}

wire!(Code as "ReasonCode", "What happened.", message);

impl Reason {
    /// A reason that is nothing but its code.
    pub fn plain(code: Code, since: Timestamp) -> Reason {
        let message = code.message().to_owned();
        Reason {
            code,
            message,
            since,
            next_try: None,
        }
    }
}
