//! What every test of this suite reads is read again from its evidence, and must be the same to the last field.

use jiff::Timestamp;
use vhi_usage::{
    amount::SizeBase,
    cluster_name::ClusterName,
    reading::{BaseInForce, ComputeReading, Evidence, Source, StorageReading},
    reason::Code,
    source::{again, error::SourceError, read::Read},
};

use crate::{
    common::{PATIENCE, Site, soon},
    prometheus,
};

fn cluster() -> ClusterName {
    "cluster1".parse().unwrap()
}

fn storage(
    source: Source,
    at: Timestamp,
    evidence: &Evidence,
) -> Result<StorageReading, SourceError> {
    let base = BaseInForce {
        base: SizeBase::Binary,
        configured: false,
    };
    let base = (source == Source::Ssh).then_some(base);
    let (node, text) = (evidence.node.as_deref(), &evidence.text);
    again::storage(source, &cluster(), base, node, at, text)
}

/// The reading, which is the same again; where there was none, there is none again.
#[track_caller]
pub(crate) fn same(source: Source, read: Read) -> Result<StorageReading, SourceError> {
    match (&read.reading, &read.evidence) {
        (Ok(reading), evidence) => {
            let evidence = evidence.as_ref().expect("what it was read from");
            let again = storage(source, reading.observed_at, evidence);
            assert_eq!(&again.expect("a reading again"), reading);
        }
        (Err(_), Some(evidence)) => {
            storage(source, evidence.at, evidence).expect_err("no reading again");
        }
        (Err(_), None) => {}
    }
    read.reading
}

/// The same of compute.
#[track_caller]
pub(crate) fn same_compute(read: Read<ComputeReading>) -> Result<ComputeReading, SourceError> {
    match (&read.reading, &read.evidence) {
        (Ok(reading), evidence) => {
            let evidence = evidence.as_ref().expect("what it was read from");
            let again = again::compute(reading.observed_at, &evidence.text);
            assert_eq!(&again.expect("a reading again"), reading);
        }
        (Err(_), Some(evidence)) => {
            again::compute(evidence.at, &evidence.text).expect_err("no reading again");
        }
        (Err(_), None) => {}
    }
    read.reading
}

/// One text of each source, in the order of [`Source::ALL`], and that of compute.
async fn texts() -> (Vec<(Source, Evidence)>, Evidence) {
    let site = Site::new(1).await;
    let session = site.session(PATIENCE);
    let reads = [
        (Source::Ssh, soon(site.storage(PATIENCE).read()).await),
        (Source::Overview, soon(site.overview(&session).read()).await),
        (
            Source::Prometheus,
            soon(prometheus::at(&site.cluster().metrics.url, PATIENCE).read()).await,
        ),
    ];
    let compute = soon(site.compute(PATIENCE).read()).await;
    let texts = reads.map(|(source, read)| {
        let evidence = read.evidence.expect("a text");
        same(
            source,
            Read {
                evidence: Some(evidence.clone()),
                ..read
            },
        )
        .expect("a reading");
        (source, evidence)
    });
    (texts.into(), compute.evidence.expect("a text"))
}

#[tokio::test]
async fn the_text_of_another_source_is_no_reading() {
    let (texts, compute) = texts().await;
    for (source, evidence) in &texts {
        for other in Source::ALL.into_iter().filter(|other| other != source) {
            let printed = Evidence {
                node: Some("node1.example".to_owned()),
                ..evidence.clone()
            };
            let error = storage(other, evidence.at, &printed).unwrap_err();
            let unreadable = match other {
                Source::Ssh => Code::ReportUnreadable,
                Source::Overview => Code::PanelUnreadable,
                Source::Prometheus | Source::Grafana => Code::MetricsUnreadable,
            };
            assert_eq!(error.code(), unreadable, "{source:?} as {other:?}");
        }
        assert!(again::compute(evidence.at, &evidence.text).is_err());
        assert!(storage(*source, evidence.at, &compute).is_err());
    }
}

#[tokio::test]
async fn a_text_without_its_end_is_no_reading_and_ends_nothing() {
    let (texts, compute) = texts().await;
    let answers = texts.iter().filter(|(source, _)| *source != Source::Ssh);
    for (source, evidence) in answers {
        let length = evidence.text.len();
        for cut in [0, 1, length / 2, length - 1] {
            let cut = Evidence {
                text: evidence.text[..cut].to_vec(),
                ..evidence.clone()
            };
            assert!(storage(*source, evidence.at, &cut).is_err());
        }
    }
    let length = compute.text.len();
    assert!(again::compute(compute.at, &compute.text[..length - 1]).is_err());
}

#[tokio::test]
async fn what_is_kept_of_the_answers_names_no_peer_and_no_word_that_lets_us_in() {
    let site = Site::new(1).await;
    let settings = site.panel_settings();
    let (texts, compute) = texts().await;
    let texts = texts.iter().map(|(_, evidence)| evidence);
    for evidence in texts.chain([&compute]) {
        let text = String::from_utf8(evidence.text.clone()).unwrap();
        for word in [
            "http://",
            "https://",
            "127.0.0.1",
            "Authorization",
            "Cookie",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert!(!text.contains(settings.password.reveal()), "{text}");
    }
}
