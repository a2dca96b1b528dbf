//! Two instances on one PostgreSQL: each cluster is collected by exactly one of them, and every one answers for all.

use std::time::{Duration, Instant};

use crate::{
    fleet::{CLUSTERS, Fleet, SOON},
    http,
    site::ENDS,
    wait::until,
};

const POLL: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(2);
/// What a busy machine may add to a time that is promised.
const BUSY: Duration = Duration::from_secs(2);

/// Longer than the poll, and than what a busy machine adds to it.
fn no_gap() -> Duration {
    POLL + BUSY
}

/// What is promised after a death.
fn after_a_death() -> Duration {
    LEASE * 2 + POLL + BUSY
}

#[test]
fn two_instances_share_the_clusters_and_each_answers_for_all_of_them() {
    let fleet = Fleet::new();
    let first = fleet.instance("first");
    fleet.collects(&first, CLUSTERS, SOON);
    let second = fleet.instance("second");
    let mine = fleet.collects(&second, 1, SOON);
    let others = fleet.collects(&first, 1, SOON);
    assert_ne!(mine, others);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let names: Vec<&str> = fleet
        .simulator
        .clusters()
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    until("some polls", SOON, || {
        let all = names.iter().all(|name| fleet.readings(name).len() > 6);
        all.then_some(())
    });
    fleet.is_in_order(no_gap(), 2);
    let path = format!("/api/v1/clusters/{}/usage", others[0]);
    let followed = fleet.get(&second, &path);
    let at = followed["storage"]["observed_at"].as_str().unwrap();
    let at: jiff::Timestamp = at.parse().unwrap();
    let kept = fleet.readings(&others[0]);
    assert!(kept.contains(&at.as_millisecond()), "{at} {kept:?}");
    let page = http::get(
        second.address,
        "/metrics",
        Some(fleet.simulator.api_token()),
    )
    .body;
    for (cluster, held) in [(&mine[0], 1), (&others[0], 0)] {
        let line = format!("vhi_usage_lease_held{{cluster=\"{cluster}\"}} {held}\n");
        assert!(page.contains(&line), "{page}");
    }
    // A clean end hands over at once, long before a lease would have run out.
    let numbers = fleet.numbers();
    let begun = Instant::now();
    assert_eq!(first.running.end_by("TERM", ENDS).code, Some(0));
    fleet.collects(&second, CLUSTERS, LEASE + BUSY);
    let took = begun.elapsed();
    assert!(took < LEASE + BUSY, "{took:?}");
    let grown: i64 = fleet.numbers().iter().sum::<i64>() - numbers.iter().sum::<i64>();
    assert_eq!(grown, 1, "one lease changed hands");
    fleet.answers_for_all(&second, SOON);
    fleet.is_in_order(no_gap() + LEASE, 4);
}

#[test]
fn when_one_is_killed_the_other_takes_over_within_two_leases() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    let held = fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    let before = until("some readings", SOON, || {
        let readings = fleet.readings(&held[0]);
        (readings.len() > 3).then_some(readings)
    });
    assert_eq!(first.running.end_by("KILL", ENDS).code, None);
    fleet.collects(&second, CLUSTERS, after_a_death());
    until("some more readings", SOON, || {
        (fleet.readings(&held[0]).len() > before.len() + 5).then_some(())
    });
    fleet.answers_for_all(&second, SOON);
    fleet.is_in_order(after_a_death(), 4);
}

#[test]
fn an_instance_that_was_paused_writes_nothing_more_and_comes_back_to_follow() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    let held = fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    first.running.signal("STOP");
    fleet.collects(&second, CLUSTERS, after_a_death());
    first.running.signal("CONT");
    // It is given its share again, and never reads beside the other.
    fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let count = fleet.readings(&held[0]).len();
    until("some more readings", SOON, || {
        (fleet.readings(&held[0]).len() > count + 4).then_some(())
    });
    fleet.is_in_order(after_a_death(), 6);
}

#[test]
fn where_the_database_is_away_both_go_on_answering_and_nothing_is_lost_or_there_twice() {
    let fleet = Fleet::new();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    fleet.collects(&first, 1, SOON);
    fleet.collects(&second, 1, SOON);
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    let numbers = fleet.numbers();
    fleet.database_is_there(false);
    let away = Instant::now();
    until("two leases and more", SOON, || {
        for service in [&first, &second] {
            for cluster in fleet.simulator.clusters() {
                fleet.get(service, &format!("/api/v1/clusters/{}/usage", cluster.name));
            }
        }
        (away.elapsed() > LEASE * 3).then_some(())
    });
    // The one that followed reads for itself, so that its callers have fresh figures; only the other one keeps them.
    for service in [&first, &second] {
        fleet.answers_for_all(service, SOON);
    }
    fleet.database_is_there(true);
    for service in [&first, &second] {
        fleet.collects(service, 1, SOON);
        fleet.answers_for_all(service, SOON);
    }
    assert_eq!(fleet.numbers(), numbers, "nobody has taken anything over");
    let name = &fleet.simulator.clusters()[0].name;
    let count = fleet.readings(name).len();
    until("some more readings", SOON, || {
        (fleet.readings(name).len() > count + 2).then_some(())
    });
    // What both read meanwhile is kept once, by the one that held the lease.
    fleet.is_in_order(no_gap(), u64::MAX / 2);
}

#[test]
fn a_cluster_that_only_one_instance_knows_is_collected_by_that_one() {
    let fleet = Fleet::new();
    let first = fleet.instance("first");
    fleet.collects(&first, CLUSTERS, SOON);
    // It knows the first cluster alone, and gets that one.
    let second = fleet.instance_of("second", 1);
    let known = fleet.simulator.clusters()[0].name.as_str();
    let other = fleet.simulator.clusters()[1].name.as_str();
    assert_eq!(fleet.collects(&second, 1, SOON), [known]);
    assert_eq!(fleet.collects(&first, 1, SOON), [other]);
    let count = fleet.readings(other).len();
    until("some more readings", SOON, || {
        (fleet.readings(other).len() > count + 4).then_some(())
    });
    assert_eq!(fleet.collected(&second), [known]);
    fleet.answers_for_all(&first, SOON);
    fleet.is_in_order(no_gap() + LEASE, 4);
}

#[test]
fn what_two_read_that_started_while_the_database_was_away_is_kept_once() {
    let fleet = Fleet::new();
    // The tables are there, and nobody holds a lease any more.
    let before = fleet.instance("before");
    fleet.collects(&before, CLUSTERS, SOON);
    assert_eq!(before.running.end_by("TERM", ENDS).code, Some(0));
    fleet.database_is_there(false);
    let away = jiff::Timestamp::now().as_millisecond();
    let (first, second) = (fleet.instance("first"), fleet.instance("second"));
    for service in [&first, &second] {
        fleet.collects(service, CLUSTERS, SOON);
    }
    // Both read all of it now, and what they read waits in their queues.
    let asked = |cluster: usize| {
        fleet.simulator.clusters()[cluster]
            .scenario
            .counts()
            .commands
    };
    let (a, b) = (asked(0), asked(1));
    until("some polls of both", SOON, || {
        (asked(0) > a + 20 && asked(1) > b + 20).then_some(())
    });
    let back = jiff::Timestamp::now().as_millisecond();
    fleet.database_is_there(true);
    for service in [&first, &second] {
        fleet.collects(service, 1, SOON);
        fleet.answers_for_all(service, SOON);
    }
    let polls = usize::try_from((back - away) / 1_000).unwrap();
    for cluster in fleet.simulator.clusters() {
        // What waited is written in front of what is read now.
        let kept = until("what is read now is kept", SOON, || {
            let kept = fleet.readings(&cluster.name);
            kept.last()
                .is_some_and(|at| *at > back + 2_000)
                .then_some(kept)
        });
        let meanwhile = kept.iter().filter(|at| (away..back).contains(at)).count();
        // One of each poll at most: two instances would have read more.
        assert!(
            (9..=polls + 1).contains(&meanwhile),
            "{polls} polls: {kept:?}"
        );
    }
}
