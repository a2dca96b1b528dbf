//! What is fair: which leases an instance gives up, and which it takes.
//!
//! Every instance works the same plan out of the same rows, each for itself. A cluster goes only to one that knows it;
//! where two of them could have it, to the one that has less.

use std::collections::BTreeMap;

use crate::store::leases::{LeaseRow, Peer, Shared};

/// What an instance does about its share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Those that it holds and keeps.
    pub keep: Vec<&'a LeaseRow>,
    /// Those that it holds, and another one shall.
    pub give_up: Vec<&'a LeaseRow>,
    /// Those that are free and go to it.
    pub take: Vec<&'a LeaseRow>,
}

/// How many leases each instance has, or is to have.
struct Loads<'a>(BTreeMap<&'a str, usize>);

/// The plan of this holder.
pub fn plan<'a>(holder: &str, shared: &'a Shared) -> Plan<'a> {
    let none = shared.instances.iter().map(|it| (it.holder.as_str(), 0));
    let mut loads = Loads(none.collect());
    let (free, held): (Vec<_>, Vec<_>) = shared.leases.iter().partition(|row| row.over);
    for row in &held {
        loads.add(&row.holder);
    }
    let mut plan = Plan::default();
    for row in free {
        // What ran out goes to heirs only; what was given up to anybody.
        let may = |peer: &&Peer| row.holder.is_empty() || peer.heir;
        let Some((least, _)) = loads.least(shared, row, may) else {
            continue;
        };
        loads.add(least);
        if least == holder {
            plan.take.push(row);
        }
    }
    // From the last name on, so that the first ones stay where they are.
    for row in held.into_iter().rev() {
        let has = loads.0.get(row.holder.as_str()).copied().unwrap_or(0);
        // Who would then have more than the one that has it now gets nothing: it would go back and forth.
        let goes_to = loads
            .least(shared, row, |_| true)
            .filter(|(_, load)| load + 2 <= has);
        if let Some((to, _)) = goes_to {
            loads.remove(&row.holder);
            loads.add(to);
        }
        match goes_to {
            _ if row.holder != holder => {}
            Some(_) => plan.give_up.push(row),
            None => plan.keep.push(row),
        }
    }
    plan.keep.reverse();
    plan
}

impl<'a> Loads<'a> {
    /// The one of those that know the cluster, and may have it, that has least.
    fn least(
        &self,
        shared: &'a Shared,
        row: &LeaseRow,
        may: impl Fn(&&Peer) -> bool,
    ) -> Option<(&'a str, usize)> {
        let knows = |peer: &&Peer| peer.clusters.contains(&row.cluster);
        let able = shared.instances.iter().filter(knows).filter(may);
        let loads = able.filter_map(|peer| {
            let load = self.0.get(peer.holder.as_str())?;
            Some((peer.holder.as_str(), *load))
        });
        loads.min_by_key(|(_, load)| *load)
    }

    /// One more for this instance; one that is gone has no share.
    fn add(&mut self, holder: &str) {
        if let Some(load) = self.0.get_mut(holder) {
            *load += 1;
        }
    }

    /// One less.
    fn remove(&mut self, holder: &str) {
        if let Some(load) = self.0.get_mut(holder) {
            *load = load.saturating_sub(1);
        }
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

    fn peer(holder: &str, clusters: &[&str]) -> Peer {
        Peer {
            holder: holder.to_owned(),
            clusters: clusters.iter().map(|&it| it.to_owned()).collect(),
            heir: true,
        }
    }

    fn names<'a>(rows: &[&'a LeaseRow]) -> Vec<&'a str> {
        rows.iter().map(|row| row.cluster.as_str()).collect()
    }

    #[test]
    fn a_second_instance_gets_half_and_nothing_goes_back_and_forth() {
        let all = ["a", "b", "c"];
        let held = |by: [&str; 3]| Shared {
            instances: vec![peer("one", &all), peer("two", &all)],
            leases: all
                .into_iter()
                .zip(by)
                .map(|(cluster, holder)| row(cluster, holder, holder.is_empty()))
                .collect(),
        };
        let shared = held(["one", "one", "one"]);
        let one = plan("one", &shared);
        assert_eq!(names(&one.keep), ["a", "b"]);
        assert_eq!(names(&one.give_up), ["c"]);
        assert_eq!(plan("two", &shared), Plan::default());
        let shared = held(["one", "one", ""]);
        assert_eq!(names(&plan("two", &shared).take), ["c"]);
        // One has its share: what it gave up is not its to take.
        assert_eq!(names(&plan("one", &shared).take), [""; 0]);
        let shared = held(["one", "one", "two"]);
        for holder in ["one", "two"] {
            let plan = plan(holder, &shared);
            assert_eq!((plan.give_up, plan.take), (vec![], vec![]));
        }
        // Both at once, before anybody has any.
        let shared = held(["", "", ""]);
        let (one, two) = (plan("one", &shared), plan("two", &shared));
        assert_eq!(
            (names(&one.take), names(&two.take)),
            (vec!["a", "c"], vec!["b"])
        );
    }

    #[test]
    fn a_cluster_goes_only_to_who_knows_it_however_many_others_there_are() {
        let shared = |a: &str, b: &str| Shared {
            instances: vec![
                peer("one", &["a", "b"]),
                peer("two", &["b"]),
                peer("x", &["z"]),
            ],
            leases: vec![
                row("a", a, a.is_empty()),
                row("b", b, b.is_empty()),
                row("z", "x", false),
            ],
        };
        let both = shared("one", "one");
        let one = plan("one", &both);
        assert_eq!(
            (names(&one.keep), names(&one.give_up)),
            (vec!["a"], vec!["b"])
        );
        assert_eq!(names(&plan("two", &shared("one", "")).take), ["b"]);
        for (a, b) in [("one", "two"), ("", "two")] {
            let shared = shared(a, b);
            let one = plan("one", &shared);
            assert_eq!(names(&[one.keep, one.take].concat()), ["a"]);
            assert_eq!(plan("two", &shared).give_up, [] as [&LeaseRow; 0]);
        }
        // It alone knows them: as many as there are.
        let alone = Shared {
            instances: vec![peer("one", &["a", "b"]), peer("x", &["z"])],
            leases: vec![
                row("a", "one", false),
                row("b", "gone", true),
                row("z", "x", false),
            ],
        };
        let one = plan("one", &alone);
        assert_eq!((names(&one.keep), names(&one.take)), (vec!["a"], vec!["b"]));
        assert_eq!(plan("x", &alone).take, [] as [&LeaseRow; 0]);
    }

    #[test]
    fn what_ran_out_is_taken_only_by_who_has_been_there_for_long_enough() {
        let shared = |heir: bool| Shared {
            instances: vec![Peer {
                heir,
                ..peer("two", &["a", "b"])
            }],
            leases: vec![row("a", "gone", true), row("b", "", true)],
        };
        assert_eq!(names(&plan("two", &shared(true)).take), ["a", "b"]);
        assert_eq!(names(&plan("two", &shared(false)).take), ["b"]);
    }

    #[test]
    fn where_there_are_more_instances_than_clusters_some_have_none() {
        let instances = ["one", "two", "three"].map(|it| peer(it, &["a"]));
        let shared = Shared {
            instances: instances.to_vec(),
            leases: vec![row("a", "one", false)],
        };
        assert_eq!(plan("two", &shared), Plan::default());
        assert_eq!(plan("one", &shared).keep.len(), 1);
    }
}
