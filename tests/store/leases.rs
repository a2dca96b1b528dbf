//! What several instances may write into one server, whoever took the lease meanwhile.

use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use vhi_usage::{
    amount::Amount,
    cluster_name::ClusterName,
    meter::window::Window,
    store::{
        error::StoreError,
        kept::{Fence, Kept},
        leases::{Instance, Shared},
        opened::Store,
        origin::Role,
    },
};

use crate::site::{On, Site, cluster, reading, round};

const LASTS: Duration = Duration::from_secs(60);

/// An instance with a handle of its own.
struct One {
    store: Store,
    instance: Instance,
}

impl One {
    fn new(site: &Site) -> One {
        One {
            store: site.store.aside(),
            instance: Instance::new(LASTS),
        }
    }

    async fn shares(&self, clusters: &[ClusterName]) -> Shared {
        let shared = self.store.share(&self.instance, clusters, true).await;
        shared.unwrap()
    }

    /// Takes the only lease, which is free.
    async fn takes(&self) -> Fence {
        let shared = self.shares(&[cluster("cluster1")]).await;
        let taken = self.store.take_lease(&self.instance, &shared.leases[0]);
        taken.await.unwrap().unwrap()
    }

    async fn gives_up(&self) {
        let given_up = self.store.give_up_lease(&self.instance, "cluster1");
        given_up.await.unwrap();
    }

    fn next(&self) -> Fence {
        Fence::next(self.instance.holder.as_str())
    }
}

/// A round of this moment under this lease.
fn read(at_ms: i64, fence: &Fence) -> Kept {
    let reading = reading(Role::Storage, at_ms, Amount::exact(7));
    Kept {
        fence: Some(fence.clone()),
        ..round(vec![reading], Vec::new())
    }
}

/// This moment, behind and before every change of hands.
async fn moment() -> i64 {
    tokio::time::sleep(Duration::from_millis(20)).await;
    let now = Timestamp::now().as_millisecond();
    tokio::time::sleep(Duration::from_millis(20)).await;
    now
}

/// When each kept reading was made.
async fn kept(store: &Store) -> Vec<i64> {
    let now = Timestamp::now().as_second();
    let window = Window::new(now - 3_600, now + 3_600).unwrap();
    let name = cluster("cluster1");
    let found = store.entries(&name, Role::Storage, window).await.unwrap();
    let found: Vec<_> = found.try_collect().await.unwrap();
    let at = found.iter().map(|it| it.entry.at.as_millisecond());
    at.collect()
}

#[tokio::test]
async fn what_was_read_before_another_took_over_is_kept_and_what_was_read_after_is_not() {
    let site = Site::new(On::Server).await;
    let (one, two) = (One::new(&site), One::new(&site));
    let mine = one.takes().await;
    let before = moment().await;
    one.gives_up().await;
    let between = moment().await;
    let theirs = two.takes().await;
    assert_eq!(theirs.number, mine.number + 1);
    let after = moment().await;
    let rounds = [
        read(before, &mine),
        read(after, &mine),
        read(between, &mine),
        read(after + 1, &theirs),
    ];
    let stand = one.store.append(&rounds).await.unwrap();
    assert_eq!(stand, [true, false, true, true]);
    assert_eq!(kept(&site.store).await, [before, between, after + 1]);
    // A text of which no reading was kept is not kept either.
    let text = &rounds[1].readings[0].1;
    assert_eq!(site.store.text(&text.hash).await.unwrap(), None);
    // However often it has changed hands since.
    two.gives_up().await;
    let last = one.takes().await;
    let late = moment().await;
    let rounds = [
        read(between + 1, &mine),
        read(after + 2, &mine),
        read(late, &theirs),
        read(late, &last),
    ];
    let stand = two.store.append(&rounds).await.unwrap();
    assert_eq!(stand, [true, false, false, true]);
}

#[tokio::test]
async fn what_was_read_before_any_lease_was_held_is_kept_by_the_one_that_takes_the_next_one() {
    let site = Site::new(On::Server).await;
    let (one, two) = (One::new(&site), One::new(&site));
    let at = moment().await;
    // Who has not said which clusters it knows may yet.
    let waits = one.store.append(&[read(at, &one.next())]).await;
    assert!(matches!(waits, Err(StoreError::Unclaimed(_))), "{waits:?}");
    two.shares(&[cluster("cluster1")]).await;
    let waits = one.store.append(&[read(at, &one.next())]).await;
    assert!(matches!(waits, Err(StoreError::Unclaimed(_))), "{waits:?}");
    two.takes().await;
    let held = moment().await;
    // The one that took it keeps what it read; the other one drops the same.
    let rounds = [
        read(at, &two.next()),
        read(at + 1, &one.next()),
        read(held, &one.next()),
    ];
    let stand = one.store.append(&rounds).await.unwrap();
    assert_eq!(stand, [true, false, false]);
    two.gives_up().await;
    let open = moment().await;
    let rounds = [read(open, &one.next()), read(at + 1, &one.next())];
    let waits = one.store.append(&rounds).await;
    assert!(matches!(waits, Err(StoreError::Unclaimed(_))), "{waits:?}");
    one.takes().await;
    assert_eq!(one.store.append(&rounds).await.unwrap(), [true, false]);
    assert_eq!(kept(&site.store).await, [at, open]);
}

#[tokio::test]
async fn what_was_read_of_a_cluster_that_nobody_knows_any_more_waits_for_nobody() {
    let site = Site::new(On::Server).await;
    let (one, gone) = (One::new(&site), Instance::new(LASTS));
    one.shares(&[cluster("other")]).await;
    let at = moment().await;
    let rounds = [read(at, &Fence::next(gone.holder))];
    assert_eq!(one.store.append(&rounds).await.unwrap(), [true]);
}

#[tokio::test]
async fn instances_tell_each_other_which_clusters_they_know() {
    let site = Site::new(On::Server).await;
    let (one, two) = (One::new(&site), One::new(&site));
    let (a, b) = (cluster("a"), cluster("b"));
    one.shares(&[a.clone(), b.clone()]).await;
    let shared = two.shares(&[b]).await;
    let known = |holder: &str| {
        let mut peers = shared.instances.iter();
        let peer = peers.find(|peer| peer.holder == holder).unwrap();
        peer.clusters.clone()
    };
    assert_eq!(known(&one.instance.holder), ["a", "b"]);
    assert_eq!(known(&two.instance.holder), ["b"]);
    let leases: Vec<&str> = shared.leases.iter().map(|it| it.cluster.as_str()).collect();
    assert_eq!(leases, ["a", "b"]);
}
