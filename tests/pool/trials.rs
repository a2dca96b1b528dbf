//! A node whose commands hang: it is left alone with its connection, and tried for nobody until one ends.

use std::time::Duration;

use vhi_usage::{
    breaker::Breakers,
    reason::Code,
    sim::fault::Fault,
    ssh::{error::SshError, pool::Pool},
};

use crate::{
    common::{PATIENCE, STAT, Site, later, soon, until},
    connections, fails, pass,
};

/// How long a command may hang.
const SHORT: Duration = Duration::from_millis(200);
/// Longer than the first two pauses of a node that failed, however they are spread.
const PAUSE: Duration = Duration::from_secs(40);

async fn serves(site: &Site, pool: &Pool, number: usize) {
    let (node, _) = soon(pool.run(STAT, SHORT)).await.unwrap();
    assert_eq!(node, site.node(number));
}

fn commands(site: &Site) -> u64 {
    site.scenario().counts().commands
}

#[tokio::test]
async fn a_node_whose_command_hung_holds_up_one_round_and_is_the_first_again_when_one_has_ended() {
    let site = Site::new(2).await;
    site.scenario().set_node_fault(0, Fault::Hang, true);
    let breakers = Breakers::default();
    let pool = site.pool().with_breakers(breakers.clone());
    for _ in 0..4 {
        serves(&site, &pool, 1).await;
    }
    assert_eq!(commands(&site), 5);
    let is_open = || {
        let open = breakers.all();
        let [(_, open)] = &open[..] else {
            panic!("{open:?}");
        };
        assert_eq!(open.code, Code::CommandTimeout);
    };
    is_open();
    pass(&pool, PAUSE).await;
    serves(&site, &pool, 1).await;
    until(|| commands(&site) == 7).await;
    until(|| pool.under_way() == 0).await;
    is_open();
    site.scenario().set_node_fault(0, Fault::Hang, false);
    pass(&pool, PAUSE).await;
    serves(&site, &pool, 1).await;
    until(|| breakers.all().is_empty()).await;
    serves(&site, &pool, 0).await;
    assert_eq!(connections(&site), 2);
    site.quiet().await;
}

#[tokio::test]
async fn a_node_with_too_much_output_keeps_its_connection() {
    let site = Site::with(1, Fault::EndlessOutput).await;
    let pool = site.pool();
    let error = fails(&pool, PATIENCE).await;
    assert!(matches!(error, SshError::TooLong { .. }), "{error}");
    site.scenario().set_fault(Fault::EndlessOutput, false);
    until(|| pool.under_way() == 0).await;
    serves(&site, &pool, 0).await;
    assert_eq!(connections(&site), 1);
}

#[tokio::test]
async fn a_call_whose_time_is_spent_when_its_connection_is_given_up_has_one_more() {
    let site = Site::new(1).await;
    let pool = site.pool();
    let within = Duration::from_secs(5);
    let mut call = Box::pin(pool.run(STAT, within));
    tokio::select! {
        biased;
        ended = &mut call => panic!("{ended:?}"),
        () = std::future::ready(()) => {}
    }
    until(|| pool.under_way() == 0).await;
    later(within * 3).await;
    pool.close().await;
    soon(call).await.unwrap();
    assert_eq!(connections(&site), 2);
}
