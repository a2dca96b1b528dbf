//! The listener when many come at once: who is served, who is told that there is no room, and who is closed.

use std::{net::Ipv4Addr, time::Duration};

use rustls::ALL_VERSIONS;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
    time::{Instant, advance, sleep},
};
use vhi_usage::api::{
    crowd::{BESIDE, Caps},
    proxies::Proxies,
    tls::Tls,
};

use crate::{
    USAGE,
    clients::{Pair, Served, connector, get, secure, to_the_end},
    published::{Site, complete},
};

const HEAD: &[u8] = b"GET /health HTTP/1.1\r\nHost:";
/// A client that has not asked for so long gives way to another one.
const GIVES_WAY: Duration = Duration::from_millis(250);

/// So many in all, and so many of one address; 127.0.0.9 is a proxy.
async fn served(total: usize, per_address: usize, tls: Option<Tls>) -> Served {
    let proxies = Proxies::new(["127.0.0.9/32".parse().unwrap()]);
    let caps = Caps {
        total,
        per_address,
        proxies,
    };
    Served::capped(Site::new(complete()), tls, caps).await
}

/// Whatever was sent has been taken: the clock goes on only when nobody has anything to do.
async fn settled() {
    sleep(Duration::from_millis(1)).await;
}

/// A connection from 127.0.0.x.
async fn from(served: &Served, x: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    let address = Ipv4Addr::new(127, 0, 0, x);
    socket.bind((address, 0).into()).unwrap();
    socket.connect(served.address).await.unwrap()
}

#[track_caller]
fn is_full(answer: &str) {
    let head = "HTTP/1.1 503 Service Unavailable\r\n";
    assert!(answer.starts_with(head), "{answer}");
    for line in [
        "retry-after: 1",
        "connection: close",
        "content-type: application/problem+json",
    ] {
        assert!(answer.contains(&format!("\r\n{line}\r\n")), "{answer}");
    }
    assert!(
        answer.contains(r#""type":"urn:vhi-usage:overloaded""#),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_connection_more_than_the_most_is_told_so_at_once_and_served_when_another_ends() {
    let served = Served::plain().await;
    let most = Caps::default().total;
    assert_eq!(most, 512);
    let mut held = Vec::new();
    let begun = Instant::now();
    for _ in 0..most {
        let mut stream = served.connect().await;
        get(&mut stream, "/health").await;
        held.push(stream);
    }
    let mut next = served.connect().await;
    is_full(&get(&mut next, USAGE).await);
    assert_eq!(to_the_end(&mut next).await, "");
    assert_eq!(begun.elapsed(), Duration::ZERO, "somebody waited");
    drop(held.pop());
    settled().await;
    let answer = get(&mut served.connect().await, USAGE).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn one_address_has_its_part_and_leaves_the_rest_to_others() {
    let served = served(9, 2, None).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = from(&served, 1).await;
        get(&mut stream, "/health").await;
        held.push(stream);
    }
    is_full(&get(&mut from(&served, 1).await, USAGE).await);
    let begun = Instant::now();
    let answer = get(&mut from(&served, 2).await, USAGE).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    // Behind a proxy there may be any number of callers.
    for _ in 0..5 {
        let mut stream = from(&served, 9).await;
        let answer = get(&mut stream, USAGE).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        held.push(stream);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn clients_that_stall_in_their_heads_keep_out_nobody() {
    let served = served(4, 4, None).await;
    let mut stalled = Vec::new();
    for x in 1..=4 {
        let mut stream = from(&served, x).await;
        stream.write_all(HEAD).await.unwrap();
        stalled.push(stream);
        settled().await;
    }
    is_full(&get(&mut from(&served, 5).await, USAGE).await);
    advance(GIVES_WAY).await;
    let mut held = Vec::new();
    for gone in &mut stalled {
        let begun = Instant::now();
        let mut stream = from(&served, 5).await;
        let answer = get(&mut stream, USAGE).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        // The one that has been there for longest has gone for it.
        assert_eq!(to_the_end(gone).await, "");
        assert_eq!(begun.elapsed(), Duration::ZERO);
        held.push(stream);
    }
    // Those who were answered stay.
    is_full(&get(&mut from(&served, 6).await, USAGE).await);
    for stream in &mut held {
        get(stream, USAGE).await;
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_house_of_idle_callers_lets_in_the_next_one() {
    let served = served(2, 2, None).await;
    let (mut first, mut second) = (from(&served, 1).await, from(&served, 2).await);
    get(&mut first, USAGE).await;
    advance(Duration::from_secs(1)).await;
    get(&mut second, USAGE).await;
    advance(Duration::from_secs(9)).await;
    let begun = Instant::now();
    let mut third = from(&served, 3).await;
    let answer = get(&mut third, USAGE).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(to_the_end(&mut first).await, "");
    get(&mut second, USAGE).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_request_with_a_token_keeps_a_place_and_one_without_any_does_not() {
    let served = served(2, 2, None).await;
    let (mut known, mut stranger) = (from(&served, 1).await, from(&served, 2).await);
    get(&mut known, USAGE).await;
    advance(GIVES_WAY).await;
    // Which nobody needs a token for, so that none is looked at.
    get(&mut stranger, "/health").await;
    advance(GIVES_WAY).await;
    let mut third = from(&served, 3).await;
    let answer = get(&mut third, USAGE).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(to_the_end(&mut stranger).await, "");
    get(&mut known, USAGE).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_not_served_and_does_not_ask_is_not_waited_for() {
    let served = served(1, 1, None).await;
    let mut inside = from(&served, 1).await;
    get(&mut inside, USAGE).await;
    let (mut told, mut more) = (Vec::new(), Vec::new());
    for _ in 0..BESIDE / 2 {
        let mut stream = from(&served, 1).await;
        stream.write_all(HEAD).await.unwrap();
        told.push(stream);
    }
    let begun = Instant::now();
    // Whoever asks at once is told at once, in the place of one that does not.
    for silent in &mut told[..8] {
        is_full(&get(&mut from(&served, 1).await, USAGE).await);
        settled().await;
        assert_eq!(to_the_end(silent).await, "");
        let mut silent = from(&served, 1).await;
        silent.write_all(HEAD).await.unwrap();
        more.push(silent);
        settled().await;
    }
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    let last = told.last_mut().unwrap();
    assert_eq!(to_the_end(last).await, "");
    let waited = begun.elapsed();
    let due = Duration::from_secs(2);
    assert!(
        due <= waited + GIVES_WAY && waited <= due + GIVES_WAY,
        "{waited:?}"
    );
    for stream in &mut told {
        assert_eq!(to_the_end(stream).await, "");
    }
    is_full(&get(&mut from(&served, 1).await, USAGE).await);
    get(&mut inside, USAGE).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn over_tls_there_is_no_handshake_for_whom_there_is_no_room() {
    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = served(1, 1, Some(Tls::load(pair.files()).unwrap())).await;
    let mut inside = secure(&served, &client).await.unwrap();
    get(&mut inside, USAGE).await;
    let begun = Instant::now();
    secure(&served, &client).await.unwrap_err();
    get(&mut inside, USAGE).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    // One that stalls in its handshake gives way.
    drop(inside);
    settled().await;
    let mut stalled = served.connect().await;
    stalled.write_all(&[0x16, 3, 1]).await.unwrap();
    settled().await;
    advance(GIVES_WAY).await;
    get(&mut secure(&served, &client).await.unwrap(), USAGE).await;
    assert_eq!(to_the_end(&mut stalled).await, "");
    served.stop().await;
}
