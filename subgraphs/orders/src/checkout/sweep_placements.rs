//! The sweeper: finishes or undoes every saga past its deadline. Any number of sweepers may run concurrently: each
//! leases the sagas that it claims.

use std::collections::HashMap;

use chrono::TimeDelta;
use database::StoreError;
use futures_util::{StreamExt, stream};
use ids::{OrderId, TenantId};
use service::{Deadline, deadlines};

use super::commit_holds::{CommitHoldsError, commit_holds};
use super::settle_payment::{SettlePaymentError, settle_payment};
use crate::app::App;
use crate::placements::{self, Abandonment, Placement, Step, Undo, UndoError};

/// Maximum sagas per sweep.
const BATCH: i64 = 500;
/// Tenants that are processed concurrently.
const CONCURRENT_TENANTS: usize = 4;
/// Sagas of one tenant that are processed concurrently.
const CONCURRENT_SAGAS: usize = 4;
/// Longer than the sum of all time-outs of one saga's calls.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// Maximum back-off of a failed saga, which is retried after 1, 2, 4 … seconds.
const MAX_BACKOFF_SECS: i64 = 60;
/// Interval between two polls of a pending payment. Constant, because the order must end within a minute.
const PAYMENT_POLL_INTERVAL: TimeDelta = TimeDelta::seconds(4);
const PAST_DEADLINE: &str = "placement was not finished in time";

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Commit(#[from] CommitHoldsError),
    #[error(transparent)]
    Payment(#[from] SettlePaymentError),
    #[error(transparent)]
    Undo(#[from] UndoError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs one sweep. Returns the number of sagas that it claimed.
pub async fn sweep_placements(app: &App) -> Result<usize, StoreError> {
    let mut tx = app.platform.transaction().await?;
    let due = placements::list_due_placements(&mut tx, app.now(), BATCH).await?;
    tx.commit().await?;
    let mut by_tenant: HashMap<TenantId, Vec<OrderId>> = HashMap::new();
    for placement in due {
        by_tenant
            .entry(placement.tenant)
            .or_default()
            .push(placement.order);
    }
    let claimed = stream::iter(by_tenant)
        .map(
            async |(tenant, orders)| match sweep_tenant(app, tenant, &orders).await {
                Ok(claimed) => claimed,
                Err(error) => {
                    tracing::warn!(
                        tenant.id = %tenant,
                        error = %service::log::chain(&error),
                        "sweep of a tenant failed"
                    );
                    0
                }
            },
        )
        .buffer_unordered(CONCURRENT_TENANTS)
        .collect::<Vec<usize>>()
        .await;
    Ok(claimed.into_iter().sum())
}

async fn sweep_tenant(
    app: &App,
    tenant: TenantId,
    orders: &[OrderId],
) -> Result<usize, StoreError> {
    let now = app.now();
    let mut tx = app.command_db.write(tenant).await?;
    let sagas = placements::claim_due_placements(&mut tx, orders, now, now + LEASE).await?;
    tx.commit().await?;
    let claimed = sagas.len();
    let (committing, others): (Vec<_>, Vec<_>) = sagas
        .into_iter()
        .partition(|saga| saga.step == Step::Committing);
    if !committing.is_empty() {
        let orders: Vec<OrderId> = committing.iter().map(|saga| saga.order).collect();
        if let Err(error) = commit_holds(app, tenant, &orders).await {
            for saga in &committing {
                schedule_retry(app, tenant, saga, &error).await?;
            }
        }
    }
    stream::iter(others)
        .for_each_concurrent(CONCURRENT_SAGAS, async |saga| {
            let Err(error) = sweep_saga(app, tenant, &saga).await else {
                return;
            };
            if let Err(error) = schedule_retry(app, tenant, &saga, &error).await {
                tracing::warn!(
                    order.id = %saga.order,
                    error = %service::log::chain(&error),
                    "scheduling the retry of a saga failed: retried when the lease expires"
                );
            }
        })
        .await;
    Ok(claimed)
}

async fn sweep_saga(app: &App, tenant: TenantId, saga: &Placement) -> Result<(), SweepError> {
    match saga.step {
        Step::Started => {
            let undo = Undo {
                reason: PAST_DEADLINE.to_owned(),
                ..saga.undo()
            };
            let abandonment = Abandonment {
                key: saga.key.as_ref(),
                attempts: Some(saga.attempts),
                due_at: app.now() + LEASE,
            };
            if placements::abandon_placement(app, tenant, &undo, abandonment).await? {
                undo_with_deadline(app, tenant, &undo).await?;
            }
            Ok(())
        }
        Step::AwaitingPayment => Ok(settle_payment(app, tenant, saga).await?),
        Step::Undoing => Ok(undo_with_deadline(app, tenant, &saga.undo()).await?),
        Step::Committing => Ok(commit_holds(app, tenant, &[saga.order]).await?),
    }
}

async fn undo_with_deadline(app: &App, tenant: TenantId, undo: &Undo) -> Result<(), UndoError> {
    let deadline = Deadline::after(deadlines::INTERNAL_CALL + deadlines::PAYMENT);
    placements::undo_placement(app, tenant, undo, deadline).await
}

async fn schedule_retry(
    app: &App,
    tenant: TenantId,
    saga: &Placement,
    error: &(dyn std::error::Error + Sync),
) -> Result<(), StoreError> {
    tracing::warn!(
        order.id = %saga.order,
        saga.step = %saga.step,
        saga.attempts = saga.attempts,
        error = %service::log::chain(error),
        "processing a saga failed: retry scheduled"
    );
    let delay = match saga.step {
        Step::AwaitingPayment => PAYMENT_POLL_INTERVAL,
        Step::Started | Step::Committing | Step::Undoing => backoff(saga.attempts),
    };
    let mut tx = app.command_db.write(tenant).await?;
    placements::update_due(&mut tx, saga.order, saga.attempts, app.now() + delay).await?;
    tx.commit().await
}

fn backoff(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 7)).unwrap_or(1) - 1;
    TimeDelta::seconds((1_i64 << doublings).min(MAX_BACKOFF_SECS))
}
