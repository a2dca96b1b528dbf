//! Saved reports, each against what it must give.
//!
//! `fixtures/stat/NAME.txt` goes with `NAME.json`, `fixtures/stat/broken/NAME.txt` with `NAME.error`.
//! `UPDATE_FIXTURES=1 cargo test --test fixtures` writes the partners: what it wrote is to be reviewed
//! figure by figure before it is committed.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};
use vhi_usage::{
    amount::SizeBase,
    cli::parse_json,
    vstorage::{
        bytes,
        kept::Kept,
        report::{self, StatReport},
    },
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The names, without ending, of the files in a folder that end so.
fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name());
    let names = files.map(|it| it.into_string().unwrap());
    let names = names.filter_map(|it| it.strip_suffix(ending).map(String::from));
    names.collect()
}

/// Every text of the folder gives what its partner says, and no partner is without a text.
#[track_caller]
fn agree(folder: &Path, ending: &str, outcome: impl Fn(&str) -> String) {
    let texts = names(folder, ".txt");
    for name in &texts {
        let partner = folder.join(format!("{name}{ending}"));
        let outcome = outcome(&text(&folder.join(format!("{name}.txt"))));
        if env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&partner, &outcome).unwrap();
        }
        assert_eq!(outcome, text(&partner), "{name}");
    }
    assert_eq!(texts, names(folder, ending));
    assert!(!texts.is_empty());
}

/// What `parse --json` says, spread over lines and without the name of the input.
fn pretty(text: &str) -> String {
    let read = bytes::read(text, SizeBase::Binary);
    let line = parse_json::line("", read.as_ref(), SizeBase::Binary);
    let line = serde_json::to_string_pretty(&line).unwrap();
    line.replacen("  \"input\": \"\",\n", "", 1) + "\n"
}

#[test]
fn every_report_gives_the_figures_beside_it() {
    agree(&folder("fixtures/stat"), ".json", |text| {
        let line = pretty(text);
        assert!(line.starts_with("{\n  \"ok\": true"), "{line}");
        line
    });
}

#[test]
fn every_broken_report_gives_the_message_beside_it() {
    agree(&folder("fixtures/stat/broken"), ".error", |text| {
        let error = bytes::read(text, SizeBase::Binary).expect_err(text);
        format!("{error}\n")
    });
}

#[test]
fn every_report_printed_reads_back_the_same() {
    let folder = folder("fixtures/stat");
    for name in names(&folder, ".txt") {
        let read = report::parse(&text(&folder.join(format!("{name}.txt")))).unwrap();
        let again = report::parse(&read.to_string()).unwrap();
        assert_eq!(again.unread, [], "{name}");
        assert_eq!(without_lines(again), without_lines(read), "{name}");
    }
}

fn without_lines(report: StatReport) -> StatReport {
    StatReport {
        unread: Vec::new(),
        read: Kept::default(),
        ..report
    }
}

/// The published samples, where they are at hand.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
fn corpus(name: &str) -> Option<String> {
    let folder = folder("../shared/corpus");
    if !folder.is_dir() {
        println!("{}: not here, its samples are not read", folder.display());
        return None;
    }
    let mut names = names(&folder, ".txt").into_iter();
    let name = names.find(|it| it.starts_with(name)).unwrap();
    Some(text(&folder.join(format!("{name}.txt"))))
}

#[test]
fn published_headers_are_read_to_the_last_line_and_printed_back_as_they_are() {
    for (name, from, to) in [("001", "Cluster", "<...>"), ("008", "Cluster", "no end")] {
        let Some(text) = corpus(name) else { return };
        let read = report::parse(&text).unwrap();
        assert_eq!(read.unread, [], "{name}");
        let (start, end) = (
            text.find(from).unwrap(),
            text.find(to).unwrap_or(text.len()),
        );
        assert_eq!(read.to_string(), text[start..end], "{name}");
    }
    let Some(text) = corpus("003") else { return };
    let read = report::parse(&text).unwrap();
    assert_eq!(read.unread, []);
    assert_eq!(
        read.to_string(),
        "Cluster 'pcs1': healthy\nSpace: [OK] allocatable 180GB of 200GB, free 1.6TB of 1.7TB\n"
    );
}

#[test]
fn a_published_fragment_without_its_header_is_no_report() {
    for name in ["005", "009", "010", "011"] {
        let Some(text) = corpus(name) else { return };
        let error = report::parse(&text).unwrap_err();
        assert_eq!(error.expected, "exactly one Cluster line", "{name}");
    }
}

#[test]
fn a_published_fragment_below_a_header_is_read_to_the_last_line() {
    let cluster = "Cluster 'c1': healthy\n";
    let space = "Space: [OK] allocatable 1.00TB of 2.00TB, free 1.00TB of 2.00TB\n";
    for (name, mds, cs) in [("009", 0, 0), ("010", 3, 0), ("011", 0, 3)] {
        let Some(text) = corpus(name) else { return };
        let read = report::parse(&format!("{cluster}{space}{text}")).unwrap();
        assert_eq!(read.unread, [], "{name}");
        assert_eq!(
            read.mds_table.map_or(0, |it| it.rows().len()),
            mds,
            "{name}"
        );
        assert_eq!(read.cs_table.map_or(0, |it| it.rows().len()), cs, "{name}");
    }
    let Some(text) = corpus("005") else { return };
    let read = report::parse(&format!("{cluster}{text}")).unwrap();
    assert_eq!((read.space.tag, read.unread), (None, vec![]));
}
