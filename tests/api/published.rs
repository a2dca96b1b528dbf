//! Usages made by hand, published as a collector does, and requests for them.

use std::{num::NonZeroU32, path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::Value;
use tokio::{sync::watch, time::Instant};
use vhi_usage::{
    amount::SizeBase,
    api::{
        self, archive::Archive, auth::Tokens, guard::Api, limit::Limit, log::AccessLog,
        proxies::Proxies, published::Published, requests::Requests, token::Token,
    },
    breaker::Breakers,
    keeper::standing::Standing,
    reading::{BaseInForce, Basis, ComputeReading, Evidence, Source, StorageReading},
    reason::{Code, Reason},
    source::{compute_stat, printed},
    stage::Stages,
    usage::{Billed, ClusterUsage, Part},
    vstorage::report,
};
use warp::{http::Response, hyper::body::Bytes, test::RequestBuilder};

pub(crate) const TOKEN: &str = "a-word-of-the-caller";
const REPORT: &str = "\
Cluster 'cluster1': healthy
Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB
License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 21.2TB)
Replication:  1 norm,  1 limit
";
const BASE: BaseInForce = BaseInForce {
    base: SizeBase::Binary,
    configured: false,
};

/// A service with one cluster.
pub(crate) struct Site {
    pub(crate) api: Api,
    pub(crate) stages: Stages,
    pub(crate) breakers: Breakers,
    newest: watch::Sender<Arc<ClusterUsage>>,
}

impl Site {
    /// Without a limit.
    pub(crate) fn new(usage: ClusterUsage) -> Site {
        let newest = watch::Sender::new(Arc::new(usage));
        let stages = Stages::default();
        let breakers = Breakers::default();
        let published = Published::new(newest.subscribe())
            .with_stages(stages.clone())
            .with_breakers(breakers.clone());
        let api = Api {
            tokens: Tokens::new([token()]),
            limit: None,
            token_limit: None,
            proxies: Proxies::default(),
            clusters: Arc::new([published]),
            archive: Archive::none(),
            requests: Requests::default(),
            log: AccessLog::new(true),
        };
        Site {
            api,
            stages,
            breakers,
            newest,
        }
    }

    /// With a limit for each address: one request a second, and so many at once.
    pub(crate) fn limited(usage: ClusterUsage, burst: u32) -> Site {
        let mut site = Site::new(usage);
        let burst = NonZeroU32::new(burst).unwrap();
        site.api.limit = Some(Limit::new(NonZeroU32::MIN, burst));
        site
    }

    /// With a limit for each token: one request a second, and so many at once.
    pub(crate) fn limited_by_token(usage: ClusterUsage, burst: u32) -> Site {
        let mut site = Site::new(usage);
        let burst = NonZeroU32::new(burst).unwrap();
        site.api.token_limit = Some(Limit::new(NonZeroU32::MIN, burst));
        site
    }

    /// Its store does so.
    pub(crate) fn stands(&mut self, standing: Standing) {
        let standing = watch::channel(standing).1;
        self.api.archive = Archive::new(watch::channel(None).1, standing);
    }

    /// A newer usage.
    pub(crate) fn publish(&self, usage: ClusterUsage) {
        let serial = self.newest.borrow().serial + 1;
        self.newest
            .send_replace(Arc::new(ClusterUsage { serial, ..usage }));
    }

    pub(crate) async fn get(&self, path: &str) -> Response<Bytes> {
        self.answer(ask(path)).await
    }

    pub(crate) async fn answer(&self, request: RequestBuilder) -> Response<Bytes> {
        request.reply(&api::routes(self.api.clone())).await
    }
}

/// The right token, good for everything.
pub(crate) fn token() -> Token {
    Token::of_the_word(TOKEN.as_bytes())
}

/// A request with the right token.
pub(crate) fn ask(path: &str) -> RequestBuilder {
    stranger(path).header("authorization", format!("Bearer {TOKEN}"))
}

/// A request without a token.
pub(crate) fn stranger(path: &str) -> RequestBuilder {
    warp::test::request().path(path)
}

/// A problem with this status and kind, and with every member that the contract names.
#[track_caller]
pub(crate) fn problem(answer: &Response<Bytes>, status: u16, kind: &str) {
    assert_eq!(answer.status().as_u16(), status, "{:?}", answer.body());
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body["type"], format!("urn:vhi-usage:{kind}"));
    assert_eq!(body["title"], answer.status().canonical_reason().unwrap());
    assert_eq!(body["status"], status);
    assert!(
        body["detail"]
            .as_str()
            .is_some_and(|detail| !detail.is_empty())
    );
    assert_eq!(body["error"], body["detail"]);
}

pub(crate) fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn storage() -> Arc<StorageReading> {
    let report = report::parse(REPORT).unwrap();
    let at = time("2026-11-22T06:00:01.872Z");
    Arc::new(printed::reading(report, at, "node1.example".to_owned(), BASE).unwrap())
}

pub(crate) fn compute() -> Arc<ComputeReading> {
    compute_of("panel/compute-stat.json")
}

/// What is read from a body of the panel.
pub(crate) fn compute_of(name: &str) -> Arc<ComputeReading> {
    let at = time("2026-11-22T06:00:00.951Z");
    Arc::new(compute_stat::reading(&fixture(name), at).0)
}

pub(crate) fn evidence(text: &[u8]) -> Arc<Evidence> {
    Arc::new(Evidence {
        text: text.to_owned(),
        node: Some("node1.example".to_owned()),
        command: Some("/usr/bin/vstorage -c cluster1 stat".to_owned()),
        at: time("2026-11-22T06:00:01.872Z"),
    })
}

pub(crate) fn reason(code: Code) -> Reason {
    Reason::plain(code, time("2026-11-22T05:44:59Z"))
}

pub(crate) fn stale<T>(reading: Arc<T>, code: Code) -> Part<T> {
    Part::Stale(reading, reason(code))
}

pub(crate) fn missing<T>(code: Code) -> Part<T> {
    Part::Missing(reason(code))
}

/// Published now, with the next round in 42 s.
pub(crate) fn usage(storage: Part<StorageReading>, compute: Part<ComputeReading>) -> ClusterUsage {
    ClusterUsage {
        cluster: "cluster1".to_owned(),
        serial: 1,
        at: time("2026-11-22T06:00:02.114Z"),
        published: Instant::now(),
        next_round: Instant::now() + Duration::from_secs(42),
        poll: Duration::from_secs(60),
        settled: true,
        billed: Billed {
            source: Source::Ssh,
            basis: Basis::Allocatable,
            size_base: Some(BASE),
        },
        storage,
        compute,
        witnesses: Vec::new(),
        evidence: None,
    }
}

pub(crate) fn complete() -> ClusterUsage {
    usage(Part::Fresh(storage()), Part::Fresh(compute()))
}

/// The overview is billed, and no node is asked.
pub(crate) fn nodeless() -> ClusterUsage {
    let mut usage = complete();
    usage.billed.source = Source::Overview;
    usage
}

/// No round has ended.
pub(crate) fn not_yet() -> ClusterUsage {
    ClusterUsage {
        settled: false,
        ..usage(missing(Code::NotYet), missing(Code::NotYet))
    }
}
