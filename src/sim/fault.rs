//! What can go wrong on a site, as a switch.
//!
//! ```text
//! vhi-usage sim --fault hang,panel-500
//! ```

use std::{fmt, str::FromStr};

/// One thing that goes wrong while it is switched on, for a whole cluster or for one node of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The node refuses the user's key.
    LoginRefused,
    /// The node shows another host key on new connections, as after a new installation.
    HostKeyChanged,
    /// The command prints nothing and never ends; `timeout` on the node ends it.
    Hang,
    /// As `hang`, but the process sits where no signal reaches it, so that `timeout` does not end it either.
    HangHard,
    /// The command answers after two seconds.
    Slow,
    /// The output stops in the middle of the `Space:` line, with exit status 0.
    HalfOutput,
    /// The command prints nothing and ends with exit status 0.
    NoOutput,
    /// A good report, a line on stderr, exit status 1.
    Exit1,
    /// A good report, after which the channel is closed without an exit status.
    NoStatus,
    /// The output never ends.
    EndlessOutput,
    /// The report speaks of another cluster.
    OtherCluster,
    /// The status of the cluster is `unknown`, as just after the election of a master.
    NotSettled,
    /// The connection breaks when a command arrives that is not the first one on it; happens once, then switches itself off.
    ConnectionDrop,
    /// The node closes every new connection at once.
    NodeDown,
    /// Every session of the panel serves one request and is then refused with 401.
    SessionExpiry,
    /// The panel refuses every login with 401, whatever the password; this locks no account.
    PanelLoginRefused,
    /// The panel answers everything with 500.
    Panel500,
    /// The panel takes requests and never answers.
    PanelHang,
    /// The panel answers everything with 200 and a page of HTML.
    PanelNotJson,
    /// The compute stat has `servers` with five of its keys and nothing else.
    SparseStat,
    /// In the compute stat, `compute` and `fenced` have the keys of product version 4.7, and `datetime` has no zone.
    OldNames,
}

impl Fault {
    /// Every fault, in the order of the enum.
    pub const ALL: &'static [Fault] = &[
        Fault::LoginRefused,
        Fault::HostKeyChanged,
        Fault::Hang,
        Fault::HangHard,
        Fault::Slow,
        Fault::HalfOutput,
        Fault::NoOutput,
        Fault::Exit1,
        Fault::NoStatus,
        Fault::EndlessOutput,
        Fault::OtherCluster,
        Fault::NotSettled,
        Fault::ConnectionDrop,
        Fault::NodeDown,
        Fault::SessionExpiry,
        Fault::PanelLoginRefused,
        Fault::Panel500,
        Fault::PanelHang,
        Fault::PanelNotJson,
        Fault::SparseStat,
        Fault::OldNames,
    ];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Fault::LoginRefused => "login-refused",
            Fault::HostKeyChanged => "host-key-changed",
            Fault::Hang => "hang",
            Fault::HangHard => "hang-hard",
            Fault::Slow => "slow",
            Fault::HalfOutput => "half-output",
            Fault::NoOutput => "no-output",
            Fault::Exit1 => "exit-1",
            Fault::NoStatus => "no-status",
            Fault::EndlessOutput => "endless-output",
            Fault::OtherCluster => "other-cluster",
            Fault::NotSettled => "not-settled",
            Fault::ConnectionDrop => "connection-drop",
            Fault::NodeDown => "node-down",
            Fault::SessionExpiry => "session-expiry",
            Fault::PanelLoginRefused => "panel-login-refused",
            Fault::Panel500 => "panel-500",
            Fault::PanelHang => "panel-hang",
            Fault::PanelNotJson => "panel-not-json",
            Fault::SparseStat => "sparse-stat",
            Fault::OldNames => "old-names",
        }
    }
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
    fn the_list_holds_each_fault_once_and_in_order() {
        assert!(Fault::ALL.is_sorted_by(|a, b| a < b));
        assert_eq!(Fault::ALL.last(), Some(&Fault::OldNames));
        assert_eq!(Fault::ALL.len(), Fault::OldNames as usize + 1);
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_list() {
        let error = "hung".parse::<Fault>().unwrap_err().to_string();
        assert!(error.starts_with("unknown fault `hung`; there are login-refused, "));
    }
}
