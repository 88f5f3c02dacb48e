//! The error for a stored row that no version of this code can have written.

use database::StoreError;
use uuid::Uuid;

/// Names table, column and row of an unreadable value, without the value itself.
#[derive(Debug, thiserror::Error)]
#[error("{table}.{column} of row {id} cannot be read")]
pub struct CorruptRow {
    pub table: &'static str,
    pub column: &'static str,
    pub id: Uuid,
}

impl From<CorruptRow> for StoreError {
    #[track_caller]
    fn from(row: CorruptRow) -> Self {
        sqlx::Error::Decode(Box::new(row)).into()
    }
}
