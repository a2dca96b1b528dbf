//! Lines of a report that no rule reads: each new one is told once in the log, without what stands in it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;
use vhi_usage::{drift::ASK, source::StorageSource};

use crate::{
    SPACE,
    common::{PATIENCE, Site, soon},
};

/// What was logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything that this thread logs from now on, until the guard is dropped.
    pub(crate) fn begin() -> (Log, tracing::subscriber::DefaultGuard) {
        let log = Log::default();
        let lines = tracing_subscriber::fmt().with_ansi(false);
        let subscriber = lines.with_writer(log.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// What was logged since the last call.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

#[tokio::test]
async fn each_new_line_is_told_once_by_number_and_label() {
    let site = Site::new(1).await;
    let source = site.storage(PATIENCE);
    let (log, _guard) = Log::begin();
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
