//! Space, replicas, chunks and the file system, drawn at random.

use crate::drawn::{parsed, size, tag};
use proptest::{collection::vec, prelude::*, sample::subsequence};
use vhi_usage::vstorage::{
    chunks::{ChunkState, Chunks, Replication},
    fs::Fs,
    space::{Left, Space},
};

fn left() -> impl Strategy<Value = Left> {
    (size(), size()).prop_map(|(free, total)| Left { free, total })
}

pub(crate) fn space() -> impl Strategy<Value = Space> {
    (tag(), left(), left()).prop_map(|(tag, allocatable, free)| Space {
        tag,
        allocatable,
        free,
    })
}

pub(crate) fn replication() -> impl Strategy<Value = Replication> {
    let count = || prop_oneof![0..20_u64, any::<u64>()];
    (count(), count()).prop_map(|(normal, limit)| Replication { normal, limit })
}

pub(crate) fn chunks() -> impl Strategy<Value = Chunks> {
    const STATES: [&str; 12] = [
        "healthy",
        "standby",
        "degraded",
        "urgent",
        "blocked",
        "pending",
        "offline",
        "replicating",
        "overcommitted",
        "deleting",
        "void",
        "a_new-1",
    ];
    let names = subsequence(&STATES[..], 1..=STATES.len()).prop_shuffle();
    // by this word a text that was cut shows that the last state is there
    let names = names.prop_map(|mut names| {
        names.sort_by_key(|it| *it == "void");
        names
    });
    let states = vec((any::<u64>(), "[0-9]{1,3}(\\.[0-9])?"), STATES.len());
    (tag(), names, states).prop_map(|(tag, names, states)| Chunks {
        tag,
        states: (names.into_iter().zip(states))
            .map(|(name, (count, percent))| {
                let percent = parsed(percent);
                (name.to_string(), ChunkState { count, percent })
            })
            .collect(),
    })
}

pub(crate) fn fs() -> impl Strategy<Value = Fs> {
    (size(), any::<[u64; 5]>()).prop_map(|(size, counts)| {
        let [files, inodes, file_maps, chunks, chunk_replicas] = counts;
        Fs {
            size,
            files,
            inodes,
            file_maps,
            chunks,
            chunk_replicas,
        }
    })
}
