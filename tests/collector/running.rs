//! A collector at work on a simulated cluster.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use vhi_usage::{
    collector::{Collector, held::Timing},
    source::Sources,
    usage::{ClusterUsage, Status},
};

use crate::common::{Site, later, soon};

pub(crate) const POLL: Duration = Duration::from_secs(60);
pub(crate) const MAX_AGE: Duration = Duration::from_secs(900);
/// No deadline of a source comes before the end of its figures.
const FOR_EVER: Duration = Duration::from_secs(3_600);

/// A collector at work.
pub(crate) struct Running {
    pub(crate) newest: watch::Receiver<Arc<ClusterUsage>>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn new(site: &Site) -> Running {
        Running::every(site, POLL, MAX_AGE)
    }

    pub(crate) fn every(site: &Site, poll: Duration, max_age: Duration) -> Running {
        let name = site.cluster().name.parse().unwrap();
        let timing = Timing { poll, max_age };
        let sources = Sources {
            storage: site.storage(FOR_EVER),
            witnesses: Vec::new(),
            compute: site.compute(FOR_EVER),
            stages: site.stages.clone(),
        };
        let collector = Collector::new(name, sources, timing);
        let newest = collector.newest();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(collector.run(async { drop(stopped.await) }));
        Running { newest, stop, task }
    }

    /// The newest usage, once it is so.
    pub(crate) async fn when(&mut self, so: impl Fn(&ClusterUsage) -> bool) -> Arc<ClusterUsage> {
        let usage = soon(self.newest.wait_for(|usage| so(usage))).await;
        Arc::clone(&usage.unwrap())
    }

    pub(crate) async fn complete(&mut self) -> Arc<ClusterUsage> {
        self.when(|usage| usage.status() == Status::Complete).await
    }

    /// The newest usage after one more round, whatever it gave.
    pub(crate) async fn round(&mut self, poll: Duration) -> Arc<ClusterUsage> {
        let before = self.newest.borrow().serial;
        later(poll).await;
        self.when(|usage| usage.serial > before).await
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        soon(self.task).await.unwrap();
    }
}
