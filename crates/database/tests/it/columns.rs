//! Values between Rust and columns: ids, currencies, enums, and what is reported of a row that cannot be read.

use std::error::Error;

use database::{Columns, StoreError, column, retry, text_column};
use ids::{OrderId, TenantId};
use money::{Currency, Money};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

use crate::{a_database, tenant};

#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
enum Step {
    Started,
    AwaitingPayment,
}

text_column!(Step);

#[derive(Debug, PartialEq)]
struct Row {
    id: OrderId,
    step: Step,
    units: u32,
    total: Money,
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "orders", "id");
        Ok(Self {
            id: row.get("id")?,
            step: row.get("step")?,
            units: row.parse("units", |units: i32| u32::try_from(units).ok())?,
            total: row.money("total_minor")?,
        })
    }
}

/// Reads a row with these values.
async fn read(step: &str, units: i32, currency: &str) -> Result<Row, StoreError> {
    let mut tx = a_database().await.tenants().write(tenant(1)).await?;
    Ok(sqlx::query_as(
        "SELECT $1 AS id, $2 AS step, $3 AS units, 120::bigint AS total_minor, $4::char(3) AS currency",
    )
    .bind(OrderId::from_uuid(Uuid::from_u128(7)))
    .bind(step)
    .bind(units)
    .bind(currency)
    .fetch_one(tx.connection())
    .await?)
}

#[tokio::test]
async fn reads_typed_columns() {
    let row = read("AWAITING_PAYMENT", 3, "UAH").await.unwrap();

    let expected = Row {
        id: OrderId::from_uuid(Uuid::from_u128(7)),
        step: Step::AwaitingPayment,
        units: 3,
        total: Money::new(120, Currency::UAH),
    };
    assert_eq!(row, expected);
}

#[tokio::test]
async fn reports_table_column_and_row_of_a_corrupt_value_and_does_not_retry() {
    for (step, units, currency, column) in [
        ("GONE", 3, "UAH", "step"),
        ("STARTED", -1, "UAH", "units"),
        ("STARTED", 3, "uah", "currency"),
    ] {
        let mut attempts = 0;
        let failed = retry(|| {
            attempts += 1;
            read(step, units, currency)
        })
        .await;

        let error = failed.unwrap_err();
        let id = Uuid::from_u128(7);
        assert_eq!(
            error.to_string(),
            format!("orders.{column} of row {id} cannot be read")
        );
        assert!(!error.is_unavailable());
        assert_eq!(attempts, 1);
    }
}

#[tokio::test]
async fn binds_optional_values_and_lists() {
    let mut tx = a_database().await.tenants().write(tenant(1)).await.unwrap();
    let steps = [Step::Started, Step::AwaitingPayment];

    let (tenants, texts, nothing, currencies): (
        Vec<TenantId>,
        Vec<Step>,
        Option<OrderId>,
        Vec<Currency>,
    ) = sqlx::query_as("SELECT $1, $2, $3, $4")
        .bind(column([1, 2], tenant))
        .bind(steps)
        .bind(None::<OrderId>)
        .bind(vec![Currency::UAH])
        .fetch_one(tx.connection())
        .await
        .unwrap();

    assert_eq!(tenants, [tenant(1), tenant(2)]);
    assert_eq!(texts, steps);
    assert_eq!((nothing, currencies), (None, vec![Currency::UAH]));
}

#[test]
fn an_inconsistency_names_its_cause() {
    let error = StoreError::inconsistent(std::fmt::Error);

    assert!(error.to_string().contains("columns.rs"), "{error}");
    assert!(error.source().unwrap().is::<std::fmt::Error>());
    assert!(!error.is_retryable());
}
