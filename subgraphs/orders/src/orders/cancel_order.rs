//! Cancels an order: by staff or by its customer, while nothing has been shipped. Releases the stock and voids the
//! payment.

use database::TenantTx;
use graphql_server::{CommandError, Refusal, Rejection};
use idempotency::{Command, Done, Request};
use identity::{Caller, Permission};
use ids::OrderId;
use serde::{Deserialize, Serialize};
use service::{Deadline, deadlines};

use super::access::OrderAccess;
use super::end_order::{end_order, undo_of};
use super::model::{CancelCause, CannotCancel, Order};
use super::store;
use crate::app::App;
use crate::checkpoint::Checkpoint;
use crate::placements;

const OPERATION: &str = "cancelOrder";
const MAX_REASON_CHARS: usize = 255;

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

/// Why an order was not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum, thiserror::Error)]
#[graphql(name = "CancelOrderErrorCode")]
pub enum CancelOrderRefusal {
    /// The order does not exist or the caller may not cancel it.
    #[error("order was not found")]
    OrderNotFound,
    /// The order has already shipped, at least in part.
    #[error("order has already shipped")]
    AlreadyShipped,
    /// The order is already cancelled.
    #[error("order is already cancelled")]
    AlreadyCancelled,
    /// The idempotency key was used with another input.
    #[error("key was used with another input")]
    IdempotencyConflict,
}

impl Refusal for CancelOrderRefusal {
    fn field(&self) -> Option<&'static str> {
        match self {
            Self::OrderNotFound | Self::AlreadyShipped | Self::AlreadyCancelled => Some("orderId"),
            Self::IdempotencyConflict => Some("idempotencyKey"),
        }
    }
}

impl From<CannotCancel> for CancelOrderRefusal {
    fn from(reason: CannotCancel) -> Self {
        match reason {
            CannotCancel::AlreadyCancelled => Self::AlreadyCancelled,
            CannotCancel::AlreadyShipped => Self::AlreadyShipped,
        }
    }
}

type CancelOrderError = CommandError<CancelOrderRefusal>;

pub async fn cancel_order(
    app: &App,
    caller: &Caller,
    command: CancelOrder,
    deadline: Deadline,
) -> Result<Order, CancelOrderError> {
    if !caller.has(Permission::OrdersCancel) {
        caller.require(Permission::OwnOrdersCancel)?;
    }
    let request = Request::new(caller, OPERATION, command.key, &command.input)?;
    let cancellation = Cancellation {
        app,
        caller,
        order: command.input.order.parse().ok(),
        reason: check_reason(command.input.reason.as_deref())?,
    };
    let outcome = app
        .idempotency
        .once(&request, &cancellation, deadline)
        .await?;
    let order = find_order(app, caller, outcome.reply.order).await?;
    if outcome.first.is_some() {
        app.reached(Checkpoint::Cancelled).await;
        // Now, so that the units are available again when the caller has the answer.
        let undo = undo_of(&order, CancelCause::Requested);
        let deadline = deadline.at_most(deadlines::INTERNAL_CALL);
        placements::undo_or_defer(app, caller.tenant_id(), &undo, deadline).await;
    }
    Ok(order)
}

/// The transaction.
struct Cancellation<'a> {
    app: &'a App,
    caller: &'a Caller,
    /// `None` for a malformed id, which matches no order.
    order: Option<OrderId>,
    reason: Option<String>,
}

impl Command for Cancellation<'_> {
    type Reply = Cancelled;
    type Refusal = CancelOrderRefusal;
    const CONFLICT: CancelOrderRefusal = CancelOrderRefusal::IdempotencyConflict;

    async fn run(&self, tx: &mut TenantTx<'_>) -> Result<Done<Cancelled>, CancelOrderError> {
        let id = self.order.ok_or(CancelOrderRefusal::OrderNotFound)?;
        // Locks the saga before the order, in the same order as the sweepers, so that no deadlock is possible.
        placements::lock_placement(tx, id).await?;
        let mut order = store::lock_order(tx, id)
            .await?
            .filter(|order| self.may_cancel(order))
            .ok_or(CancelOrderRefusal::OrderNotFound)?;
        let (reason, now) = (self.reason.as_deref(), self.app.now());
        let ended = end_order(tx, &mut order, CancelCause::Requested, reason, now).await?;
        Ok(Done {
            reply: Cancelled { order: id },
            events: ended.map_err(CancelOrderRefusal::from)?,
        })
    }
}

impl Cancellation<'_> {
    fn may_cancel(&self, order: &Order) -> bool {
        self.caller.has(Permission::OrdersCancel) || OrderAccess::of(self.caller).covers(order)
    }
}

/// The order in its current state.
async fn find_order(app: &App, caller: &Caller, id: OrderId) -> Result<Order, CancelOrderError> {
    let snapshot = app.command_db.command_snapshot(caller.tenant_id());
    let mut found = store::load_orders_by_ids(&mut snapshot.lock().await?, &[id]).await?;
    snapshot.finish().await?;
    Ok(found.remove(&id).ok_or(CancelOrderRefusal::OrderNotFound)?)
}

fn check_reason(reason: Option<&str>) -> Result<Option<String>, Rejection> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    if reason.chars().count() > MAX_REASON_CHARS || reason.chars().any(char::is_control) {
        let rule = "a reason has at most 255 characters, none of them a control character";
        return Err(Rejection::bad_input(rule));
    }
    Ok(Some(reason.to_owned()))
}
