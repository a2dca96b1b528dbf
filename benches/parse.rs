//! Reading what the tool prints: our format room, beside a byte scanner that is written by hand and the regex crate.
//!
//! ```text
//! the Space line      a whole header      that header with 1,000 rows of chunk servers
//! ```
//!
//! All three must give the same figures; that is checked before anything is measured. Criterion measures, and at the
//! end its medians are printed as rows of the table.

#![allow(missing_docs, reason = "a program, not a library")]

#[path = "parse/cursor.rs"]
mod cursor;
#[path = "parse/figures.rs"]
mod figures;
#[path = "parse/patterns.rs"]
mod patterns;
#[path = "parse/rows.rs"]
mod rows;
#[path = "parse/scanner.rs"]
mod scanner;
mod shown;

use criterion::{Criterion, Throughput};
use patterns::Patterns;
use shown::Goal;
use std::{
    env,
    fmt::Write,
    fs,
    hint::black_box,
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use vhi_usage::vstorage::{report, space::Space};

const MDS: &str = "  MDSID STATUS   %CTIME   COMMITS   %CPU    MEM   UPTIME HOST";
const CS: &str = "   CSID STATUS      SPACE   AVAIL REPLICAS   UNIQUE IOWAIT IOLAT(ms) QDEPTH HOST";
/// Ours, and those beside it.
const READERS: [&str; 3] = ["ours", "scanner", "regex"];

fn main() {
    let fixture = fs::read_to_string(root().join("fixtures/stat/vhi-4.7-full-tables.txt"));
    let fixture = fixture.expect("the fixture of a whole report");
    let (header, _) = fixture.split_once("\n\n").expect("a header and tables");
    let header = format!("{header}\n");
    let space = header.lines().nth(1).expect("the Space line");
    let large = large(&header);
    let patterns = Patterns::new([MDS, CS]);
    check(space, &[&header, &fixture, &large], &patterns);

    let folder = target().join("criterion");
    let cases = [
        (
            "space-line",
            "the `Space` line",
            space,
            Some((Goal::AtMost(2.0), Goal::AtLeast(10.0))),
        ),
        ("header", "a whole header", &header, None),
        (
            "report",
            "a report with 1,000 rows",
            &large,
            Some((Goal::AtMost(2.0), Goal::AtLeast(10.0))),
        ),
    ];
    for (name, ..) in &cases {
        for reader in READERS {
            // what an earlier run has left is no figure of this one
            forget(&folder.join(name).join(reader));
        }
    }
    let mut criterion = Criterion::default()
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1))
        .output_directory(&folder)
        .configure_from_args();
    for (name, _, text, _) in &cases {
        measure(&mut criterion, name, text, &patterns);
    }
    criterion.final_summary();
    for (name, words, text, goals) in &cases {
        let medians = READERS.map(|it| median(&folder.join(name).join(it)));
        let [Some(ours), Some(scanner), Some(regex)] = medians else {
            continue; // left out by a filter, or not measured but tried
        };
        let what = format!("{words}, {} bytes", text.len());
        let (fast, faster) = goals.unwrap_or((Goal::None, Goal::None));
        shown::ratio(
            &format!("reading {what}"),
            &time(ours),
            &format!("{}, byte scanner", time(scanner)),
            ours / scanner,
            fast,
        );
        shown::ratio(
            &format!("reading {what}; theirs by ours"),
            &time(ours),
            &format!("{}, `regex`", time(regex)),
            regex / ours,
            faster,
        );
    }
}

/// The header with a table of 1,000 chunk servers, as wide as the tool prints it.
fn large(header: &str) -> String {
    let mut text = format!("{header}\n{CS}\n");
    for number in 0..1000 {
        let (id, host, free) = (1025 + number, 1 + number / 12, 100 + number % 400);
        let (replicas, unique, load) = (1870 + number * 7 % 97, number % 3, number % 10);
        writeln!(
            text,
            "{id:>7} active     {:>5} {:>7} {replicas:>8} {unique:>8} {:>6} {:>9} {:>6} n{host}.example",
            "500GB",
            format!("{free}GB"),
            format!("{load}%"),
            format!("{load}/{}", load * 4),
            format!("0.{load}"),
        )
        .expect("written");
    }
    text
}

/// Panics unless all three read the same.
fn check(line: &str, texts: &[&str], patterns: &Patterns) {
    let ours = figures::of_space(&line.parse().expect("a Space line"));
    assert_eq!(scanner::space(line).as_ref(), Some(&ours));
    assert_eq!(patterns.space(line).as_ref(), Some(&ours));
    assert_eq!(scanner::space(&line.replace("TB", "XB")), None);
    for text in texts {
        let read = report::parse(text).expect("a report");
        assert_eq!(read.unread, []);
        let (header, tables) = figures::of(&read);
        for theirs in [scanner::report(text), patterns.report(text)] {
            let theirs = theirs.expect("a report");
            assert_eq!(theirs.header, header);
            assert_eq!(theirs.tables(), tables);
        }
    }
}

fn measure(criterion: &mut Criterion, name: &str, text: &str, patterns: &Patterns) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(text.len() as u64));
    if name == "space-line" {
        group.bench_function("ours", |it| it.iter(|| black_box(text).parse::<Space>()));
        group.bench_function("scanner", |it| it.iter(|| scanner::space(black_box(text))));
        group.bench_function("regex", |it| it.iter(|| patterns.space(black_box(text))));
    } else {
        group.bench_function("ours", |it| it.iter(|| report::parse(black_box(text))));
        group.bench_function("scanner", |it| it.iter(|| scanner::report(black_box(text))));
        group.bench_function("regex", |it| it.iter(|| patterns.report(black_box(text))));
    }
    group.finish();
}

/// Removes the folder, which need not be there.
fn forget(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            panic!("{}: {error}", folder.display())
        }
        _ => {}
    }
}

/// The median that criterion has written for a function, in nanoseconds.
fn median(folder: &Path) -> Option<f64> {
    let text = fs::read_to_string(folder.join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1000.0 => format!("{nanoseconds:.0} ns"),
        _ => format!("{:.1} µs", nanoseconds / 1000.0),
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
