//! An overview of the panel that is no reading.

use std::time::Duration;

use vhi_usage::{
    chain::chain,
    panel::error::PanelError,
    sim::fault::Fault,
    source::{error::SourceError, exact::Unusable},
    web::{error::WebError, peer::Peer},
};

use crate::{
    common::{PATIENCE, Site, soon},
    told::Mask,
};

const URL: &str = "https://panel.example:8888";

#[tokio::test]
async fn a_panel_whose_overview_is_none_says_what_was_asked_and_what_is_wrong() {
    let overview = "/api/v2/overview/3";
    let unusable = |why: &str| format!("the answer to {overview} gives no figure to bill: {why}");
    for (fault, sentence) in [
        (
            Fault::Overview403,
            format!("{overview} answered with status 403: may this user read it, as a system administrator may?"),
        ),
        (
            Fault::OverviewOther,
            "asked for cluster cluster1, and /api/v2/clusters shows another: set the right one as name in [[cluster]] or VSTORAGE_CLUSTER, or the address of its own panel".to_owned(),
        ),
        (
            Fault::OverviewNoTotal,
            unusable("logic_space.total is not there: may this user read all of the storage, as a system administrator may?"),
        ),
        (
            Fault::OverviewMoreFree,
            unusable("it says that 32600519763558 bytes are free, of 31501008135782 in all: see what `vinfra cluster overview` says, and send us both if they stay so"),
        ),
    ] {
        let site = Site::with(1, fault).await;
        let source = site.overview(&site.session(PATIENCE));
        let error = soon(source.read()).await.reading.unwrap_err();
        let mask = Mask::default().of(&site.cluster().panel.url, "PANEL");
        mask.says(chain(&error), &format!("panel PANEL: {sentence}"));
    }
}

#[test]
fn an_overview_that_cannot_be_billed_says_what_is_wrong_with_it() {
    let (total, used, free) = (1_000, 400, 700);
    for (source, sentence) in [
        (
            Unusable::Absent("logic_space.total"),
            "logic_space.total is not there: may this user read all of the storage, as a system administrator may?",
        ),
        (
            Unusable::Illegal("logic_space.free"),
            "logic_space.free is no count of bytes; please send us the answer, names masked",
        ),
        (
            Unusable::MoreFree {
                total: free,
                free: total,
            },
            "it says that 1000 bytes are free, of 700 in all: see what `vinfra cluster overview` says, and send us both if they stay so",
        ),
        (
            Unusable::NotTheSum { total, used, free },
            "it says that 400 bytes are used and 700 free, which are not the 1000 that it says there are in all: see what `vinfra cluster overview` says, and send us both if they stay so",
        ),
        (
            Unusable::NoList,
            "it is no list of clusters, each with id and name; please send us the answer, names masked",
        ),
        (
            Unusable::SameName,
            "two clusters in it have the name that was asked for, so nobody can say which is meant: give one of them another name, or set url in [cluster.panel] to a panel that shows one alone",
        ),
        (
            Unusable::Tiers,
            "its tiers are not each of an id of its own, so none of them is counted; please send us the answer, names masked",
        ),
        (
            Unusable::Form("license.expiration_ts"),
            "license.expiration_ts has a form that we do not know; please send us the answer, names masked",
        ),
    ] {
        let error = SourceError::Overview {
            url: URL.to_owned(),
            path: "/api/v2/overview/1".to_owned(),
            source,
        };
        let head = "panel https://panel.example:8888: the answer to /api/v2/overview/1 gives no figure to bill";
        assert_eq!(chain(&error), format!("{head}: {sentence}"));
    }
}

#[test]
fn a_path_that_is_refused_right_after_a_login_is_named_with_the_next_try() {
    let error = PanelError::Path {
        url: URL.to_owned(),
        path: "/api/v2/overview/1".to_owned(),
        next_try: "2026-11-22T06:05:00Z".parse().unwrap(),
    };
    assert_eq!(
        error.to_string(),
        "panel https://panel.example:8888: /api/v2/overview/1 answered with status 401 right after a login that was accepted: let this user read it, as a system administrator may; a service tries again at 2026-11-22T06:05:00.000Z"
    );
}

#[test]
fn a_panel_of_another_cluster_is_named_with_what_it_shows() {
    for found in [
        "none",
        "another, third",
        "the one with id 7",
        "a and others",
    ] {
        let error = SourceError::OtherPanel {
            url: URL.to_owned(),
            path: "/api/v2/clusters".to_owned(),
            asked: "cluster1".to_owned(),
            found: found.to_owned(),
        };
        let sentence = format!(
            "panel https://panel.example:8888: asked for cluster cluster1, and /api/v2/clusters shows {found}: set the right one as name in [[cluster]] or VSTORAGE_CLUSTER, or the address of its own panel"
        );
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn logins_that_nobody_answered_are_told_with_how_many_and_the_next_try() {
    let error = PanelError::Unheard {
        error: WebError::Timeout {
            peer: Peer::Panel,
            url: URL.to_owned(),
            path: "/api/v2/login".to_owned(),
            within: Duration::from_secs(15),
        },
        in_a_row: 3,
        next_try: "2026-11-22T06:05:00Z".parse().unwrap(),
    };
    assert_eq!(
        error.to_string(),
        "panel https://panel.example:8888: no answer to /api/v2/login within 15s: is it up and not too busy? timeout in [cluster.panel] says how long that may take; so it went with 3 logins in a row, and the panel may have refused each of them unheard: a service tries again at 2026-11-22T06:05:00.000Z"
    );
}
