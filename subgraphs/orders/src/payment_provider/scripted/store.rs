//! SQL of `scripted_payments`.

use chrono::{DateTime, Utc};
use database::{StoreError, TenantTx};
use money::Money;

use crate::payment_provider::PaymentState;

/// Saves a decision unless the payment has one. Returns the saved decision.
pub(super) async fn insert_payment(
    tx: &mut TenantTx<'_>,
    key: &str,
    decision: PaymentState,
    amount: Money,
    now: DateTime<Utc>,
) -> Result<PaymentState, StoreError> {
    // The no-op update makes the statement return the existing row.
    let state = sqlx::query_scalar::<_, String>(
        "INSERT INTO scripted_payments
             (tenant_id, idempotency_key, state, amount_minor, currency, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, idempotency_key) DO UPDATE
         SET state = scripted_payments.state
         RETURNING state",
    )
    .bind(tx.tenant().uuid())
    .bind(key)
    .bind(state_text(decision))
    .bind(amount.amount_minor)
    .bind(amount.currency.code())
    .bind(now)
    .fetch_one(tx.connection())
    .await?;
    Ok(state_of(&state))
}

/// Reads the state of a payment.
pub(super) async fn find_state(
    tx: &mut TenantTx<'_>,
    key: &str,
) -> Result<Option<PaymentState>, StoreError> {
    let state = sqlx::query_scalar::<_, String>(
        "SELECT state
         FROM scripted_payments
         WHERE tenant_id = $1 AND idempotency_key = $2",
    )
    .bind(tx.tenant().uuid())
    .bind(key)
    .fetch_optional(tx.connection())
    .await?;
    Ok(state.as_deref().map(state_of))
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
    .bind(tx.tenant().uuid())
    .bind(key)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

fn state_text(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Authorized => "AUTHORIZED",
        PaymentState::Voided => "VOIDED",
        PaymentState::Declined | PaymentState::Pending | PaymentState::Unknown => "DECLINED",
    }
}

fn state_of(text: &str) -> PaymentState {
    match text {
        "AUTHORIZED" => PaymentState::Authorized,
        "VOIDED" => PaymentState::Voided,
        _ => PaymentState::Declined,
    }
}
