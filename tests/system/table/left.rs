//! What a service holds of the machine: descriptors, connections, threads.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::site::{Service, Site};

const BETWEEN: Duration = Duration::from_millis(50);
/// So many connections to the panel may be kept: compute, overview and licence are asked at once, and one that is
/// just being put back is not there for the next. A leak would be one a round.
const KEPT: usize = 6;

/// How many of each, at most, where all is well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// Without those to the panel.
    descriptors: usize,
    to_the_panel: usize,
    threads: usize,
}

impl Left {
    /// What it holds now.
    #[track_caller]
    pub(crate) fn of(service: &Service, site: &Site) -> Left {
        let process = format!("/proc/{}", service.running.id());
        let panel = site.cluster().panel.url.rsplit(':').next().unwrap();
        let panel = sockets_to(&process, panel.trim_end_matches('/').parse().unwrap());
        // It may be closed since.
        let open = entries(&format!("{process}/fd")).into_iter();
        let open: Vec<PathBuf> = open.filter_map(|it| fs::read_link(it).ok()).collect();
        let to_panel = open.iter().filter(|it| panel.contains(*it)).count();
        Left {
            descriptors: open.len() - to_panel,
            to_the_panel: to_panel.max(KEPT),
            threads: entries(&format!("{process}/task")).len(),
        }
    }

    /// Counts what it holds now as well, where that is more.
    #[track_caller]
    pub(crate) fn raise(&mut self, service: &Service, site: &Site) {
        let now = Left::of(service, site);
        self.descriptors = self.descriptors.max(now.descriptors);
        self.to_the_panel = self.to_the_panel.max(now.to_the_panel);
        self.threads = self.threads.max(now.threads);
    }

    /// The panel is asked through a relay, so that connections to it are not known by its port.
    pub(crate) fn relayed(&mut self) {
        self.descriptors += KEPT;
    }

    /// Waits until it holds no more than this.
    #[track_caller]
    pub(crate) fn is_all(&self, service: &Service, site: &Site, within: Duration) {
        let deadline = Instant::now() + within;
        loop {
            let now = Left::of(service, site);
            if now.descriptors <= self.descriptors
                && now.to_the_panel <= self.to_the_panel
                && now.threads <= self.threads
            {
                return;
            }
            assert!(Instant::now() < deadline, "{now:?}, and it was {self:?}");
            sleep(BETWEEN);
        }
    }
}

#[track_caller]
fn entries(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let entries = entries.filter_map(|it| it.ok().map(|it| it.path()));
    entries.collect()
}

/// The sockets of this machine that lead to a port, by the name that a descriptor of them has.
///
/// ```text
///   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
///    0: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 57123 …
/// ```
#[track_caller]
fn sockets_to(process: &str, port: u16) -> BTreeSet<PathBuf> {
    let port = format!(":{port:04X}");
    let listed = fs::read_to_string(format!("{process}/net/tcp")).unwrap();
    let rows = listed.lines().skip(1).map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        (words[2].to_owned(), words[9].to_owned())
    });
    rows.filter(|(remote, _)| remote.ends_with(&port))
        .map(|(_, inode)| PathBuf::from(format!("socket:[{inode}]")))
        .collect()
}
