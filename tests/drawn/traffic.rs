//! The lines on traffic, drawn at random.

use crate::drawn::{parsed, size, size_text};
use proptest::{option, prelude::*};
use vhi_usage::vstorage::{
    io::{Both, Flow, Io, QueueDepth, Sync},
    rate::{Ops, Rate},
    token::Size,
};

/// Operations as text.
pub(crate) fn ops_text() -> impl Strategy<Value = String> + Clone {
    "[0-9]{1,3}(\\.[0-9])?[KMGT]?(ops/s|op/s|ops|op)"
}

/// A decimal number as text.
pub(crate) fn number_text() -> impl Strategy<Value = String> + Clone {
    "[0-9]{1,9}(\\.[0-9]{1,9})?"
}

fn ops() -> impl Strategy<Value = Ops> + Clone {
    ops_text().prop_map(parsed)
}

fn rate() -> impl Strategy<Value = Rate> + Clone {
    size_text().prop_map(|it| Rate(parsed(it)))
}

fn both<T: std::fmt::Debug>(
    it: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Both<T>> {
    (it.clone(), it).prop_map(|(read, write)| Both { read, write })
}

fn flow<T: std::fmt::Debug>(
    bytes: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Flow<T>> + Clone {
    (bytes, ops()).prop_map(|(bytes, ops)| Flow { bytes, ops })
}

pub(crate) fn current() -> impl Strategy<Value = Both<Flow<Rate>>> {
    both(flow(rate()))
}

pub(crate) fn total() -> impl Strategy<Value = Both<Flow<Size>>> {
    both(flow(size()))
}

pub(crate) fn replication() -> impl Strategy<Value = Both<Rate>> {
    both(rate())
}

pub(crate) fn sync() -> impl Strategy<Value = Sync> {
    (ops(), ops()).prop_map(|(sync, datasync)| Sync { sync, datasync })
}

pub(crate) fn queue_depth() -> impl Strategy<Value = QueueDepth> {
    let line = (number_text(), number_text());
    line.prop_map(|(average, max)| QueueDepth {
        average: parsed(average),
        max: parsed(max),
    })
}

pub(crate) fn io() -> impl Strategy<Value = Io> {
    let lines = (
        option::of(current()),
        option::of(total()),
        option::of(replication()),
        option::of(sync()),
        option::of(queue_depth()),
    );
    lines.prop_map(|(current, total, replication, sync, queue_depth)| Io {
        current,
        total,
        replication,
        sync,
        queue_depth,
    })
}
