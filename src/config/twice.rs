//! Two clusters that would be billed for the same bytes: the same queries at the same place.

use crate::{
    config::{
        address::Address,
        cluster::{ClusterConfig, SourceConfig},
        error::Problem,
        variables::Variables,
        written::Written,
    },
    source::queries::Queries,
};

/// A problem for each cluster whose billed figures are those of an earlier one; each cluster comes with the
/// path of its table.
pub fn billed_twice(clusters: &[(String, ClusterConfig)], written: &Written) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, (path, cluster)) in clusters.iter().enumerate() {
        let mut earlier = clusters.iter().take(index);
        let twin = earlier.find(|(_, earlier)| is_same(&earlier.storage, &cluster.storage));
        let Some((_, twin)) = twin else { continue };
        let path = format!("{path}.{}.matcher", cluster.storage.source().name());
        let name = &*cluster.name.to_string();
        let place = written.place(&Variables::default(), "", &path, Some(name));
        problems.push(Problem::new(
            place,
            format!(
                "{} and {name} ask the same queries at the same address, and the same bytes are billed twice: write a matcher for each of them that selects its own series",
                twin.name
            ),
        ));
    }
    problems
}

/// Whether both are asked the same. What either finds on the disks is not billed.
fn is_same(one: &SourceConfig, other: &SourceConfig) -> bool {
    match (one, other) {
        (SourceConfig::Prometheus(a, one), SourceConfig::Prometheus(b, other)) => {
            at_one_place(&a.url, &b.url) && count_the_same(one, other)
        }
        (SourceConfig::Grafana(a, one), SourceConfig::Grafana(b, other)) => {
            let place = at_one_place(&a.url, &b.url) && a.datasource == b.datasource;
            place && count_the_same(one, other)
        }
        _ => false,
    }
}

fn at_one_place(one: &str, other: &str) -> bool {
    let both = Address::read(one, one).ok();
    let both = both.zip(Address::read(other, other).ok());
    both.is_some_and(|(one, other)| one.is_same(&other))
}

fn count_the_same(one: &Queries, other: &Queries) -> bool {
    one.total == other.total && one.free == other.free
}
