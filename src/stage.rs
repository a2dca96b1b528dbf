//! How the stages of a reading do: how long each attempt took, how it ended, and when one last ended well.
//!
//! Each cluster has a handle of its own, so that two of them, and two services in one process, are apart. A
//! stage that was never tried is not there. An attempt that is dropped half-way, as at the end of the service,
//! counts neither way.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::Instant;

use crate::lock;

/// What a reading is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Name, connection, handshake and host key of a storage node.
    Connect,
    /// Our key on a storage node.
    Auth,
    /// The command there, to its end.
    Exec,
    /// What it printed becomes a reading.
    Parse,
    /// Our password at the panel.
    PanelLogin,
    /// The panel's compute stat, with the login where one was needed.
    PanelStat,
    /// A storage source from end to end, billed or a witness, by its name in the settings.
    Source(&'static str),
}

impl Stage {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Connect => "connect",
            Stage::Auth => "auth",
            Stage::Exec => "exec",
            Stage::Parse => "parse",
            Stage::PanelLogin => "panel_login",
            Stage::PanelStat => "panel_stat",
            Stage::Source(name) => name,
        }
    }
}

/// Up to how long an attempt took, in milliseconds, as attempts are counted.
pub const BOUNDS: [u64; 13] = [
    5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 20_000, 60_000,
];

/// How one stage has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether the last attempt ended well.
    pub up: bool,
    /// Attempts that have ended, well or not.
    pub ended: u64,
    /// How many of them took no longer than the bound at this place of [`BOUNDS`].
    pub within: [u64; BOUNDS.len()],
    /// How long all of them took together.
    pub took: Duration,
    /// Attempts that failed, by the word of the reason.
    pub failures: BTreeMap<&'static str, u64>,
    /// When one last ended well; `None` where none ever has.
    pub last_success: Option<Timestamp>,
}

/// The stages of one cluster. A copy notes in the same place.
#[derive(Clone, Debug, Default)]
pub struct Stages(Arc<Mutex<BTreeMap<Stage, Record>>>);

impl Stages {
    /// Notes an attempt when it ends; `word` says why one failed.
    ///
    /// # Errors
    /// The attempt's own.
    pub async fn note<T, E>(
        &self,
        stage: Stage,
        attempt: impl Future<Output = Result<T, E>>,
        word: impl FnOnce(&E) -> &'static str,
    ) -> Result<T, E> {
        let begun = Instant::now();
        let end = attempt.await;
        self.take(stage, begun.elapsed(), end.as_ref().err().map(word));
        end
    }

    /// Notes an attempt that took so long and failed for this reason, or for none.
    pub fn take(&self, stage: Stage, took: Duration, failure: Option<&'static str>) {
        let mut records = lock::held(&self.0);
        let record = records.entry(stage).or_default();
        record.ended += 1;
        record.took += took;
        for (bound, count) in BOUNDS.into_iter().zip(&mut record.within) {
            if took <= Duration::from_millis(bound) {
                *count += 1;
            }
        }
        record.up = failure.is_none();
        match failure {
            Some(word) => *record.failures.entry(word).or_default() += 1,
            None => record.last_success = Some(Timestamp::now()),
        }
    }

    /// Every stage that was ever tried, as it is now.
    pub fn records(&self) -> Vec<(Stage, Record)> {
        let records = lock::held(&self.0);
        records
            .iter()
            .map(|(stage, record)| (*stage, record.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_was_never_tried_is_not_there() {
        let stages = Stages::default();
        assert_eq!(stages.records(), []);
        stages.take(Stage::Exec, Duration::ZERO, None);
        let tried: Vec<Stage> = stages.records().iter().map(|(stage, _)| *stage).collect();
        assert_eq!(tried, [Stage::Exec]);
    }

    #[test]
    fn an_attempt_is_counted_in_every_bound_that_holds_it() {
        let stages = Stages::default();
        for millis in [5, 6, 70_000] {
            stages.take(Stage::Auth, Duration::from_millis(millis), None);
        }
        let (_, record) = &stages.records()[0];
        assert_eq!(record.within[..2], [1, 2]);
        assert_eq!((record.within[12], record.ended), (2, 3));
        assert_eq!(record.took, Duration::from_millis(70_011));
    }

    #[test]
    fn a_failure_keeps_the_time_of_the_last_success() {
        let stages = Stages::default();
        stages.take(Stage::Connect, Duration::ZERO, Some("connect_refused"));
        let before = stages.records()[0].1.clone();
        assert_eq!((before.up, before.last_success), (false, None));
        stages.take(Stage::Connect, Duration::ZERO, None);
        let well = stages.records()[0].1.clone();
        assert!(well.up && well.last_success.is_some());
        stages.take(Stage::Connect, Duration::ZERO, Some("connect_refused"));
        let (_, after) = &stages.records()[0];
        assert_eq!(after.last_success, well.last_success);
        assert_eq!((after.up, after.failures["connect_refused"]), (false, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_is_dropped_counts_neither_way() {
        let stages = Stages::default();
        let never = std::future::pending::<Result<(), ()>>();
        let attempt = stages.note(Stage::Exec, never, |()| "no_answer");
        let late = tokio::time::timeout(Duration::from_secs(9), attempt).await;
        assert!(late.is_err());
        assert_eq!(stages.records(), []);
    }

    #[test]
    fn two_handles_are_apart_and_a_copy_is_the_same_one() {
        let (one, other) = (Stages::default(), Stages::default());
        one.clone().take(Stage::Parse, Duration::ZERO, None);
        assert_eq!(one.records().len(), 1);
        assert_eq!(other.records(), []);
    }
}
