//! What a process holds of the machine: memory, descriptors, sockets, threads.

use std::{fs, time::Duration};

use crate::wait::until;

/// So much more memory than after the first quiet is no leak: what the allocator keeps of a crowd.
const MEMORY_MORE: u64 = 16 << 10;
/// A connection to the panel more or less that is kept for the next request, and its descriptor.
const KEPT_MORE: u64 = 2;
/// A thread for a file that is being read.
const THREADS_MORE: u64 = 1;
/// For what is held for a while yet: threads without work end after 10 s.
const SOON: Duration = Duration::from_secs(30);

/// How much of each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    memory_kib: u64,
    descriptors: u64,
    sockets: u64,
    threads: u64,
}

impl Held {
    /// What it holds now.
    #[track_caller]
    pub(crate) fn by(id: u32) -> Held {
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("it still runs");
        let line = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|it| it.parse().ok()).expect(name)
        };
        let open = fs::read_dir(format!("/proc/{id}/fd")).expect("its descriptors");
        // One may be closed since.
        let names: Vec<_> = open
            .filter_map(|it| fs::read_link(it.ok()?.path()).ok())
            .collect();
        let sockets = names
            .iter()
            .filter(|name| name.to_string_lossy().starts_with("socket:"));
        let count = |count: usize| u64::try_from(count).unwrap();
        Held {
            memory_kib: line("VmRSS:"),
            threads: line("Threads:"),
            sockets: count(sockets.count()),
            descriptors: count(names.len()),
        }
    }

    /// The more of each.
    pub(crate) fn or(self, other: Held) -> Held {
        Held {
            memory_kib: self.memory_kib.max(other.memory_kib),
            descriptors: self.descriptors.max(other.descriptors),
            sockets: self.sockets.max(other.sockets),
            threads: self.threads.max(other.threads),
        }
    }

    /// Waits until the process holds no more than this, but for what comes and goes.
    #[track_caller]
    pub(crate) fn is_all_of(&self, id: u32) -> Held {
        until(
            &format!("the process holds no more than {self:?}"),
            SOON,
            || {
                let now = Held::by(id);
                let flat = now.memory_kib <= self.memory_kib + MEMORY_MORE
                    && now.descriptors <= self.descriptors + KEPT_MORE
                    && now.sockets <= self.sockets + KEPT_MORE
                    && now.threads <= self.threads + THREADS_MORE;
                flat.then_some(now)
            },
        )
    }
}
