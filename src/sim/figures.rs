//! The figures of a made-up cluster at one moment of its life: a pure function of its age, so that two runs agree.
//!
//! All data is kept twice. So the logical space is half of the physical one, and what is allocatable is neither: the
//! report counts it with the cluster's default of one replica.

use std::time::Duration;

const GIB: u64 = 1 << 30;
pub(crate) const TIB: u64 = 1 << 40;

/// What report and panel are made of. Sizes are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Disk space of all chunk servers.
    pub physical_total: u64,
    /// What is left of it.
    pub physical_free: u64,
    /// What clients could write into an empty cluster.
    pub allocatable_total: u64,
    /// What clients can still write: a reserve of the free space is kept back.
    pub allocatable_free: u64,
    /// What clients have written, without replicas.
    pub user_data: u64,
    /// What the licence allows.
    pub license_capacity: u64,
    /// What volumes were made for.
    pub volumes_provisioned: u64,
    /// What is in the volumes.
    pub volumes_used: u64,
    /// Volumes attached to a VM.
    pub volumes_in_use: u64,
    /// Volumes attached to none.
    pub volumes_available: u64,
    /// Nodes that run VMs.
    pub hypervisors: u64,
    /// Cores of all nodes.
    pub cores: u64,
    /// vCPUs that a core is sold as.
    pub vcpus_per_core: u64,
    /// vCPUs of the VMs.
    pub vcpus_used: u64,
    /// vCPUs for the system itself.
    pub vcpus_system: u64,
    /// vCPUs of nodes that are fenced.
    pub vcpus_fenced: u64,
    /// Memory for VMs.
    pub memory_capacity: u64,
    /// What VMs hold of it.
    pub memory_used: u64,
    /// Memory for the system itself.
    pub memory_system: u64,
    /// Memory of nodes that are fenced.
    pub memory_fenced: u64,
    /// VMs that run.
    pub active: u64,
    /// VMs that are switched off.
    pub shutoff: u64,
    /// VMs that are put away.
    pub shelved: u64,
    /// VMs with an error.
    pub error: u64,
    /// VMs in the middle of a change.
    pub in_progress: u64,
    /// Load of the processors in hundredths of a percent.
    pub cpu_load: u32,
}

impl Figures {
    /// The figures at `age`; up to eight clusters of different `number` differ.
    pub fn at(age: Duration, number: u64) -> Figures {
        let number = number % 8;
        let user_data = 212 * TIB / 10 + number * TIB / 2 + growth(age, 3 * TIB);
        let physical_total = 573 * TIB / 10 + number * 4 * TIB;
        let physical_free = physical_total - 2 * user_data - 19 * TIB / 10;
        let active = 268 + wave(age, 600, 24);
        let shutoff = 34 - wave(age, 600, 12);
        let shelved = 5 + number;
        let volumes_in_use = 2 * (active + shutoff);
        let volumes_available = 40 + wave(age, 1_500, 6);
        let memory_capacity = 4_096 * GIB;
        Figures {
            physical_total,
            physical_free,
            allocatable_total: physical_total,
            allocatable_free: physical_free - physical_total / 50,
            user_data,
            license_capacity: 500 * TIB,
            volumes_provisioned: (volumes_in_use + volumes_available) * 64 * GIB,
            volumes_used: user_data - 12 * TIB / 10,
            volumes_in_use,
            volumes_available,
            hypervisors: 8,
            cores: 704,
            vcpus_per_core: 8,
            vcpus_used: 4 * active,
            vcpus_system: 720,
            vcpus_fenced: 512,
            memory_capacity,
            memory_used: 12 * GIB * active,
            memory_system: 512 * GIB,
            memory_fenced: 512 * GIB,
            active,
            shutoff,
            shelved,
            error: 1,
            in_progress: 2 + wave(age, 90, 2),
            cpu_load: 700 + u32::try_from(wave(age, 240, 300)).unwrap_or(u32::MAX),
        }
    }

    /// What users can write into an empty cluster, with the replicas that their data is kept in.
    pub fn logical_total(&self) -> u64 {
        self.physical_total / 2
    }

    /// What is left of it.
    pub fn logical_free(&self) -> u64 {
        self.logical_total() - self.user_data
    }

    /// What users keep in object storage.
    pub fn object_data(&self) -> u64 {
        (self.user_data - self.volumes_used) / 6 * 5
    }

    /// What users keep that is neither in volumes nor in object storage.
    pub fn other_data(&self) -> u64 {
        self.user_data - self.volumes_used - self.object_data()
    }

    /// The same with a licence for the next whole TiB and no more.
    pub(crate) fn with_low_licence(self) -> Figures {
        Figures {
            license_capacity: (self.user_data / TIB + 1) * TIB,
            ..self
        }
    }

    /// The same with every size of the storage 1 % larger.
    pub(crate) fn shifted(self) -> Figures {
        let more = |bytes: u64| bytes + bytes / 100;
        Figures {
            physical_total: more(self.physical_total),
            physical_free: more(self.physical_free),
            allocatable_total: more(self.allocatable_total),
            allocatable_free: more(self.allocatable_free),
            user_data: more(self.user_data),
            license_capacity: more(self.license_capacity),
            volumes_used: more(self.volumes_used),
            ..self
        }
    }

    /// vCPUs of all nodes.
    pub fn vcpus_total(&self) -> u64 {
        self.cores * self.vcpus_per_core
    }

    /// vCPUs that are left.
    pub fn vcpus_free(&self) -> u64 {
        self.vcpus_total() - self.vcpus_used - self.vcpus_system - self.vcpus_fenced
    }

    /// Memory that is left for VMs.
    pub fn memory_free(&self) -> u64 {
        self.memory_capacity - self.memory_used
    }

    /// Memory of all nodes.
    pub fn memory_total(&self) -> u64 {
        self.memory_capacity + self.memory_system + self.memory_fenced
    }

    /// All VMs.
    pub fn servers(&self) -> u64 {
        self.active + self.stopped() + self.error + self.in_progress
    }

    /// VMs that do not run.
    pub fn stopped(&self) -> u64 {
        self.shutoff + self.shelved
    }
}

/// From 0 to `height` within three hours, and back within the fourth, when old data goes.
fn growth(age: Duration, height: u64) -> u64 {
    let second = age.as_secs() % 14_400;
    match second.checked_sub(10_800) {
        None => height / 10_800 * second,
        Some(late) => height / 3_600 * (3_600 - late),
    }
}

/// From 0 to `height` and back, once in every `period` of seconds.
fn wave(age: Duration, period: u64, height: u64) -> u64 {
    let second = age.as_secs() % period;
    2 * height * second.min(period - second) / period
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_together_at_any_age() {
        for second in (0..100_000).step_by(17) {
            for number in 0..8 {
                let it = Figures::at(Duration::from_secs(second), number);
                assert!(it.allocatable_free < it.physical_free);
                assert!(it.physical_free < it.physical_total);
                assert!(it.volumes_used <= it.volumes_provisioned);
                assert!(it.volumes_used <= it.user_data);
                assert!(it.user_data <= it.license_capacity);
                let low = it.with_low_licence().license_capacity;
                assert!(low > it.user_data && it.user_data > low / 100 * 95);
                assert!(it.vcpus_free() > 0);
                assert!(it.memory_free() > 0);
            }
        }
    }

    #[test]
    fn used_grows_and_machines_come_and_go() {
        let then = Figures::at(Duration::ZERO, 0);
        let now = Figures::at(Duration::from_secs(300), 0);
        assert!(now.user_data > then.user_data);
        assert!(now.allocatable_free < then.allocatable_free);
        assert!(now.active > then.active);
        assert!(now.shutoff < then.shutoff);
    }

    #[test]
    fn two_lives_are_the_same() {
        let age = Duration::from_secs(12_345);
        assert_eq!(Figures::at(age, 2), Figures::at(age, 2));
        assert_ne!(Figures::at(age, 2), Figures::at(age, 3));
    }
}
