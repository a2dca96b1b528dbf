//! Sessions that have died, loudly or in silence, and connections that come to nothing.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use vhi_usage::{
    sim::fault::Fault,
    ssh::{
        error::{ConnectFailure, SshError},
        host_keys::HostKeys,
        login::Login,
        node::Node,
        pool::Pool,
    },
};

use crate::{
    answers,
    common::{PATIENCE, STAT, Site, node_at, soon},
    connections, fails, pass,
};

#[tokio::test]
async fn a_kept_session_that_has_died_is_replaced_once() {
    let site = Site::new(2).await;
    let pool = site.pool();
    answers(&site, &pool).await;
    site.scenario()
        .set_node_fault(0, Fault::ConnectionDrop, true);
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!(connections(&site), 2);
    site.quiet().await;
}

#[tokio::test]
async fn where_a_fresh_session_fails_too_the_next_node_is_asked() {
    let site = Site::new(2).await;
    let pool = site.pool();
    answers(&site, &pool).await;
    site.scenario()
        .set_node_fault(0, Fault::ConnectionDrop, true);
    site.scenario().set_node_fault(0, Fault::NodeDown, true);
    assert_eq!(answers(&site, &pool).await, 1);
    assert_eq!(connections(&site), 3);
}

/// A way to a node that can fall silent: what stands then stays, and says nothing any more.
async fn way_to(site: &Site) -> (Node, watch::Sender<()>) {
    let (silence, silenced) = watch::channel(());
    let way = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (node, target) = (node_at(way.local_addr().unwrap()), site.nodes()[0].address);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = way.accept().await {
            let mut silenced = silenced.clone();
            silenced.mark_unchanged();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(target).await.unwrap();
                tokio::select! {
                    ended = copy_bidirectional(&mut near, &mut far) => drop(ended),
                    _ = silenced.changed() => std::future::pending().await,
                }
            });
        }
    });
    (node, silence)
}

#[tokio::test]
async fn a_kept_session_that_has_fallen_silent_is_replaced() {
    let site = Site::new(1).await;
    let (node, silence) = way_to(&site).await;
    let login = Login {
        host_keys: HostKeys::Pinned(vec![site.nodes()[0].fingerprint.parse().unwrap()]),
        connect_timeout: Duration::from_secs(2),
        ..site.login()
    };
    let pool = Pool::new(vec![node.clone()], login);
    for round in 1..=2 {
        let (answered, _) = soon(pool.run(STAT, PATIENCE * 10)).await.unwrap();
        assert_eq!((&answered, connections(&site)), (&node, round));
        silence.send(()).unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_came_to_nothing_is_closed() {
    let site = Site::new(1).await;
    let hole = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nodes = vec![node_at(hole.local_addr().unwrap())];
    let connect_timeout = Duration::from_millis(200);
    let login = Login {
        connect_timeout,
        ..site.login()
    };
    let error = fails(&Pool::new(nodes, login), PATIENCE).await;
    let late = ConnectFailure::Timeout(connect_timeout).to_string();
    assert!(
        matches!(&error, SshError::Connect { why, .. } if why.to_string() == late),
        "{error}"
    );
    let (mut peer, _) = soon(hole.accept()).await.unwrap();
    let mut said = Vec::new();
    soon(peer.read_to_end(&mut said)).await.unwrap();
    assert!(said.starts_with(b"SSH-2.0-"), "{said:?}");
}

#[tokio::test]
async fn a_connection_that_lay_idle_is_probed_so_that_a_silent_node_does_not_hold_up_the_next() {
    let site = Site::new(1).await;
    let (node, silence) = way_to(&site).await;
    let login = Login {
        host_keys: HostKeys::Pinned(vec![site.nodes()[0].fingerprint.parse().unwrap()]),
        ..site.login()
    };
    let pool = Pool::new(vec![node.clone(), site.node(0)], login);
    let ask = async || soon(pool.run(STAT, PATIENCE)).await.unwrap().0;
    assert_eq!(ask().await, node);
    pass(&pool, Duration::from_secs(60)).await;
    assert_eq!((ask().await, connections(&site)), (node.clone(), 1));
    pass(&pool, Duration::from_secs(60)).await;
    silence.send(()).unwrap();
    // Without the probe the command itself would be what finds out.
    assert_eq!(ask().await, site.node(0));
    // The dead connection is replaced beside that, and the node is the preferred one again.
    soon(async { while ask().await != node {} }).await;
    assert_eq!(connections(&site), 3);
}
