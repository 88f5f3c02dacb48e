//! The steps of a saga. Pure: no I/O.

use chrono::{DateTime, TimeDelta, Utc};
use idempotency::{Key, Request};
use ids::{OrderId, TenantId};
use strum::{Display, EnumString, IntoStaticStr};

/// The mutation that starts a saga, in the scope of its idempotency key.
pub const OPERATION: &str = "placeOrder";

/// A request undoes its placement itself; after this time a sweeper does.
pub const UNDO_DUE: TimeDelta = TimeDelta::seconds(5);

/// The step that a saga is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, Display, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Step {
    /// There is no order yet. Stock may be held and a payment may be authorised.
    Started,
    /// The order is pending: the payment provider has not answered.
    AwaitingPayment,
    /// The order is confirmed. Its hold is not committed yet.
    Committing,
    /// There is no order, or the order is cancelled. Stock and payment are not released yet.
    Undoing,
}

/// The first durable step: inserts an idempotency key and a saga, or neither.
#[derive(Clone)]
pub struct Claim {
    pub order: OrderId,
    pub request: Request,
    pub has_payment: bool,
    pub due_at: DateTime<Utc>,
}

/// The saga of one order.
#[derive(Clone)]
pub struct Placement {
    pub order: OrderId,
    pub step: Step,
    pub has_payment: bool,
    pub reason: Option<String>,
    /// The idempotency key that started the saga.
    pub key: Option<Key>,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

/// A saga past its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuePlacement {
    pub tenant: TenantId,
    pub order: OrderId,
}

/// The next step of a `STARTED` saga.
#[derive(Debug, Clone)]
pub struct StepMove {
    pub order: OrderId,
    pub step: Step,
    pub due_at: DateTime<Utc>,
    pub reason: Option<&'static str>,
}

/// What to release and void.
#[derive(Debug, Clone)]
pub struct Undo {
    pub order: OrderId,
    pub has_payment: bool,
    pub reason: String,
}

impl Placement {
    /// What to release and void for this saga.
    pub fn undo(&self) -> Undo {
        Undo {
            order: self.order,
            has_payment: self.has_payment,
            reason: self
                .reason
                .clone()
                .unwrap_or_else(|| "placement was abandoned".to_owned()),
        }
    }
}
