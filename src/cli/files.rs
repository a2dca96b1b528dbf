//! How many files this process may have open, and so how many connections beside those to the nodes.
//!
//! A connection is an open file. Where callers took them all, no node could be asked.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    api::crowd::BESIDE,
    config::{
        Config,
        cluster::{ClusterConfig, SourceConfig},
    },
};

/// The listener, the log, the runtime, and files that are read now and then.
const OUR_OWN: usize = 64;
/// A panel, a Prometheus and a Grafana, each with connections that are kept, and names that are looked up.
const OF_A_CLUSTER: usize = 16;

/// Sees to it that there is room for the connections of these settings beside the nodes: raises the limit of the process
/// as far as it may be, and lowers the number of connections where that is not enough. Either is logged.
pub fn make_room(config: &mut Config) {
    let others: usize = config.clusters.iter().map(of).sum();
    let others = others.saturating_add(OUR_OWN).saturating_add(BESIDE);
    let wanted = others.saturating_add(config.caps.total);
    let limit = raise(wanted);
    let room = limit.saturating_sub(others).max(1);
    if config.caps.total > room {
        let max_connections = config.caps.total;
        tracing::warn!(
            files = limit,
            max_connections,
            connections = room,
            "so many files may be open that only so many connections can be served beside those to the nodes: raise LimitNOFILE of the unit or `ulimit -n`, or lower max_connections"
        );
        config.caps.total = room;
    }
}

/// What is open for a cluster.
fn of(cluster: &ClusterConfig) -> usize {
    let sources = std::iter::once(&cluster.storage).chain(&cluster.witnesses);
    let nodes = sources.map(|source| match source {
        SourceConfig::Ssh(ssh) => ssh.nodes.len(),
        _ => 0,
    });
    nodes.sum::<usize>().saturating_add(OF_A_CLUSTER)
}

/// The limit in force, after it was raised towards what is wanted where it is lower.
fn raise(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let files = |limit: Option<u64>| {
        let files = limit.map_or(Ok(usize::MAX), usize::try_from);
        files.unwrap_or(usize::MAX)
    };
    let current = files(limit.current);
    let target = wanted.min(files(limit.maximum));
    if current >= target {
        return current;
    }
    let raised = Rlimit {
        current: u64::try_from(target).ok(),
        ..limit
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => {
            tracing::info!(from = current, to = target, "more files may be open");
            target
        }
        Err(error) => {
            tracing::warn!(%error, "the number of files that may be open cannot be raised");
            current
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be_and_never_lowered() {
        let before = getrlimit(Resource::Nofile);
        let most = before
            .maximum
            .map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
        let current = raise(1);
        assert_eq!(getrlimit(Resource::Nofile), before);
        assert!(raise(current) == current && raise(usize::MAX) == most);
    }
}
