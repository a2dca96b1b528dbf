//! One row of the fault table: a service that is well, a fault, the reason, the way back, and what is left.
//!
//! ```text
//! let row = Row::of(Part::Storage, Site::new(), WAITS);
//! row.site.tool.does("exit 1");
//! row.tells("command_failed");
//! row.site.tool.works();
//! row.recovers(COMMAND);
//! row.ends();
//! ```

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    http::Answer,
    processes,
    program::Ended,
    site::{Service, Site},
    table::{body, left::Left},
    wait::until,
};

/// What every row is asked for: a round a second, and no figure that is older than three.
pub(crate) const QUICK: &str = "poll_interval = \"1s\"\nmax_age = \"3s\"";
/// From one round to the next.
const POLL: Duration = Duration::from_secs(1);
/// How long a node is waited for.
pub(crate) const WAITS: &str = "connect_timeout = \"1s\"\ncommand_timeout = \"1s\"";
/// With [`WAITS`], the longest that a try may still take which began before the fault ended: the connection
/// and the login, or the command with its end by force and our farewell.
pub(crate) const TRY: Duration = Duration::from_secs(4);
/// What a slow machine may add to anything. No row has another allowance.
pub(crate) const SLOW: Duration = Duration::from_secs(4);
/// Stat, overview and licence may be asked of the panel at once, each on a connection that is kept, and need
/// not have been in the rounds that were watched.
const BESIDE: usize = 2;
/// Any fault has shown itself by then.
const SHOWN: Duration = Duration::from_secs(25);

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

/// A site, and the service that is well there until the row breaks something.
pub(crate) struct Row {
    pub(crate) site: Site,
    pub(crate) service: Service,
    part: Part,
    /// The usage where all is well, and the samples of it.
    well: Value,
    samples: BTreeSet<String>,
    /// What the service holds where all is well.
    left: Left,
}

impl Row {
    /// Starts the service with these settings of `[cluster.ssh]`, and waits until all is well.
    #[track_caller]
    pub(crate) fn of(part: Part, site: Site, ssh: &str) -> Row {
        let service = site.serve(&site.toml(QUICK, ssh));
        Row::watch(part, site, service)
    }

    /// Watches a service that runs already, whose poll is a second and whose figures live for three.
    #[track_caller]
    pub(crate) fn watch(part: Part, site: Site, service: Service) -> Row {
        let mut row = Row {
            left: Left::of(&service),
            samples: BTreeSet::new(),
            well: Value::Null,
            site,
            service,
            part,
        };
        row.well = until("all is well, witnesses too", SHOWN, || {
            let usage = row.service.usage();
            body::is_whole(&usage).then_some(usage)
        });
        row.samples = body::samples(&row.metrics());
        let mut samples = row.samples.iter();
        assert!(samples.any(|it| body::is_of(it, part, &row.well)));
        // Two rounds more: what is kept open from one to the next is open by then.
        let calls = row.site.tool.calls() + 2;
        until("two rounds more", SHOWN, || {
            row.left.raise(&row.service);
            (row.site.tool.calls() >= calls).then_some(())
        });
        row.left.allow(BESIDE);
        row
    }

    /// The fault has begun: the figures turn stale and then missing with this reason, and it stays the reason.
    #[track_caller]
    pub(crate) fn tells(&self, code: &str) {
        self.tells_after(&[], code);
    }

    /// The same, with other reasons on the way there.
    #[track_caller]
    pub(crate) fn tells_after(&self, before: &[&str], code: &str) {
        let mut told = BTreeSet::new();
        until(&format!("{code} is the reason"), SHOWN, || {
            let now = self.judged();
            told.insert(now.clone());
            (now == ("missing".to_owned(), code.to_owned())).then_some(())
        });
        let stale = told.iter().any(|(state, _)| state == "stale");
        assert!(stale, "never stale, but {told:?}");
        // A source that is being asked has merely not answered.
        let may = [&["", "no_answer", code], before].concat();
        let odd = told.iter().find(|(_, it)| !may.contains(&it.as_str()));
        assert_eq!(odd, None, "{told:?}");
        self.stays(code, POLL);
        self.metrics_tell(code);
    }

    /// For so long nothing changes: there is no figure, and this is the reason.
    #[track_caller]
    pub(crate) fn stays(&self, code: &str, so_long: Duration) {
        let end = Instant::now() + so_long;
        until("the time is over", so_long + SLOW, || {
            let (state, told) = self.judged();
            assert_eq!((state.as_str(), told.as_str()), ("missing", code));
            (Instant::now() >= end).then_some(())
        });
    }

    /// What the list of clusters says of the part.
    #[track_caller]
    pub(crate) fn told(&self) -> Value {
        let answer = self.service.get("/api/v1/clusters");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["clusters"][0][self.part.name()].take()
    }

    /// The fault has ended: figures that were read after it are there within one poll, once a try is over
    /// that may still take so long.
    #[track_caller]
    pub(crate) fn recovers(&self, still: Duration) {
        let healed = Timestamp::now();
        let what = format!("figures of after {healed}");
        until(&what, still + POLL + SLOW, || {
            self.judged();
            let told = self.told();
            let observed_at: Option<Timestamp> = told["observed_at"].as_str()?.parse().ok();
            (observed_at? > healed && told["state"] == "fresh").then_some(())
        });
        until("every figure is there again", POLL + SLOW, || {
            let usage = self.service.usage();
            body::holds(&usage, &self.well);
            body::is_whole(&usage).then_some(())
        });
    }

    /// Nothing is left behind, here or on the nodes, while the service goes on; then it ends well.
    #[track_caller]
    pub(crate) fn ends(self) -> (Site, Ended) {
        self.site.tool.is_rid_of_hung_commands(TRY + SLOW);
        self.left.is_all(&self.service, SLOW);
        for node in &self.site.nodes {
            until("one connection to the node at most", SLOW, || {
                (node.serves() <= 1).then_some(())
            });
        }
        let ended = self.service.stop();
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        for node in &self.site.nodes {
            until("no connection to the node", SLOW, || {
                (node.serves() == 0).then_some(())
            });
        }
        let marker = self.site.tool.marker();
        assert_eq!(processes::with_word(marker), [0; 0], "{marker} is left");
        (self.site, ended)
    }

    /// Asks for the usage, holds it against what has been read, and returns state and reason of the part.
    #[track_caller]
    fn judged(&self) -> (String, String) {
        let answer = self.service.get("/api/v1/cluster/usage");
        let part = match answer.status {
            200 => {
                let usage = answer.json();
                body::holds(&usage, &self.well);
                usage[self.part.name()].clone()
            }
            _ => {
                self.has_no_compute(&answer);
                self.told()
            }
        };
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (word(&part["state"]), word(&part["reason"]["code"]))
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

    fn metrics(&self) -> String {
        let answer = self.service.get("/metrics");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// `/metrics` has the reason and no sample of the part; its other samples are those that were read.
    #[track_caller]
    fn metrics_tell(&self, code: &str) {
        let metrics = self.metrics();
        let (name, part) = (
            "vhi_usage_part_reason_since_timestamp_seconds",
            self.part.name(),
        );
        let reason = metrics.lines().find(|line| {
            line.starts_with(name)
                && line.contains(&format!("part=\"{part}\""))
                && line.contains(&format!("reason=\"{code}\""))
        });
        assert!(reason.is_some(), "no {code} of {part} in {metrics}");
        for sample in body::samples(&metrics) {
            assert!(self.samples.contains(&sample), "{sample} was never read");
            let of_part = body::is_of(&sample, self.part, &self.well);
            assert!(!of_part, "{sample} is served, and the part is missing");
        }
    }
}
