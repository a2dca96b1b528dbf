//! What `parse --json` says of one input. (Contract, section 4.)
//!
//! ```text
//! {"input":"x.txt","ok":true,"cluster":{"name":"stor1","status":"healthy"},"space":{"tag":"OK","logical":{…}}, …}
//! {"input":"x.txt","ok":false,"error":{"line":2,"column":25,"expected":"a size such as 1.44TB","found":"1.32XB of"}}
//! ```
//!
//! A line that the report does not have is `null`, and so is one that cannot be read.

use crate::{
    amount::{Capacity, SizeBase},
    cli::json::{Json, object},
    figure::Figure,
    vstorage::{
        chunks::Chunks,
        error::ParseError,
        fs::Fs,
        io::{Both, Flow, Io},
        license::License,
        rate::Rate,
        report::{self, StatReport},
        servers::{CsNodes, MdsNodes},
        space::Left,
        table::Table,
    },
};
use serde::Serialize;

/// The line of one input: its report, or why it is none.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct ParsedInput {
    line: Json,
    #[serde(skip)]
    ok: bool,
}

impl ParsedInput {
    /// Reads a text; `input` is the name it goes by.
    pub fn read(input: &str, text: &str, base: SizeBase) -> Self {
        let outcome = report::parse(text).and_then(|it| body(it, base));
        let ok = outcome.is_ok();
        let mut line: Vec<(String, Json)> = vec![
            ("input".into(), input.to_string().into()),
            ("ok".into(), ok.into()),
        ];
        match outcome {
            Ok(body) => line.extend(body),
            Err(error) => line.push(("error".into(), place(error))),
        }
        let line = Json::Object(line);
        ParsedInput { line, ok }
    }

    /// Whether the text is a report.
    pub fn is_ok(&self) -> bool {
        self.ok
    }
}

fn place(it: ParseError) -> Json {
    object([
        ("line", it.line.into()),
        ("column", it.column.into()),
        ("expected", it.expected.into()),
        ("found", it.found.into()),
    ])
}

fn body(report: StatReport, base: SizeBase) -> Result<Vec<(String, Json)>, ParseError> {
    let space = report.space_in(base)?;
    let report = report.within(base);
    let body = [
        (
            "cluster",
            object([
                ("name", report.cluster.name.into()),
                ("status", report.cluster.status.into()),
            ]),
        ),
        (
            "space",
            object([
                ("tag", report.space.tag.into()),
                ("logical", capacity(report.space.allocatable, space.logical)),
                ("physical", capacity(report.space.free, space.physical)),
            ]),
        ),
        ("mds", report.mds.map(mds).into()),
        ("cs", report.cs.map(cs).into()),
        ("license", report.license.map(|it| license(it, base)).into()),
        (
            "replication",
            report
                .replication
                .map(|it| object([("normal", it.normal.into()), ("limit", it.limit.into())]))
                .into(),
        ),
        ("chunks", report.chunks.map(chunks).into()),
        ("fs", report.fs.map(|it| fs(it, base)).into()),
        ("io", io(report.io, base)),
        ("mds_table", rows(report.mds_table, true)),
        ("cs_table", rows(report.cs_table, false)),
        (
            "unread",
            Json::list(
                report
                    .unread
                    .into_iter()
                    .map(|it| object([("line", it.line.into()), ("text", it.text.into())])),
            ),
        ),
    ];
    Ok(body.map(|(key, value)| (key.to_string(), value)).into())
}

fn capacity(printed: Left, amounts: Capacity) -> Json {
    object([
        (
            "total",
            Figure::printed(printed.total, amounts.total).into(),
        ),
        ("used", Figure::from(amounts.used).into()),
        ("free", Figure::printed(printed.free, amounts.free).into()),
    ])
}

fn mds(it: MdsNodes) -> Json {
    object([
        ("available", it.available.into()),
        ("total", it.total.into()),
        ("epoch_uptime", it.epoch_uptime.into()),
        ("cluster_version", it.cluster_version.into()),
    ])
}

fn cs(it: CsNodes) -> Json {
    object([
        ("available", it.available.into()),
        ("total", it.total.into()),
        (
            "states",
            object(
                it.states
                    .into_iter()
                    .map(|(name, count)| (name, count.into())),
            ),
        ),
        ("storage_version", it.storage_version.into()),
    ])
}

fn license(license: License, base: SizeBase) -> Json {
    let capacity = Figure::of(license.capacity(), base);
    let used = license.used().and_then(|it| Figure::of(it, base));
    let (key, state, expires_on) = match license {
        License::Dated {
            state, expires_on, ..
        } => (None, state, Some(expires_on.to_string())),
        License::Keyed { key, state, .. } => (Some(key), state, None),
    };
    object([
        ("key", key.into()),
        ("state", state.into()),
        ("expires_on", expires_on.into()),
        ("capacity", capacity.into()),
        ("used", used.into()),
    ])
}

fn chunks(it: Chunks) -> Json {
    let states = it.states.into_iter().map(|(name, it)| {
        let state = [
            ("count", it.count.into()),
            ("percent", Json::Decimal(it.percent)),
        ];
        (name, object(state))
    });
    object([("tag", it.tag.into()), ("states", object(states))])
}

fn fs(it: Fs, base: SizeBase) -> Json {
    object([
        ("size", Figure::of(it.size, base).into()),
        ("files", it.files.into()),
        ("inodes", it.inodes.into()),
        ("file_maps", it.file_maps.into()),
        ("chunks", it.chunks.into()),
        ("chunk_replicas", it.chunk_replicas.into()),
    ])
}

fn io(it: Io, base: SizeBase) -> Json {
    let rate = |rate: Rate| Json::from(rate.0.amount(base).map(|it| Figure::printed(rate, it)));
    let current =
        |Flow { bytes, ops }| object([("rate", rate(bytes)), ("ops", ops.to_string().into())]);
    let total = |Flow { bytes, ops }| {
        object([
            ("size", Figure::of(bytes, base).into()),
            ("ops", ops.to_string().into()),
        ])
    };
    let sync = it.sync.map(|it| {
        let (sync, datasync) = (it.sync.to_string(), it.datasync.to_string());
        object([("sync", sync.into()), ("datasync", datasync.into())])
    });
    let queue_depth = it.queue_depth.map(|it| {
        let (average, max) = (it.average.to_string(), it.max.to_string());
        object([("average", average.into()), ("max", max.into())])
    });
    object([
        ("current", both(it.current, current)),
        ("total", both(it.total, total)),
        ("replication", both(it.replication, rate)),
        ("sync", sync.into()),
        ("queue_depth", queue_depth.into()),
    ])
}

fn both<T>(it: Option<Both<T>>, body: impl Fn(T) -> Json) -> Json {
    let both = it.map(|it| object([("read", body(it.read)), ("write", body(it.write))]));
    both.into()
}

/// Rows by the names of their columns, those of metadata servers with `master` before.
fn rows(table: Option<Table>, with_master: bool) -> Json {
    let Some(Table { columns, rows }) = table else {
        return Json::list([]);
    };
    Json::list(rows.into_iter().map(|row| {
        let master = with_master.then(|| ("master".to_string(), row.master.into()));
        let cells = columns
            .iter()
            .cloned()
            .zip(row.cells.into_iter().map(Json::from));
        object(master.into_iter().chain(cells))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(text: &str, expected: &str) {
        let parsed = ParsedInput::read("x.txt", text, SizeBase::Binary);
        assert_eq!(serde_json::to_string(&parsed).unwrap(), expected);
        assert_eq!(parsed.is_ok(), expected.contains(r#""ok":true"#));
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
