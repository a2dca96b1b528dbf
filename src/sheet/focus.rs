//! Charges as rows with the column names of the FinOps FOCUS specification (1.2), without prices.
//!
//! One row for each quantity that was covered in a charge period; one that was not covered has no row, for FOCUS forbids
//! a 0 that stands for nothing. A correction has a row of its own: it stands in the billing period in which it is
//! booked, its charge period is the month that it corrects, and its quantity has a sign.
//!
//! Whoever sets prices adds the columns of cost, price, account, provider and invoice. Ours begin with `x_`, as FOCUS wants it.

use std::io;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    cluster_name::ClusterName,
    meter::{
        decimal::Decimal,
        hours,
        quantity::{Quantity, Series, Unit},
        window::Window,
    },
    period::state::{Cause, State},
    sheet::{cell::Cell, csv, lines},
    store::entry::Hash,
};

/// The columns, in their order.
pub const COLUMNS: [&str; 26] = [
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "x_ByteSeconds",
    "x_VcpuSeconds",
    "x_Coverage",
    "x_CoveredSeconds",
    "x_Basis",
    "x_Sources",
    "x_PeriodState",
    "x_Digest",
    "x_Cause",
    "x_ReadingId",
];

/// What was consumed of one quantity in one charge period, or what such a charge is corrected by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The cluster.
    pub cluster: ClusterName,
    /// What was consumed.
    pub quantity: Quantity,
    /// The billing period in which it is booked.
    pub billing: Window,
    /// The charge period in which it was consumed.
    pub charge: Window,
    /// Byte·seconds, or vCPU·seconds; below 0 only where a correction takes something back.
    pub unit_seconds: i128,
    /// Which share of the charge period was covered; `None` for a correction.
    pub coverage: Option<Decimal>,
    /// How many seconds of it; `None` for a correction.
    pub covered: Option<u64>,
    /// What *logical* means in it; empty where that is not known.
    pub basis: String,
    /// Who was asked; empty where that is not known.
    pub sources: String,
    /// How far the billing period has come.
    pub state: State,
    /// What seals the month that is charged, or the correction; `None` while nothing does.
    pub digest: Option<Hash>,
    /// Why it is a correction; `None` where it is none.
    pub cause: Option<Cause>,
    /// The reading that a correction follows from; `None` where it is none.
    pub reading: Option<Uuid>,
}

/// Whether it is consumption: what is left of a space is not.
pub fn is_charged(quantity: Quantity) -> bool {
    !matches!(quantity, Quantity::LogicalFree | Quantity::PhysicalFree)
}

/// The row of a charge, under [`COLUMNS`].
pub fn row(charge: &Charge) -> [Cell; COLUMNS.len()] {
    let quantity = charge.quantity;
    let cluster = charge.cluster.as_str();
    let (category, kind) = match quantity.series() {
        Series::Storage => ("Storage", "Storage Cluster"),
        Series::Compute => ("Compute", "Compute Cluster"),
    };
    let (exact, size) = (charge.unit_seconds, charge.unit_seconds.unsigned_abs());
    let (unit, consumed, byte_seconds, vcpu_seconds) = match quantity.unit() {
        Unit::Bytes => ("TiB-Hours", hours::tib(size), exact.into(), Cell::Nothing),
        Unit::Vcpus => ("vCPU-Hours", hours::each(size), Cell::Nothing, exact.into()),
    };
    let consumed = match consumed {
        Some(decimal) if exact < 0 => Cell::Minus(decimal),
        decimal => Cell::maybe(decimal),
    };
    let class = charge.cause.map(|_| "Correction");
    let what = format!(
        "{quantity} of cluster {cluster}",
        quantity = quantity.name()
    );
    [
        moment(charge.billing.from()),
        moment(charge.billing.to()),
        "Usage".into(),
        Cell::maybe(class),
        match class {
            None => what.into(),
            Some(_) => format!("correction of {what}").into(),
        },
        "Usage-Based".into(),
        moment(charge.charge.from()),
        moment(charge.charge.to()),
        consumed,
        unit.into(),
        cluster.into(),
        cluster.into(),
        kind.into(),
        category.into(),
        "Virtuozzo Hybrid Infrastructure".into(),
        quantity.name().into(),
        byte_seconds,
        vcpu_seconds,
        Cell::maybe(charge.coverage),
        Cell::maybe(charge.covered),
        charge.basis.clone().into(),
        charge.sources.clone().into(),
        charge.state.name().into(),
        charge
            .digest
            .map_or(Cell::Nothing, |digest| Cell::hex(&digest)),
        Cell::maybe(charge.cause.map(Cause::name)),
        Cell::maybe(charge.reading.map(|id| id.to_string())),
    ]
}

/// All charges as CSV.
///
/// # Errors
/// Never: every row has the columns of the header.
pub fn csv(charges: &[Charge]) -> io::Result<Vec<u8>> {
    let rows: Vec<Vec<Cell>> = charges.iter().map(|charge| row(charge).into()).collect();
    csv::table(&COLUMNS, &rows)
}

/// A charge as an object, its keys the columns.
///
/// # Errors
/// Never, for every cell has a form in JSON; the library's own otherwise.
pub fn object(charge: &Charge) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(lines::Object {
        columns: &COLUMNS,
        cells: &row(charge),
    })
}

/// As FOCUS writes a moment: to the second, in UTC. A bound beyond all calendars is none.
fn moment(second: i64) -> Cell {
    match Timestamp::from_second(second) {
        Ok(at) => Cell::Text(at.to_string()),
        Err(_) => Cell::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIB_HOUR: i128 = 3_600 << 40;

    fn month(from: &str, to: &str) -> Window {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        Window::between(at(from), at(to)).unwrap()
    }

    fn october() -> Window {
        month("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z")
    }

    fn usage() -> Charge {
        Charge {
            cluster: "stor1".parse().unwrap(),
            quantity: Quantity::LogicalUsed,
            billing: october(),
            charge: october(),
            unit_seconds: 5 * TIB_HOUR,
            coverage: hours::share(2_674_680, 31 * 86_400),
            covered: Some(2_674_680),
            basis: "allocatable".to_owned(),
            sources: "ssh".to_owned(),
            state: State::Closed,
            digest: Some([7; 32]),
            cause: None,
            reading: None,
        }
    }

    fn cell(charge: &Charge, column: &str) -> Cell {
        let place = COLUMNS.iter().position(|it| *it == column).unwrap();
        row(charge)[place].clone()
    }

    #[test]
    fn a_period_ends_where_the_next_one_begins() {
        let usage = usage();
        for column in ["BillingPeriodEnd", "ChargePeriodEnd"] {
            assert_eq!(cell(&usage, column), "2026-11-01T00:00:00Z".into());
        }
        assert_eq!(cell(&usage, "ChargeClass"), Cell::Nothing);
        assert_eq!(cell(&usage, "ConsumedUnit"), "TiB-Hours".into());
        assert_eq!(cell(&usage, "x_VcpuSeconds"), Cell::Nothing);
    }

    #[test]
    fn a_correction_stands_in_the_month_in_which_it_is_booked() {
        let correction = Charge {
            billing: month("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            unit_seconds: -3 * TIB_HOUR / 2,
            cause: Some(Cause::LateReading),
            coverage: None,
            covered: None,
            ..usage()
        };
        assert_eq!(cell(&correction, "ChargeClass"), "Correction".into());
        let begins = |column: &str| cell(&correction, column);
        assert_eq!(begins("BillingPeriodStart"), "2026-11-01T00:00:00Z".into());
        assert_eq!(begins("ChargePeriodStart"), "2026-10-01T00:00:00Z".into());
        let text = String::from_utf8(csv(&[correction]).unwrap()).unwrap();
        assert!(text.contains(",-1.500000000,TiB-Hours,"), "{text}");
    }

    #[test]
    fn vcpus_are_charged_by_their_hours() {
        let vcpus = Charge {
            quantity: Quantity::VcpusReserved,
            unit_seconds: 43_200,
            ..usage()
        };
        assert_eq!(cell(&vcpus, "ConsumedUnit"), "vCPU-Hours".into());
        assert_eq!(cell(&vcpus, "x_ByteSeconds"), Cell::Nothing);
        assert_eq!(cell(&vcpus, "ServiceCategory"), "Compute".into());
        let object = object(&vcpus).unwrap();
        assert_eq!(object["x_VcpuSeconds"].to_string(), "133699857914265600000");
    }

    #[test]
    fn what_is_left_of_a_space_is_not_charged() {
        let free = Quantity::ALL.into_iter().filter(|it| !is_charged(*it));
        let names: Vec<&str> = free.map(Quantity::name).collect();
        assert_eq!(names, ["logical.free", "physical.free"]);
    }
}
