//! The tiers of a made-up cluster.

use crate::sim::figures::Figures;

/// The disks of one kind. Sizes are bytes; over all tiers they add up to those of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Its number, from 0.
    pub number: u64,
    /// Disk space.
    pub physical_total: u64,
    /// What is left of it.
    pub physical_free: u64,
    /// What users can write on it when it is empty.
    pub logical_total: u64,
    /// What they can still write.
    pub logical_free: u64,
}

impl Figures {
    /// The tiers: the first has three quarters of the disks and four fifths of the data.
    pub fn tiers(&self) -> [Tier; 2] {
        let (total, data) = (self.physical_total / 4, self.user_data / 5);
        let not_data = self.physical_total - self.physical_free - 2 * self.user_data;
        let second = Tier {
            number: 1,
            physical_total: total,
            physical_free: total - 2 * data - not_data / 4,
            logical_total: self.logical_total() / 4,
            logical_free: self.logical_total() / 4 - data,
        };
        let first = Tier {
            number: 0,
            physical_total: self.physical_total - second.physical_total,
            physical_free: self.physical_free - second.physical_free,
            logical_total: self.logical_total() - second.logical_total,
            logical_free: self.logical_free() - second.logical_free,
        };
        [first, second]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn tiers_add_up_to_the_cluster_at_any_age() {
        for second in (0..100_000).step_by(17) {
            for number in 0..8 {
                let it = Figures::at(Duration::from_secs(second), number);
                let tiers = it.tiers();
                let sum = |size: fn(&Tier) -> u64| tiers.iter().map(size).sum::<u64>();
                assert_eq!(sum(|tier| tier.physical_total), it.physical_total);
                assert_eq!(sum(|tier| tier.physical_free), it.physical_free);
                assert_eq!(sum(|tier| tier.logical_total), it.logical_total());
                assert_eq!(sum(|tier| tier.logical_free), it.logical_free());
                for tier in tiers {
                    assert!(tier.physical_free < tier.physical_total);
                    assert!(tier.logical_free < tier.logical_total);
                }
            }
        }
    }
}
