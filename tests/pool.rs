//! The pool against real SSH servers: which session is kept, which node is asked, and what a failure costs.

#[path = "pool/commands.rs"]
mod commands;
mod common;
#[path = "pool/keys.rs"]
mod keys;
#[path = "pool/logins.rs"]
mod logins;
#[path = "pool/lost.rs"]
mod lost;
#[path = "pool/order.rs"]
mod order;
#[path = "pool/slots.rs"]
mod slots;
#[path = "pool/standing.rs"]
mod standing;
#[path = "pool/trials.rs"]
mod trials;

use std::{net::TcpListener, time::Duration};

use common::{PATIENCE, STAT, Site, later, node_at, soon, until};
use vhi_usage::{
    breaker::Breakers,
    sim::fault::Fault,
    ssh::{
        error::{ConnectFailure, SshError},
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

/// So much later, when what is under way has come to its end.
async fn pass(pool: &Pool, by: Duration) {
    until(|| pool.under_way() == 0).await;
    later(by).await;
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
    // Where no other node serves, the next round asks it.
    let next_try = open.next_try.unwrap();
    assert!(next_try <= vhi_usage::clock::now(), "{next_try}");
    site.scenario().set_fault(Fault::NodeDown, false);
    answers(&site, &pool).await;
    assert_eq!(breakers.all(), []);
}
