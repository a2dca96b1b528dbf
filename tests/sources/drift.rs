//! Lines of a report that no rule reads: each new one is told once in the log, without what stands in it.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use vhi_usage::{drift::ASK, source::StorageSource};

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

#[tokio::test]
async fn each_new_line_is_told_once_by_number_and_label() {
    let site = Site::new(1).await;
    let source = site.storage(PATIENCE);
    let log = Log::begin();
    let told = async |source: &StorageSource, lines: &str| {
        let text = format!("Cluster 'cluster1': healthy\n{SPACE}\n{lines}");
        site.scenario().set_report_text(Some(text));
        let reading = soon(source.read()).await.reading.unwrap();
        let said = log.take();
        assert!(!said.contains("canary"), "{said}");
        let told: Vec<String> = said
            .lines()
            .filter(|line| line.contains(ASK))
            .map(str::to_owned)
            .collect();
        (reading, told)
    };
    let license = "License: canary-key of canary.example\n";
    let (reading, first) = told(&source, license).await;
    assert_eq!((reading.unread.len(), first.len()), (1, 1));
    assert!(
        first[0].contains("WARN")
            && first[0].ends_with("cluster=cluster1 line=3 label=\"License\""),
        "{first:?}"
    );
    assert_eq!(reading.license.unwrap().state, None);
    let (_, again) = told(&source, license).await;
    assert_eq!(again, Vec::<String>::new());
    let (reading, second) = told(&source, &format!("Canary: canary\n{license}")).await;
    assert_eq!((reading.unread.len(), second.len()), (2, 1));
    assert!(second[0].ends_with("cluster=cluster1 line=3"), "{second:?}");
    let (reading, none) = told(&source, "").await;
    assert_eq!((reading.unread.len(), none.len()), (0, 0));
}
