//! SQL of `scripted_payments`.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx, text_column};
use money::Money;

use crate::payment_provider::PaymentState;

text_column!(PaymentState);

/// Saves a decision unless the payment has one. Returns the saved decision.
pub(super) async fn insert_payment(
    tx: &mut TenantTx<'_>,
    key: &str,
    decision: PaymentState,
    amount: Money,
    now: DateTime<Utc>,
) -> Result<PaymentState, StoreError> {
    // The no-op update makes the statement return the existing row.
    Ok(sqlx::query_scalar(
        "INSERT INTO scripted_payments
             (tenant_id, idempotency_key, state, amount_minor, currency, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
         SET state = scripted_payments.state
         RETURNING state",
    )
    .bind(tx.tenant())
    .bind(key)
    .bind(decision)
    .bind(amount.amount_minor)
    .bind(amount.currency)
    .bind(now)
    .fetch_one(tx.connection())
    .await?)
}

/// Reads the state of a payment.
pub(super) async fn find_state(
    tx: &mut TenantTx<'_>,
    key: &str,
) -> Result<Option<PaymentState>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT state
         FROM scripted_payments
         WHERE tenant_id = $1 AND idempotency_key = $2",
    )
    .bind(tx.tenant())
    .bind(key)
    .fetch_optional(tx.connection())
    .await?)
}

/// Voids a payment; a declined one stays declined.
pub(super) async fn upsert_void(
    tx: &mut TenantTx<'_>,
    key: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO scripted_payments
             (tenant_id, idempotency_key, state, amount_minor, currency, created_at)
         VALUES ($1, $2, 'VOIDED', 0, 'XXX', $3)
         ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
         SET state = 'VOIDED'
         WHERE scripted_payments.state = 'AUTHORIZED'",
    )
    .bind(tx.tenant())
    .bind(key)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}
