//! The slots of a connection: how many there are, who shares them, and when one comes back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use vhi_usage::{
    sim::fault::Fault,
    ssh::{error::SshError, pool::Pool},
};

use crate::{
    answers,
    common::{PATIENCE, STAT, Site, soon, until},
    connections, fails,
};

/// How long a command may hang.
const SHORT: Duration = Duration::from_millis(200);

fn commands(site: &Site) -> u64 {
    site.scenario().counts().commands
}

/// So many calls at once, each with its own end.
fn calls(pool: &Arc<Pool>, count: usize, within: Duration) -> JoinSet<Result<(), SshError>> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let pool = Arc::clone(pool);
        calls.spawn(async move { pool.run(STAT, within).await.map(drop) });
    }
    calls
}

#[tokio::test]
async fn calls_side_by_side_share_one_connection_and_do_not_wait_for_each_other() {
    let site = Site::with(1, Fault::Hang).await;
    let pool = site.pool();
    let call = || fails(&pool, SHORT);
    let (begun, _) = (Instant::now(), tokio::join!(call(), call(), call(), call()));
    assert!(begun.elapsed() < SHORT * 4, "{:?}", begun.elapsed());
    site.scenario().set_fault(Fault::Hang, false);
    answers(&site, &pool).await;
    assert_eq!((connections(&site), commands(&site)), (1, 5));
    site.quiet().await;
}

#[tokio::test]
async fn never_more_commands_run_on_a_connection_than_are_allowed() {
    for max_channels in [1, 4] {
        let site = Site::with(1, Fault::Hang).await;
        let pool = Arc::new(site.pool().with_max_channels(max_channels));
        // Enough for several turns, and for more than the node would allow at once.
        let mut calls = calls(&pool, max_channels * 4, SHORT);
        while let Some(ended) = soon(calls.join_next()).await {
            let error = ended.unwrap().unwrap_err();
            assert!(matches!(error, SshError::Timeout { .. }), "{error}");
        }
        let counts = site.scenario().counts();
        assert_eq!(counts.channels_most, max_channels as u64);
        assert_eq!((counts.connections, counts.channels_open), (1, 0));
    }
}

#[tokio::test]
async fn a_call_whose_turn_does_not_come_says_so_and_the_node_is_not_blamed() {
    let site = Site::with(1, Fault::Hang).await;
    let pool = Arc::new(site.pool().with_max_channels(1));
    let mut first = calls(&pool, 1, PATIENCE);
    until(|| commands(&site) == 1).await;
    let error = fails(&pool, Duration::ZERO).await;
    let busy = matches!(
        error,
        SshError::Busy {
            max_channels: 1,
            ..
        }
    );
    assert!(busy, "{error}");
    assert_eq!(commands(&site), 1);
    first.abort_all();
    site.scenario().set_fault(Fault::Hang, false);
    answers(&site, &pool).await;
    assert_eq!(connections(&site), 1);
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_its_command_and_leaves_the_connection() {
    let site = Site::with(1, Fault::Hang).await;
    let pool = Arc::new(site.pool().with_max_channels(2));
    for round in 1..=3 {
        let mut others = calls(&pool, 1, PATIENCE);
        tokio::select! {
            ended = pool.run(STAT, PATIENCE) => panic!("{ended:?}"),
            () = until(|| commands(&site) == 2 * round) => {}
        }
        until(|| site.scenario().counts().channels_open == 1).await;
        // What another caller has begun goes on.
        assert!(others.try_join_next().is_none());
        others.abort_all();
        site.quiet().await;
    }
    site.scenario().set_fault(Fault::Hang, false);
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!(connections(&site), 1);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_connects_holds_nobody_up() {
    let site = Site::new(1).await;
    let pool = site.pool();
    for _ in 0..3 {
        let call = tokio::time::timeout(Duration::ZERO, pool.run(STAT, PATIENCE));
        call.await.unwrap_err();
    }
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!((connections(&site), commands(&site)), (1, 1));
    site.quiet().await;
}

#[tokio::test]
async fn the_slot_of_a_dropped_call_comes_back_only_when_its_process_is_gone() {
    let site = Site::with(1, Fault::HangHard).await;
    let pool = Arc::new(site.pool().with_max_channels(1));
    let begun = Instant::now();
    tokio::select! {
        ended = pool.run(STAT, SHORT) => panic!("{ended:?}"),
        () = until(|| commands(&site) == 1) => {}
    }
    site.scenario().set_fault(Fault::HangHard, false);
    // The next one waits until the first was given up, with its connection.
    answers(&site, &pool).await;
    let waited = begun.elapsed();
    assert!(waited >= SHORT + Duration::from_secs(2), "{waited:?}");
    let counts = site.scenario().counts();
    assert_eq!((counts.channels_most, counts.connections), (1, 2));
    site.quiet().await;
}

#[tokio::test]
async fn where_a_slot_does_not_come_back_the_others_end_and_new_commands_go_to_a_new_connection() {
    let site = Site::with(1, Fault::HangHard).await;
    let pool = Arc::new(site.pool());
    let mut stuck = calls(&pool, 1, SHORT);
    until(|| commands(&site) == 1).await;
    site.scenario().set_fault(Fault::HangHard, false);
    site.scenario().set_fault(Fault::Hang, true);
    let mut other = calls(&pool, 1, Duration::from_secs(5));
    until(|| commands(&site) == 2).await;
    let error = soon(stuck.join_next()).await.unwrap().unwrap().unwrap_err();
    let given_up = matches!(
        error,
        SshError::Timeout {
            ended_there: false,
            ..
        }
    );
    assert!(given_up, "{error}");
    assert_eq!(connections(&site), 1);
    site.scenario().set_fault(Fault::Hang, false);
    answers(&site, &pool).await;
    assert_eq!(connections(&site), 2);
    // It ran on the retired connection to its own end.
    let error = soon(other.join_next()).await.unwrap().unwrap().unwrap_err();
    let ended = matches!(
        error,
        SshError::Timeout {
            ended_there: true,
            ..
        }
    );
    assert!(ended, "{error}");
    site.quiet().await;
}

#[tokio::test]
async fn closing_the_pool_ends_what_runs_and_every_caller_is_told() {
    let site = Site::with(1, Fault::Hang).await;
    let pool = Arc::new(site.pool());
    let mut hung = calls(&pool, 3, PATIENCE);
    until(|| commands(&site) == 3).await;
    let begun = Instant::now();
    pool.close().await;
    assert_eq!(site.scenario().counts().channels_open, 0);
    while let Some(ended) = soon(hung.join_next()).await {
        let error = ended.unwrap().unwrap_err();
        assert!(matches!(error, SshError::Lost { .. }), "{error}");
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn closing_the_pool_does_not_wait_for_what_nothing_ends() {
    let site = Site::with(1, Fault::HangHard).await;
    let pool = Arc::new(site.pool());
    let _hung = calls(&pool, 1, PATIENCE);
    until(|| commands(&site) == 1).await;
    let begun = Instant::now();
    pool.close().await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    site.quiet().await;
}
