//! The listener with real sockets and a clock that stands still while anybody has something to do.

use std::{
    net::{Shutdown, TcpStream},
    os::fd::OwnedFd,
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt,
    net::TcpListener,
    time::{Instant, sleep},
};
use warp::Filter;

use crate::{
    USAGE,
    clients::{Served, cut, get, to_the_end},
    published::{Site, complete},
};

/// A timer wakes within it.
const MILLISECOND: Duration = Duration::from_millis(1);
/// So many connections are open at once.
const MOST: usize = 512;
const HEAD: &[u8] = b"GET /health HTTP/1.1\r\nHost:";

#[tokio::test(start_paused = true)]
async fn one_connection_carries_many_requests() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    for path in [USAGE, "/health", USAGE] {
        let answer = get(&mut stream, path).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    let answer = get(&mut stream, "/nothing").await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_head_is_cut() {
    let served = Served::plain().await;
    for said in [HEAD, b"", b"G"] {
        let mut stream = served.connect().await;
        stream.write_all(said).await.unwrap();
        let end = cut(&mut stream, 10).await;
        assert!(!end.contains("200 OK"), "{end}");
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_client_that_says_nothing() {
    let served = Served::plain().await;
    let mut slow = served.connect().await;
    slow.write_all(HEAD).await.unwrap();
    let mut other = served.connect().await;
    let begun = Instant::now();
    get(&mut other, USAGE).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_no_idle_client_and_not_long_for_another() {
    let served = Served::plain().await;
    let mut idle = served.connect().await;
    get(&mut idle, "/health").await;
    let _silent = served.connect().await;
    let begun = Instant::now();
    served.stop().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(to_the_end(&mut idle).await, "");

    let served = Served::plain().await;
    let mut half = served.connect().await;
    half.write_all(HEAD).await.unwrap();
    get(&mut served.connect().await, "/health").await;
    let begun = Instant::now();
    served.stop().await;
    let (waited, due) = (begun.elapsed(), Duration::from_secs(4));
    assert!(waited >= due && waited <= due + MILLISECOND, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_refused_before_it_fills_the_memory() {
    let served = Served::plain().await;
    let mut stream = served.connect().await;
    stream.write_all(HEAD).await.unwrap();
    let line = vec![b'x'; 128 * 1024];
    // The connection may be gone before all of it is taken.
    drop(stream.write_all(&line).await);
    let end = to_the_end(&mut stream).await;
    assert!(!end.contains("200 OK"), "{end}");
    get(&mut served.connect().await, "/health").await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_panics_ends_its_own_connection_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bad = warp::path("bad").map(|| -> &str { panic!("a handler that panics") });
    let good = warp::path("good").map(|| "good");
    let served = Served::routes(listener, warp::service(bad.or(good)));
    let mut other = served.connect().await;
    get(&mut other, "/good").await;
    // One more than there may be at once: none of them keeps its place.
    for _ in 0..=MOST {
        let mut stream = served.connect().await;
        stream
            .write_all(b"GET /bad HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(to_the_end(&mut stream).await, "");
    }
    get(&mut other, "/good").await;
    get(&mut served.connect().await, "/good").await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn while_no_connection_can_be_taken_those_that_there_are_go_on() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    // A second hand on the same socket; one that no longer listens gives an error to whoever accepts.
    let hand = TcpStream::from(OwnedFd::from(listener.try_clone().unwrap()));
    let listener = TcpListener::from_std(listener).unwrap();
    let good = warp::path("good").map(|| "good");
    let served = Served::routes(listener, warp::service(good));
    let mut stream = served.connect().await;
    get(&mut stream, "/good").await;
    hand.shutdown(Shutdown::Both).unwrap();
    // The clock goes on only while nobody has anything to do: it tries on, and rests between.
    for _ in 0..5 {
        sleep(Duration::from_secs(3)).await;
        get(&mut stream, "/good").await;
    }
    let begun = Instant::now();
    served.stop().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_by_the_address_of_the_connection() {
    let served = Served::start(Site::limited(complete(), 2), None).await;
    let status = async |from: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(from.parse().unwrap()).unwrap();
        let mut stream = socket.connect(served.address).await.unwrap();
        get(&mut stream, USAGE).await[9..12].to_owned()
    };
    assert_eq!(status("127.0.0.1:0").await, "200");
    assert_eq!(status("127.0.0.1:0").await, "200");
    assert_eq!(status("127.0.0.1:0").await, "429");
    assert_eq!(status("127.0.0.2:0").await, "200");
    served.stop().await;
}
