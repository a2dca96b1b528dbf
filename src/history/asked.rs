//! What somebody wants to see of a history.

use jiff::Timestamp;

use crate::{
    cluster_name::ClusterName,
    history::{cursor::Cursor, step::Step},
    meter::window::Window,
};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Of which cluster.
    pub cluster: &'a ClusterName,
    /// In which time.
    pub window: Window,
    /// How far apart.
    pub step: Step,
    /// How many points at most, from 1 on.
    pub limit: usize,
    /// Behind which point; `None` for the first page.
    pub after: Option<Cursor>,
    /// The time now: what is later has not been measured.
    pub now: Timestamp,
}
