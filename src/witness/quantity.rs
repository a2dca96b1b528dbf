//! What two sources can both give: figures that mean the same wherever they come from.

use crate::{
    reading::{Figure, License, Source, Space, StorageReading},
    words::words,
};

words! {
    /// A figure that sources are compared by, named after its place in `storage`.
    Quantity as "Quantity" {
        /// All of the logical space; what *logical* means differs between sources.
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
    }
}

impl Quantity {
    /// The figure in a reading; `None` where the source does not give it.
    pub fn of(self, reading: &StorageReading) -> Option<Figure> {
        let logical = Some(reading.logical);
        let space = |space: Option<Space>, part: fn(Space) -> Figure| space.map(part);
        let license =
            |part: fn(&License) -> Option<Figure>| reading.license.as_ref().and_then(part);
        match self {
            Quantity::LogicalTotal => space(logical, |it| it.total),
            Quantity::LogicalUsed => space(logical, |it| it.used),
            Quantity::LogicalFree => space(logical, |it| it.free),
            Quantity::PhysicalTotal => space(reading.physical, |it| it.total),
            Quantity::PhysicalUsed => space(reading.physical, |it| it.used),
            Quantity::PhysicalFree => space(reading.physical, |it| it.free),
            Quantity::UserData => reading.user_data,
            Quantity::LicenseCapacity => license(|it| it.capacity),
            Quantity::LicenseUsed => license(|it| it.used),
        }
    }

    /// Whether it means the same for both sources: what *logical* is, each basis says for itself.
    pub fn means_the_same(self, one: Source, other: Source) -> bool {
        match self {
            Quantity::LogicalTotal | Quantity::LogicalUsed | Quantity::LogicalFree => {
                one.basis() == other.basis()
            }
            _ => true,
        }
    }

    /// Whether both readings have it of the same counter.
    pub fn counted_alike(self, one: &StorageReading, other: &StorageReading) -> bool {
        self != Quantity::UserData || one.user_data_by == other.user_data_by
    }

    /// Whether it changes while clients write: what there is in all changes when a disk or a licence comes.
    pub fn drifts(self) -> bool {
        match self {
            Quantity::LogicalUsed
            | Quantity::LogicalFree
            | Quantity::PhysicalUsed
            | Quantity::PhysicalFree
            | Quantity::UserData
            | Quantity::LicenseUsed => true,
            Quantity::LogicalTotal | Quantity::PhysicalTotal | Quantity::LicenseCapacity => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allocatable_figure_is_not_what_another_source_calls_logical() {
        let same = |one, other| Quantity::LogicalFree.means_the_same(one, other);
        assert!(!same(Source::Ssh, Source::Overview));
        assert!(!same(Source::Ssh, Source::Prometheus));
        assert!(!same(Source::Overview, Source::Grafana));
        assert!(same(Source::Prometheus, Source::Grafana));
        assert!(Quantity::PhysicalTotal.means_the_same(Source::Ssh, Source::Overview));
    }

    #[test]
    fn every_quantity_has_a_name_of_its_own() {
        let mut names = Quantity::ALL.map(Quantity::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Quantity::ALL.len());
    }
}
