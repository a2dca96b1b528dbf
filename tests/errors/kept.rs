//! A kept text that is none of the source that it is said to be of.

use jiff::Timestamp;
use vhi_usage::{
    amount::SizeBase,
    chain::chain,
    reading::{BaseInForce, Source},
    source::again,
};

use crate::told::Mask;

/// What is said of a text that was kept of this source.
fn said(source: Source, node: Option<&str>, text: &str) -> String {
    let base = BaseInForce {
        base: SizeBase::Binary,
        configured: true,
    };
    let cluster = "cluster1".parse().unwrap();
    let at = Timestamp::UNIX_EPOCH;
    let read = again::storage(source, &cluster, Some(base), node, at, text.as_bytes());
    chain(&read.unwrap_err())
}

#[test]
fn a_kept_text_that_is_no_record_of_its_source_says_what_it_is() {
    for (source, text, sentence) in [
        (
            Source::Overview,
            "Cluster 'cluster1': healthy",
            "the kept text is none that overview gave: see with `vhi-usage verify` whether the store is sound: it is no record of questions and answers",
        ),
        (
            Source::Grafana,
            r#"{"answers":[],"source":"prometheus"}"#,
            "the kept text is none that grafana gave: see with `vhi-usage verify` whether the store is sound: it records what another source answered",
        ),
        (
            Source::Prometheus,
            r#"{"answers":[],"source":"prometheus"}"#,
            "the kept text is none that prometheus gave: see with `vhi-usage verify` whether the store is sound: it records no answer to the question `total`",
        ),
        (
            Source::Ssh,
            "Cluster 'cluster1': healthy",
            "the kept text is none that ssh gave: see with `vhi-usage verify` whether the store is sound: the node that printed it and the size base were not kept with it",
        ),
    ] {
        Mask::default().says(said(source, None, text), sentence);
    }
}
