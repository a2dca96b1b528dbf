//! A kept reading as a row, and as an object.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    clock,
    figure::Figure,
    hex,
    meter::quantity::{Quantity, Series, Unit},
    reading::Basis,
    sheet::{cell::Cell, column},
    store::{
        entry::Entry,
        origin::{Asked, Role},
    },
};

/// A kept reading: what was read, where, when, and the hash of the text that proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reading {
    /// Its name. The same reading has the same one everywhere.
    pub id: String,
    /// The cluster.
    pub cluster: String,
    /// What it was read for.
    pub role: Role,
    /// When it was observed.
    #[schema(format = DateTime)]
    pub at: String,
    /// Whether its month was closed when it came: then it counts for corrections only.
    pub late: bool,
    /// Who was asked.
    pub source: Asked,
    /// What *logical* means for it; `null` for compute.
    #[schema(required)]
    pub basis: Option<Basis>,
    /// The node that was asked; `null` where no node was.
    #[schema(required)]
    pub node: Option<String>,
    /// What the node was asked to run; `null` where no node was asked.
    #[schema(required)]
    pub command: Option<String>,
    /// The cluster's own word on its state; `null` where the source does not say.
    #[schema(required)]
    pub cluster_status: Option<String>,
    /// What a printed unit letter stood for, 1024 or 1000; `null` where no sizes were printed.
    #[schema(required)]
    pub size_base: Option<u64>,
    /// The release whose parser read it.
    pub parser: String,
    /// For how many seconds it stands where no other one follows.
    pub holds_s: u32,
    /// The SHA-256 of the raw text.
    pub text_sha256: String,
    /// Every quantity that is read together with these, by its name: an amount of bytes with its interval, or a count
    /// of vCPUs; `null` where it was not read.
    #[schema(value_type = Object)]
    pub figures: Map<String, Value>,
}

impl Reading {
    /// Of what is kept.
    ///
    /// # Errors
    /// Never, for figures are whole numbers; the library's own otherwise.
    pub fn of(entry: &Entry, late: bool) -> serde_json::Result<Reading> {
        let origin = &entry.origin;
        let mut figures = Map::new();
        for &quantity in quantities(entry) {
            let value = match entry.figure(quantity) {
                None => Value::Null,
                Some(amount) if quantity.unit() == Unit::Vcpus => amount.bytes.into(),
                Some(amount) => serde_json::to_value(Figure::from(amount))?,
            };
            figures.insert(quantity.name().to_owned(), value);
        }
        Ok(Reading {
            id: entry.id.to_string(),
            cluster: entry.cluster.to_string(),
            role: entry.role,
            at: clock::rfc3339(entry.at),
            late,
            source: origin.source,
            basis: origin.basis(),
            node: origin.node.clone(),
            command: origin.command.clone(),
            cluster_status: origin.cluster_status.clone(),
            size_base: origin.size_base.map(|it| it.base.factor()),
            parser: origin.parser.clone(),
            holds_s: origin.holds,
            text_sha256: hex::lower(&entry.text),
            figures,
        })
    }
}

/// Those that its source reads together.
fn quantities(entry: &Entry) -> &'static [Quantity] {
    match entry.origin.source.storage() {
        Some(_) => Series::Storage.quantities(),
        None => Series::Compute.quantities(),
    }
}

/// The columns of a row.
pub fn columns() -> Vec<String> {
    let of_reading = [
        "cluster",
        "role",
        "at",
        "id",
        "late",
        "source",
        "basis",
        "node",
        "command",
        "cluster_status",
        "size_base",
        "parser",
        "holds_s",
        "text_sha256",
    ];
    let mut columns: Vec<String> = of_reading.map(str::to_owned).into();
    for quantity in Quantity::ALL {
        columns.push(column::name(quantity));
        // A count of vCPUs is exact, and has no interval.
        if quantity.unit() == Unit::Bytes {
            columns.push(column::named(quantity, "_min"));
            columns.push(column::named(quantity, "_max"));
        }
    }
    columns
}

/// A row under [`columns`].
pub fn row(entry: &Entry, late: bool) -> Vec<Cell> {
    let origin = &entry.origin;
    let mut row = vec![
        entry.cluster.as_str().into(),
        entry.role.name().into(),
        entry.at.into(),
        entry.id.to_string().into(),
        late.into(),
        origin.source.name().into(),
        Cell::maybe(origin.basis().map(Basis::name)),
        Cell::maybe(origin.node.clone()),
        Cell::maybe(origin.command.clone()),
        Cell::maybe(origin.cluster_status.clone()),
        Cell::maybe(origin.size_base.map(|it| it.base.factor())),
        origin.parser.clone().into(),
        u64::from(origin.holds).into(),
        Cell::hex(&entry.text),
    ];
    for quantity in Quantity::ALL {
        let amount = entry.figure(quantity);
        row.push(Cell::maybe(amount.map(|it| it.bytes)));
        if quantity.unit() == Unit::Bytes {
            row.push(Cell::maybe(amount.map(|it| it.min)));
            row.push(Cell::maybe(amount.map(|it| it.max)));
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::{
        amount::Amount,
        store::{
            entry::{Text, id},
            origin::Origin,
        },
    };

    fn entry() -> Entry {
        let at = Timestamp::from_second(1_793_491_200).unwrap();
        let (cluster, text) = ("stor1".parse().unwrap(), Text::new(*b"raw"));
        let amount = Amount {
            bytes: 10,
            min: 9,
            max: 11,
        };
        Entry {
            id: id(&cluster, Asked::Overview, at, &text.hash),
            cluster,
            role: Role::Storage,
            at,
            origin: Arc::new(Origin {
                source: Asked::Overview,
                node: None,
                command: None,
                cluster_status: Some("healthy".to_owned()),
                size_base: None,
                parser: "0.1.0".to_owned(),
                holds: 900,
            }),
            text: text.hash,
            figures: vec![(Quantity::LogicalUsed, amount)],
        }
    }

    #[test]
    fn every_cell_has_a_column_and_what_was_not_read_is_nothing() {
        let (columns, row) = (columns(), row(&entry(), false));
        assert_eq!(columns.len(), row.len());
        let cell = |name: &str| {
            let place = columns.iter().position(|column| column == name).unwrap();
            row[place].clone()
        };
        assert_eq!(cell("logical_used_bytes"), Cell::from(10_u64));
        assert_eq!(cell("logical_used_min_bytes"), Cell::from(9_u64));
        assert_eq!(cell("logical_used_max_bytes"), Cell::from(11_u64));
        assert_eq!(cell("logical_total_bytes"), Cell::Nothing);
        assert_eq!(cell("vcpus_reserved"), Cell::Nothing);
        assert_eq!(cell("node"), Cell::Nothing);
    }

    #[test]
    fn an_object_names_every_quantity_of_its_series() {
        let reading = Reading::of(&entry(), true).unwrap();
        let names: Vec<&str> = reading.figures.keys().map(String::as_str).collect();
        let expected: Vec<&str> = Series::Storage
            .quantities()
            .iter()
            .map(|it| it.name())
            .collect();
        assert_eq!(names, expected);
        let figure = serde_json::to_string(&reading.figures["logical.used"]).unwrap();
        assert_eq!(figure, r#"{"bytes":10,"min":9,"max":11}"#);
        assert_eq!(reading.figures["user_data"], Value::Null);
        assert!(reading.late);
    }
}
