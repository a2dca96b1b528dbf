//! What the simulator plays: one cluster with its figures, its faults and what has been asked of it.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    lock,
    sim::{
        compute,
        counts::{Counts, Tally},
        fault::Fault,
        figures::Figures,
        licence,
        metrics::{self, Series},
        overview, storage,
    },
    vstorage::report::StatReport,
};

/// A cluster that lives. It is shared by its nodes and its panel, and every switch works at once.
#[derive(Debug)]
pub struct Scenario {
    name: String,
    /// Which cluster of the simulator this is; clusters differ in size.
    number: u64,
    born: Instant,
    state: Mutex<State>,
    pub(crate) tally: Tally,
}

#[derive(Debug, Default)]
struct State {
    frozen: Option<Duration>,
    held: Option<StatReport>,
    report_text: Option<String>,
    stat_body: Option<String>,
    faults: BTreeSet<Fault>,
    node_faults: BTreeSet<(usize, Fault)>,
    wrong_passwords: u32,
}

/// After so many wrong passwords the panel locks the account.
const WRONG_PASSWORDS: u32 = 5;

impl Scenario {
    /// A newborn cluster with some faults switched on.
    pub fn new(name: &str, number: u64, faults: &[Fault]) -> Scenario {
        Scenario {
            name: name.to_owned(),
            number,
            born: Instant::now(),
            state: Mutex::new(State {
                faults: faults.iter().copied().collect(),
                ..State::default()
            }),
            tally: Tally::default(),
        }
    }

    /// What follows `vstorage -c`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number by which its panel knows it. No client is right who takes it for granted.
    pub fn id(&self) -> u64 {
        self.number + 3
    }

    /// The figures of this moment.
    pub fn figures(&self) -> Figures {
        self.figures_ago(Duration::ZERO)
    }

    /// The figures of a moment that long ago; before the cluster was born they stood still.
    fn figures_ago(&self, ago: Duration) -> Figures {
        let frozen = self.state().frozen;
        let age = frozen.unwrap_or_else(|| self.born.elapsed().saturating_sub(ago));
        let figures = Figures::at(age, self.number);
        match self.shows(Fault::LicenseLow) {
            true => figures.with_low_licence(),
            false => figures,
        }
    }

    /// Holds the figures at an age of the cluster; `None` lets it live on.
    pub fn freeze(&self, age: Option<Duration>) {
        self.state().frozen = age;
    }

    /// What `vstorage stat` prints now on that node, whole. The node may still cut it short.
    pub fn report(&self, node: usize) -> String {
        if let Some(text) = self.state().report_text.clone() {
            return text;
        }
        let held = self.state().held.clone();
        let shows = |fault| self.on_node(node, fault);
        let report = held.unwrap_or_else(|| storage::report(&self.figures(), &self.name, shows));
        storage::printed(report, shows)
    }

    /// Makes every node print this report; `None` gives the report of the figures back.
    pub fn hold(&self, report: Option<StatReport>) {
        self.state().held = report;
    }

    /// Makes every node print this text, which goes before a report that is held; `None` takes it back.
    pub fn set_report_text(&self, text: Option<String>) {
        self.state().report_text = text;
    }

    /// What the panel answers now to a request for the compute stat.
    pub fn stat_body(&self) -> String {
        if let Some(body) = self.state().stat_body.clone() {
            return body;
        }
        let shape = if self.shows(Fault::SparseStat) {
            compute::Shape::Sparse
        } else if self.shows(Fault::OldNames) {
            compute::Shape::OldNames
        } else {
            compute::Shape::Full
        };
        compute::stat(&self.figures(), Timestamp::now(), shape).to_string()
    }

    /// What the panel answers now to a request for the storage overview.
    pub(crate) fn overview_body(&self) -> Value {
        overview::overview(&self.figures_in_panel(), self.id(), |it| self.shows(it))
    }

    /// What the panel answers now to a request for the licence.
    pub(crate) fn license_body(&self) -> Value {
        licence::licence(&self.figures_in_panel())
    }

    /// The panel's own figures of storage.
    fn figures_in_panel(&self) -> Figures {
        let figures = self.figures();
        match self.shows(Fault::OverviewShifted) {
            true => figures.shifted(),
            false => figures,
        }
    }

    /// What the panel calls the cluster.
    pub(crate) fn name_in_panel(&self) -> &str {
        match self.shows(Fault::OverviewOther) {
            true => "another",
            false => &self.name,
        }
    }

    /// The series that a Prometheus has of a moment that long ago.
    pub(crate) fn series_ago(&self, ago: Duration) -> Vec<Series> {
        metrics::series(&self.figures_ago(ago), |it| self.shows(it))
    }

    /// Makes the panel answer this body to requests for the compute stat; `None` gives the figures back.
    pub fn set_stat_body(&self, body: Option<String>) {
        self.state().stat_body = body;
    }

    /// Switches a fault on or off for the whole cluster: panel and every node.
    pub fn set_fault(&self, fault: Fault, on: bool) {
        let mut state = self.state();
        if on {
            state.faults.insert(fault);
        } else {
            state.faults.remove(&fault);
        }
    }

    /// Switches a fault on or off for one node, counted from 0. A fault of the whole
    /// cluster stays in force beside it; a fault of the panel is none of a node's and changes nothing here.
    pub fn set_node_fault(&self, node: usize, fault: Fault, on: bool) {
        let mut state = self.state();
        if on {
            state.node_faults.insert((node, fault));
        } else {
            state.node_faults.remove(&(node, fault));
        }
    }

    /// Gives an account that was locked by wrong passwords back.
    pub fn unlock_panel(&self) {
        self.state().wrong_passwords = 0;
    }

    /// The newest cookies and tokens of sessions that the panel handed out.
    pub fn handed_out(&self) -> Vec<String> {
        self.tally.handed_out.words()
    }

    /// What has been asked of the cluster so far.
    pub fn counts(&self) -> Counts {
        self.tally.read()
    }

    /// Whether a node shows a fault.
    pub(crate) fn on_node(&self, node: usize, fault: Fault) -> bool {
        let state = self.state();
        state.faults.contains(&fault) || state.node_faults.contains(&(node, fault))
    }

    /// Whether a node shows a fault that happens once; it is switched off by asking.
    pub(crate) fn take_on_node(&self, node: usize, fault: Fault) -> bool {
        let mut state = self.state();
        state.node_faults.remove(&(node, fault)) || state.faults.remove(&fault)
    }

    /// Whether a fault is switched on for the whole cluster, as the panel and all beside it show it.
    pub(crate) fn shows(&self, fault: Fault) -> bool {
        self.state().faults.contains(&fault)
    }

    /// Whether the account of the panel is locked.
    pub(crate) fn is_locked(&self) -> bool {
        self.state().wrong_passwords >= WRONG_PASSWORDS
    }

    /// Notes whether a password was the right one.
    pub(crate) fn note_password(&self, right: bool) {
        let mut state = self.state();
        state.wrong_passwords = if right { 0 } else { state.wrong_passwords + 1 };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock::held(&self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_one_node_leaves_the_others_alone() {
        let scenario = Scenario::new("stor1", 0, &[]);
        scenario.set_node_fault(1, Fault::Hang, true);
        assert!(!scenario.on_node(0, Fault::Hang));
        assert!(scenario.on_node(1, Fault::Hang));
        scenario.set_node_fault(1, Fault::Hang, false);
        assert!(!scenario.on_node(1, Fault::Hang));
    }

    #[test]
    fn what_happens_once_happens_once() {
        let scenario = Scenario::new("stor1", 0, &[Fault::ConnectionDrop]);
        assert!(scenario.take_on_node(0, Fault::ConnectionDrop));
        assert!(!scenario.take_on_node(0, Fault::ConnectionDrop));
    }

    #[test]
    fn a_frozen_cluster_says_the_same_twice() {
        let scenario = Scenario::new("stor1", 0, &[]);
        scenario.freeze(Some(Duration::from_secs(600)));
        assert_eq!(scenario.report(0), scenario.report(1));
        assert_eq!(scenario.figures(), Figures::at(Duration::from_secs(600), 0));
    }

    #[test]
    fn another_cluster_has_another_name() {
        let scenario = Scenario::new("stor1", 0, &[]);
        assert!(scenario.report(0).starts_with("Cluster 'stor1': healthy\n"));
        scenario.set_node_fault(0, Fault::OtherCluster, true);
        scenario.set_fault(Fault::NotSettled, true);
        assert!(
            scenario
                .report(0)
                .starts_with("Cluster 'another': unknown\n")
        );
    }
}
