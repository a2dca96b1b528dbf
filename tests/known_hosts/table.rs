//! Every row is tried with both clients, and every disagreement is told.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs,
    sync::Arc,
};

use tokio::{sync::Semaphore, task::JoinSet};
use vhi_usage::ssh::{host_keys::HostKeys, place::Place};

use crate::{
    certified::CERTIFIED,
    lines::LINES,
    names::NAMES,
    ours::{self, Listener},
    row::{File, Row},
    servers::Servers,
    theirs,
};

/// Rows at once.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn in_every_row_openssh_and_we_come_to_the_same_verdict() {
    let rows: Vec<Row> = [NAMES, LINES, CERTIFIED].concat();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let servers = Arc::new(Servers::new());
    let mut listeners = BTreeMap::new();
    for row in &rows {
        if let Entry::Vacant(none) = listeners.entry(row.server) {
            none.insert(Listener::new(&servers, row.server).await);
        }
    }
    let (turns, mut tried) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for (number, row) in rows.into_iter().enumerate() {
        let (servers, turns) = (Arc::clone(&servers), Arc::clone(&turns));
        let at = listeners[&row.server].address;
        tried.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            let listens = row.node.ends_with("PORT");
            let node = row.node.replace("PORT", &at.port().to_string());
            let node: Place = node.parse().unwrap();
            let path = servers.path(&format!("known_hosts{number}"));
            match row.file {
                File::Of(text) => fs::write(&path, servers.bytes(text, at.port())).unwrap(),
                File::Missing => {}
                File::Folder => fs::create_dir(&path).unwrap(),
            }
            let host_keys = HostKeys::File(path.clone());
            let ours = match listens {
                true => ours::of_session(&servers, &node, host_keys).await,
                false => ours::of_parts(at, &node, host_keys).await,
            };
            let theirs = tokio::task::spawn_blocking(move || {
                theirs::verdict(&servers, row.server, &node, &path, listens)
            });
            (row, ours, theirs.await.unwrap())
        });
    }
    let mut wrong = Vec::new();
    for (row, ours, theirs) in tried.join_all().await {
        let may = row
            .differs
            .map_or([row.verdict].to_vec(), |(_, may)| may.to_vec());
        if ours != Ok(row.verdict) || !theirs.as_ref().is_ok_and(|it| may.contains(it)) {
            wrong.push(format!("ours {ours:?}, OpenSSH's {theirs:?}: {row:?}"));
        }
    }
    for listener in listeners.into_values() {
        listener.end().await;
    }
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}
