//! What is fair: which leases an instance gives up, and which it takes.

use crate::store::leases::{LeaseRow, Shared};

/// What an instance does about its share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Those that it holds and keeps.
    pub keep: Vec<&'a LeaseRow>,
    /// Those that it holds above its share.
    pub give_up: Vec<&'a LeaseRow>,
    /// Those that it may take: as many as it lacks, if nobody is faster.
    pub take: Vec<&'a LeaseRow>,
    /// How many of them it lacks.
    pub lacks: usize,
}

/// The plan of this holder. What ran out under another one is taken only where `heirs`: who has been without the
/// store itself leaves the others the time to come back, too.
pub fn plan<'a>(holder: &str, shared: &'a Shared, heirs: bool) -> Plan<'a> {
    let fair = shared.leases.len().div_ceil(shared.instances.max(1));
    let (held, others): (Vec<_>, Vec<_>) =
        shared.leases.iter().partition(|row| row.holder == holder);
    let free = |row: &&LeaseRow| row.over && (row.holder.is_empty() || heirs);
    let mut keep = held;
    let give_up = keep.split_off(fair.min(keep.len()));
    Plan {
        lacks: fair - keep.len(),
        take: others.into_iter().filter(free).collect(),
        keep,
        give_up,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cluster: &str, holder: &str, over: bool) -> LeaseRow {
        LeaseRow {
            cluster: cluster.to_owned(),
            holder: holder.to_owned(),
            number: 1,
            over,
        }
    }

    fn names<'a>(rows: &[&'a LeaseRow]) -> Vec<&'a str> {
        rows.iter().map(|row| row.cluster.as_str()).collect()
    }

    #[test]
    fn a_second_instance_gets_half_and_nothing_goes_back_and_forth() {
        let held = |by: [&str; 3]| Shared {
            instances: 2,
            leases: ["a", "b", "c"]
                .into_iter()
                .zip(by)
                .map(|(cluster, holder)| row(cluster, holder, holder.is_empty()))
                .collect(),
        };
        let shared = held(["one", "one", "one"]);
        let one = plan("one", &shared, true);
        assert_eq!(names(&one.keep), ["a", "b"]);
        assert_eq!(names(&one.give_up), ["c"]);
        assert_eq!(one.lacks, 0);
        let shared = held(["one", "one", ""]);
        let two = plan("two", &shared, true);
        assert_eq!((names(&two.take), two.lacks), (vec!["c"], 2));
        // One has its share: what it gave up is not its to take.
        assert_eq!(plan("one", &shared, true).lacks, 0);
        let shared = held(["one", "one", "two"]);
        for holder in ["one", "two"] {
            let plan = plan(holder, &shared, true);
            assert_eq!((plan.give_up, plan.take), (vec![], vec![]));
        }
    }

    #[test]
    fn what_ran_out_is_taken_only_by_who_has_been_there_for_long_enough() {
        let shared = Shared {
            instances: 1,
            leases: vec![row("a", "gone", true), row("b", "", true)],
        };
        assert_eq!(names(&plan("two", &shared, true).take), ["a", "b"]);
        assert_eq!(names(&plan("two", &shared, false).take), ["b"]);
    }

    #[test]
    fn where_there_are_more_instances_than_clusters_some_have_none() {
        let shared = Shared {
            instances: 3,
            leases: vec![row("a", "one", false)],
        };
        let two = plan("two", &shared, true);
        assert_eq!((two.take.len(), two.lacks), (0, 1));
        assert_eq!(plan("one", &shared, true).keep.len(), 1);
    }
}
