//! Samples of Prometheus that were not taken at one moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use vhi_usage::{reason::Code, source::queries::Written, web::http::Login};

use crate::{
    answering::{Answering, Request, healthy, is_of_time, vector},
    drift::Log,
    prometheus::read,
};

const NOW: &str = "1768464000.123";

/// A Prometheus with tiers and disks, whose queries with this in them were taken at that time.
async fn taken(part: &'static str, at: &'static str) -> Answering {
    Answering::new(move |request: &Request| of_disks(request, part, at)).await
}

fn of_disks(request: &Request, part: &str, at: &str) -> (u16, String) {
    match request.query.as_str() {
        query if is_of_time(request) && query.contains(part) => vector(&[("", at)]),
        _ if is_of_time(request) => vector(&[("", NOW)]),
        query if query.contains("mdsd_cluster_space") => vector(&[("", "60")]),
        query if query.contains("mdsd_cluster_free") => vector(&[("", "14")]),
        _ => healthy(request),
    }
}

#[tokio::test]
async fn total_and_free_of_different_moments_give_no_reading() {
    for (part, at) in [
        ("mdsd_fs_free", "1768463891.123"),
        ("mdsd_fs_space", "1768463999.123"),
        // One of the tiers has stopped.
        ("min(timestamp(tier:mdsd_fs_space", "1768463891.123"),
        ("min(timestamp(tier:mdsd_fs_free", "1768463891.123"),
        ("max(timestamp(tier:mdsd_fs_free", "1768464010.123"),
    ] {
        let server = taken(part, at).await;
        let source = server.source(Login::Nobody, &Written::default());
        let error = read(&source).await.unwrap_err();
        assert_eq!(error.code(), Code::OtherMoments, "{part}: {error}");
        // Once more for the same moment, and not for the disks.
        assert_eq!(server.asked().len(), 16, "{part}");
    }
    let server = taken("mdsd_fs_free", "1768463999.623").await;
    let source = server.source(Login::Nobody, &Written::default());
    let it = read(&source).await.unwrap();
    assert_eq!(it.observed_at.as_millisecond(), 1_768_463_999_623);
    assert_eq!(it.physical.unwrap().used.amount.bytes, 46);
}

#[tokio::test]
async fn disks_of_another_moment_are_not_served_and_that_is_said_at_each_change() {
    for (part, at, is_there) in [
        ("mdsd_cluster", "1768463890.123", true),
        ("mdsd_cluster", "1768463760.123", false),
        ("mdsd_cluster_free", "1768463999.123", false),
        ("min(timestamp(mdsd_cluster", "1768463999.123", false),
    ] {
        let stopped = Arc::new(AtomicUsize::new(1));
        let is_stopped = Arc::clone(&stopped);
        let rule = move |request: &Request| match is_stopped.load(SeqCst) {
            1 => of_disks(request, part, at),
            _ => of_disks(request, part, NOW),
        };
        let server = Answering::new(rule).await;
        let source = server.source(Login::Nobody, &Written::default());
        let log = Log::begin();
        for (turn, times) in [(1, 1), (1, 0), (0, 0), (1, 1), (1, 0)] {
            stopped.store(turn, SeqCst);
            let it = read(&source).await.unwrap();
            assert_eq!(it.physical.is_some(), is_there || turn == 0, "{part} {at}");
            let said = log.take();
            let told = said.matches("code=\"other_moments\"").count();
            assert_eq!(told, if is_there { 0 } else { times }, "{said}");
        }
    }
}
