//! One row of the fault table: a service that is well, a fault, the reason, the way back, and what is left.
//!
//! ```text
//! let row = Row::of(Part::Storage, Site::new(), WAITS);
//! row.site.tool.does("exit 1");
//! row.tells("command_failed");
//! row.site.tool.works();
//! row.recovers(TRY);
//! row.ends();
//! ```

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    processes,
    program::Ended,
    site::{Service, Site},
    table::{
        left::Left,
        told::{self, Part, Told},
    },
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
/// Any fault has shown itself by then.
const SHOWN: Duration = Duration::from_secs(25);

/// A site, and the service that is well there until the row breaks something.
pub(crate) struct Row {
    pub(crate) site: Site,
    pub(crate) service: Service,
    told: Told,
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
            told: Told::by(&service, part, SHOWN),
            left: Left::of(&service, &site),
            site,
            service,
        };
        // A round more: what is kept open from one to the next is open by then.
        let read = row.now()["observed_at"].take();
        until("a round more", SHOWN, || {
            row.left.raise(&row.service, &row.site);
            (row.now()["observed_at"] != read).then_some(())
        });
        row
    }

    /// The panel is asked through a relay.
    pub(crate) fn relayed(mut self) -> Row {
        self.left.relayed();
        self
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
            let now = self.told.judged(&self.service);
            told.insert(now.clone());
            (now == ("missing".to_owned(), code.to_owned())).then_some(())
        });
        let stale = told.iter().any(|(state, _)| state == "stale");
        assert!(stale, "never stale, but {told:?}");
        // A source that is being asked has merely not answered.
        let may = [&["", "no_answer", code], before].concat();
        let odd = told.iter().find(|(_, it)| !may.contains(&it.as_str()));
        assert_eq!(odd, None, "{told:?}");
        self.told.is_not_ready(&self.service);
        self.stays(code, POLL);
        self.told.metrics_have(&self.service, code);
    }

    /// For so long nothing changes: there is no figure, and this is the reason.
    #[track_caller]
    pub(crate) fn stays(&self, code: &str, so_long: Duration) {
        let end = Instant::now() + so_long;
        until("the time is over", so_long + SLOW, || {
            let (state, told) = self.told.judged(&self.service);
            assert_eq!((state.as_str(), told.as_str()), ("missing", code));
            (Instant::now() >= end).then_some(())
        });
    }

    /// For so many rounds there is no time without figures: the fault costs none.
    #[track_caller]
    pub(crate) fn reads_on(&self, rounds: usize) {
        let mut read = BTreeSet::new();
        until("further rounds", SHOWN, || {
            let (state, code) = self.told.judged(&self.service);
            assert_ne!(state, "missing", "{code}");
            read.extend(self.now()["observed_at"].as_str().map(str::to_owned));
            (read.len() > rounds).then_some(())
        });
    }

    /// What the list of clusters says of the part.
    #[track_caller]
    pub(crate) fn now(&self) -> Value {
        self.told.now(&self.service)
    }

    /// The fault has ended: figures that were read after it are there within one poll, once a try is over
    /// that may still take so long.
    #[track_caller]
    pub(crate) fn recovers(&self, still: Duration) {
        let healed = Timestamp::now();
        let what = format!("figures of after {healed}");
        until(&what, still + POLL + SLOW, || {
            self.told.judged(&self.service);
            let now = self.now();
            let observed_at: Option<Timestamp> = now["observed_at"].as_str()?.parse().ok();
            (observed_at? > healed && now["state"] == "fresh").then_some(())
        });
        self.service.becomes_ready(SLOW);
        until("nobody is left alone", POLL + SLOW, || {
            told::left_alone(&self.service).is_empty().then_some(())
        });
        until("every figure is there again", POLL + SLOW, || {
            self.told.is_whole(&self.service).then_some(())
        });
    }

    /// Nothing is left behind, here or on the nodes, while the service goes on; then it ends well.
    #[track_caller]
    pub(crate) fn ends(self) -> (Site, Ended) {
        self.site.tool.is_rid_of_hung_commands(TRY + SLOW);
        self.left.is_all(&self.service, &self.site, SLOW);
        for node in &self.site.nodes {
            until("one connection to the node at most", SLOW, || {
                (node.serving().len() <= 1).then_some(())
            });
        }
        let ended = self.service.stop();
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        for node in &self.site.nodes {
            until("no connection to the node", SLOW, || {
                node.serving().is_empty().then_some(())
            });
        }
        let marker = self.site.tool.marker();
        assert_eq!(processes::with_word(marker), [0; 0], "{marker} is left");
        (self.site, ended)
    }
}
