//! The places between two durable steps of an order. A process may die at any of them; tests make it do so.

use async_trait::async_trait;

/// A place between two steps, named by what has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Checkpoint {
    /// Key and saga are saved.
    Claimed,
    /// Catalog holds the stock.
    StockHeld,
    /// The payment provider has answered, or its time was up.
    PaymentAsked,
    /// The order, or the refusal, is saved.
    Settled,
    /// Catalog has turned the holds into sales.
    HoldsCommitted,
    /// A started saga is marked to be undone; its key is free.
    GivenUp,
    /// Catalog has the stock back.
    StockReleased,
    /// The provider has given the money back.
    PaymentVoided,
    /// The provider has told what became of a payment that had not answered.
    PaymentKnown,
    /// A cancellation is saved.
    Cancelled,
}

impl Checkpoint {
    /// Every place.
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

/// Port: hears when a place is reached. Whoever never returns from it stands for a process that died there.
#[async_trait]
pub trait CheckpointObserver: Send + Sync {
    /// Called at every place, outside transactions.
    async fn reached(&self, checkpoint: Checkpoint);
}

/// The observer of production: looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

#[async_trait]
impl CheckpointObserver for Unobserved {
    async fn reached(&self, _checkpoint: Checkpoint) {}
}
