//! The names of the columns that hold quantities.

use crate::meter::quantity::{Quantity, Unit};

/// The column of a quantity: its name with `_` for `.`, and its unit where that does not stand in the name.
///
/// ```text
/// logical.used -> logical_used_bytes      vcpus.reserved -> vcpus_reserved
/// ```
pub fn name(quantity: Quantity) -> String {
    named(quantity, "")
}

/// The column of the least, or of the greatest, that a quantity may have been.
pub fn named(quantity: Quantity, which: &str) -> String {
    let unit = match quantity.unit() {
        Unit::Bytes => "_bytes",
        Unit::Vcpus => "",
    };
    format!("{}{which}{unit}", quantity.name().replace('.', "_"))
}

/// The column of the share of a time in which a quantity was measured.
pub fn share(quantity: Quantity) -> String {
    format!("{}_coverage", quantity.name().replace('.', "_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_column_says_its_unit_once() {
        assert_eq!(name(Quantity::LogicalUsed), "logical_used_bytes");
        assert_eq!(named(Quantity::UserData, "_min"), "user_data_min_bytes");
        assert_eq!(name(Quantity::VcpusReserved), "vcpus_reserved");
        let names: BTreeSet<String> = Quantity::ALL.into_iter().map(name).collect();
        assert_eq!(names.len(), Quantity::ALL.len());
    }
}
