//! Cancels an order: by staff or by its customer, while nothing has been shipped. Releases the stock and voids the
//! payment.

use std::time::Duration;

use chrono::TimeDelta;
use database::{StoreError, TenantTx};
use identity::{Caller, Denied, Permission};
use ids::OrderId;
use serde::{Deserialize, Serialize};
use service::{Deadline, deadlines};

use super::access::OrderAccess;
use super::model::{CancelCause, CannotCancel, Order};
use super::{events, store};
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::idempotency::{self, Fingerprint, InvalidKey, KeyScope, KeyState, Turn};
use crate::placements::{self, Undo};

const MUTATION: &str = "cancelOrder";
const MAX_REASON_CHARS: usize = 255;
/// Interval between two polls of a key that another process holds.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The request releases the stock and voids the payment itself; after this time a sweeper does.
const UNDO_DUE: TimeDelta = TimeDelta::seconds(5);

/// The command, with its idempotency key.
pub struct CancelOrder {
    pub key: String,
    pub input: CancelInput,
}

/// The input that the fingerprint of the key covers.
#[derive(Serialize)]
pub struct CancelInput {
    pub order: String,
    pub reason: Option<String>,
}

/// The saved reply.
#[derive(Serialize, Deserialize)]
struct Cancelled {
    order: OrderId,
}

#[derive(Debug, thiserror::Error)]
pub enum CancelOrderError {
    #[error("order was not found")]
    OrderNotFound,
    #[error("order has already shipped")]
    AlreadyShipped,
    #[error("order is already cancelled")]
    AlreadyCancelled,
    #[error("key was used with another input")]
    IdempotencyConflict,
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
    #[error("a reason has at most 255 characters, none of them a control character")]
    InvalidReason,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("an earlier request with the key did not finish in time")]
    StillRunning,
    #[error("a saved reply cannot be encoded or decoded")]
    Encoding(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub async fn cancel_order(
    app: &App,
    caller: &Caller,
    command: CancelOrder,
    deadline: Deadline,
) -> Result<Order, CancelOrderError> {
    if !caller.has(Permission::OrdersCancel) {
        caller.require(Permission::OwnOrdersCancel)?;
    }
    let scope = KeyScope::new(caller.principal(), MUTATION, command.key)?;
    let fingerprint = Fingerprint::of(&command.input)?;
    let reason = check_reason(command.input.reason.as_deref())?;
    let attempt = Attempt {
        app,
        caller,
        scope,
        fingerprint,
        order: command.input.order,
        reason,
    };
    loop {
        match app
            .checkout
            .in_flight
            .enter(caller.tenant_id(), &attempt.scope)
        {
            Turn::Follow(mut leader) => {
                // The channel closes, with an error, when the leader has finished.
                if deadline.run(leader.changed()).await.is_err() {
                    return Err(CancelOrderError::StillRunning);
                }
            }
            Turn::Lead(_lead) => match attempt.run().await? {
                Outcome::Repeated(order) => return Ok(order),
                Outcome::Cancelled(order, undo) => {
                    attempt.undo(&undo, deadline).await;
                    return Ok(order);
                }
                Outcome::Raced if deadline.is_over() => return Err(CancelOrderError::StillRunning),
                Outcome::Raced => tokio::time::sleep(POLL_INTERVAL).await,
            },
        }
    }
}

enum Outcome {
    /// The key was used before: the order in its current state.
    Repeated(Order),
    /// This request has cancelled the order.
    Cancelled(Order, Undo),
    /// Another process inserted the key concurrently.
    Raced,
}

struct Attempt<'a> {
    app: &'a App,
    caller: &'a Caller,
    scope: KeyScope,
    fingerprint: Fingerprint,
    order: String,
    reason: Option<String>,
}

impl Attempt<'_> {
    async fn run(&self) -> Result<Outcome, CancelOrderError> {
        let mut tx = self.app.checkout.db.write(self.caller.tenant_id()).await?;
        if let Some(saved) = idempotency::find_key(&mut tx, &self.scope).await? {
            return self
                .saved_outcome(tx, saved.state_for(self.fingerprint))
                .await;
        }
        let id: OrderId = self
            .order
            .parse()
            .map_err(|_malformed| CancelOrderError::OrderNotFound)?;
        // Locks the saga before the order, in the same order as the sweepers, so that no deadlock is possible.
        placements::lock_placement(&mut tx, id).await?;
        let mut order = store::lock_order(&mut tx, id)
            .await?
            .filter(|order| self.may_cancel(order))
            .ok_or(CancelOrderError::OrderNotFound)?;
        let now = self.app.now();
        order
            .cancel(CancelCause::Requested, now)
            .map_err(|error| match error {
                CannotCancel::AlreadyCancelled => CancelOrderError::AlreadyCancelled,
                CannotCancel::AlreadyShipped => CancelOrderError::AlreadyShipped,
            })?;

        let reply = serde_json::to_value(Cancelled { order: id })?;
        let saved = (id, reply);
        if !idempotency::insert_finished_key(&mut tx, &self.scope, self.fingerprint, saved, now)
            .await?
        {
            tx.rollback().await?;
            return Ok(Outcome::Raced);
        }
        store::update_status(&mut tx, &order, self.reason.as_deref()).await?;
        let undo = Undo {
            order: id,
            has_payment: order.takes_payment(),
            reason: "order was cancelled".to_owned(),
        };
        placements::upsert_undoing(&mut tx, &undo, now, now + UNDO_DUE).await?;
        let cancelled = events::cancelled(&order, self.reason.as_deref(), now);
        self.app.log.commit(tx, [cancelled]).await?;
        Ok(Outcome::Cancelled(order, undo))
    }

    async fn saved_outcome(
        &self,
        mut tx: TenantTx<'_>,
        state: KeyState,
    ) -> Result<Outcome, CancelOrderError> {
        let reply = match state {
            KeyState::Conflict => return Err(CancelOrderError::IdempotencyConflict),
            KeyState::Running(_) => return Ok(Outcome::Raced),
            KeyState::Finished(reply) => reply,
        };
        let Cancelled { order } = serde_json::from_value(reply)?;
        let found = store::load_orders_by_ids(&mut tx, &[order])
            .await?
            .remove(&order);
        tx.commit().await?;
        found
            .map(Outcome::Repeated)
            .ok_or(CancelOrderError::OrderNotFound)
    }

    fn may_cancel(&self, order: &Order) -> bool {
        self.caller.has(Permission::OrdersCancel) || OrderAccess::of(self.caller).covers(order)
    }

    /// Undoes the placement immediately instead of leaving it to the sweeper, so that the units are available again
    /// when the caller has the answer.
    async fn undo(&self, undo: &Undo, deadline: Deadline) {
        self.app.checkout.reached(Checkpoint::Cancelled).await;
        let deadline = deadline.at_most(deadlines::INTERNAL_CALL);
        let tenant = self.caller.tenant_id();
        let undone = placements::undo_placement(self.app, tenant, undo, deadline);
        match deadline.run(undone).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(
                    order.id = %undo.order,
                    error = %service::log::chain(&error),
                    "undoing a cancelled order deferred to the sweeper"
                );
            }
            Err(_timed_out) => tracing::warn!(
                order.id = %undo.order,
                "undoing a cancelled order timed out: deferred to the sweeper"
            ),
        }
    }
}

fn check_reason(reason: Option<&str>) -> Result<Option<String>, CancelOrderError> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    if reason.chars().count() > MAX_REASON_CHARS || reason.chars().any(char::is_control) {
        return Err(CancelOrderError::InvalidReason);
    }
    Ok(Some(reason.to_owned()))
}
