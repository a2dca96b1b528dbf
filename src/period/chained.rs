//! The chain of closed months and the chain of their corrections: each digest is that of what it seals, and each holds
//! the one before it.

use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    period::{closing, correction},
    store::{corrections::Booked, periods::Closed},
};

/// Looks at both, and tells what is wrong: of which month, by which reading where it is one, and what.
pub fn look(
    cluster: &ClusterName,
    closed: &[Closed],
    corrections: &[Booked],
    mut wrong: impl FnMut(&str, Option<Uuid>, String),
) {
    let mut before: Option<&Closed> = None;
    for month in closed {
        let name = month.month.as_str();
        if closing::sealed(cluster, month).digest() != month.digest {
            wrong(
                name,
                None,
                "its digest is not that of what it seals".to_owned(),
            );
        }
        if month.previous != before.map(|before| before.digest) {
            wrong(
                name,
                None,
                "it does not hold the digest of the month before".to_owned(),
            );
        }
        if before.is_some_and(|before| before.window.to() != month.window.from()) {
            wrong(
                name,
                None,
                "it does not begin where the month before ended".to_owned(),
            );
        }
        let booked = corrections.iter().filter(|it| it.booked == month.month);
        let last = booked.clone().next_back().map(|last| last.digest);
        let count = u64::try_from(booked.count());
        if (count, last) != (Ok(month.corrections), month.corrections_digest) {
            let what = "the corrections that are booked in it are not those that were sealed";
            wrong(name, None, what.to_owned());
        }
        before = Some(month);
    }
    let mut previous = None;
    for (booked, sequence) in corrections.iter().zip(1..) {
        let (month, reading) = (booked.month.as_str(), Some(booked.reading));
        let digest = correction::digest(cluster.as_str(), booked);
        if digest != booked.digest {
            let what = format!("the digest of correction {sequence} is not that of what it seals");
            wrong(month, reading, what);
        }
        if (booked.sequence, booked.previous) != (sequence, previous) {
            let what = format!("correction {sequence} does not follow the one before");
            wrong(month, reading, what);
        }
        previous = Some(booked.digest);
    }
}
