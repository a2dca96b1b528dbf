//! Rows of host certificates: authorities, what a certificate must say, and the key in it.

use crate::row::{
    File, Row,
    Server::{self, *},
    Verdict::{self, Changed, Known, Revoked, Unknown},
    row,
};

const N: &str = "node1.example";
const N2222: &str = "node1.example:2222";
const HERE: &str = "127.0.0.1:PORT";
const CA: &str = "@cert-authority * {ca}\n";

/// The rows.
pub(crate) const CERTIFIED: &[Row] = &[
    // Authorities.
    row(
        Certified,
        HERE,
        "@cert-authority [127.0.0.1]:PORT {ca}\n",
        Known,
    ),
    row(Certified, HERE, "@cert-authority 127.0.0.1 {ca}\n", Known),
    row(Certified, HERE, "@cert-authority * {other}\n", Unknown),
    row(
        Certified,
        "localhost:PORT",
        "@cert-authority localhost {ca}\n",
        Known,
    ),
    row(Certified, N, "@cert-authority *.example {ca}\n", Known),
    row(
        Certified,
        N,
        "@cert-authority *.example,!node1.example {ca}\n",
        Unknown,
    ),
    row(
        Certified,
        N,
        "@cert-authority {#node1.example} {ca}\n",
        Known,
    ),
    row(
        Certified,
        N,
        "@cert-authority * {other}\n@cert-authority * {ca}\n",
        Known,
    ),
    row(Certified, N, "@cert-authority\t* {ca}\n", Unknown),
    row(
        Certified,
        N,
        "@cert-authority\t*\t{ca:kind}\t{ca:base64}\r\n",
        Known,
    ),
    row(Certified, N, "@Cert-Authority * {ca}\n", Unknown),
    row(Certified, N, "* {ca}\n", Changed),
    row(Certified, N, "@cert-authority * {ed25519}\n", Unknown),
    row(Certified, N2222, "@cert-authority *.example {ca}\n", Known),
    row(
        Certified,
        N2222,
        "@cert-authority [*.example]:2222 {ca}\n",
        Known,
    ),
    row(
        Certified,
        "[2001:DB8::7]",
        "@cert-authority 2001:* {ca}\n",
        Known,
    ),
    row(Certified, "NODE1.EXAMPLE", CA, Known),
    row(AllCertified, N, CA, Known),
    row(ByRsa, N, "@cert-authority * {ca_rsa}\n", Known),
    row(ByRsa, N, "@cert-authority * {ca}\n", Unknown),
    // What is revoked.
    row(
        Certified,
        N,
        "@cert-authority * {ca}\n@revoked * {ca}\n",
        Revoked,
    ),
    row(
        Certified,
        N,
        "@cert-authority * {ca}\n@revoked * {ed25519}\n",
        Revoked,
    ),
    row(
        Certified,
        N,
        "@cert-authority * {ca}\n@revoked node2.* {ca}\n",
        Known,
    ),
    row(
        Certified,
        N,
        "@revoked * {ca}\nnode1.example {ed25519}\n",
        Revoked,
    ),
    row(
        Certified,
        N,
        "@cert-authority * {ca}\n@revoked * {certificate}\n",
        Revoked,
    ),
    row(
        Certified,
        N2222,
        "@cert-authority *.example {ca}\n@revoked *.example {ca}\n",
        Revoked,
    ),
    row(
        Certified,
        N2222,
        "@revoked *.example {ca}\n*.example {ed25519}\n",
        Known,
    ),
    row(
        Certified,
        N2222,
        "@revoked *.example {ca}\n[*]:2222 {other}\n",
        Revoked,
    ),
    // What a certificate must say.
    row(OtherName, N, CA, Verdict::OtherName),
    row(OtherName, "node9.example", CA, Known),
    row(OtherName, HERE, CA, Verdict::OtherName),
    row(Capitals, N, CA, Verdict::OtherName),
    row(Capitals, "NODE1.example", CA, Verdict::OtherName),
    row(WithPort, N2222, CA, Verdict::OtherName),
    row(Late, N, CA, Verdict::Late),
    row(
        Late,
        N2222,
        "@cert-authority *.example {ca}\n",
        Verdict::Late,
    ),
    row(Early, N, CA, Verdict::Early),
    row(User, N, CA, Verdict::User),
    row(Option, N, CA, Verdict::Option),
    row(Extension, N, CA, Known),
    row(BySha1, N, "@cert-authority * {ca_rsa}\n", Verdict::Way),
    // The key in a certificate that does not count.
    row(Certified, N, "node1.example {ed25519}\n", Known),
    row(Certified, N, "node1.example {other}\n", Changed),
    row(
        Certified,
        N,
        "@cert-authority * {other}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(
        Late,
        N,
        "@cert-authority * {ca}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(
        Late,
        N,
        "@cert-authority * {ca}\nnode1.example {other}\n",
        Changed,
    ),
    row(
        Late,
        N2222,
        "@cert-authority [*]:2222 {ca}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(
        OtherName,
        N,
        "@cert-authority * {ca}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(
        BySha1,
        N,
        "@cert-authority * {ca_rsa}\nnode1.example {ecdsa}\n",
        Known,
    ),
    row(
        User,
        N,
        "@cert-authority * {ca}\nnode1.example {rsa}\n",
        Changed,
    ),
    // Which key is asked for.
    row(RsaCertified, N, CA, Known),
    row(RsaCertified, N, "node1.example {ed25519}\n", Changed),
    row(RsaCertified, N, "node1.example {rsa}\n", Known),
    row(
        RsaCertified,
        N,
        "@cert-authority * {ca}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(
        RsaCertified,
        N,
        "@cert-authority * {other}\nnode1.example {ed25519}\n",
        Changed,
    ),
    row(AllCertified, N, "node1.example {rsa}\n", Known),
    row(
        AllCertified,
        N,
        "@cert-authority * {other}\nnode1.example {rsa}\n",
        Changed,
    ),
    row(Certified, N, "node1.example {rsa}\n", Known),
    row(
        Certified,
        N,
        "@cert-authority * {ca}\nnode1.example {other_rsa}\n",
        Known,
    ),
    row(
        Late,
        N,
        "@cert-authority * {ca}\nnode1.example {ecdsa}\n",
        Changed,
    ),
    row(
        Late,
        N2222,
        "[node1.example]:2222 {rsa}\n@cert-authority node1.example {ca}\n",
        Changed,
    ),
    row(
        Certified,
        N2222,
        "[node1.example]:2222 {other_p384}\n@cert-authority node1.example {ca}\n",
        Known,
    ),
    // Where OpenSSH itself has changed its mind, we take what every release takes.
    differs(
        NoName,
        N,
        CA,
        Verdict::NoName,
        "before 10.3 a certificate for no name was one for every host",
        &[Known, Verdict::NoName],
    ),
    differs(
        Wildcard,
        N,
        CA,
        Verdict::OtherName,
        "from 10.3 on a name in a certificate may be a pattern",
        &[Known, Verdict::OtherName],
    ),
];

const fn differs(
    server: Server,
    node: &'static str,
    text: &'static str,
    verdict: Verdict,
    why: &'static str,
    may: &'static [Verdict],
) -> Row {
    Row {
        server,
        node,
        file: File::Of(text),
        verdict,
        differs: Some((why, may)),
    }
}
