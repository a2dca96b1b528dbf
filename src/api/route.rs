//! Where a path leads.

/// Where a path leads, with the name that it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// The usage of the first cluster.
    FirstUsage,
    /// The usage of the cluster of this name.
    Usage(&'a str),
    /// The list of clusters.
    Clusters,
    /// The raw text of the cluster of this name.
    Raw(&'a str),
    /// What Prometheus reads.
    Metrics,
    /// Whether the process lives.
    Health,
    /// Whether every cluster has figures.
    Ready,
}

/// The patterns of all routes, each at the place of its route; the last one is of what is no route.
pub const PATTERNS: [&str; 8] = [
    "/api/v1/cluster/usage",
    "/api/v1/clusters/{name}/usage",
    "/api/v1/clusters",
    "/api/v1/clusters/{name}/raw",
    "/metrics",
    "/health",
    "/ready",
    "other",
];

impl<'a> Route<'a> {
    /// Of a path in its segments.
    pub fn of(segments: &[&'a str]) -> Option<Route<'a>> {
        match *segments {
            ["api", "v1", "cluster", "usage"] | ["api", "v1", "usage", "cluster"] => {
                Some(Route::FirstUsage)
            }
            ["api", "v1", "clusters"] => Some(Route::Clusters),
            ["api", "v1", "clusters", "", _] => None,
            ["api", "v1", "clusters", name, "usage"] => Some(Route::Usage(name)),
            ["api", "v1", "clusters", name, "raw"] => Some(Route::Raw(name)),
            ["metrics"] => Some(Route::Metrics),
            ["health"] => Some(Route::Health),
            ["ready"] => Some(Route::Ready),
            _ => None,
        }
    }

    /// Its place in [`PATTERNS`]; no route has the last one.
    pub fn place(route: Option<Route<'_>>) -> usize {
        match route {
            Some(Route::FirstUsage) => 0,
            Some(Route::Usage(_)) => 1,
            Some(Route::Clusters) => 2,
            Some(Route::Raw(_)) => 3,
            Some(Route::Metrics) => 4,
            Some(Route::Health) => 5,
            Some(Route::Ready) => 6,
            None => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_has_the_pattern_that_leads_to_it() {
        for (place, pattern) in PATTERNS.iter().enumerate() {
            let segments: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
            assert_eq!(Route::place(Route::of(&segments)), place, "{pattern}");
        }
    }

    #[test]
    fn a_name_is_no_part_of_a_pattern() {
        let raw = ["api", "v1", "clusters", "cluster1", "raw"];
        assert_eq!(Route::of(&raw), Some(Route::Raw("cluster1")));
        assert_eq!(PATTERNS[Route::place(Route::of(&raw))], PATTERNS[3]);
    }
}
