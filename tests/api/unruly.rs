//! Clients that ask for no path, that idle, and that never read: none of them harms the others.

use std::{net::SocketAddr, time::Duration};

use rustls::ALL_VERSIONS;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{Instant, advance, timeout},
};
use vhi_usage::api::tls::Tls;

use crate::{
    USAGE,
    clients::{Pair, Served, connector, cut, get, secure},
    published::TOKEN,
};

/// Who is still held then is held for ever.
const FOR_EVER: Duration = Duration::from_secs(600);

/// What comes back until the body of an error is whole.
async fn said(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let count = stream.read_buf(&mut answer).await.unwrap();
        assert!(count > 0, "it broke off after {request:?}");
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_path_leads_nowhere_and_its_connection_lives_on() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    for place in [
        "CONNECT panel.example:443",
        "GET panel.example:443",
        "POST panel.example:443",
        "OPTIONS *",
        "GET http://panel.example",
        "CONNECT 192.0.2.1:22",
    ] {
        let answer = said(&mut stream, &format!("{place} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert!(
            answer.starts_with("HTTP/1.1 404 Not Found\r\n"),
            "{place}: {answer}"
        );
        let answer = get(&mut stream, USAGE).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    served.stop().await;
}

/// How long the other side goes on with a client that asks and asks and reads nothing.
async fn held(stream: &mut (impl AsyncWriteExt + Unpin)) -> Duration {
    let request =
        format!("GET {USAGE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    let many = request.repeat(32);
    let begun = Instant::now();
    let asks = async { while stream.write_all(many.as_bytes()).await.is_ok() {} };
    let cut = timeout(FOR_EVER, asks).await;
    cut.expect("a client that reads nothing is held for ever");
    begun.elapsed()
}

/// A connection that can take little at once.
async fn narrow(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_cut() {
    let served = Served::plain().await;
    let waited = held(&mut narrow(served.address).await).await;
    assert!(waited >= Duration::from_secs(10), "{waited:?}");
    assert!(waited < Duration::from_secs(30), "{waited:?}");
    get(&mut served.connect().await, USAGE).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_cut_over_tls_as_well() {
    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    let name = "localhost".try_into().unwrap();
    let stream = narrow(served.address).await;
    let mut stream = client.connect(name, stream).await.unwrap();
    let waited = held(&mut stream).await;
    assert!(waited >= Duration::from_secs(10), "{waited:?}");
    assert!(waited < Duration::from_secs(30), "{waited:?}");
    get(&mut secure(&served, &client).await.unwrap(), USAGE).await;
    served.stop().await;
}

/// Asks once a minute, and then no more.
async fn asks_now_and_then(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin)) {
    for _ in 0..3 {
        advance(Duration::from_secs(60)).await;
        get(stream, USAGE).await;
    }
    assert_eq!(cut(stream, 75).await, "");
}

#[tokio::test(start_paused = true)]
async fn one_connection_is_enough_to_ask_once_a_minute() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    get(&mut stream, USAGE).await;
    asks_now_and_then(&mut stream).await;
    served.stop().await;

    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    let mut stream = secure(&served, &client).await.unwrap();
    get(&mut stream, USAGE).await;
    asks_now_and_then(&mut stream).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_idle_has_no_more_time_for_its_request() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    get(&mut stream, USAGE).await;
    advance(Duration::from_secs(60)).await;
    stream.write_all(b"GET /health HTTP/1.1\r\n").await.unwrap();
    assert!(!cut(&mut stream, 10).await.contains("200 OK"));
    served.stop().await;
}
