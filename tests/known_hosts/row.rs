//! A row of the table: a server, a node's name, a file, and the verdict on them.

/// What the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    /// Keys of three types: Ed25519, ECDSA (P-256) and RSA.
    Three,
    /// An Ed25519 key.
    Ed25519,
    /// An RSA key.
    Rsa,
    /// An ECDSA key of the curve P-521.
    P521,
    /// An Ed25519 and an RSA key, and a certificate for that of RSA.
    RsaCertified,
    /// Keys of three types, and a certificate for the Ed25519 key.
    Certified,
    /// Keys of three types, and a certificate for each.
    AllCertified,
    /// One key and its certificate, from now on, that …
    /// … an RSA authority signed for an ECDSA key.
    ByRsa,
    /// … an RSA authority signed with SHA-1.
    BySha1,
    /// … was valid on one day long ago.
    Late,
    /// … will be valid in many years.
    Early,
    /// … is made out for another name.
    OtherName,
    /// … is made out for the name in capitals.
    Capitals,
    /// … is made out for `*.example`.
    Wildcard,
    /// … is made out for the name with its port.
    WithPort,
    /// … is made out for no name.
    NoName,
    /// … is made out for a user.
    User,
    /// … has a critical option.
    Option,
    /// … has an extension that nobody knows.
    Extension,
}

/// What a client makes of a host key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is trusted.
    Known,
    /// Nothing is said of it.
    Unknown,
    /// Another one is expected.
    Changed,
    /// It is revoked, or its authority is.
    Revoked,
    /// The certificate is no longer valid.
    Late,
    /// The certificate is not valid yet.
    Early,
    /// The certificate is made out for other names.
    OtherName,
    /// The certificate is made out for no name.
    NoName,
    /// The certificate is one for a user.
    User,
    /// The certificate has a critical option.
    Option,
    /// The certificate is signed in a way that nobody takes.
    Way,
    /// The file cannot be read.
    Unreadable,
}

/// The file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum File {
    /// Of these characters, each a byte. In braces stand keys and hashed names, see `servers`.
    Of(&'static str),
    /// There is none.
    Missing,
    /// There is a folder in its place.
    Folder,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) server: Server,
    /// `host:port`; at a loopback address the port is `PORT`, and the server really listens there.
    pub(crate) node: &'static str,
    pub(crate) file: File,
    pub(crate) verdict: Verdict,
    /// Where ours differs on purpose: why, and what OpenSSH may say instead. Never `Unknown` to our
    /// `Known`: nothing is trusted that OpenSSH refuses.
    pub(crate) differs: Option<(&'static str, &'static [Verdict])>,
}

/// A row on which both agree.
pub(crate) const fn row(
    server: Server,
    node: &'static str,
    text: &'static str,
    verdict: Verdict,
) -> Row {
    Row {
        server,
        node,
        file: File::Of(text),
        verdict,
        differs: None,
    }
}
