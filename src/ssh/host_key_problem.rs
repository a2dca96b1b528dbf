//! Why a node's host key or certificate is not trusted. Nothing was sent to the node.

use crate::ssh::{certificate::Unfit, place::Place};

/// What is wrong with a host key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostKeyProblem {
    /// No entry for this host.
    #[error(
        "it shows {algorithm} {fingerprint}, and no line of {place} is for it: compare that with `ssh-keygen -lf` on the node's console, then add the line that `vhi-usage trust ssh {node}` prints"
    )]
    Unknown {
        /// Whose it is.
        node: Box<Place>,
        /// The key that was shown, in OpenSSH's form.
        fingerprint: String,
        /// Its type.
        algorithm: String,
        /// Where we looked.
        place: String,
    },
    /// Another key is expected.
    #[error(
        "{place} expects {expected}, and it shows {algorithm} {fingerprint}: compare that with `ssh-keygen -lf` on the node's console; if it is the node's, `vhi-usage trust ssh {node}` shows the line that pins it, and if not, somebody is in between"
    )]
    Changed {
        /// Whose it is.
        node: Box<Place>,
        /// The fingerprint that was expected, or several.
        expected: String,
        /// The key that was shown.
        fingerprint: String,
        /// Its type.
        algorithm: String,
        /// File and line, or the setting, that expects another key.
        place: String,
    },
    /// The key is marked as revoked.
    #[error(
        "{place} revokes {fingerprint}, which it shows: give the node a new host key, and its line to the file"
    )]
    Revoked {
        /// The key that was shown.
        fingerprint: String,
        /// File and line.
        place: String,
    },
    /// The authority of the certificate is marked as revoked.
    #[error(
        "{place} revokes {fingerprint}, the authority of the certificate that it shows: have another authority sign the node's host key, and give its line to the file"
    )]
    RevokedAuthority {
        /// The authority's key.
        fingerprint: String,
        /// File and line.
        place: String,
    },
    /// A certificate of an authority that no line names, and no line for its key either.
    #[error(
        "it shows a certificate that {authority} signed for {fingerprint}, and no line of {place} has that authority or that key for it: compare the authority with that of the site and add its `@cert-authority` line, or the line that `vhi-usage trust ssh {node}` prints"
    )]
    Authority {
        /// Whose it is.
        node: Box<Place>,
        /// The key that the certificate is made out for.
        fingerprint: String,
        /// The key that signed it.
        authority: String,
        /// Where we looked.
        place: String,
    },
    /// A certificate of an authority that a line names does not fit.
    #[error("it shows a certificate of the authority in {place}, but {why}")]
    Certificate {
        /// File and line of the authority.
        place: String,
        /// What does not fit.
        why: Unfit,
    },
    /// A certificate that its authority has not signed.
    #[error(
        "it shows a certificate with the name of the authority {authority}, which has not signed it: make out a new one with `ssh-keygen -s CA -h`, and if that one was right, somebody is in between"
    )]
    Forged {
        /// The key that is said to have signed it.
        authority: String,
    },
    /// The file could not be read.
    #[error("cannot read the known hosts in {place}: {why}")]
    File {
        /// The file.
        place: String,
        /// What stands in the way.
        why: String,
    },
}

impl HostKeyProblem {
    /// Whether the node is right only when a person has said so here.
    pub fn is_for_a_person(&self) -> bool {
        match self {
            HostKeyProblem::Unknown { .. }
            | HostKeyProblem::Changed { .. }
            | HostKeyProblem::Revoked { .. }
            | HostKeyProblem::RevokedAuthority { .. }
            | HostKeyProblem::Authority { .. }
            | HostKeyProblem::Forged { .. } => true,
            // Of an authority that we trust: a new one is made out on the node, and nothing changes here. A
            // file that cannot be read is looked at before a connection is made, and so costs none.
            HostKeyProblem::Certificate { .. } | HostKeyProblem::File { .. } => false,
        }
    }
}
