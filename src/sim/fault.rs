//! What can go wrong on a site, as a switch.
//!
//! ```text
//! vhi-usage sim --fault hang,panel-500
//! ```

use std::{fmt, str::FromStr};

/// The enum, its list and its names out of one table.
macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $name:literal,)*) => {
        /// One thing that goes wrong while it is switched on, for a whole cluster or for one node of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $($(#[$doc])* $fault,)*
        }

        impl Fault {
            /// Every fault, in the order of the enum.
            pub const ALL: &'static [Fault] = &[$(Fault::$fault),*];

            /// The word for it on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Fault::$fault => $name,)*
                }
            }
        }
    };
}

faults! {
    /// The node refuses the user's key.
    LoginRefused = "login-refused",
    /// The node shows another host key on new connections, as after a new installation.
    HostKeyChanged = "host-key-changed",
    /// The command prints nothing and never ends; `timeout` on the node ends it.
    Hang = "hang",
    /// As `hang`, but the process sits where no signal reaches it, so that `timeout` does not end it either.
    HangHard = "hang-hard",
    /// The command answers after two seconds.
    Slow = "slow",
    /// The output stops in the middle of the `Space:` line, with exit status 0.
    HalfOutput = "half-output",
    /// The command prints nothing and ends with exit status 0.
    NoOutput = "no-output",
    /// A good report, a line on stderr, exit status 1.
    Exit1 = "exit-1",
    /// A good report, after which the channel is closed without an exit status.
    NoStatus = "no-status",
    /// The node gives a channel, and starts no command on it.
    ExecRefused = "exec-refused",
    /// The output never ends.
    EndlessOutput = "endless-output",
    /// The report speaks of another cluster.
    OtherCluster = "other-cluster",
    /// The status of the cluster is `unknown`, as just after the election of a master.
    NotSettled = "not-settled",
    /// The connection breaks when a command arrives that is not the first one on it; happens once, then switches itself off.
    ConnectionDrop = "connection-drop",
    /// The node closes every new connection at once.
    NodeDown = "node-down",
    /// Every session of the panel serves one request and is then refused with 401.
    SessionExpiry = "session-expiry",
    /// The panel refuses every login with 401, whatever the password; this locks no account.
    PanelLoginRefused = "panel-login-refused",
    /// The panel answers everything with 401, logins included; this locks no account.
    Panel401 = "panel-401",
    /// The panel answers everything with 500.
    Panel500 = "panel-500",
    /// The panel takes requests and never answers.
    PanelHang = "panel-hang",
    /// The panel answers everything with 200 and a page of HTML.
    PanelNotJson = "panel-not-json",
    /// The panel sends each body at a byte a second.
    PanelSlowBody = "panel-slow-body",
    /// The panel answers everything with 307, to the same path below `/elsewhere` under another name of its host.
    PanelRedirect = "panel-redirect",
    /// The panel shows another certificate on new connections, and closes the ones that there are.
    PanelCertificateChanged = "panel-certificate-changed",
    /// The compute stat has `servers` with five of its keys and nothing else.
    SparseStat = "sparse-stat",
    /// In the compute stat, `compute` and `fenced` have the keys of product version 4.7, and `datetime` has no zone.
    OldNames = "old-names",
    /// Every size in overview and licence of the panel is 1 % larger than elsewhere.
    OverviewShifted = "overview-shifted",
    /// The report prints its sizes in powers of 1000.
    DecimalPrint = "decimal-print",
    /// The panel answers requests for the overview with 403.
    Overview403 = "overview-403",
    /// The panel answers requests for the licence with 403.
    License403 = "license-403",
    /// The panel knows a cluster of another name and no other.
    OverviewOther = "overview-other",
    /// The overview does not say the total of the logical space.
    OverviewNoTotal = "overview-no-total",
    /// The overview has more free space than there is.
    OverviewMoreFree = "overview-more-free",
    /// The report has no line of the licence.
    NoLicenseLine = "no-license-line",
    /// More than 95 % of the licence is used up, whoever is asked.
    LicenseLow = "license-low",
    /// The report has a line in its header with a label that nobody knows.
    UnreadLine = "unread-line",
    /// The report says its replication in a form that cannot be read.
    UnknownForm = "unknown-form",
    /// Prometheus has no series of this cluster, though some of others.
    MetricsEmpty = "metrics-empty",
    /// The series of tier 1 and of the whole cluster are `NaN`.
    MetricsNan = "metrics-nan",
    /// The series of tier 1 and of the whole cluster are infinite.
    MetricsInf = "metrics-inf",
    /// The series of free space lack tier 1.
    MetricsPartial = "metrics-partial",
    /// Prometheus answers every query with a warning beside the data.
    MetricsWarnings = "metrics-warnings",
    /// Every series of free space has more than there is.
    MetricsMoreFree = "metrics-more-free",
    /// The free space of tier 0 is half a byte more.
    MetricsFraction = "metrics-fraction",
    /// Prometheus answers every query with 400 and the error `bad_data`.
    Metrics400 = "metrics-400",
    /// Prometheus answers every query with 422 and the error `execution`.
    Metrics422 = "metrics-422",
    /// Prometheus answers every query with 503 and the error `timeout`.
    Metrics503 = "metrics-503",
    /// Prometheus answers every query with 200 and a page of HTML.
    MetricsNotJson = "metrics-not-json",
    /// Prometheus takes requests and never answers.
    MetricsHang = "metrics-hang",
    /// Prometheus closes every connection without an answer.
    MetricsDown = "metrics-down",
    /// The proxy in front of Grafana wants a session of the panel, whatever the token: 401 with a page of HTML.
    GrafanaProxy401 = "grafana-proxy-401",
    /// Grafana itself refuses the token and the session: 401 with JSON.
    Grafana401 = "grafana-401",
    /// Grafana forbids everything to everybody: 403 with JSON.
    Grafana403 = "grafana-403",
    /// Grafana has no routes with the number of a data source.
    GrafanaNoIds = "grafana-no-ids",
    /// The proxy in front of Grafana wants a session of the panel, and Grafana itself the token.
    GrafanaWantsBoth = "grafana-wants-both",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The word names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault `{word}`; there are {}", names())]
pub struct UnknownFault {
    /// The word as it was given.
    pub word: String,
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(word: &str) -> Result<Fault, UnknownFault> {
        Fault::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == word)
            .ok_or_else(|| UnknownFault {
                word: word.to_owned(),
            })
    }
}

fn names() -> String {
    let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_fault() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(*fault));
        }
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_list() {
        let error = "hung".parse::<Fault>().unwrap_err().to_string();
        assert!(error.starts_with("unknown fault `hung`; there are login-refused, "));
    }
}
