//! What a service tells while a row lasts: judged with each answer, and never more than was read.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    http::{self, Answer},
    site::Service,
    table::body,
    wait::until,
};

/// How long a figure lives in every row.
const MAX_AGE: Duration = Duration::from_secs(3);
/// One that is older may be seen for so long.
const LATE: Duration = Duration::from_millis(900);

/// The part of the usage that a fault takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Storage,
    Compute,
}

impl Part {
    /// Its name in the answers and in `/metrics`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Storage => "storage",
            Part::Compute => "compute",
        }
    }
}

/// What was told where all was well.
pub(crate) struct Told {
    part: Part,
    usage: Value,
    samples: BTreeSet<String>,
    /// The newest figures by the time at which they were read, and when they were first seen.
    newest: RefCell<(String, Instant)>,
}

impl Told {
    /// Waits until all is well, within this time.
    #[track_caller]
    pub(crate) fn by(service: &Service, part: Part, within: Duration) -> Told {
        let usage = until("all is well, witnesses too", within, || {
            let usage = service.usage();
            body::is_whole(&usage).then_some(usage)
        });
        let samples = body::samples(&metrics(service));
        let mut own = samples.iter().filter(|it| body::is_of(it, part, &usage));
        assert!(own.next().is_some(), "{samples:?}");
        Told {
            part,
            usage,
            samples,
            newest: RefCell::new((String::new(), Instant::now())),
        }
    }

    /// What the list of clusters says of the part.
    #[track_caller]
    pub(crate) fn now(&self, service: &Service) -> Value {
        cluster(service)[self.part.name()].take()
    }

    /// Asks for the usage, holds it against what has been read, and returns state and reason of the part.
    #[track_caller]
    pub(crate) fn judged(&self, service: &Service) -> (String, String) {
        let asked = Instant::now();
        let answer = service.get("/api/v1/cluster/usage");
        let part = match answer.status {
            200 => {
                let usage = answer.json();
                body::holds(&usage, &self.usage);
                usage[self.part.name()].clone()
            }
            _ => {
                self.has_no_compute(&answer);
                self.now(service)
            }
        };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.is_young(&word(&part["observed_at"]), asked);
        (word(&part["state"]), word(&part["reason"]["code"]))
    }

    /// Every figure is there again.
    #[track_caller]
    pub(crate) fn is_whole(&self, service: &Service) -> bool {
        let usage = service.usage();
        body::holds(&usage, &self.usage);
        body::is_whole(&usage)
    }

    /// Whoever asks whether the service is ready is told that it is not, and no bill is made of what is left.
    #[track_caller]
    pub(crate) fn is_not_ready(&self, service: &Service) {
        let ready = http::get(service.address, "/ready", None);
        assert_eq!(ready.status, 503, "{ready:?}");
        assert!(ready.body.contains("cluster1"), "{ready:?}");
        let required = service.get("/api/v1/cluster/usage?require=complete");
        assert!([502, 503].contains(&required.status), "{required:?}");
        let health = http::get(service.address, "/health", None);
        assert_eq!(health.status, 200, "{health:?}");
    }

    /// `/metrics` has the reason and no sample of the part; its other samples are those that were read.
    #[track_caller]
    pub(crate) fn metrics_have(&self, service: &Service, code: &str) {
        let metrics = metrics(service);
        let labels = [
            format!("part=\"{}\"", self.part.name()),
            format!("reason=\"{code}\""),
        ];
        let mut reasons = metrics
            .lines()
            .filter(|line| line.starts_with("vhi_usage_part_reason_since_timestamp_seconds{"));
        let told = reasons.any(|line| labels.iter().all(|label| line.contains(label)));
        assert!(told, "{labels:?} is not in {metrics}");
        for sample in body::samples(&metrics) {
            assert!(self.samples.contains(&sample), "{sample} was never read");
            let of_part = body::is_of(&sample, self.part, &self.usage);
            assert!(!of_part, "{sample} is served, and the part is missing");
        }
    }

    /// Figures that were read at this time are not served for longer than they may live, whatever a clock says.
    #[track_caller]
    fn is_young(&self, observed_at: &str, asked: Instant) {
        let mut newest = self.newest.borrow_mut();
        if observed_at != newest.0 {
            *newest = (observed_at.to_owned(), Instant::now());
        }
        let age = asked.saturating_duration_since(newest.1);
        let young = observed_at.is_empty() || age < MAX_AGE + LATE;
        assert!(young, "figures of {observed_at}, seen for {age:?}");
    }

    /// Without compute there is no usage, but an answer that says so and holds no figure.
    #[track_caller]
    fn has_no_compute(&self, answer: &Answer) {
        assert_eq!(answer.status, 502, "{answer:?}");
        assert_eq!(self.part, Part::Compute, "{answer:?}");
        let problem = answer.json();
        assert_eq!(problem["type"], "urn:vhi-usage:no_compute");
        let fields = problem.as_object().unwrap().iter();
        let figures = fields.filter(|(name, it)| it.is_number() && *name != "status");
        assert_eq!(figures.count(), 0, "{problem}");
    }
}

/// The peers that the list of clusters says are left alone.
#[track_caller]
pub(crate) fn left_alone(service: &Service) -> Vec<Value> {
    let breakers = cluster(service)["breakers"].take();
    breakers.as_array().expect("a list").clone()
}

/// What the list of clusters says of the first one.
#[track_caller]
fn cluster(service: &Service) -> Value {
    let answer = service.get("/api/v1/clusters");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["clusters"][0].take()
}

#[track_caller]
fn metrics(service: &Service) -> String {
    let answer = service.get("/metrics");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}
