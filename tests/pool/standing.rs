//! For how long a node is left alone after what, and what ends that.

use std::time::Duration;

use tokio::time::{Instant, advance};
use vhi_usage::{
    clock,
    ssh::{
        error::{ConnectFailure, SshError},
        host_key_problem::HostKeyProblem,
        judged::Judged,
        node::Node,
        standing::{Basis, Left, Standing, Verdict},
    },
};

const FIRST: Basis = Basis {
    judged: Judged::File([1; 32]),
    looks: 0,
};

fn node() -> Node {
    "root@node1.example".parse().expect("a node")
}

fn refused() -> SshError {
    SshError::Connect {
        node: node(),
        why: ConnectFailure::Refused,
    }
}

fn key_refused() -> SshError {
    SshError::Auth {
        node: node(),
        key: "key".to_owned(),
        next_try: clock::now(),
    }
}

fn changed() -> SshError {
    SshError::HostKey {
        node: node(),
        why: HostKeyProblem::Changed {
            node: Box::new(node().place().clone()),
            expected: "SHA256:A".to_owned(),
            fingerprint: "SHA256:B".to_owned(),
            algorithm: "ssh-ed25519".to_owned(),
            place: "known_hosts line 1".to_owned(),
        },
    }
}

/// For how long the node is left alone after this.
fn fails(standing: &mut Standing, error: SshError) -> Left {
    standing.failed(error, Instant::now(), || FIRST).1
}

#[track_caller]
fn stands(standing: &Standing, basis: Basis, expected: &str) {
    let verdict = match standing.verdict(Instant::now(), || basis) {
        Verdict::Asked => "asked",
        Verdict::Due => "due",
        Verdict::Paused(_) => "paused",
        Verdict::Barred(_) => "barred",
    };
    assert_eq!(verdict, expected);
}

#[tokio::test(start_paused = true)]
async fn each_failure_after_a_pause_makes_the_next_one_longer_until_a_command_has_ended() {
    let mut standing = Standing::default();
    for seconds in [15, 30, 60, 120, 240, 300, 300] {
        let left = fails(&mut standing, refused()).expect("a pause");
        let least = Duration::from_secs(seconds);
        assert!(left >= least && left <= least.mul_f64(1.25), "{left:?}");
        stands(&standing, FIRST, "paused");
        advance(left).await;
        stands(&standing, FIRST, "due");
    }
    // A node that lets us in and then ends every command is no better for it.
    standing.connected();
    stands(&standing, FIRST, "asked");
    assert!(fails(&mut standing, refused()) >= Some(Duration::from_secs(300)));
    standing.connected();
    standing.served();
    assert!(fails(&mut standing, refused()) < Some(Duration::from_secs(19)));
}

#[tokio::test(start_paused = true)]
async fn a_failure_within_a_pause_makes_it_no_longer() {
    let mut standing = Standing::default();
    let left = fails(&mut standing, refused()).expect("a pause");
    advance(Duration::from_secs(5)).await;
    let rest = fails(&mut standing, refused());
    assert_eq!(rest, Some(left - Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_bars_the_node_for_five_minutes_and_then_for_longer() {
    let mut standing = Standing::default();
    for minutes in [5, 10, 20, 40, 60, 60] {
        let left = fails(&mut standing, key_refused()).expect("a pause");
        assert!(left >= Duration::from_secs(60 * minutes), "{left:?}");
        stands(&standing, FIRST, "barred");
        advance(left - Duration::from_secs(1)).await;
        stands(&standing, FIRST, "barred");
        advance(Duration::from_secs(1)).await;
        stands(&standing, FIRST, "due");
    }
}

#[tokio::test(start_paused = true)]
async fn where_a_command_failed_a_connection_alone_does_not_end_the_pause() {
    let mut standing = Standing::default();
    let hung = SshError::Timeout {
        node: node(),
        command: "stat".to_owned(),
        within: Duration::from_secs(20),
        ended_there: true,
    };
    let left = fails(&mut standing, hung).expect("a pause");
    assert!(!standing.connected());
    stands(&standing, FIRST, "paused");
    advance(left).await;
    stands(&standing, FIRST, "due");
    assert!(standing.served());
    stands(&standing, FIRST, "asked");
}

#[tokio::test(start_paused = true)]
async fn a_command_on_an_older_connection_undoes_no_refusal_and_no_stop() {
    for error in [key_refused(), changed()] {
        let mut standing = Standing::default();
        fails(&mut standing, error);
        assert!(standing.is_barred() && !standing.served());
        stands(&standing, FIRST, "barred");
        assert!(standing.connected() && standing.served());
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_host_key_bars_the_node_until_a_person_acts() {
    let mut standing = Standing::default();
    assert_eq!(fails(&mut standing, changed()), None);
    advance(Duration::from_secs(30 * 86_400)).await;
    stands(&standing, FIRST, "barred");
    let judged = Judged::File([2; 32]);
    stands(&standing, Basis { judged, ..FIRST }, "due");
    stands(&standing, Basis { looks: 1, ..FIRST }, "due");
}
