//! Staff, or the customer while nothing has been shipped, takes an order back. Stock and payment return with it.

use std::time::Duration;

use chrono::TimeDelta;
use database::{StoreError, TenantTx};
use identity::{Caller, Denied, Permission};
use ids::OrderId;
use serde::{Deserialize, Serialize};
use service::{Deadline, deadlines};

use super::access::OrderAccess;
use super::events::{EventSource, STREAM};
use super::model::{CancelCause, CannotCancel, Order};
use super::store;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::idempotency::{self, Fingerprint, InvalidKey, KeyScope, KeyState, Turn};
use crate::placements::{self, Undo};

const MUTATION: &str = "cancelOrder";
const LONGEST_REASON: usize = 255;
/// Between two looks at a key that another process works on.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The request gives stock and payment back itself; after this time a sweeper does.
const UNDO_DUE: TimeDelta = TimeDelta::seconds(5);

/// What the caller wants.
pub struct CancelOrder {
    pub key: String,
    pub input: CancelInput,
}

/// The input that the key stands for.
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
    #[error("goods of the order have left")]
    AlreadyShipped,
    #[error("order is cancelled already")]
    AlreadyCancelled,
    #[error("key was used with another input")]
    IdempotencyConflict,
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
    #[error("a reason has at most 255 characters, none of them a control character")]
    InvalidReason,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("an earlier request with the key has not ended in time")]
    StillRunning,
    #[error("a saved value cannot be read or written")]
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
                // An error is what ends the wait: the leader is gone.
                if deadline.run(leader.changed()).await.is_err() {
                    return Err(CancelOrderError::StillRunning);
                }
            }
            Turn::Lead(_lead) => match attempt.run().await? {
                Outcome::Ended(order) => return Ok(order),
                Outcome::Cancelled(order, undo) => {
                    attempt.give_back(&undo, deadline).await;
                    return Ok(order);
                }
                Outcome::Raced if deadline.is_over() => return Err(CancelOrderError::StillRunning),
                Outcome::Raced => tokio::time::sleep(LOOK_AGAIN).await,
            },
        }
    }
}

enum Outcome {
    /// A repeat: the order as it is now.
    Ended(Order),
    /// Done now.
    Cancelled(Order, Undo),
    /// Another process took the key at the same moment.
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
            return self.repeat(tx, saved.state_for(self.fingerprint)).await;
        }
        let id: OrderId = self
            .order
            .parse()
            .map_err(|_no_order_has_it| CancelOrderError::OrderNotFound)?;
        // The saga before the order: sweepers take the two locks in this order.
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
        let source = EventSource {
            ids: &*self.app.ids,
            now,
            trace: service::trace::current(),
        };
        let event = source.cancelled(&order, self.reason.clone())?;
        event_log::append(&mut tx, STREAM, &[event]).await?;
        tx.commit().await?;
        self.app.waker.wake();
        Ok(Outcome::Cancelled(order, undo))
    }

    async fn repeat(
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
            .map(Outcome::Ended)
            .ok_or(CancelOrderError::OrderNotFound)
    }

    fn may_cancel(&self, order: &Order) -> bool {
        self.caller.has(Permission::OrdersCancel) || OrderAccess::of(self.caller).covers(order)
    }

    /// Does at once what the saga would do soon, so that the units can be sold when the caller has the answer.
    async fn give_back(&self, undo: &Undo, deadline: Deadline) {
        self.app.checkout.reached(Checkpoint::Cancelled).await;
        let deadline = deadline.at_most(deadlines::INTERNAL_CALL);
        let tenant = self.caller.tenant_id();
        let undone = placements::undo_placement(self.app, tenant, undo, deadline);
        match deadline.run(undone).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(order.id = %undo.order, error = %error, "stock is given back later");
            }
            Err(_over) => tracing::warn!(order.id = %undo.order, "stock is given back later"),
        }
    }
}

fn check_reason(reason: Option<&str>) -> Result<Option<String>, CancelOrderError> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    if reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(CancelOrderError::InvalidReason);
    }
    Ok(Some(reason.to_owned()))
}
