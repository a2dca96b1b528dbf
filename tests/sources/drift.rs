//! Lines of a report that no rule reads: each new one is told once in the log, without what stands in it.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use vhi_usage::{drift::ASK, reading::StorageReading, source::StorageSource};

use crate::{
    SPACE,
    common::{PATIENCE, Site, soon},
};

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What was logged on this thread. One subscriber serves all threads: what a callsite remembers of it is the
/// same on each of them.
pub(crate) struct Log;

impl Log {
    /// Everything that this thread logs from now on.
    pub(crate) fn begin() -> Log {
        static BEGUN: Once = Once::new();
        BEGUN.call_once(|| {
            let lines = tracing_subscriber::fmt().with_ansi(false);
            lines.with_writer(|| Log).init();
        });
        LOGGED.take();
        Log
    }

    /// What was logged since the last call.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(LOGGED.take()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a source tells of these lines below the ones that it must have.
async fn told(
    log: &Log,
    site: &Site,
    source: &StorageSource,
    lines: &str,
) -> (StorageReading, Vec<String>) {
    let text = format!("Cluster 'cluster1': healthy\n{SPACE}\n{lines}");
    site.scenario().set_report_text(Some(text));
    let reading = soon(source.read()).await.reading.unwrap();
    let said = log.take();
    assert!(!said.contains("canary"), "{said}");
    let told = said.lines().filter(|line| line.contains("no rule reads"));
    (reading, told.map(str::to_owned).collect())
}

#[tokio::test]
async fn each_new_line_is_told_once_by_number_and_label() {
    let site = Site::new(1).await;
    let source = site.storage(PATIENCE);
    let log = Log::begin();
    let told = async |lines: &str| told(&log, &site, &source, lines).await;
    let license = "License: canary-key of canary.example\n";
    let (reading, first) = told(license).await;
    assert_eq!((reading.unread.count, first.len()), (1, 1));
    assert!(
        first[0].contains("WARN")
            && first[0].contains(ASK)
            && first[0].ends_with("cluster=cluster1 line=3 label=\"License\""),
        "{first:?}"
    );
    assert_eq!(reading.license.unwrap().state, None);
    let (_, again) = told(license).await;
    assert_eq!(again, Vec::<String>::new());
    let (reading, second) = told(&format!("Canary: canary\n{license}")).await;
    assert_eq!((reading.unread.count, second.len()), (2, 1));
    assert!(second[0].ends_with("cluster=cluster1 line=3"), "{second:?}");
    let (reading, none) = told("").await;
    assert_eq!((reading.unread.count, none.len()), (0, 0));
}

#[tokio::test]
async fn a_line_whose_figures_change_is_told_once_and_costs_no_other_its_telling() {
    let site = Site::new(1).await;
    let source = site.storage(PATIENCE);
    let log = Log::begin();
    let told = async |lines: &str| told(&log, &site, &source, lines).await.1;
    // More such lines than are kept, and than words are remembered.
    let scrubbing = |poll: i32| -> String {
        let line = |n| format!("Scrubbing: {}% of chunks, {n}d  2h left\n", n * 100 + poll);
        (0..300).map(line).collect()
    };
    assert_eq!(told(&scrubbing(1)).await.len(), 1);
    assert_eq!(told(&scrubbing(2)).await, [""; 0]);
    let license = told(&format!("{}License: canary\n", scrubbing(3))).await;
    assert_eq!(license.len(), 1, "{license:?}");
    assert!(
        license[0].ends_with("line=303 label=\"License\""),
        "{license:?}"
    );
    // A unit that does not fit makes a line unread after all others were.
    let unfit = "FS:  999999EB in 7 files, 8 inodes,  9 file maps,  3 chunks,  4 chunk replicas\n";
    let unfit = told(&format!("{}{unfit}", scrubbing(4))).await;
    assert_eq!(unfit.len(), 1, "{unfit:?}");
    assert!(unfit[0].ends_with("line=303 label=\"FS\""), "{unfit:?}");
}

#[tokio::test]
async fn a_flood_of_lines_is_told_to_an_end_and_that_it_ends() {
    let site = Site::new(1).await;
    let source = site.storage(PATIENCE);
    let log = Log::begin();
    let word = |mut n: u32| {
        let mut word = String::new();
        while n > 0 {
            word.extend(char::from_digit(n % 26 + 10, 36));
            n /= 26;
        }
        word
    };
    let flood: String = (0..1_000)
        .map(|n| format!("Canary{}: canary\n", word(n)))
        .collect();
    let (reading, said) = told(&log, &site, &source, &flood).await;
    assert_eq!(
        (reading.unread.count, reading.unread.first.len()),
        (1_000, 50)
    );
    let (last, others) = said.split_last().unwrap();
    assert!(last.contains("no other one is named here"), "{last}");
    assert_eq!(others.len(), 200);
    assert!(others.iter().all(|it| it.contains(ASK)), "{others:?}");
    let (_, again) = told(&log, &site, &source, "Canary! canary\n").await;
    assert_eq!(again, [""; 0]);
}
