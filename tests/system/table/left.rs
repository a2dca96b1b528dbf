//! What a service holds of the machine: descriptors, sockets, threads.

use std::{fs, path::Path, time::Duration};

use crate::{site::Service, wait::until};

/// How many of each, at most, where all is well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    descriptors: usize,
    sockets: usize,
    threads: usize,
}

impl Left {
    /// What it holds now.
    #[track_caller]
    pub(crate) fn of(service: &Service) -> Left {
        let process = format!("/proc/{}", service.running.id());
        let open: Vec<_> = entries(&format!("{process}/fd"));
        // It may be closed since.
        let names = open.iter().filter_map(|it| fs::read_link(it).ok());
        let is_socket = |name: &Path| name.to_string_lossy().starts_with("socket:");
        Left {
            sockets: names.filter(|name| is_socket(name)).count(),
            descriptors: open.len(),
            threads: entries(&format!("{process}/task")).len(),
        }
    }

    /// Counts what it holds now as well, where that is more.
    #[track_caller]
    pub(crate) fn raise(&mut self, service: &Service) {
        let now = Left::of(service);
        self.descriptors = self.descriptors.max(now.descriptors);
        self.sockets = self.sockets.max(now.sockets);
        self.threads = self.threads.max(now.threads);
    }

    /// Counts so many connections as well that may be kept and were not seen.
    pub(crate) fn allow(&mut self, kept: usize) {
        self.descriptors += kept;
        self.sockets += kept;
    }

    /// Waits until it holds no more than this.
    #[track_caller]
    pub(crate) fn is_all(&self, service: &Service, within: Duration) {
        let mut now = *self;
        let what = format!("no more than {self:?}");
        until(&what, within, || {
            now = Left::of(service);
            let same = now.descriptors <= self.descriptors && now.sockets <= self.sockets;
            (same && now.threads <= self.threads).then_some(())
        });
    }
}

#[track_caller]
fn entries(folder: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .filter_map(|it| it.ok().map(|it| it.path()))
        .collect()
}
