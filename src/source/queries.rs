//! What Prometheus is asked of a cluster's space.
//!
//! ```text
//! sum(tier:mdsd_fs_space_bytes:sum{cloud=""})
//! sum by (tier) (tier:mdsd_fs_space_bytes:sum{cloud=""})
//! min(timestamp(tier:mdsd_fs_space_bytes:sum{cloud=""}))
//! max(timestamp(tier:mdsd_fs_space_bytes:sum{cloud=""}))
//! ```

/// The place in a query where the matcher goes.
const PLACE: &str = "$matcher";
/// Series of this cluster have no label `cloud`, and an empty matcher selects just those.
const MATCHER: &str = "cloud=\"\"";

/// The queries as the settings write them; what is `None` is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// What stands in the place of `$matcher`.
    pub matcher: Option<String>,
    /// The series of all space.
    pub total: Option<String>,
    /// The series of free space.
    pub free: Option<String>,
    /// All space on the disks, as one value.
    pub physical_total: Option<String>,
    /// Free space on the disks, as one value.
    pub physical_free: Option<String>,
}

impl Written {
    /// Whether this query leaves out the matcher that is written: it may count what another one does not.
    pub fn is_deaf(&self, query: Option<&str>) -> bool {
        self.matcher.is_some() && query.is_some_and(|query| !query.contains(PLACE))
    }
}

/// The queries as they are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queries {
    /// The series of all space.
    pub total: Series,
    /// The series of free space.
    pub free: Series,
    /// All space on the disks, as one value.
    pub physical_total: String,
    /// Free space on the disks, as one value.
    pub physical_free: String,
}

impl Queries {
    /// Of the settings.
    pub fn new(written: &Written) -> Queries {
        let matcher = written.matcher.as_deref().unwrap_or(MATCHER);
        let query = |written: &Option<String>, usual: &str| {
            let query = written.as_deref().unwrap_or(usual);
            query.replace(PLACE, matcher)
        };
        Queries {
            total: Series(query(
                &written.total,
                "tier:mdsd_fs_space_bytes:sum{$matcher}",
            )),
            free: Series(query(
                &written.free,
                "tier:mdsd_fs_free_space_bytes:sum{$matcher}",
            )),
            physical_total: query(
                &written.physical_total,
                "sum(mdsd_cluster_space_bytes{$matcher})",
            ),
            physical_free: query(
                &written.physical_free,
                "sum(mdsd_cluster_free_space_bytes{$matcher})",
            ),
        }
    }
}

/// A query of which the sum is asked for, and the sum of each tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series(String);

impl Series {
    /// What a query for one value adds up; the query itself where it is more than a `sum( )`.
    pub fn within(query: &str) -> Series {
        Series(inside(query).unwrap_or(query).to_owned())
    }

    /// The sum over all of them.
    pub fn sum(&self) -> String {
        format!("sum({})", self.0)
    }

    /// The sum of each tier.
    pub fn by_tier(&self) -> String {
        format!("sum by (tier) ({})", self.0)
    }

    /// When the oldest of their samples was taken; where the query is more than a selector, when it was
    /// evaluated.
    pub fn oldest(&self) -> String {
        format!("min(timestamp({}))", self.0)
    }

    /// When the newest of their samples was taken, in the same way.
    pub fn newest(&self) -> String {
        format!("max(timestamp({}))", self.0)
    }
}

/// What stands in the brackets of `sum( )`, where they are all of the query.
fn inside(query: &str) -> Option<&str> {
    let inside = query.trim().strip_prefix("sum")?.trim_start();
    let inside = inside.strip_prefix('(')?.strip_suffix(')')?;
    let (mut open, mut quoted) = (0_usize, false);
    for letter in inside.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => open += 1,
            // The bracket of the sum ends here, and more comes behind it.
            ')' if !quoted => open = open.checked_sub(1)?,
            _ => {}
        }
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_queries_count_the_own_cluster_alone() {
        let queries = Queries::new(&Written::default());
        assert_eq!(
            queries.total.sum(),
            "sum(tier:mdsd_fs_space_bytes:sum{cloud=\"\"})"
        );
        assert_eq!(
            queries.free.by_tier(),
            "sum by (tier) (tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"})"
        );
        assert_eq!(
            queries.free.oldest(),
            "min(timestamp(tier:mdsd_fs_free_space_bytes:sum{cloud=\"\"}))"
        );
        assert_eq!(
            queries.physical_free,
            "sum(mdsd_cluster_free_space_bytes{cloud=\"\"})"
        );
    }

    #[test]
    fn the_time_of_a_sum_is_that_of_what_it_adds_up() {
        for (query, series) in [
            ("sum(a{b=\")\"})", "a{b=\")\"}"),
            (" sum (max(a) + b) ", "max(a) + b"),
            ("a", "a"),
            ("sum(a) + sum(b)", "sum(a) + sum(b)"),
            ("sum by (c) (a)", "sum by (c) (a)"),
        ] {
            let newest = format!("max(timestamp({series}))");
            assert_eq!(Series::within(query).newest(), newest);
        }
    }

    #[test]
    fn the_matcher_stands_wherever_a_query_names_it() {
        let text = |text: &str| Some(text.to_owned());
        let queries = Queries::new(&Written {
            matcher: text("cluster=\"a\""),
            total: text("a{$matcher} + b{$matcher}"),
            physical_total: text("c"),
            ..Written::default()
        });
        assert_eq!(
            queries.total.sum(),
            "sum(a{cluster=\"a\"} + b{cluster=\"a\"})"
        );
        assert_eq!(queries.physical_total, "c");
        assert_eq!(
            queries.free.sum(),
            "sum(tier:mdsd_fs_free_space_bytes:sum{cluster=\"a\"})"
        );
    }
}
