//! A collector at work on a simulated cluster.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use vhi_usage::{
    collector::{Collector, held::Timing},
    reading::Source,
    source::{Sources, StorageSource, compute_stat::ComputeStat},
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
        let sources = Sources {
            storage: site.storage(FOR_EVER),
            witnesses: Vec::new(),
            compute: site.compute(FOR_EVER),
            stages: site.stages.clone(),
            breakers: site.breakers.clone(),
        };
        Running::of(site, sources, Timing { poll, max_age })
    }

    /// The node is billed and the overview its witness, or the other way round.
    pub(crate) fn with_witness(site: &Site, billed: Source) -> Running {
        let session = site.session(FOR_EVER);
        let overview = StorageSource::Overview(site.overview(&session));
        let (storage, witness) = match billed {
            Source::Overview => (overview, site.storage(FOR_EVER)),
            _ => (site.storage(FOR_EVER), overview),
        };
        let sources = Sources {
            storage,
            witnesses: vec![witness],
            compute: ComputeStat::new(session),
            stages: site.stages.clone(),
            breakers: site.breakers.clone(),
        };
        let (poll, max_age) = (POLL, MAX_AGE);
        Running::of(site, sources, Timing { poll, max_age })
    }

    fn of(site: &Site, sources: Sources, timing: Timing) -> Running {
        let name = site.cluster().name.parse().unwrap();
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
