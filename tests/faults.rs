//! Every fault of the simulator through every source, billed and as a witness, to the answer over HTTP.
//!
//! No figure in any answer is another than the cluster's own, and above all no 0 that nobody read; whatever is
//! missing has a reason of the closed list, with its time. A new fault or source does not compile before
//! it is said here what comes of it.

#[path = "faults/answer.rs"]
mod answer;
mod common;
#[path = "faults/expected.rs"]
mod expected;
#[path = "faults/model.rs"]
mod model;
#[path = "faults/reasons.rs"]
mod reasons;
#[path = "faults/running.rs"]
mod running;
#[path = "faults/scraped.rs"]
mod scraped;
#[path = "faults/sources.rs"]
mod sources;

use std::{future::Future, sync::Arc, time::Duration};

use answer::Judge;
use common::Site;
use expected::End;
use running::Running;
use serde_json::Value;
use sources::sources;
use tokio::{sync::Semaphore, task::JoinSet};
use vhi_usage::{reading::Source, sim::fault::Fault};

/// Clusters of one age say the same.
const AGE: Duration = Duration::from_secs(4_321);
/// So many sites at once: most of their time they wait.
const AT_ONCE: usize = 8;

/// A site that stands still.
async fn standing() -> Site {
    let site = Site::new(1).await;
    site.scenario().freeze(Some(AGE));
    site
}

/// What is answered where all is well.
async fn well() -> Value {
    let site = standing().await;
    let mut running = Running::new(&site, sources(&site, Source::Ssh, None));
    running
        .until(|usage| expected::is_met(None, false, usage))
        .await;
    let body = running.usage().await;
    running.stop().await;
    body
}

/// Walks all cases side by side, and fails with the names of those that went wrong.
async fn each<F: Future<Output = ()> + Send + 'static>(
    cases: impl Iterator<Item = (Fault, Source)>,
    walk: impl Fn(Fault, Source, Arc<Value>) -> F,
) {
    let (well, few) = (Arc::new(well().await), Arc::new(Semaphore::new(AT_ONCE)));
    let mut walks = JoinSet::new();
    for (fault, billed) in cases {
        let (few, walk) = (Arc::clone(&few), walk(fault, billed, Arc::clone(&well)));
        walks.spawn(async move {
            let _turn = few.acquire().await.unwrap();
            let end = tokio::spawn(walk).await.err();
            end.map(|error| format!("{fault}, {} billed: {error}", billed.name()))
        });
    }
    let wrong: Vec<String> = walks.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every fault, with each source billed in turn.
fn all() -> impl Iterator<Item = (Fault, Source)> {
    Fault::ALL
        .iter()
        .flat_map(|fault| Source::ALL.map(|billed| (*fault, billed)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_is_there_from_the_start_costs_its_own_figures_and_gives_no_others() {
    each(all(), |fault, billed, well| async move {
        let site = standing().await;
        site.scenario().set_fault(fault, true);
        let with = (Some(fault), site.scenario().figures());
        let judge = Judge::new(fault, billed, vec![with], &well);
        let mut running = Running::new(&site, sources(&site, billed, Some(fault)));
        running
            .judged(&judge, |usage| expected::is_met(Some(fault), false, usage))
            .await;
        judge.last(&running.usage().await);
        running.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_mid_run_takes_no_figure_back_and_what_ends_it_brings_all_of_them() {
    // Each source is billed that the fault takes away; one, where it takes none.
    let cases = all().filter(|(fault, billed)| {
        let ends = expected::ends(*fault, true);
        let lost = |source: &Source| ends.of(*source) != End::Reads;
        lost(billed) || !Source::ALL.iter().any(lost) && expected::is_turn_of(*fault, *billed)
    });
    each(cases, |fault, billed, well| async move {
        let site = standing().await;
        let without = (None, site.scenario().figures());
        let mut running = Running::new(&site, sources(&site, billed, Some(fault)));
        running
            .until(|usage| expected::is_met(None, false, usage))
            .await;
        site.scenario().set_fault(fault, true);
        let with = (Some(fault), site.scenario().figures());
        let judge = Judge::new(fault, billed, vec![without, with], &well).halfway();
        running.since_now();
        running
            .judged(&judge, |usage| expected::is_met(Some(fault), true, usage))
            .await;
        site.scenario().set_fault(fault, false);
        if !expected::is_left_alone(fault) {
            running.since_now();
            running
                .until(|usage| expected::is_met(None, false, usage))
                .await;
        }
        running.stop().await;
    })
    .await;
}
