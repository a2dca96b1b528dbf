//! Rows of names: patterns, hashes, ports and addresses.

use crate::row::{
    Row,
    Server::{Ed25519, Three},
    Verdict::{Changed, Known, Revoked, Unknown},
    row,
};

const N: &str = "node1.example";
const N2222: &str = "node1.example:2222";
const HERE: &str = "127.0.0.1:PORT";

/// The rows.
pub(crate) const NAMES: &[Row] = &[
    // Where the server really listens.
    row(Three, HERE, "[127.0.0.1]:PORT {ed25519}\n", Known),
    row(Three, HERE, "[127.0.0.1]:PORT {other}\n", Changed),
    row(Three, HERE, "[127.0.0.1]:2 {ed25519}\n", Unknown),
    row(Three, HERE, "127.0.0.1 {ed25519}\n", Known),
    row(Three, HERE, "127.0.0.1 {other}\n", Unknown),
    row(
        Three,
        HERE,
        "@revoked * {ed25519}\n[127.0.0.1]:PORT {ed25519}\n",
        Revoked,
    ),
    row(Three, HERE, "[127.0.0.1]:PORT {rsa}\n", Known),
    row(Ed25519, HERE, "[127.0.0.1]:PORT {rsa}\n", Changed),
    row(
        Three,
        "localhost:PORT",
        "[localhost]:PORT {ed25519}\n",
        Known,
    ),
    row(
        Three,
        "LocalHost:PORT",
        "[localhost]:PORT {ed25519}\n",
        Known,
    ),
    row(
        Three,
        "localhost:PORT",
        "[127.0.0.1]:PORT {ed25519}\n",
        Unknown,
    ),
    // Names.
    row(Three, N, "node1.example {ed25519}\n", Known),
    row(Three, N, "node2.example {ed25519}\n", Unknown),
    row(Three, N, "NODE1.Example {ed25519}\n", Known),
    row(Three, "NODE1.example", "node1.example {ed25519}\n", Known),
    row(Three, N, "192.0.2.1,node1.example {ed25519}\n", Known),
    row(Three, N, "192.0.2.1, node1.example {ed25519}\n", Unknown),
    row(Three, N, ",node1.example, {ed25519}\n", Known),
    row(Three, N, "node1.example. {ed25519}\n", Unknown),
    row(Three, N, "*.example {ed25519}\n", Known),
    row(Three, N, "node?.example {ed25519}\n", Known),
    row(Three, N, "node??.example {ed25519}\n", Unknown),
    row(Three, N, "*node1*.***e {ed25519}\n", Known),
    row(Three, N, "*,!node1.example {ed25519}\n", Unknown),
    row(Three, N, "!node1.example,* {ed25519}\n", Unknown),
    row(Three, N, "!node2.example,*.example {ed25519}\n", Known),
    row(Three, N, "!node2.example {ed25519}\n", Unknown),
    row(Three, N, "!!node1.example,* {ed25519}\n", Known),
    row(Three, N, "*,!NODE1.* {ed25519}\n", Unknown),
    row(
        Three,
        N,
        "!node1.example {other}\nnode1.example {ed25519}\n",
        Known,
    ),
    row(Three, N, "node1.example,{1023} {ed25519}\n", Unknown),
    row(Three, N, "{1023},node1.example {ed25519}\n", Unknown),
    // Hashed names.
    row(Three, N, "{#node1.example} {ed25519}\n", Known),
    row(Three, N, "{#node1.example} {other}\n", Changed),
    row(Three, N, "{#node2.example} {ed25519}\n", Unknown),
    row(
        Three,
        N,
        "{#node1.example},node1.example {ed25519}\n",
        Unknown,
    ),
    row(Three, N, "!{#node1.example},* {ed25519}\n", Known),
    row(Three, N, "|1|bm8=|bm8= {ed25519}\n", Unknown),
    row(
        Three,
        N,
        "@revoked {#node1.example} {ed25519}\n* {ed25519}\n",
        Revoked,
    ),
    // Ports.
    row(Three, N2222, "[node1.example]:2222 {ed25519}\n", Known),
    row(Three, N2222, "{#[node1.example]:2222} {ed25519}\n", Known),
    row(Three, N2222, "{#node1.example} {ed25519}\n", Known),
    row(Three, N2222, "[*.example]:2222 {ed25519}\n", Known),
    row(Three, N2222, "[node1.example]:* {ed25519}\n", Known),
    row(Three, N2222, "* {ed25519}\n", Known),
    row(Three, N2222, "[node1.example]:22 {ed25519}\n", Unknown),
    row(Three, N, "[node1.example]:22 {ed25519}\n", Unknown),
    row(Three, N, "[node1.example]:2222 {ed25519}\n", Unknown),
    row(Three, N2222, "*.example {ed25519}\n", Known),
    row(
        Three,
        N2222,
        "[node1.example]:2222 {other}\nnode1.example {ed25519}\n",
        Changed,
    ),
    row(
        Three,
        N2222,
        "[node1.example]:2222 {other_rsa}\nnode1.example {ed25519}\n",
        Changed,
    ),
    row(
        Three,
        N2222,
        "[node1.example]:2222 {ed25519}\nnode1.example {other}\n",
        Known,
    ),
    row(
        Three,
        N2222,
        "@revoked node1.example {ed25519}\nnode1.example {ed25519}\n",
        Revoked,
    ),
    row(
        Three,
        N2222,
        "@revoked node1.example {ed25519}\n[node1.example]:2222 {ed25519}\n",
        Known,
    ),
    row(
        Three,
        N2222,
        "@revoked [node1.example]:2222 {ed25519}\nnode1.example {ed25519}\n",
        Revoked,
    ),
    // Addresses.
    row(Three, "192.0.2.7", "192.0.2.* {ed25519}\n", Known),
    row(Three, "[2001:db8::7]", "2001:db8::7 {ed25519}\n", Known),
    row(Three, "[2001:DB8:0:0::7]", "2001:db8::7 {ed25519}\n", Known),
    row(
        Three,
        "[2001:db8:0:0::7]",
        "2001:db8:0:0::7 {ed25519}\n",
        Unknown,
    ),
    row(
        Three,
        "[2001:db8::7]:2222",
        "[2001:db8::7]:2222 {ed25519}\n",
        Known,
    ),
    row(
        Three,
        "[2001:db8::7]:2222",
        "2001:db8::7 {ed25519}\n",
        Known,
    ),
    row(
        Three,
        "[::ffff:192.0.2.7]",
        "::ffff:192.0.2.7 {ed25519}\n",
        Known,
    ),
];
