//! A row that a statement gives.

use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::store::error::StoreError;

/// A row of either database; its columns are asked for by their number, from 0.
#[derive(Debug)]
pub enum Row {
    /// Of the file.
    Sqlite(SqliteRow),
    /// Of the server.
    Postgres(PgRow),
}

macro_rules! column {
    ($row:expr, $number:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($number),
            Row::Postgres(row) => row.try_get($number),
        }
        .map_err(StoreError::doing("read a column"))
    };
}

impl Row {
    /// A number.
    ///
    /// # Errors
    /// When there is none in this column.
    pub fn int(&self, number: usize) -> Result<i64, StoreError> {
        column!(self, number)
    }

    /// A number, or null.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn maybe_int(&self, number: usize) -> Result<Option<i64>, StoreError> {
        column!(self, number)
    }

    /// A text.
    ///
    /// # Errors
    /// When there is none in this column.
    pub fn text(&self, number: usize) -> Result<&str, StoreError> {
        column!(self, number)
    }

    /// A text, or null.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn maybe_text(&self, number: usize) -> Result<Option<&str>, StoreError> {
        column!(self, number)
    }

    /// Bytes.
    ///
    /// # Errors
    /// When there are none in this column.
    pub fn bytes(&self, number: usize) -> Result<&[u8], StoreError> {
        column!(self, number)
    }

    /// As many bytes as are expected.
    ///
    /// # Errors
    /// When there are others in this column.
    pub fn exactly<const N: usize>(&self, number: usize) -> Result<[u8; N], StoreError> {
        let bytes = self.bytes(number)?;
        let fitting = bytes.try_into();
        fitting.map_err(|_| StoreError::damaged(format!("{} bytes where {N} belong", bytes.len())))
    }

    /// As many bytes as are expected, or null.
    ///
    /// # Errors
    /// When there are others in this column.
    pub fn maybe_exactly<const N: usize>(
        &self,
        number: usize,
    ) -> Result<Option<[u8; N]>, StoreError> {
        let bytes: Option<&[u8]> = column!(self, number)?;
        let fitting = bytes.map(<[u8; N]>::try_from).transpose();
        fitting
            .map_err(|_| StoreError::damaged(format!("other bytes than the {N} that belong there")))
    }
}
