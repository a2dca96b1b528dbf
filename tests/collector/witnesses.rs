//! Witnesses at work: compared in every round, and never in the way of what is billed.

use vhi_usage::{
    reading::Source,
    reason::Code,
    sim::fault::Fault,
    usage::{ClusterUsage, Status},
    witness::{
        quantity::Quantity,
        size_base::SizeBaseEvidence,
        verdict::{Verdict, Why},
    },
};

use crate::{
    code,
    common::{Site, later},
    running::{MAX_AGE, POLL, Running},
    states,
};

fn verdict(usage: &ClusterUsage, quantity: Quantity) -> Verdict {
    let mut rows = usage.compared().comparisons.into_iter();
    let row = rows.find(|row| row.quantity == quantity);
    row.unwrap_or_else(|| panic!("{quantity:?} {usage:#?}"))
        .verdict
}

fn agrees(usage: &ClusterUsage) -> bool {
    let rows = usage.compared().comparisons;
    rows.iter()
        .any(|row| row.verdict.name() == "agrees" && row.quantity == Quantity::PhysicalTotal)
}

fn heard(usage: &ClusterUsage) -> bool {
    usage.status() == Status::Complete && usage.witnesses[0].part.reading().is_some()
}

#[tokio::test]
async fn a_witness_is_read_in_the_same_round_and_confirms_what_a_unit_stands_for() {
    let site = Site::new(1).await;
    let mut running = Running::with_witness(&site, Source::Ssh);
    let usage = running.when(heard).await;
    for quantity in [
        Quantity::PhysicalTotal,
        Quantity::PhysicalUsed,
        Quantity::PhysicalFree,
        Quantity::LicenseCapacity,
        Quantity::LicenseUsed,
    ] {
        let verdict = verdict(&usage, quantity);
        assert!(
            matches!(verdict, Verdict::Agrees(_)),
            "{quantity:?} {verdict:?}"
        );
    }
    let other = verdict(&usage, Quantity::LogicalUsed);
    assert_eq!(other, Verdict::NotComparable(Why::OtherBasis));
    // The report has no FS line, so its user data is the licence's count.
    let other = verdict(&usage, Quantity::UserData);
    assert_eq!(other, Verdict::NotComparable(Why::OtherCounter));
    let finding = usage.compared().size_base.unwrap();
    assert_eq!(finding.evidence(), SizeBaseEvidence::Confirmed);
    running.stop().await;
}

#[tokio::test]
async fn a_report_in_powers_of_1000_contradicts_the_base_within_one_poll_and_mends_with_it() {
    let site = Site::new(1).await;
    let mut running = Running::with_witness(&site, Source::Ssh);
    running.when(agrees).await;
    let evidence = |usage: &ClusterUsage| usage.compared().size_base.map(|it| it.evidence());
    for (fault, expected) in [
        (true, SizeBaseEvidence::Contradicted),
        (false, SizeBaseEvidence::Confirmed),
    ] {
        site.scenario().set_fault(Fault::DecimalPrint, fault);
        later(POLL).await;
        let usage = running
            .when(|usage| evidence(usage) == Some(expected))
            .await;
        assert_eq!(usage.status(), Status::Complete);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_witness_that_hangs_delays_nothing_and_goes_missing_by_itself() {
    let site = Site::new(1).await;
    let mut running = Running::with_witness(&site, Source::Overview);
    let first = running.when(heard).await;
    let evidence = first.evidence.as_ref().expect("the text of a witness");
    assert!(evidence.text.starts_with(b"Cluster "));
    site.scenario().set_fault(Fault::HangHard, true);
    later(POLL).await;
    let read = |usage: &ClusterUsage| usage.storage.reading().map(|it| it.observed_at);
    running.when(|usage| read(usage) > read(&first)).await;
    later(POLL).await;
    let usage = running
        .when(|usage| {
            let stale = usage.witnesses[0].part.state().name() == "stale";
            stale && usage.status() == Status::Complete
        })
        .await;
    states(&usage, "fresh", "fresh");
    assert_eq!(code(&usage.witnesses[0].part), Some(Code::NoAnswer));
    assert!(agrees(&usage), "the last reading is still compared");
    for _ in 0..MAX_AGE.as_secs() / POLL.as_secs() {
        later(POLL).await;
    }
    let usage = running
        .when(|usage| {
            usage.witnesses[0].part.state().name() == "missing"
                && usage.status() == Status::Complete
        })
        .await;
    let gone = verdict(&usage, Quantity::PhysicalTotal);
    assert_eq!(gone, Verdict::NotComparable(Why::NoWitnessReading));
    running.stop().await;
}

#[tokio::test]
async fn where_the_billed_source_fails_no_witness_stands_in() {
    let site = Site::new(1).await;
    let mut running = Running::with_witness(&site, Source::Ssh);
    running.when(heard).await;
    site.scenario().set_fault(Fault::Exit1, true);
    for _ in 0..=MAX_AGE.as_secs() / POLL.as_secs() {
        later(POLL).await;
    }
    let usage = running
        .when(|usage| {
            let fresh = usage.witnesses[0].part.state().name() == "fresh";
            let compute = usage.compute.state().name() == "fresh";
            fresh && compute && usage.status() == Status::Partial
        })
        .await;
    states(&usage, "missing", "fresh");
    assert_eq!(usage.storage.reading(), None);
    let gone = verdict(&usage, Quantity::PhysicalTotal);
    assert_eq!(gone, Verdict::NotComparable(Why::NoBilledReading));
    running.stop().await;
}
