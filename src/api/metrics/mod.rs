//! `GET /metrics`: what is known, in the text form of Prometheus, built at each scrape.
//!
//! Everything hangs on what is passed: the clusters with their stages and breakers, the counts of requests, the tokens.
//! What is not known has no sample, and a stage that was never tried has none either.

pub mod breakers;
pub mod compute;
pub mod leases;
pub mod page;
pub mod parts;
pub mod stages;
pub mod storage;
pub mod store;
pub mod tokens;
pub mod witnesses;

use warp::{
    http::{HeaderValue, header},
    hyper::body::Bytes,
};

use crate::api::{
    error::Answer,
    guard::Api,
    metrics::page::{Named, Page},
};

const BUILD: Named = (
    "vhi_usage_build_info",
    "The version that answers; always 1.",
);
const REQUESTS: Named = (
    "vhi_usage_http_requests_total",
    "Requests that were answered, by the route's pattern and the status of the answer.",
);
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The page of all clusters.
pub fn answer(api: &Api) -> Answer {
    let mut page = Page::default();
    page.gauge(BUILD, &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    for (route, code, count) in api.requests.counted() {
        page.counter(REQUESTS, &[("route", route), ("code", &code)], count);
    }
    tokens::fill(&mut page, &api.tokens);
    store::fill(&mut page, &api.archive);
    for cluster in api.clusters.iter() {
        let usage = cluster.usage();
        parts::fill(&mut page, &usage);
        witnesses::fill(&mut page, &usage);
        stages::fill(&mut page, cluster.name(), cluster.stages());
        breakers::fill(&mut page, cluster.name(), cluster.breakers());
        leases::fill(&mut page, cluster.name(), cluster.post());
    }
    let mut answer = Answer::new(Bytes::from(page.text()));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORMAT));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
