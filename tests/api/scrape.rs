//! A scrape of `/metrics`, taken apart.

use std::collections::BTreeMap;

use vhi_usage::usage::ClusterUsage;

use crate::published::Site;

/// Every sample of a page by its series, both as written.
pub(crate) type Samples = BTreeMap<String, String>;

/// The samples of now.
pub(crate) async fn scrape(site: &Site) -> Samples {
    let answer = site.get("/metrics").await;
    assert_eq!(answer.status(), 200);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(answer.headers()["content-type"], kind);
    let text = std::str::from_utf8(answer.body()).unwrap();
    let mut samples = Samples::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(!value.parse::<f64>().unwrap().is_nan(), "{line}");
        let twice = samples.insert(series.to_owned(), value.to_owned());
        assert_eq!(twice, None, "{series} is there twice");
    }
    samples
}

/// The samples while this is the newest.
pub(crate) async fn metrics(usage: ClusterUsage) -> Samples {
    scrape(&Site::new(usage)).await
}
