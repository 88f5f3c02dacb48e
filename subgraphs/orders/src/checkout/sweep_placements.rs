//! Finishes or undoes every saga past its deadline. Any number of sweepers may run: each leases what it takes.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use database::StoreError;
use futures_util::{StreamExt, stream};
use ids::{OrderId, TenantId};
use service::{Deadline, deadlines};

use super::commit_holds::{CommitHoldsError, commit_holds};
use super::place_order::MUTATION;
use super::settle_payment::{SettlePaymentError, settle_payment};
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::idempotency::{self, KeyScope};
use crate::placements::{self, Placement, Step, Undo, UndoError};

/// Sagas of one sweep.
const BATCH: i64 = 500;
/// Shops, and sagas of one shop, that are worked on at the same time.
const SHOPS: usize = 4;
const SAGAS: usize = 4;
/// Longer than all calls of one saga together.
const LEASE: TimeDelta = TimeDelta::seconds(20);
/// A saga that failed is tried again after 1, 2, 4 … seconds.
const LONGEST_WAIT_SECS: i64 = 60;
/// A pending order is asked after steadily: it has a minute.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(4);
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

/// Sweeps at the interval of the settings until the process stops; forgets old keys now and then.
pub async fn run_sweeper(app: Arc<App>) {
    let token = app.tasks.token();
    let interval = app.checkout.settings.sweep_interval;
    let mut sweeps: u32 = 0;
    loop {
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = token.cancelled() => return,
        }
        if let Err(error) = sweep_placements(&app).await {
            tracing::warn!(error = %error, "sweep failed");
        }
        if sweeps.is_multiple_of(600)
            && let Err(error) = idempotency::forget_old_keys(&app).await
        {
            tracing::warn!(error = %error, "old idempotency keys stay for now");
        }
        sweeps = sweeps.wrapping_add(1);
    }
}

/// One sweep. Returns how many sagas were taken.
pub async fn sweep_placements(app: &App) -> Result<usize, StoreError> {
    let mut tx = app.platform.transaction().await?;
    let due = placements::list_due_placements(&mut tx, app.now(), BATCH).await?;
    tx.commit().await?;
    let mut shops: HashMap<TenantId, Vec<OrderId>> = HashMap::new();
    for placement in due {
        shops
            .entry(placement.tenant)
            .or_default()
            .push(placement.order);
    }
    let taken = stream::iter(shops)
        .map(
            async |(tenant, orders)| match sweep_shop(app, tenant, &orders).await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(tenant.id = %tenant, error = %error, "sweep of a shop failed");
                    0
                }
            },
        )
        .buffer_unordered(SHOPS)
        .collect::<Vec<usize>>()
        .await;
    Ok(taken.into_iter().sum())
}

async fn sweep_shop(app: &App, tenant: TenantId, orders: &[OrderId]) -> Result<usize, StoreError> {
    let now = app.now();
    let mut tx = app.checkout.db.write(tenant).await?;
    let sagas = placements::claim_due_placements(&mut tx, orders, now, now + LEASE).await?;
    tx.commit().await?;
    let taken = sagas.len();
    let (committing, others): (Vec<_>, Vec<_>) = sagas
        .into_iter()
        .partition(|saga| saga.step == Step::Committing);
    if !committing.is_empty() {
        let orders: Vec<OrderId> = committing.iter().map(|saga| saga.order).collect();
        if let Err(error) = commit_holds(app, tenant, &orders).await {
            for saga in &committing {
                put_off(app, tenant, saga, &error).await?;
            }
        }
    }
    stream::iter(others)
        .for_each_concurrent(SAGAS, async |saga| {
            let Err(error) = sweep_saga(app, tenant, &saga).await else {
                return;
            };
            if let Err(error) = put_off(app, tenant, &saga, &error).await {
                tracing::warn!(order.id = %saga.order, error = %error, "lease runs out by itself");
            }
        })
        .await;
    Ok(taken)
}

async fn sweep_saga(app: &App, tenant: TenantId, saga: &Placement) -> Result<(), SweepError> {
    match saga.step {
        Step::Started => {
            if let Some(undo) = give_up(app, tenant, saga).await? {
                app.checkout.reached(Checkpoint::GivenUp).await;
                undo_within_limits(app, tenant, &undo).await?;
            }
            Ok(())
        }
        Step::AwaitingPayment => Ok(settle_payment(app, tenant, saga).await?),
        Step::Undoing => Ok(undo_within_limits(app, tenant, &saga.undo()).await?),
        Step::Committing => Ok(commit_holds(app, tenant, &[saga.order]).await?),
    }
}

async fn undo_within_limits(app: &App, tenant: TenantId, undo: &Undo) -> Result<(), UndoError> {
    let deadline = Deadline::after(deadlines::INTERNAL_CALL + deadlines::PAYMENT);
    placements::undo_placement(app, tenant, undo, deadline).await
}

/// Rules out that the saga becomes an order and frees its key. None: it has moved meanwhile.
async fn give_up(
    app: &App,
    tenant: TenantId,
    saga: &Placement,
) -> Result<Option<Undo>, StoreError> {
    let undo = Undo {
        reason: PAST_DEADLINE.to_owned(),
        ..saga.undo()
    };
    let due_at = app.now() + LEASE;
    let mut tx = app.checkout.db.write(tenant).await?;
    let marked =
        placements::update_to_undoing(&mut tx, &undo, Step::Started, Some(saga.attempts), due_at)
            .await?;
    if let (true, Some((principal, key))) = (marked, &saga.key) {
        let scope = KeyScope {
            principal: principal.clone(),
            mutation: MUTATION,
            key: key.clone(),
        };
        idempotency::delete_running_key(&mut tx, &scope, saga.order).await?;
    }
    tx.commit().await?;
    Ok(marked.then_some(undo))
}

async fn put_off(
    app: &App,
    tenant: TenantId,
    saga: &Placement,
    error: &(dyn std::error::Error + Sync),
) -> Result<(), StoreError> {
    tracing::warn!(
        order.id = %saga.order,
        saga.step = saga.step.as_str(),
        saga.attempts = saga.attempts,
        error = %error,
        "saga is tried again later"
    );
    let wait = match saga.step {
        Step::AwaitingPayment => ASK_AGAIN,
        Step::Started | Step::Committing | Step::Undoing => backoff(saga.attempts),
    };
    let mut tx = app.checkout.db.write(tenant).await?;
    placements::update_due(&mut tx, saga.order, saga.attempts, app.now() + wait).await?;
    tx.commit().await
}

fn backoff(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 7)).unwrap_or(1) - 1;
    TimeDelta::seconds((1_i64 << doublings).min(LONGEST_WAIT_SECS))
}
