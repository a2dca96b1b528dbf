//! In which order nodes are asked, for how long one that failed is left alone, and how it comes back.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use vhi_usage::{
    breaker::Breakers,
    reason::Code,
    sim::fault::Fault,
    ssh::{error::SshError, login::Login, pool::Pool},
};

use crate::{
    answers,
    common::{PATIENCE, Site, node_at, soon, until},
    connections, fails, pass,
};

/// Longer than the first pause of a node that failed, however it is spread.
const PAUSE: Duration = Duration::from_secs(20);
/// Longer than the first pause of a node that refused our key.
const LONG_PAUSE: Duration = Duration::from_secs(380);

/// It takes connections and never says a word.
struct Hole(TcpListener);

impl Hole {
    fn new() -> Hole {
        let hole = TcpListener::bind("127.0.0.1:0").unwrap();
        hole.set_nonblocking(true).unwrap();
        Hole(hole)
    }

    /// A hole before the nodes of the site.
    fn pool(&self, site: &Site, connect_timeout: Duration) -> Pool {
        let hole = node_at(self.0.local_addr().unwrap());
        let nodes = (0..site.nodes().len()).map(|number| site.node(number));
        let login = Login {
            connect_timeout,
            ..site.login()
        };
        Pool::new(std::iter::once(hole).chain(nodes).collect(), login)
    }

    /// How many came since the last time.
    fn tried(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }
}

#[tokio::test]
async fn a_node_that_swallows_everything_costs_the_first_round_a_second_and_the_next_ones_nothing()
{
    let (site, hole) = (Site::new(1).await, Hole::new());
    let pool = hole.pool(&site, PATIENCE);
    let begun = Instant::now();
    answers(&site, &pool).await;
    let first = begun.elapsed();
    assert!(first >= Duration::from_secs(1), "{first:?}");
    assert!(first < PATIENCE / 2, "{first:?}");
    let begun = Instant::now();
    for _ in 0..3 {
        answers(&site, &pool).await;
    }
    // It is still being tried, once, and nobody waits for it.
    assert!(begun.elapsed() < first, "{:?}", begun.elapsed());
    assert_eq!(hole.tried(), 1);
}

#[tokio::test]
async fn with_one_node_refused_and_one_swallowed_the_third_answers_every_time() {
    let (site, hole) = (Site::new(2).await, Hole::new());
    site.scenario().set_node_fault(0, Fault::NodeDown, true);
    let pool = hole.pool(&site, Duration::from_millis(1_500));
    for round in 0..6 {
        let begun = Instant::now();
        assert_eq!(answers(&site, &pool).await, 1);
        let most = Duration::from_secs(if round == 0 { 4 } else { 1 });
        assert!(begun.elapsed() < most, "{round}: {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

#[tokio::test]
async fn a_node_whose_pause_has_ended_is_tried_beside_the_rounds_and_not_before() {
    let (site, hole) = (Site::new(1).await, Hole::new());
    let pool = hole.pool(&site, Duration::from_millis(300));
    answers(&site, &pool).await;
    assert_eq!(hole.tried(), 1);
    for _ in 0..3 {
        answers(&site, &pool).await;
    }
    assert_eq!(hole.tried(), 0);
    pass(&pool, PAUSE).await;
    let begun = Instant::now();
    answers(&site, &pool).await;
    assert!(begun.elapsed() < Duration::from_millis(300));
    until(|| hole.tried() == 1).await;
}

#[tokio::test]
async fn the_preferred_node_is_asked_first_again_when_its_trial_has_succeeded() {
    let site = Site::new(2).await;
    let breakers = Breakers::default();
    let pool = site.pool().with_breakers(breakers.clone());
    site.scenario().set_node_fault(0, Fault::NodeDown, true);
    assert_eq!(answers(&site, &pool).await, 1);
    site.scenario().set_node_fault(0, Fault::NodeDown, false);
    // It is back, and left alone all the same until its pause ends.
    assert_eq!(answers(&site, &pool).await, 1);
    let (_, open) = breakers.all().remove(0);
    assert!(open.next_try > Some(vhi_usage::clock::now()));
    assert_eq!(connections(&site), 2);
    pass(&pool, PAUSE).await;
    assert_eq!(answers(&site, &pool).await, 1);
    until(|| breakers.all().is_empty()).await;
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!(connections(&site), 3);
}

#[tokio::test]
async fn a_node_that_is_left_alone_is_asked_where_no_other_can_serve() {
    let site = Site::new(2).await;
    for number in 0..2 {
        site.scenario()
            .set_node_fault(number, Fault::NodeDown, true);
    }
    let pool = site.pool();
    for _ in 0..3 {
        fails(&pool, PATIENCE).await;
    }
    site.scenario().set_node_fault(1, Fault::NodeDown, false);
    assert_eq!(answers(&site, &pool).await, 1);
}

#[tokio::test]
async fn a_refused_key_is_offered_once_and_then_not_for_minutes() {
    let site = Site::with(1, Fault::LoginRefused).await;
    let breakers = Breakers::default();
    let pool = site.pool().with_breakers(breakers.clone());
    let next_try = async || match fails(&pool, PATIENCE).await {
        SshError::Auth { node, next_try, .. } => {
            assert_eq!(node, site.node(0));
            next_try
        }
        error => panic!("{error}"),
    };
    let first = next_try().await;
    let minutes = first.duration_since(vhi_usage::clock::now()).as_mins();
    assert!((4..=6).contains(&minutes), "in {minutes} minutes");
    for _ in 0..5 {
        assert_eq!(next_try().await, first);
    }
    assert_eq!(
        (site.scenario().counts().keys_refused, connections(&site)),
        (1, 1)
    );
    let (_, open) = breakers.all().remove(0);
    assert_eq!(open.code, Code::AuthRefused);
    let apart = open.next_try.unwrap().duration_since(first).as_millis();
    assert!(apart.abs() < 1_000, "{apart}");
    site.scenario().set_fault(Fault::LoginRefused, false);
    pass(&pool, LONG_PAUSE).await;
    assert_eq!(answers(&site, &pool).await, 0);
    assert_eq!(breakers.all(), []);
}

#[tokio::test]
async fn a_refused_key_is_not_offered_again_because_the_other_node_is_down() {
    let site = Site::new(2).await;
    site.scenario().set_node_fault(0, Fault::LoginRefused, true);
    site.scenario().set_node_fault(1, Fault::NodeDown, true);
    let pool = site.pool();
    for _ in 0..4 {
        let error = fails(&pool, PATIENCE).await;
        let SshError::EveryNode(errors) = &error else {
            panic!("{error}");
        };
        let kinds = matches!(
            errors[..],
            [SshError::Auth { .. }, SshError::Connect { .. }]
        );
        assert!(kinds, "{error}");
    }
    assert_eq!(site.scenario().counts().keys_refused, 1);
}

#[tokio::test]
async fn no_more_than_three_nodes_are_offered_a_key_that_is_refused() {
    let site = Site::with(5, Fault::LoginRefused).await;
    let pool = site.pool();
    for _ in 0..3 {
        let error = fails(&pool, PATIENCE).await;
        let SshError::EveryNode(errors) = &error else {
            panic!("{error}");
        };
        let kinds = matches!(
            errors[..],
            [
                SshError::Auth { .. },
                SshError::Auth { .. },
                SshError::Auth { .. },
                SshError::Withheld { .. },
                SshError::Withheld { .. }
            ]
        );
        assert!(kinds, "{error}");
    }
    assert_eq!(site.scenario().counts().keys_refused, 3);
    pass(&pool, LONG_PAUSE).await;
    fails(&pool, PATIENCE).await;
    assert_eq!(site.scenario().counts().keys_refused, 6);
}

#[tokio::test]
async fn three_nodes_that_refuse_the_key_keep_a_good_one_waiting_for_a_minute_at_the_most() {
    // Also where the others are to be tried again by then.
    for pause in [Duration::from_secs(61), LONG_PAUSE] {
        let site = Site::new(4).await;
        for number in 0..3 {
            site.scenario()
                .set_node_fault(number, Fault::LoginRefused, true);
        }
        let pool = site.pool();
        fails(&pool, PATIENCE).await;
        assert_eq!(connections(&site), 4);
        pass(&pool, pause).await;
        assert_eq!(answers(&site, &pool).await, 3);
    }
}

#[tokio::test]
async fn a_node_that_refuses_the_key_does_not_keep_the_next_from_answering() {
    let site = Site::new(2).await;
    site.scenario().set_node_fault(0, Fault::LoginRefused, true);
    let pool = site.pool();
    for _ in 0..4 {
        assert_eq!(soon(answers(&site, &pool)).await, 1);
    }
    assert_eq!(
        (site.scenario().counts().keys_refused, connections(&site)),
        (1, 2)
    );
}
