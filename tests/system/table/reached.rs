//! Rows of the way to a node: nobody there, nobody who answers, or somebody else.

use std::net::TcpStream;

use crate::{
    site::Site,
    table::{
        peer::{self, BlackHole, Peer},
        row::{Row, TRY, WAITS},
        told::Part,
    },
};

const BANNER: &[u8] = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";

/// A row whose node is stopped, with its connections, and gives its place to what `instead` makes there.
#[track_caller]
fn row<T>(instead: impl Fn(std::net::SocketAddr) -> T, code: &str) {
    let mut row = Row::of(Part::Storage, Site::new(), WAITS);
    row.site.node().stop();
    let peer = instead(row.site.node().address);
    // The kept connection is lost before the next one fails.
    row.tells_after(&["session_lost", "connect_refused"], code);
    drop(peer);
    row.site.node().start_again();
    row.recovers(TRY);
    row.ends();
}

/// A row whose node gives its place to a peer that does this with every connection.
#[track_caller]
fn peer(deed: fn(&mut TcpStream), code: &str) {
    row(|address| Peer::at(address, deed), code);
}

#[test]
fn refused() {
    row(|_| (), "connect_refused");
}

#[test]
fn black_holed() {
    row(BlackHole::at, "connect_timeout");
}

#[test]
fn taken_and_never_answered() {
    peer(|it| peer::says_and_stays(it, b""), "connect_timeout");
}

#[test]
fn reset_before_the_banner() {
    peer(|it| peer::says_and_resets(it, b""), "connect_failed");
}

#[test]
fn reset_in_mid_banner() {
    peer(
        |it| peer::says_and_resets(it, &BANNER[..9]),
        "connect_failed",
    );
}

#[test]
fn a_banner_byte_a_second() {
    peer(|it| peer::drips(it, BANNER), "connect_timeout");
}

#[test]
fn a_banner_without_end() {
    peer(
        |it| peer::says_and_stays(it, &[b'x'; 1 << 20]),
        "connect_failed",
    );
}

#[test]
fn the_key_exchange_stalls() {
    peer(|it| peer::says_and_stays(it, BANNER), "connect_timeout");
}

#[test]
fn a_web_server_in_its_place() {
    let answer = |it: &mut TcpStream| {
        peer::says_and_stays(it, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    };
    peer(answer, "connect_timeout");
}
