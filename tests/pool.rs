//! The pool against real SSH servers: which session is kept, which node is asked, and what a failure costs.

#[path = "pool/commands.rs"]
mod commands;
mod common;
#[path = "pool/keys.rs"]
mod keys;
#[path = "pool/lost.rs"]
mod lost;

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use common::{PATIENCE, STAT, Site, later, node_at, soon};
use vhi_usage::{
    breaker::Breakers,
    sim::fault::Fault,
    ssh::{
        error::{ConnectFailure, SshError},
        login::Login,
        pool::Pool,
    },
};

/// The number of the node that answers, with a report.
async fn answers(site: &Site, pool: &Pool) -> usize {
    let (node, output) = soon(pool.run(STAT, PATIENCE)).await.unwrap();
    assert!(output.stdout.starts_with(b"Cluster 'cluster1': "));
    let numbers = 0..site.nodes().len();
    numbers
        .into_iter()
        .find(|number| site.node(*number) == node)
        .unwrap()
}

/// Why no node answers.
async fn fails(pool: &Pool, within: Duration) -> SshError {
    soon(pool.run(STAT, within)).await.unwrap_err()
}

fn connections(site: &Site) -> u64 {
    site.scenario().counts().connections
}

#[tokio::test]
async fn one_session_carries_many_commands() {
    let site = Site::new(2).await;
    let pool = site.pool();
    for _ in 0..5 {
        assert_eq!(answers(&site, &pool).await, 0);
    }
    assert_eq!(
        (connections(&site), site.scenario().counts().commands),
        (1, 5)
    );
    site.quiet().await;
}

#[tokio::test]
async fn a_node_that_swallows_everything_costs_one_timeout_and_is_asked_last_for_a_while() {
    let site = Site::new(1).await;
    // It takes connections and never says a word.
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    hole.set_nonblocking(true).unwrap();
    let nodes = vec![node_at(hole.local_addr().unwrap()), site.node(0)];
    let connect_timeout = Duration::from_millis(500);
    let pool = Pool::new(
        nodes,
        Login {
            connect_timeout,
            ..site.login()
        },
    );
    let tried = || std::iter::from_fn(|| hole.accept().ok()).count();
    let begun = Instant::now();
    answers(&site, &pool).await;
    assert!(begun.elapsed() >= connect_timeout);
    assert_eq!(tried(), 1);
    for _ in 0..3 {
        answers(&site, &pool).await;
    }
    assert_eq!(tried(), 0);
    later(Duration::from_secs(16)).await;
    answers(&site, &pool).await;
    assert_eq!(tried(), 1);
}

#[tokio::test]
async fn the_preferred_node_is_named_first_whichever_was_asked_first() {
    let site = Site::new(2).await;
    site.scenario().set_node_fault(0, Fault::NodeDown, true);
    site.scenario().set_node_fault(1, Fault::Exit1, true);
    let pool = site.pool();
    for _ in 0..3 {
        let error = fails(&pool, PATIENCE).await;
        let SshError::EveryNode(errors) = &error else {
            panic!("{error}");
        };
        let kinds = matches!(
            errors[..],
            [SshError::Connect { .. }, SshError::Exit { .. }]
        );
        assert!(kinds, "{error}");
    }
}

#[tokio::test]
async fn where_nobody_listens_the_error_says_so() {
    let site = Site::new(1).await;
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = fails(&Pool::new(vec![node_at(gone)], site.login()), PATIENCE).await;
    let refused = |why: &ConnectFailure| matches!(why, ConnectFailure::Refused);
    assert!(
        matches!(&error, SshError::Connect { why, .. } if refused(why)),
        "{error}"
    );
}

#[tokio::test]
async fn where_every_node_fails_each_is_named_with_its_reason() {
    let site = Site::with(2, Fault::NodeDown).await;
    let error = fails(&site.pool(), PATIENCE).await;
    let SshError::EveryNode(errors) = &error else {
        panic!("{error}");
    };
    assert_eq!(errors.len(), 2);
    for number in 0..2 {
        assert!(
            error
                .to_string()
                .contains(&format!("{}: ", site.node(number))),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refused_key_is_offered_once_and_then_not_for_minutes() {
    let site = Site::with(1, Fault::LoginRefused).await;
    let pool = site.pool();
    let next_try = async || match fails(&pool, PATIENCE).await {
        SshError::Auth { node, next_try, .. } => {
            assert_eq!(node, site.node(0));
            next_try
        }
        error => panic!("{error}"),
    };
    let first = next_try().await;
    let minutes = first.duration_since(vhi_usage::clock::now()).as_mins();
    assert!((4..=5).contains(&minutes), "in {minutes} minutes");
    for _ in 0..5 {
        assert_eq!(next_try().await, first);
    }
    assert_eq!(
        (site.scenario().counts().keys_refused, connections(&site)),
        (1, 1)
    );
    site.scenario().set_fault(Fault::LoginRefused, false);
    later(Duration::from_secs(301)).await;
    assert_eq!(answers(&site, &pool).await, 0);
}

#[tokio::test]
async fn a_node_that_refuses_the_key_does_not_keep_the_next_from_answering() {
    let site = Site::new(2).await;
    site.scenario().set_node_fault(0, Fault::LoginRefused, true);
    let pool = site.pool();
    for _ in 0..4 {
        assert_eq!(answers(&site, &pool).await, 1);
    }
    assert_eq!(
        (site.scenario().counts().keys_refused, connections(&site)),
        (1, 2)
    );
}

#[tokio::test]
async fn a_node_that_is_left_alone_is_written_down_until_it_answers() {
    let site = Site::with(1, Fault::NodeDown).await;
    let breakers = Breakers::default();
    let pool = site.pool().with_breakers(breakers.clone());
    fails(&pool, PATIENCE).await;
    let open = breakers.all();
    let [(name, open)] = &open[..] else {
        panic!("{open:?}");
    };
    assert_eq!(*name, site.node(0).place().to_string());
    assert!(open.next_try.is_some_and(|next_try| next_try > open.since));
    site.scenario().set_fault(Fault::NodeDown, false);
    answers(&site, &pool).await;
    assert_eq!(breakers.all(), []);
}

#[tokio::test]
async fn calls_side_by_side_do_not_wait_for_each_other() {
    let site = Site::new(1).await;
    let pool = site.pool();
    let call = || answers(&site, &pool);
    assert_eq!(tokio::join!(call(), call(), call(), call()), (0, 0, 0, 0));
    assert_eq!(call().await, 0);
    assert_eq!(
        (connections(&site), site.scenario().counts().commands),
        (4, 5)
    );
    site.quiet().await;
}
