//! Which reason of the closed list an error of a node is.

use crate::{
    reason::Code,
    ssh::{
        certificate::Unfit,
        error::{ConnectFailure, SshError},
        host_key_problem::HostKeyProblem,
    },
};

impl SshError {
    /// Of several nodes, what the preferred one says.
    pub fn first(&self) -> &SshError {
        match self {
            SshError::EveryNode(errors) => errors.first().map_or(self, SshError::first),
            error => error,
        }
    }

    /// What happened, of the closed list.
    pub fn code(&self) -> Code {
        match self.first() {
            SshError::Connect { why, .. } => match why {
                ConnectFailure::Refused => Code::ConnectRefused,
                ConnectFailure::Timeout(_) => Code::ConnectTimeout,
                ConnectFailure::Name(_) | ConnectFailure::Io(_) | ConnectFailure::Handshake(_) => {
                    Code::ConnectFailed
                }
            },
            SshError::HostKey { why, .. } => match why {
                HostKeyProblem::Unknown { .. } | HostKeyProblem::Authority { .. } => {
                    Code::HostKeyUnknown
                }
                HostKeyProblem::Changed { .. } => Code::HostKeyChanged,
                HostKeyProblem::Revoked { .. } | HostKeyProblem::RevokedAuthority { .. } => {
                    Code::HostKeyRevoked
                }
                HostKeyProblem::Certificate {
                    why: Unfit::Early(_) | Unfit::Late(_),
                    ..
                } => Code::HostCertificateOutOfDate,
                HostKeyProblem::Certificate {
                    why: Unfit::OtherName { .. } | Unfit::NoName(_),
                    ..
                } => Code::HostCertificateOtherName,
                HostKeyProblem::Certificate { .. } | HostKeyProblem::Forged { .. } => {
                    Code::HostCertificateUnfit
                }
                HostKeyProblem::File { .. } => Code::KnownHostsUnreadable,
            },
            SshError::Auth { .. } | SshError::Withheld { .. } => Code::AuthRefused,
            SshError::Unheard { source, .. } => source.code(),
            SshError::Key { .. } => Code::KeyUnusable,
            SshError::Lost { .. } => Code::SessionLost,
            SshError::Refused { .. } => Code::CommandRefused,
            SshError::Timeout { .. } | SshError::Busy { .. } => Code::CommandTimeout,
            SshError::Exit { .. } => Code::CommandFailed,
            SshError::TooLong { .. } => Code::OutputTooLong,
            SshError::EveryNode(_) => Code::ConnectFailed,
        }
    }
}
