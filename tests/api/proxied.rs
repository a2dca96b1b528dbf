//! The caller behind a proxy: whose address the limit counts.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};
use vhi_usage::api::proxies::Proxies;

use crate::{
    USAGE,
    clients::Served,
    published::{Site, TOKEN, complete},
};

/// The status for a request from this address, which names these as those that it was forwarded for.
async fn status(served: &Served, from: &str, forwarded: &[&str]) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let mut stream = socket.connect(served.address).await.unwrap();
    let lines: String = forwarded
        .iter()
        .map(|list| format!("X-Forwarded-For: {list}\r\n"))
        .collect();
    let request = format!(
        "GET {USAGE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n{lines}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer[9..12].to_owned()
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_by_the_caller_whom_a_trusted_proxy_names() {
    let mut site = Site::limited(complete(), 1);
    site.api.proxies = Proxies::new(["127.0.0.8/31".parse().unwrap()]);
    let served = Served::start(site, None).await;
    let proxy = "127.0.0.9";
    assert_eq!(status(&served, proxy, &["192.0.2.1"]).await, "200");
    assert_eq!(status(&served, proxy, &["192.0.2.1"]).await, "429");
    assert_eq!(status(&served, proxy, &["192.0.2.2"]).await, "200");
    // What the caller made up stands before what the proxy saw.
    let made_up = "203.0.113.1, 192.0.2.2";
    assert_eq!(status(&served, proxy, &[made_up]).await, "429");
    let lines = ["192.0.2.3, 127.0.0.8", "127.0.0.9"];
    assert_eq!(status(&served, proxy, &lines).await, "200");
    assert_eq!(status(&served, "127.0.0.8", &["192.0.2.3"]).await, "429");
    // Without a word, or with one that is no address, it is the proxy itself that asks.
    assert_eq!(status(&served, proxy, &["unknown"]).await, "200");
    assert_eq!(status(&served, proxy, &[]).await, "429");
    served.stop().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_believed() {
    let mut site = Site::limited(complete(), 1);
    site.api.proxies = Proxies::new(["127.0.0.8/31".parse().unwrap()]);
    let served = Served::start(site, None).await;
    assert_eq!(status(&served, "127.0.0.1", &["192.0.2.1"]).await, "200");
    assert_eq!(status(&served, "127.0.0.1", &["192.0.2.2"]).await, "429");
    assert_eq!(status(&served, "127.0.0.9", &["192.0.2.2"]).await, "200");
    served.stop().await;
}
