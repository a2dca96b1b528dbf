//! The sources against a real SSH server and a real panel: a reading that is right to the byte, or the reason why there is none.

#[path = "sources/again.rs"]
mod again;
#[path = "sources/answering.rs"]
mod answering;
mod common;
#[path = "sources/drift.rs"]
mod drift;
#[path = "sources/grafana.rs"]
mod grafana;
#[path = "sources/grafana_auth.rs"]
mod grafana_auth;
#[path = "sources/left_alone.rs"]
mod left_alone;
#[path = "sources/moments.rs"]
mod moments;
#[path = "sources/overview.rs"]
mod overview;
#[path = "sources/overview_body.rs"]
mod overview_body;
#[path = "sources/overview_id.rs"]
mod overview_id;
#[path = "sources/overview_told.rs"]
mod overview_told;
#[path = "sources/panel.rs"]
mod panel;
#[path = "sources/prometheus.rs"]
mod prometheus;
#[path = "sources/prometheus_odd.rs"]
mod prometheus_odd;
#[path = "sources/refused_paths.rs"]
mod refused_paths;
#[path = "sources/scripted.rs"]
mod scripted;
#[path = "sources/stages.rs"]
mod stages;
#[path = "sources/stat.rs"]
mod stat;
#[path = "sources/unheard.rs"]
mod unheard;

use std::time::Duration;

use common::{PATIENCE, Site, soon};
use vhi_usage::{
    amount::Amount,
    reading::{Figure, License, Source, StorageReading},
    reason::Code,
    sim::fault::Fault,
    source::{error::SourceError, read::Read},
    ssh::error::SshError,
};

const SPACE: &str = "Space: [OK] allocatable 11.9TB of 57.3TB, free 13.0TB of 57.3TB";

async fn read(site: &Site, within: Duration) -> Read {
    soon(site.storage(within).read()).await
}

/// What is read while every node prints this.
async fn reading_of(text: &str) -> Result<StorageReading, SourceError> {
    let site = Site::new(1).await;
    site.scenario().set_report_text(Some(text.to_owned()));
    let read = read(&site, PATIENCE).await;
    let evidence = read.evidence.expect("what was printed");
    assert_eq!(String::from_utf8(evidence.text.clone()).unwrap(), text);
    let evidence = Some(evidence);
    again::same(Source::Ssh, Read { evidence, ..read })
}

/// Why nothing is read while the nodes show this fault.
async fn error_with(fault: Fault, within: Duration) -> SourceError {
    let site = Site::with(2, fault).await;
    again::same(Source::Ssh, read(&site, within).await).unwrap_err()
}

#[track_caller]
fn is(figure: Figure, text: Option<&str>, bytes: u64, min: u64, max: u64) {
    assert_eq!(figure.printed.map(|size| size.to_string()).as_deref(), text);
    assert_eq!(figure.amount, Amount { bytes, min, max });
}

#[tokio::test]
async fn a_report_is_read_to_the_byte() {
    let text = format!(
        "Cluster 'cluster1': healthy\n{SPACE}\n\
         License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 21.2TB)\n\
         Replication:  2 norm,  1 limit\n\
         FS:  688GB in 4096 files, 4217 inodes,  1903 file maps,  11267 chunks,  22518 chunk replicas\n"
    );
    let it = reading_of(&text).await.unwrap();
    let (total, min, max) = (63_002_016_271_565, 62_947_040_690_176, 63_111_967_434_342);
    is(it.logical.total, Some("57.3TB"), total, min, max);
    let (free, min, max) = (13_084_188_370_534, 13_029_212_789_146, 13_194_139_533_311);
    is(it.logical.free, Some("11.9TB"), free, min, max);
    let (min, max) = (49_752_901_156_865, 50_082_754_645_196);
    is(it.logical.used, None, total - free, min, max);
    let physical = it.physical.unwrap();
    let (left, min, max) = (14_293_651_161_088, 14_238_675_579_700, 14_403_602_323_865);
    is(physical.free, Some("13.0TB"), left, min, max);
    assert_eq!(physical.used.amount.bytes, total - left);
    let (min, max) = (738_197_504_000, 739_808_116_735);
    is(
        it.user_data.unwrap(),
        Some("688GB"),
        738_734_374_912,
        min,
        max,
    );
    let license = it.license.unwrap();
    assert_eq!(license.state.as_deref(), Some("ACTIVE"));
    assert_eq!(license.expires_on.unwrap().to_string(), "2100-01-01");
    assert_eq!(license.free.unwrap().amount.bytes, 526_446_167_379_149);
    let replication = it.replication.unwrap();
    assert_eq!((replication.normal, replication.limit), (2, 1));
    assert_eq!(it.cluster_status.as_deref(), Some("healthy"));
    assert_eq!(it.node.as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn what_the_report_does_not_say_is_not_known() {
    let bare = format!("Cluster 'cluster1': healthy\n{SPACE}\n");
    let it = reading_of(&bare).await.unwrap();
    assert_eq!(
        (it.user_data, it.replication, it.license),
        (None, None, Some(License::default()))
    );
}

#[tokio::test]
async fn where_the_fs_line_is_not_printed_the_licence_counts_the_user_data() {
    let text = format!(
        "Cluster 'cluster1': healthy\n{SPACE}\n\
         License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 21.2TB)\n"
    );
    let it = reading_of(&text).await.unwrap();
    assert_eq!(it.user_data, it.license.unwrap().used);
    assert_eq!(it.user_data.unwrap().amount.bytes, 23_309_646_508_851);
}

#[tokio::test]
async fn a_licence_in_a_form_that_nobody_knows_leaves_its_state_unknown_and_is_counted() {
    for line in [
        "License: SUSPENDED until further notice",
        "License: ACTIVE (expiration: 01/01/2100, capacity: 500TB)",
        "License: ACTIVE (expiration: 01/01/2100, capacity: 500TB, used: 999999EB)",
        "License:",
    ] {
        let text = format!("Cluster 'cluster1': healthy\n{SPACE}\n{line}\n");
        let it = reading_of(&text).await.unwrap();
        assert_eq!(it.license, Some(License::default()), "{line}");
        assert_eq!(it.user_data, None, "{line}");
        let first = it.unread.first.iter().map(|it| (it.line, &*it.text));
        assert_eq!(first.collect::<Vec<_>>(), [(3, line)]);
        assert_eq!(it.unread.count, 1);
    }
}

#[tokio::test]
async fn an_empty_cluster_is_a_zero_that_was_read() {
    let text = "Cluster 'cluster1': healthy\nSpace: [OK] allocatable 0B of 0B, free 0B of 0B\n";
    let it = reading_of(text).await.unwrap();
    assert_eq!(it.logical.used.amount, Amount::exact(0));
}

#[tokio::test]
async fn noise_before_the_report_changes_nothing() {
    let text = format!("Last login: today\r\n\r\nCluster 'cluster1': healthy\r\n{SPACE}\r\n");
    let it = reading_of(&text).await.unwrap();
    assert_eq!(it.logical.total.amount.bytes, 63_002_016_271_565);
}

#[tokio::test]
async fn more_free_than_there_is_gives_no_figure() {
    let text =
        "Cluster 'cluster1': healthy\nSpace: [OK] allocatable 9.9TB of 1.0TB, free 1TB of 1TB\n";
    let error = reading_of(text).await.unwrap_err();
    assert_eq!(error.code(), Code::ReportUnreadable);
}

#[tokio::test]
async fn the_report_of_another_cluster_is_refused() {
    let error = error_with(Fault::OtherCluster, PATIENCE).await;
    let SourceError::OtherCluster { asked, found, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((asked.as_str(), found.as_str()), ("cluster1", "another"));
    assert_eq!(error.code(), Code::OtherCluster);
}

#[tokio::test]
async fn a_cluster_that_does_not_know_its_state_gives_no_figure() {
    let error = error_with(Fault::NotSettled, PATIENCE).await;
    let unknown = |status: &str| status == "unknown";
    let settled = matches!(&error, SourceError::NotSettled { status, .. } if unknown(status));
    assert!(settled, "{error}");
    assert_eq!(error.code(), Code::NotSettled);
}

#[tokio::test]
async fn half_a_report_is_none_and_stays_to_be_looked_at() {
    let site = Site::with(1, Fault::HalfOutput).await;
    let read = read(&site, PATIENCE).await;
    let error = read.reading.unwrap_err();
    let SourceError::Report {
        node,
        command,
        source,
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!(
        (node.as_str(), command.as_str()),
        ("127.0.0.1", common::STAT)
    );
    assert_eq!(source.line, 2);
    let evidence = read.evidence.unwrap();
    assert!(
        evidence
            .text
            .starts_with(b"Cluster 'cluster1': healthy\nSpace: ")
    );
    assert_eq!(
        (evidence.node.as_deref(), evidence.command.as_deref()),
        (Some("127.0.0.1"), Some(common::STAT))
    );
}

#[tokio::test]
async fn a_command_that_prints_nothing_gives_no_figure() {
    let error = error_with(Fault::NoOutput, PATIENCE).await;
    assert_eq!(error.code(), Code::ReportUnreadable);
}

#[tokio::test]
async fn each_failure_of_a_node_has_its_code() {
    let short = Duration::from_millis(200);
    for (fault, within, code) in [
        (Fault::Exit1, PATIENCE, Code::CommandFailed),
        (Fault::NoStatus, PATIENCE, Code::CommandFailed),
        (Fault::Hang, short, Code::CommandTimeout),
        (Fault::HangHard, short, Code::CommandTimeout),
        (Fault::EndlessOutput, PATIENCE, Code::OutputTooLong),
        (Fault::HostKeyChanged, PATIENCE, Code::HostKeyChanged),
        (Fault::NodeDown, PATIENCE, Code::ConnectFailed),
        (Fault::LoginRefused, PATIENCE, Code::AuthRefused),
    ] {
        let error = error_with(fault, within).await;
        assert_eq!(error.code(), code, "{fault}: {error}");
        let SourceError::Ssh(SshError::EveryNode(errors)) = &error else {
            panic!("{fault}: {error}");
        };
        assert_eq!(errors.len(), 2, "{fault}");
    }
}

#[tokio::test]
async fn a_refused_key_says_when_it_is_offered_again() {
    let error = error_with(Fault::LoginRefused, PATIENCE).await;
    let reason = error.reason(vhi_usage::clock::now());
    assert!(
        reason
            .message
            .starts_with("the login was refused; next try at "),
        "{reason:?}"
    );
}
