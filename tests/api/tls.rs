//! The listener with TLS: what is shown, what is refused, and how a certificate is exchanged.

use std::{fs, time::Duration};

use rustls::{
    ALL_VERSIONS, ProtocolVersion,
    version::{TLS12, TLS13},
};
use tokio::io::AsyncWriteExt;
use vhi_usage::api::tls::Tls;

use crate::{
    USAGE,
    clients::{Pair, Served, connector, cut, get, secure, version},
};

#[tokio::test(start_paused = true)]
async fn usage_is_served_over_either_version_of_tls() {
    let pair = Pair::new();
    let certificate = pair.renew();
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    for (offered, expected) in [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let client = connector(&certificate, &[offered]);
        let mut stream = secure(&served, &client).await.unwrap();
        assert_eq!(version(&stream), expected);
        for _ in 0..2 {
            let answer = get(&mut stream, USAGE).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        }
    }
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_comes_back_resumes_its_session() {
    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    let kind = async || {
        let mut stream = secure(&served, &client).await.unwrap();
        get(&mut stream, "/health").await;
        stream.get_ref().1.handshake_kind().unwrap()
    };
    assert_eq!(kind().await, rustls::HandshakeKind::Full);
    assert_eq!(kind().await, rustls::HandshakeKind::Resumed);
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn plain_http_gets_an_answer_that_it_can_read_and_others_are_served() {
    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    let mut plain = served.connect().await;
    let answer = get(&mut plain, USAGE).await;
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    assert!(answer.contains("urn:vhi-usage:https_only"), "{answer}");
    assert!(answer.contains("write https:// in place of http://"));
    let mut other = secure(&served, &client).await.unwrap();
    get(&mut other, USAGE).await;
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_handshake_is_cut() {
    let pair = Pair::new();
    let client = connector(&pair.renew(), ALL_VERSIONS);
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    // Nothing; the head of a record; the head of a handshake.
    for said in [&[][..], &[0x16], &[0x16, 3, 1, 2, 0, 1, 0]] {
        let mut stream = served.connect().await;
        stream.write_all(said).await.unwrap();
        cut(&mut stream, 10).await;
    }
    // A handshake, and then half a request.
    let mut half = secure(&served, &client).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let end = cut(&mut half, 10).await;
    assert!(!end.contains("200"), "{end}");
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_no_handshake() {
    let pair = Pair::new();
    let served = Served::tls(&Tls::load(pair.files()).unwrap()).await;
    let mut stream = served.connect().await;
    stream.write_all(&[0x16, 3, 1]).await.unwrap();
    // It has been taken once a later one has been answered.
    get(&mut served.connect().await, USAGE).await;
    let begun = tokio::time::Instant::now();
    served.stop().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn files_that_are_read_anew_are_for_new_connections_and_bad_ones_for_none() {
    let pair = Pair::new();
    let first = connector(&pair.renew(), ALL_VERSIONS);
    let tls = Tls::load(pair.files()).unwrap();
    let served = Served::tls(&tls).await;
    let mut before = secure(&served, &first).await.unwrap();
    get(&mut before, USAGE).await;

    let second = connector(&pair.renew(), ALL_VERSIONS);
    assert!(secure(&served, &second).await.is_err(), "read too early");
    tls.reload();
    get(&mut secure(&served, &second).await.unwrap(), USAGE).await;
    let unknown = secure(&served, &first).await;
    assert!(unknown.is_err(), "the old certificate is still shown");
    get(&mut before, USAGE).await;

    fs::write(pair.files().certificate, "half a file").unwrap();
    tls.reload();
    get(&mut secure(&served, &second).await.unwrap(), USAGE).await;
    served.stop().await;
}
