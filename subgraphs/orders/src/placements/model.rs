//! The states of a saga. Pure.

use chrono::{DateTime, Utc};
use ids::{OrderId, TenantId};

use crate::idempotency::{Fingerprint, KeyScope, SavedKey};
use crate::text_enum::text_enum;

text_enum! {
    /// Where a saga stands.
    Step {
        /// Stock may be held and a payment authorised; there is no order yet.
        Started = "STARTED",
        /// The order is pending: the provider has not answered.
        AwaitingPayment = "AWAITING_PAYMENT",
        /// The order is confirmed; its hold has still to become a sale.
        Committing = "COMMITTING",
        /// There is no order or it is cancelled; stock and payment have still to be given back.
        Undoing = "UNDOING",
    }
}

/// The first durable step: a key is taken and a saga begins, or neither.
#[derive(Clone)]
pub struct Claim {
    pub order: OrderId,
    pub scope: KeyScope,
    pub fingerprint: Fingerprint,
    pub has_payment: bool,
    pub due_at: DateTime<Utc>,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimOutcome {
    /// The key was free; the saga has begun.
    Claimed,
    /// The key was used before; `None` when it has been freed in the meantime.
    Used(Option<SavedKey>),
}

/// A saga.
#[derive(Clone)]
pub struct Placement {
    pub order: OrderId,
    pub step: Step,
    pub has_payment: bool,
    pub reason: Option<String>,
    /// Principal and key that started it.
    pub key: Option<(String, String)>,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
}

/// A saga past its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuePlacement {
    pub tenant: TenantId,
    pub order: OrderId,
}

/// Where a started saga goes.
#[derive(Debug, Clone)]
pub struct StepMove {
    pub order: OrderId,
    pub step: Step,
    pub due_at: DateTime<Utc>,
    pub reason: Option<&'static str>,
}

/// What has to be given back.
#[derive(Debug, Clone)]
pub struct Undo {
    pub order: OrderId,
    pub has_payment: bool,
    pub reason: String,
}

impl Placement {
    /// What has to be given back for this saga.
    pub fn undo(&self) -> Undo {
        Undo {
            order: self.order,
            has_payment: self.has_payment,
            reason: self
                .reason
                .clone()
                .unwrap_or_else(|| "placement was given up".to_owned()),
        }
    }
}
