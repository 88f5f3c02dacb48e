//! Checkpoints: named points between two steps of a saga. A process may crash at any of them; tests stop it there.

use async_trait::async_trait;

/// A point between two steps, named after the step that has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checkpoint {
    /// Idempotency key and saga are saved.
    Claimed,
    /// Catalog holds the stock.
    StockHeld,
    /// The payment provider has answered, or the call has timed out.
    PaymentAsked,
    /// The order or the refusal is saved.
    Settled,
    /// Catalog has committed the holds.
    HoldsCommitted,
    /// A started saga is marked `UNDOING` and its idempotency key is free.
    GivenUp,
    /// Catalog has released the stock.
    StockReleased,
    /// The provider has voided the payment.
    PaymentVoided,
    /// The provider has returned the state of a payment whose first call had no answer.
    PaymentKnown,
    /// The cancellation of an order is saved.
    Cancelled,
}

impl Checkpoint {
    /// Every checkpoint.
    pub const ALL: [Self; 10] = [
        Self::Claimed,
        Self::StockHeld,
        Self::PaymentAsked,
        Self::Settled,
        Self::HoldsCommitted,
        Self::GivenUp,
        Self::StockReleased,
        Self::PaymentVoided,
        Self::PaymentKnown,
        Self::Cancelled,
    ];
}

/// Port: is notified when a checkpoint is reached. A call that never returns simulates a process that crashed there.
#[async_trait]
pub trait CheckpointObserver: Send + Sync {
    /// Called at every checkpoint, outside transactions.
    async fn reached(&self, checkpoint: Checkpoint);
}

/// Observer for production: does nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

#[async_trait]
impl CheckpointObserver for Unobserved {
    async fn reached(&self, _checkpoint: Checkpoint) {}
}
