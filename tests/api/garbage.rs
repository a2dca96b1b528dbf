//! Requests that are none, that are two, or that have no end: each gets a clear answer at once, or the end of its
//! connection, and what one client sent is never taken for what another one asked.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::Instant};

use crate::{
    USAGE,
    clients::{Served, cut, get, to_the_end},
    published::TOKEN,
};

/// What comes back until the connection ends, which it does at once.
async fn answers(served: &Served, request: &[u8]) -> String {
    let mut stream = served.connect().await;
    let begun = Instant::now();
    // The connection may be gone before all of it is taken.
    drop(stream.write_all(request).await);
    let end = to_the_end(&mut stream).await;
    assert_eq!(begun.elapsed(), Duration::ZERO, "{end}");
    end
}

/// This is answered with the status, once, and the connection ends.
async fn once(served: &Served, request: impl AsRef<[u8]>, status: &str) {
    let request = request.as_ref();
    let shown = String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
    let end = answers(served, request).await;
    assert_eq!(end.matches("HTTP/1.1 ").count(), 1, "{shown}: {end}");
    assert!(
        end.starts_with(&format!("HTTP/1.1 {status} ")),
        "{shown}: {end}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_request_is_refused_and_harms_nobody() {
    let served = Served::plain().await;
    let headers = "A: b\r\n".repeat(101);
    let path = "x".repeat(65_535);
    for (request, status) in [
        ("GET /\r\n\r\n".to_owned(), "400"),
        ("GET\r\n\r\n".to_owned(), "400"),
        (
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}\r\n\r\n".to_owned(),
            "400",
        ),
        ("GET / HTTP/3.0\r\n\r\n".to_owned(), "400"),
        ("G\0T / HTTP/1.1\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n".to_owned(), "400"),
        (format!("GET / HTTP/1.1\r\n{headers}\r\n"), "431"),
        (format!("GET /{path} HTTP/1.1\r\n\r\n"), "414"),
        (format!("GET /{path}{path} HTTP/1.1\r\n\r\n"), "431"),
    ] {
        once(&served, request, status).await;
    }
    // Who asks for HTTP/2 without having been offered it.
    let preface = answers(&served, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!preface.contains("200 OK"), "{preface}");
    get(&mut served.connect().await, USAGE).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_long_path_and_a_whole_address_are_paths_like_others() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    let long = format!("/{}", "x".repeat(20_000));
    let answer = get(&mut stream, &long).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    for path in [format!("http://panel.example{USAGE}"), format!("{USAGE}/")] {
        let answer = get(&mut stream, &path).await;
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n"),
            "{path}: {answer}"
        );
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_stands_in_a_body_is_no_request() {
    let served = Served::plain().await;
    let inner = format!("GET {USAGE} HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    let length = inner.len();
    for framing in [
        format!("Content-Length: {length}\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: {length}\r\n"),
        "Transfer-Encoding: chunked\r\n".to_owned(),
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n".to_owned(),
    ] {
        for method in ["GET", "POST"] {
            let head = format!("{method} /health HTTP/1.1\r\nHost: x\r\n{framing}\r\n");
            let status = if method == "GET" { "200" } else { "405" };
            // In one piece, behind an end of the body, and without one.
            once(&served, format!("{head}{inner}"), status).await;
            once(&served, format!("{head}0\r\n\r\n{inner}"), status).await;
        }
    }
    for framing in [
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1, 1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let head = format!("GET /health HTTP/1.1\r\nHost: x\r\n{framing}\r\n{inner}");
        once(&served, head, "400").await;
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_body() {
    let served = Served::plain().await;
    for framing in [
        "Content-Length: 1000000",
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nExpect: 100-continue",
    ] {
        let head = format!("POST {USAGE} HTTP/1.1\r\nHost: x\r\n{framing}\r\n");
        let authorized = format!("{head}Authorization: Bearer {TOKEN}\r\n\r\n");
        once(&served, authorized, "405").await;
        once(&served, format!("{head}\r\n"), "401").await;
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_has_ten_seconds_in_all() {
    let served = Served::plain().await;
    for begun in [
        b"".as_slice(),
        b"\r\n\r\n\r\n",
        b"GET /health HTTP/1.1\r\nA: ",
    ] {
        let mut stream = served.connect().await;
        stream.write_all(begun).await.unwrap();
        tokio::time::sleep(Duration::from_secs(9)).await;
        stream.write_all(b"\r\n").await.unwrap();
        assert_eq!(cut(&mut stream, 1).await, "", "{begun:?}");
    }
    served.stop().await;
}
