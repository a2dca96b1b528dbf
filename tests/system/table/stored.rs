//! Rows of the store: whatever becomes of it, the figures go on, its state is told, and at the end each reading that
//! was published stands in it, once.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::runtime::Runtime;
use vhi_usage::{
    meter::window::Window,
    store::{opened::Store, origin::Role, place::Place},
};

use crate::{
    postgres::Alone,
    program::Program,
    site::{Service, Site, text},
    table::{
        clock,
        row::{QUICK, Row, WAITS},
        told::Part,
    },
    wait::until,
};

/// Any state has shown itself by then: the store is tried again after a pause, which grows.
const SOON: Duration = Duration::from_secs(30);
/// So many further rounds show that the figures go on.
const ROUNDS: usize = 3;

/// A row, where its readings are kept, and what of them was published.
struct Kept {
    row: Row,
    place: Place,
    published: RefCell<BTreeSet<(Role, i64)>>,
}

impl Kept {
    /// Of a site whose settings name no store: a file beside them.
    #[track_caller]
    fn in_file(row: Row) -> Kept {
        let place = Place::File(row.site.path("vhi-usage.db"));
        let kept = Kept::of(row, place);
        kept.says("kept", &[]);
        kept
    }

    fn of(row: Row, place: Place) -> Kept {
        let published = RefCell::default();
        Kept {
            row,
            place,
            published,
        }
    }

    /// Another one that has the file open.
    async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.row.site.path("vhi-usage.db"));
        options.connect().await.unwrap()
    }

    /// Figures of further rounds are served meanwhile, both parts, and at no time none.
    #[track_caller]
    fn reads_on(&self) {
        let mut read = BTreeSet::new();
        until("further rounds", SOON, || {
            let usage = self.row.service.usage();
            for (part, role) in [("storage", Role::Storage), ("compute", Role::Compute)] {
                assert_ne!(usage[part]["state"], "missing", "{usage}");
                let at: Timestamp = usage[part]["observed_at"].as_str()?.parse().ok()?;
                let reading = (role, at.as_millisecond());
                self.published.borrow_mut().insert(reading);
                read.insert(reading);
            }
            (read.len() > 2 * ROUNDS).then_some(())
        });
    }

    /// The list of clusters and `/metrics` come to tell this state, for one of these reasons.
    #[track_caller]
    fn says(&self, state: &str, reasons: &[&str]) -> Value {
        let service = &self.row.service;
        let told = until(&format!("the store is {state}"), SOON, || {
            let store = service.get("/api/v1/clusters").json()["store"].take();
            (store["state"] == state).then_some(store)
        });
        match told["reason"].as_str() {
            Some(reason) => assert!(reasons.contains(&reason), "{told}"),
            None => assert!(reasons.is_empty(), "{told}"),
        }
        until("/metrics says so", SOON, || {
            let page = service.get("/metrics").body;
            let says = |line: String| page.contains(&line);
            let since = "vhi_usage_store_reason_since_timestamp_seconds";
            let mut named = reasons
                .iter()
                .map(|it| format!("\n{since}{{reason=\"{it}\"}} "));
            let why = match reasons {
                [] => !says(format!("\n{since}{{")),
                _ => named.any(says),
            };
            (why && says(format!("\nvhi_usage_store_state{{state=\"{state}\"}} 1\n"))).then_some(())
        });
        told
    }

    /// The store does not take what comes: it waits, and nobody else does.
    #[track_caller]
    fn waits(&self, reasons: &[&str]) {
        self.says("queued", reasons);
        self.reads_on();
        let told = self.says("queued", reasons);
        assert!(told["queued_rounds"].as_u64() > Some(1), "{told}");
    }

    /// The store takes readings again, nothing is left behind, and it holds each reading that was published, once.
    #[track_caller]
    fn comes_whole_again(self) {
        let told = self.says("kept", &[]);
        assert_eq!(
            (&told["queued_rounds"], &told["lost_rounds"]),
            (&0.into(), &0.into())
        );
        self.reads_on();
        self.row.service.becomes_ready(SOON);
        self.row.service.stop();
        let kept = read(&self.place);
        let published = self.published.into_inner();
        assert!(published.len() > 4 * ROUNDS, "{published:?}");
        let missing: Vec<_> = published
            .iter()
            .filter(|it| !kept.contains_key(it))
            .collect();
        assert!(missing.is_empty(), "{missing:?} of {published:?}");
        let twice: Vec<_> = kept.iter().filter(|(_, count)| **count != 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}

/// The readings of the cluster that are billed, and how often each is there.
#[track_caller]
fn read(place: &Place) -> BTreeMap<(Role, i64), usize> {
    Runtime::new().unwrap().block_on(async {
        let store = Store::open(place).await.unwrap();
        let cluster = "cluster1".parse().unwrap();
        let always = Window::new(0, 1 << 34).unwrap();
        let mut found = BTreeMap::new();
        for role in [Role::Storage, Role::Compute] {
            let mut entries = store.entries(&cluster, role, always).await.unwrap();
            while let Some(stored) = entries.try_next().await.unwrap() {
                let at = stored.entry.at.as_millisecond();
                *found.entry((role, at)).or_default() += 1;
            }
        }
        store.close().await;
        found
    })
}

/// A service whose files may grow only as far as [`may_grow`] says.
#[track_caller]
fn limited() -> Kept {
    let site = Site::new();
    let toml = site.toml(QUICK, WAITS);
    let args = ["--config", text(&toml), "serve"];
    let program = Program::behind(&site.empty_folder(), "trap '' XFSZ", &args);
    let service = Service::start(program);
    service.becomes_ready(SOON);
    Kept::in_file(Row::watch(Part::Storage, site, service))
}

/// Lets the files of the service grow to so many bytes, or without end.
fn may_grow(kept: &Kept, to: Option<u64>) {
    let id = i32::try_from(kept.row.service.running.id()).unwrap();
    let limit = Rlimit {
        current: to,
        maximum: None,
    };
    prlimit(Pid::from_raw(id), Resource::Fsize, limit).unwrap();
}

#[test]
fn without_room_for_the_store_readings_wait_and_are_all_in_it_when_there_is_some() {
    let kept = limited();
    kept.reads_on();
    // Whoever reads the journal keeps it from being written anew from its beginning.
    let runtime = Runtime::new().unwrap();
    let mut reader = runtime.block_on(kept.connect());
    let held = runtime.block_on(async {
        let mut held = reader.begin().await.unwrap();
        let sql = sqlx::query("SELECT COUNT(*) FROM readings");
        sql.fetch_one(&mut *held).await.unwrap();
        held
    });
    // The queue has room: it is smaller.
    let journal = kept.row.site.path("vhi-usage.db-wal");
    may_grow(&kept, Some(fs::metadata(journal).unwrap().len()));
    kept.waits(&["full", "unreachable"]);
    may_grow(&kept, None);
    runtime.block_on(held.rollback()).unwrap();
    runtime.block_on(reader.close()).unwrap();
    kept.comes_whole_again();
}

#[test]
fn a_store_that_somebody_locks_for_long_keeps_no_figure_from_anybody_and_gets_them_all() {
    let kept = Kept::in_file(Row::of(Part::Storage, Site::new(), WAITS));
    kept.reads_on();
    let runtime = Runtime::new().unwrap();
    let mut other = runtime.block_on(kept.connect());
    let held = runtime.block_on(other.begin_with("BEGIN IMMEDIATE"));
    let held = held.unwrap();
    kept.waits(&["slow"]);
    runtime.block_on(held.rollback()).unwrap();
    runtime.block_on(other.close()).unwrap();
    kept.comes_whole_again();
}

#[test]
fn a_server_that_is_stopped_and_started_again_has_missed_nothing() {
    let server = Alone::new();
    let site = Site::new();
    let toml = site.toml(QUICK, WAITS);
    let stored = format!(
        "{}\n[store]\nurl = {:?}\nlease = \"2s\"\n",
        fs::read_to_string(&toml).unwrap(),
        server.url()
    );
    fs::write(&toml, stored).unwrap();
    let service = site.serve(&toml);
    let row = Row::watch(Part::Storage, site, service);
    let kept = Kept::of(row, server.url().parse().unwrap());
    kept.says("kept", &[]);
    kept.reads_on();
    server.is_there(false);
    kept.waits(&["unreachable", "slow", "opening"]);
    // Long enough for its lease to be over.
    kept.reads_on();
    server.is_there(true);
    kept.comes_whole_again();
}

#[test]
fn a_clock_that_is_set_back_between_two_rounds_neither_loses_a_reading_nor_keeps_one_twice() {
    let kept = Kept::in_file(clock::watched());
    kept.reads_on();
    let before = kept.published.borrow().len();
    clock::set(&kept.row, "-1h");
    kept.reads_on();
    clock::follows(&kept.row, -clock::HOUR);
    clock::set(&kept.row, "+0");
    clock::follows(&kept.row, SignedDuration::ZERO);
    kept.reads_on();
    assert!(kept.published.borrow().len() > before + 2 * ROUNDS);
    kept.comes_whole_again();
}
