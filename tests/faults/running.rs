//! A collector with all four sources of a site at work, and what is answered of it over HTTP.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};
use vhi_usage::{
    api::{
        self, archive::Archive, auth::Tokens, guard::Api, log::AccessLog, proxies::Proxies,
        published::Published, requests::Requests, token::Token,
    },
    collector::{Collector, held::Timing},
    reason::{Code, Reason},
    source::Sources,
    usage::ClusterUsage,
};
use warp::{http::Response, hyper::body::Bytes};

use crate::{
    answer::Judge,
    common::{Site, soon},
    scraped,
};

const TOKEN: &str = "a-word-of-the-caller";
/// For all rounds of a site together, on a busy machine.
const LONG: Duration = Duration::from_secs(60);
const TIMING: Timing = Timing {
    poll: Duration::from_millis(500),
    // What was read once stays, however busy the machine is.
    max_age: Duration::from_secs(3_600),
};
/// A collector at work.
pub(crate) struct Running {
    newest: watch::Receiver<Arc<ClusterUsage>>,
    api: Api,
    since: Timestamp,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn new(site: &Site, sources: Sources) -> Running {
        let name = site.cluster().name.parse().unwrap();
        let since = Timestamp::now();
        let collector = Collector::new(name, sources, TIMING);
        let newest = collector.newest();
        let api = Api {
            tokens: Tokens::new([Token::of_the_word(TOKEN.as_bytes())]),
            limit: None,
            token_limit: None,
            proxies: Proxies::default(),
            archive: Archive::none(),
            requests: Requests::default(),
            log: AccessLog::new(true),
            clusters: Arc::new([Published::new(newest.clone())]),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(collector.run(async { drop(stopped.await) }));
        Running {
            newest,
            api,
            since,
            stop,
            task,
        }
    }

    /// What was read before counts no more.
    pub(crate) fn since_now(&mut self) {
        self.since = Timestamp::now();
    }

    /// Waits until it is so.
    pub(crate) async fn until(&mut self, so: impl Fn((&ClusterUsage, Timestamp)) -> bool) {
        let since = self.since;
        let wait = self
            .newest
            .wait_for(|usage| usage.settled && so((usage, since)));
        let met = timeout(LONG, wait).await.is_ok();
        assert!(met, "it came to {}", ends(&self.newest.borrow()));
    }

    /// Waits until it is so, and judges every answer on the way.
    pub(crate) async fn judged(
        &mut self,
        judge: &Judge<'_>,
        so: impl Fn((&ClusterUsage, Timestamp)) -> bool,
    ) {
        let since = self.since;
        let mut whys = BTreeMap::new();
        let all = async {
            loop {
                let usage = Arc::clone(&self.newest.borrow_and_update());
                since_stays(&mut whys, &usage);
                if usage.settled {
                    self.judge(judge).await;
                    if so((&usage, since)) {
                        return self.judge_page(judge).await;
                    }
                }
                self.newest.changed().await.unwrap();
            }
        };
        let met = timeout(LONG, all).await;
        assert!(met.is_ok(), "it came to {}", ends(&self.newest.borrow()));
    }

    /// The body of the usage.
    pub(crate) async fn usage(&self) -> Value {
        self.get("/api/v1/cluster/usage").await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.ask(path).await;
        let mut body: Value = serde_json::from_slice(answer.body()).unwrap();
        body["http"] = answer.status().as_u16().into();
        body
    }

    async fn ask(&self, path: &str) -> Response<Bytes> {
        let request = warp::test::request().path(path);
        let request = request.header("authorization", format!("Bearer {TOKEN}"));
        request.reply(&api::routes(self.api.clone())).await
    }

    /// Judges the bodies of this moment.
    async fn judge(&self, judge: &Judge<'_>) {
        let usage = self.get("/api/v1/cluster/usage").await;
        judge.answers(&usage, &self.get("/api/v1/clusters").await);
    }

    /// Judges what Prometheus is told at this moment.
    async fn judge_page(&self, judge: &Judge<'_>) {
        let page = self.ask("/metrics").await;
        assert_eq!(page.status(), 200);
        scraped::judge(judge, std::str::from_utf8(page.body()).unwrap());
    }

    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        soon(self.task).await.unwrap();
    }
}

/// While the reason of a part is the same, so is the time since when it is.
fn since_stays(whys: &mut BTreeMap<&'static str, (Code, Timestamp)>, usage: &ClusterUsage) {
    for (name, reason) in parts(usage).map(|(name, _, reason)| (name, reason)) {
        let why = reason.map(|reason| (reason.code, reason.since));
        let before = match why {
            Some(why) => whys.insert(name, why),
            None => whys.remove(name),
        };
        if let (Some((code, since)), Some((same, then))) = (why, before)
            && code == same
        {
            assert_eq!(since, then, "{name} {}", code.name());
        }
    }
}

/// Each part: its name, its state, and why it is not fresh.
fn parts(usage: &ClusterUsage) -> impl Iterator<Item = (&'static str, String, Option<&Reason>)> {
    let witnesses = usage.witnesses.iter().map(|it| (it.source, &it.part));
    let storage = std::iter::once((usage.billed.source, &usage.storage)).chain(witnesses);
    let storage =
        storage.map(|(source, part)| (source.name(), format!("{:?}", part.state()), part.reason()));
    let compute = &usage.compute;
    storage.chain([(
        "compute",
        format!("{:?}", compute.state()),
        compute.reason(),
    )])
}

/// How each part has ended, in a line.
fn ends(usage: &ClusterUsage) -> String {
    let ends = parts(usage).map(|(name, state, reason)| {
        format!(
            "{name} {state} {}",
            reason.map_or("", |reason| reason.code.name())
        )
    });
    ends.collect::<Vec<_>>().join(", ")
}
