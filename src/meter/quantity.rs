//! What is metered: the quantities that a bill is made of.

use crate::words::words;

words! {
    /// A quantity that is metered over time, named after its place in the usage.
    Quantity as "MeteredQuantity" {
        /// All of the logical space; what *logical* means, the basis of the source says.
        LogicalTotal = "logical.total",
        /// Logical space that is taken.
        LogicalUsed = "logical.used",
        /// Logical space that is left.
        LogicalFree = "logical.free",
        /// All of the disks.
        PhysicalTotal = "physical.total",
        /// Space on the disks that is taken.
        PhysicalUsed = "physical.used",
        /// Space on the disks that is left.
        PhysicalFree = "physical.free",
        /// What users have written, before redundancy.
        UserData = "user_data",
        /// What the licence allows.
        LicenseCapacity = "license.capacity",
        /// What the licence counts as used.
        LicenseUsed = "license.used",
        /// Virtual CPUs that machines hold.
        VcpusReserved = "vcpus.reserved",
        /// Memory that machines hold.
        RamReserved = "ram.reserved",
        /// Sizes of all volumes.
        ProvisionedTotal = "provisioned.total",
        /// What is written in the volumes.
        ProvisionedUsed = "provisioned.used",
    }
}

words! {
    /// Quantities that are read together, by one source at one moment.
    Series as "Series" {
        /// Storage, from the source that is billed.
        Storage = "storage",
        /// Compute, from the panel.
        Compute = "compute",
    }
}

words! {
    /// In what a quantity is counted.
    Unit as "Unit" {
        /// Bytes.
        Bytes = "bytes",
        /// Virtual CPUs.
        Vcpus = "vcpus",
    }
}

impl Series {
    /// The quantities that are read together.
    pub fn quantities(self) -> &'static [Quantity] {
        // Those of storage stand first in the list, those of compute behind them.
        let (storage, compute) = Quantity::ALL.split_at(Quantity::VcpusReserved as usize);
        match self {
            Series::Storage => storage,
            Series::Compute => compute,
        }
    }
}

impl Quantity {
    /// Those that it is read together with.
    pub fn series(self) -> Series {
        match self {
            Quantity::VcpusReserved
            | Quantity::RamReserved
            | Quantity::ProvisionedTotal
            | Quantity::ProvisionedUsed => Series::Compute,
            _ => Series::Storage,
        }
    }

    /// In what it is counted.
    pub fn unit(self) -> Unit {
        match self {
            Quantity::VcpusReserved => Unit::Vcpus,
            _ => Unit::Bytes,
        }
    }

    /// Its place among those that it is read together with.
    pub fn place(self) -> usize {
        match self.series() {
            Series::Storage => self as usize,
            Series::Compute => self as usize - Quantity::VcpusReserved as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_stands_at_its_place_in_its_series() {
        for quantity in Quantity::ALL {
            let series = quantity.series().quantities();
            assert_eq!(series.get(quantity.place()), Some(&quantity));
        }
        let count: usize = Series::ALL.map(|it| it.quantities().len()).iter().sum();
        assert_eq!(count, Quantity::ALL.len());
    }
}
