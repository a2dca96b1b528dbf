//! What `parse --json` says of one input. (Contract, section 4.)
//!
//! ```text
//! {"input":"x.txt","ok":true,"cluster":{"name":"stor1","status":"healthy"},"space":{"tag":"OK","logical":{…}}, …}
//! {"input":"x.txt","ok":false,"error":{"line":2,"column":25,"expected":"a size such as 1.44TB","found":"1.32XB of"}}
//! ```
//!
//! A line that the report does not have is `null`, and so is one that cannot be read.

use serde_json::{Map, Value, json};

use crate::{
    amount::{Capacity, SizeBase},
    figure::Figure,
    vstorage::{
        chunks::Chunks,
        decimal::Decimal,
        error::ParseError,
        io::{Both, Flow, Io},
        license::License,
        rate::Rate,
        report::StatReport,
        space::{Left, SpaceAmounts},
        table::Table,
    },
};

/// The line of one input that goes by this name: its report, or why it is none.
pub fn line(
    input: &str,
    report: Result<&(StatReport, SpaceAmounts), &ParseError>,
    base: SizeBase,
) -> Value {
    match report {
        Ok((report, space)) => body(input, report, *space, base),
        Err(error) => json!({"input": input, "ok": false, "error": {
            "line": error.line,
            "column": error.column,
            "expected": error.expected,
            "found": error.found,
        }}),
    }
}

fn body(input: &str, report: &StatReport, space: SpaceAmounts, base: SizeBase) -> Value {
    let figure = |size| Figure::of(size, base);
    json!({
        "input": input,
        "ok": true,
        "cluster": {"name": report.cluster.name, "status": report.cluster.status},
        "space": {
            "tag": report.space.tag,
            "logical": capacity(report.space.allocatable, space.logical),
            "physical": capacity(report.space.free, space.physical),
        },
        "mds": report.mds.as_ref().map(|it| json!({
            "available": it.available,
            "total": it.total,
            "epoch_uptime": it.epoch_uptime,
            "cluster_version": it.cluster_version,
        })),
        "cs": report.cs.as_ref().map(|it| json!({
            "available": it.available,
            "total": it.total,
            "states": Map::from_iter(it.states.iter().map(|(name, count)| (name.clone(), json!(count)))),
            "storage_version": it.storage_version,
        })),
        "license": report.license.as_ref().map(|it| license(it, base)),
        "replication": report.replication.as_ref().map(|it| json!({
            "normal": it.normal,
            "limit": it.limit,
        })),
        "chunks": report.chunks.as_ref().map(chunks),
        "fs": report.fs.as_ref().map(|it| json!({
            "size": figure(it.size),
            "files": it.files,
            "inodes": it.inodes,
            "file_maps": it.file_maps,
            "chunks": it.chunks,
            "chunk_replicas": it.chunk_replicas,
        })),
        "io": io(&report.io, base),
        "mds_table": rows(report.mds_table.as_ref(), true),
        "cs_table": rows(report.cs_table.as_ref(), false),
        "unread": report.unread.iter().map(|it| json!({"line": it.line, "text": it.text})).collect::<Vec<_>>(),
    })
}

fn capacity(printed: Left, amounts: Capacity) -> Value {
    json!({
        "total": Figure::printed(printed.total, amounts.total),
        "used": Figure::from(amounts.used),
        "free": Figure::printed(printed.free, amounts.free),
    })
}

fn license(license: &License, base: SizeBase) -> Value {
    let (key, expires_on) = match license {
        License::Dated { expires_on, .. } => (None, Some(expires_on)),
        License::Keyed { key, .. } => (Some(key), None),
    };
    json!({
        "key": key,
        "state": license.state(),
        "expires_on": expires_on,
        "capacity": Figure::of(license.capacity(), base),
        "used": license.used().and_then(|used| Figure::of(used, base)),
    })
}

fn chunks(it: &Chunks) -> Value {
    let states = it.states.iter().map(|(name, state)| {
        let state = json!({"count": state.count, "percent": percent(state.percent)});
        (name.clone(), state)
    });
    json!({"tag": it.tag, "states": Map::from_iter(states)})
}

/// The one printed number that may pass through a float; nothing is billed by it.
fn percent(percent: Decimal) -> Value {
    let text = percent.to_string();
    match percent.decimals() {
        0 => json!(text.parse::<u64>().ok()),
        _ => json!(text.parse::<f64>().ok()),
    }
}

fn io(it: &Io, base: SizeBase) -> Value {
    let rate = |rate: &Rate| rate.0.amount(base).map(|it| Figure::printed(rate, it));
    json!({
        "current": both(&it.current, |Flow { bytes, ops }| {
            json!({"rate": rate(bytes), "ops": ops.to_string()})
        }),
        "total": both(&it.total, |Flow { bytes, ops }| {
            json!({"size": Figure::of(*bytes, base), "ops": ops.to_string()})
        }),
        "replication": both(&it.replication, |it| json!(rate(it))),
        "sync": it.sync.as_ref().map(|it| {
            json!({"sync": it.sync.to_string(), "datasync": it.datasync.to_string()})
        }),
        "queue_depth": it.queue_depth.as_ref().map(|it| {
            json!({"average": it.average.to_string(), "max": it.max.to_string()})
        }),
    })
}

fn both<T>(it: &Option<Both<T>>, body: impl Fn(&T) -> Value) -> Value {
    let both = it
        .as_ref()
        .map(|it| json!({"read": body(&it.read), "write": body(&it.write)}));
    json!(both)
}

/// Rows by the names of their columns, those of metadata servers with `master` before.
fn rows(table: Option<&Table>, with_master: bool) -> Value {
    let rows = table.into_iter().flat_map(|table| {
        table.rows().map(|row| {
            let master = with_master.then(|| ("master".to_owned(), json!(row.master)));
            let cells = row.cells().map(|cell| json!(cell));
            let named = table.columns().iter().cloned().zip(cells);
            Value::Object(master.into_iter().chain(named).collect())
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vstorage::bytes;

    #[track_caller]
    fn says(text: &str, expected: &str) {
        let base = SizeBase::Binary;
        let read = bytes::read(text, base);
        assert_eq!(line("x.txt", read.as_ref(), base).to_string(), expected);
    }

    #[test]
    fn what_the_report_does_not_have_is_null() {
        says(
            "Cluster 'a': healthy\nSpace: allocatable 1B of 3B, free 2B of 4B\n",
            concat!(
                r#"{"input":"x.txt","ok":true,"cluster":{"name":"a","status":"healthy"},"#,
                r#""space":{"tag":null,"logical":{"total":{"text":"3B","bytes":3,"min":3,"max":3},"#,
                r#""used":{"bytes":2,"min":2,"max":2},"free":{"text":"1B","bytes":1,"min":1,"max":1}},"#,
                r#""physical":{"total":{"text":"4B","bytes":4,"min":4,"max":4},"#,
                r#""used":{"bytes":2,"min":2,"max":2},"free":{"text":"2B","bytes":2,"min":2,"max":2}}},"#,
                r#""mds":null,"cs":null,"license":null,"replication":null,"chunks":null,"fs":null,"#,
                r#""io":{"current":null,"total":null,"replication":null,"sync":null,"queue_depth":null},"#,
                r#""mds_table":[],"cs_table":[],"unread":[]}"#,
            ),
        );
    }

    #[test]
    fn a_failure_says_where_and_why() {
        says(
            "Cluster 'stor1': healthy\nSpace: [OK] allocatable 1.32XB of 1.44TB, free 1TB of 2TB\n",
            concat!(
                r#"{"input":"x.txt","ok":false,"error":{"line":2,"column":25,"#,
                r#""expected":"a size such as 1.44TB","found":"1.32XB of"}}"#,
            ),
        );
    }
}
