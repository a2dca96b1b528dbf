//! What becomes of rounds, whatever becomes of the store.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};
use vhi_usage::{
    amount::Amount,
    keeper::{
        handle::{Keeper, Outcome},
        opening::{Ours, Places},
        queue::Queue,
        standing::{Cause, Standing, State},
        task::Task,
    },
    meter::quantity::Quantity,
    store::{
        entry::{self, Entry, Text},
        kept::Kept,
        opened::Store,
        origin::{Asked, Origin, Role},
        place::Place,
    },
};

/// A folder with a store and a queue, and the keeper of them.
struct Kitchen {
    folder: TempDir,
    queue_size: u64,
}

struct Running {
    keeper: Keeper,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Kitchen {
    fn new() -> Kitchen {
        Kitchen {
            folder: tempfile::tempdir().unwrap(),
            queue_size: 1 << 20,
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("usage.db")
    }

    fn places(&self) -> Places {
        Places {
            store: Place::File(self.file()),
            queue: self.folder.path().join("usage.queue"),
            queue_size: self.queue_size,
        }
    }

    fn start(&self) -> Running {
        let places = self.places();
        let ours = Ours::take(&places.store).unwrap();
        let (keeper, counter) = Keeper::new();
        let (end, ended) = oneshot::channel::<()>();
        let task = Task::new(counter, places, ours).run(async { drop(ended.await) });
        Running {
            keeper,
            end,
            task: tokio::spawn(task),
        }
    }

    /// The times of all readings that the store holds.
    async fn held(&self) -> Vec<i64> {
        let store = Store::open(&Place::File(self.file())).await.unwrap();
        let mut times = Vec::new();
        for at in 1..=400 {
            let entry = &round(at).readings[0].0;
            let stored = store.entry(&entry.cluster, entry.id).await.unwrap();
            times.extend(stored.map(|it| it.entry.at.as_millisecond()));
        }
        store.close().await;
        times
    }
}

impl Running {
    async fn until(&self, what: impl Fn(&Standing) -> bool) -> Standing {
        let mut standing = self.keeper.standing();
        let seen = timeout(Duration::from_secs(30), standing.wait_for(|it| what(it))).await;
        *seen
            .unwrap_or_else(|_| panic!("{:?}", *self.keeper.standing().borrow()))
            .unwrap()
    }

    async fn end(self) {
        self.end.send(()).unwrap();
        timeout(Duration::from_secs(5), self.task)
            .await
            .unwrap()
            .unwrap();
    }
}

/// A round with one reading, of this millisecond.
fn round(at_ms: i64) -> Kept {
    let cluster = "cluster1".parse().unwrap();
    let at = Timestamp::from_millisecond(at_ms).unwrap();
    let text = Text::new(format!("the report of {at_ms}\n").into_bytes());
    let origin = Origin {
        source: Asked::Ssh,
        node: Some("node1.example".to_owned()),
        command: None,
        cluster_status: None,
        size_base: None,
        parser: "0.1.0".to_owned(),
        holds: 900,
    };
    let entry = Entry {
        id: entry::id(&cluster, Asked::Ssh, at, &text.hash),
        cluster: cluster.clone(),
        role: Role::Storage,
        at,
        origin: Arc::new(origin),
        text: text.hash,
        figures: vec![(Quantity::LogicalUsed, Amount::exact(7))],
    };
    Kept {
        cluster,
        readings: vec![(entry, text)],
        absences: Vec::new(),
        fence: None,
    }
}

fn all(to: i64) -> Vec<i64> {
    (1..=to).collect()
}

#[tokio::test]
async fn a_round_is_in_the_store_when_that_is_said() {
    let kitchen = Kitchen::new();
    let running = kitchen.start();
    assert_eq!(running.keeper.keep(round(1)).await, Outcome::Stored);
    assert_eq!(kitchen.held().await, [1]);
    let together = (2..=400).map(|at| running.keeper.keep(round(at)));
    for outcome in futures_util::future::join_all(together).await {
        assert_eq!(outcome, Outcome::Stored);
    }
    let standing = running.until(|it| it.state == State::Kept).await;
    assert!(standing.last_write.is_some() && standing.lost == 0);
    assert_eq!(standing.waiting.bytes, 0);
    running.end().await;
    assert_eq!(kitchen.held().await, all(400));
}

#[tokio::test]
async fn while_the_store_is_garbage_rounds_wait_on_disk_and_are_there_when_it_is_gone() {
    let kitchen = Kitchen::new();
    fs::write(kitchen.file(), [b"no store ".as_slice(); 999].concat()).unwrap();
    let running = kitchen.start();
    for at in 1..=3 {
        assert_eq!(running.keeper.keep(round(at)).await, Outcome::Queued);
    }
    let standing = running.until(|it| it.waiting.rounds == 3).await;
    assert_eq!(standing.state, State::Queued);
    assert_eq!(standing.cause, Some(Cause::Damaged));
    // A kill: nothing is brought to an end.
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    let running = kitchen.start();
    running.until(|it| it.waiting.rounds == 3).await;
    assert_eq!(running.keeper.keep(round(4)).await, Outcome::Queued);
    fs::rename(kitchen.file(), kitchen.folder.path().join("garbage")).unwrap();
    let standing = running.until(|it| it.state == State::Kept).await;
    assert_eq!((standing.waiting.bytes, standing.lost), (0, 0));
    assert_eq!(running.keeper.keep(round(5)).await, Outcome::Stored);
    running.end().await;
    assert_eq!(kitchen.held().await, all(5));
}

#[tokio::test]
async fn a_store_that_another_one_has_locked_keeps_nobody_waiting_for_longer_than_the_deadline() {
    let kitchen = Kitchen::new();
    let running = kitchen.start();
    assert_eq!(running.keeper.keep(round(1)).await, Outcome::Stored);
    let options = SqliteConnectOptions::new().filename(kitchen.file());
    let mut other = options.connect().await.unwrap();
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let begun = Instant::now();
    assert_eq!(running.keeper.keep(round(2)).await, Outcome::Queued);
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(4), "{waited:?}");
    let standing = running.until(|it| it.state == State::Queued).await;
    assert_eq!(standing.cause, Some(Cause::Slow));
    // Nobody waits for a store that is known to be slow.
    let begun = Instant::now();
    assert_eq!(running.keeper.keep(round(3)).await, Outcome::Queued);
    assert!(begun.elapsed() < Duration::from_secs(1));
    held.rollback().await.unwrap();
    other.close().await.unwrap();
    running.until(|it| it.state == State::Kept).await;
    running.end().await;
    assert_eq!(kitchen.held().await, all(3));
}

#[tokio::test]
async fn what_neither_store_nor_queue_takes_is_lost_and_counted_until_there_is_room_again() {
    let kitchen = Kitchen::new();
    let running = kitchen.start();
    assert_eq!(running.keeper.keep(round(1)).await, Outcome::Stored);
    let away = kitchen.folder.path().with_extension("away");
    fs::rename(kitchen.folder.path(), &away).unwrap();
    assert_eq!(running.keeper.keep(round(2)).await, Outcome::Lost);
    let standing = running.until(|it| it.state == State::Lost).await;
    assert_eq!(
        (standing.cause, standing.lost),
        (Some(Cause::QueueUnwritable), 1)
    );
    fs::rename(&away, kitchen.folder.path()).unwrap();
    running.until(|it| it.state == State::Kept).await;
    assert_eq!(running.keeper.keep(round(3)).await, Outcome::Stored);
    running.end().await;
    assert_eq!(kitchen.held().await, [1, 3]);
}

#[tokio::test]
async fn a_full_queue_loses_what_comes_and_keeps_what_it_has() {
    let mut kitchen = Kitchen::new();
    kitchen.queue_size = 2_000;
    fs::write(kitchen.file(), [b"no store ".as_slice(); 999].concat()).unwrap();
    let running = kitchen.start();
    let mut queued = Vec::new();
    for at in 1..=20 {
        match running.keeper.keep(round(at)).await {
            Outcome::Queued => queued.push(at),
            outcome => assert_eq!(outcome, Outcome::Lost),
        }
    }
    let standing = running.until(|it| it.state == State::Lost).await;
    assert_eq!(standing.cause, Some(Cause::QueueFull));
    assert_eq!(standing.lost, 20 - queued.len() as u64);
    assert!(!queued.is_empty() && queued.len() < 20);
    fs::remove_file(kitchen.file()).unwrap();
    running.until(|it| it.state == State::Kept).await;
    running.end().await;
    assert_eq!(kitchen.held().await, queued);
}

#[tokio::test]
async fn what_comes_goes_past_a_full_queue_into_a_store_that_is_open() {
    let mut kitchen = Kitchen::new();
    let mut queue = Queue::new(kitchen.places().queue, u64::MAX);
    let waiting: Vec<Kept> = (1_000..3_500).map(round).collect();
    queue.push(&waiting).unwrap();
    kitchen.queue_size = queue.waiting().bytes;
    drop(queue);
    let running = kitchen.start();
    let mut store = running.keeper.store();
    let open = store.wait_for(Option::is_some);
    drop(
        timeout(Duration::from_secs(30), open)
            .await
            .unwrap()
            .unwrap(),
    );
    for at in all(20) {
        assert_eq!(
            running.keeper.keep(round(at)).await,
            Outcome::Stored,
            "{at}"
        );
    }
    let standing = running.until(|it| it.state == State::Kept).await;
    assert_eq!(standing.lost, 0);
    running.end().await;
    assert_eq!(kitchen.held().await, all(20));
}

#[tokio::test]
async fn one_store_belongs_to_one_service() {
    let kitchen = Kitchen::new();
    let places = kitchen.places();
    let ours = Ours::take(&places.store).unwrap();
    let refused = Ours::take(&places.store).unwrap_err().to_string();
    assert!(
        refused.contains("another vhi-usage keeps its readings"),
        "{refused}"
    );
    drop(ours);
    Ours::take(&places.store).unwrap();
}
