//! The typed columns of a row.

use money::Money;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type};

use crate::error::CorruptRow;

/// Reads the columns of one row, for `impl FromRow` of a model. A value that cannot be read is reported with its table,
/// column and row.
pub struct Columns<'r> {
    row: &'r PgRow,
    table: &'static str,
    id: &'static str,
}

impl<'r> Columns<'r> {
    /// The columns of a row of `table`, which is identified by the `uuid` in the column `id`.
    pub const fn of(row: &'r PgRow, table: &'static str, id: &'static str) -> Self {
        Self { row, table, id }
    }

    /// The value of a column.
    pub fn get<T>(&self, column: &'static str) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
    {
        self.row.try_get(column).map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => self.corrupt(column, Some(source)).into(),
            other => other,
        })
    }

    /// What `parse` makes of the value of a column; `None` is an invalid value.
    pub fn parse<S, T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(S) -> Option<T>,
    ) -> Result<T, sqlx::Error>
    where
        S: Decode<'r, Postgres> + Type<Postgres>,
    {
        parse(self.get(column)?).ok_or_else(|| self.invalid(column))
    }

    /// The amount in a column of minor units, in the currency of the row's column `currency`.
    pub fn money(&self, column: &'static str) -> Result<Money, sqlx::Error> {
        Ok(Money::new(self.get(column)?, self.get("currency")?))
    }

    /// The error for a value that breaks a rule over several columns.
    pub fn invalid(&self, column: &'static str) -> sqlx::Error {
        self.corrupt(column, None).into()
    }

    fn corrupt(
        &self,
        column: &'static str,
        source: Option<sqlx::error::BoxDynError>,
    ) -> CorruptRow {
        CorruptRow {
            table: self.table,
            column,
            id: self.row.try_get(self.id).unwrap_or_default(),
            source,
        }
    }
}

/// One column of many rows, for `UNNEST`.
pub fn column<R, T>(rows: impl IntoIterator<Item = R>, value: impl FnMut(R) -> T) -> Vec<T> {
    rows.into_iter().map(value).collect()
}
