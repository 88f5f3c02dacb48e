//! Port: whoever holds a customer's money for an order.
//!
//! Every call carries an idempotency key that is derived from the order, so any of them may be repeated, by
//! another process too. No call is made while a transaction of ours is open. Cash on delivery needs no provider.

mod scripted;

use std::error::Error;

use async_trait::async_trait;
use ids::{OrderId, TenantId};
use money::Money;

pub use scripted::ScriptedProvider;

/// Names a payment at the provider: one per order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentKey {
    /// The shop, a merchant of the provider.
    pub tenant: TenantId,
    /// The order to be paid.
    pub order: OrderId,
}

impl PaymentKey {
    /// The text that goes to the provider.
    pub fn idempotency_key(&self) -> String {
        format!("authorize:{}", self.order)
    }
}

/// The provider's answer to an authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// The money is held.
    Authorized,
    /// The provider refuses.
    Declined,
}

/// What the provider knows of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// It never heard of it.
    Unknown,
    /// It is still deciding.
    Pending,
    /// The money is held.
    Authorized,
    /// It refused.
    Declined,
    /// The money was given back, or a later authorisation is ruled out.
    Voided,
}

/// The provider gave no answer; whether it acted is not known.
#[derive(Debug, thiserror::Error)]
#[error("the payment provider did not answer")]
pub struct NoAnswer(#[source] pub Box<dyn Error + Send + Sync>);

/// A provider of card payments.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Holds the money. A repeat with the same key gives the same answer.
    async fn authorize(
        &self,
        key: PaymentKey,
        amount: Money,
        token: &str,
    ) -> Result<Authorization, NoAnswer>;

    /// What became of an authorisation.
    async fn status(&self, key: PaymentKey) -> Result<PaymentState, NoAnswer>;

    /// Gives the money back. For an unknown payment it rules out a later authorisation.
    async fn void(&self, key: PaymentKey) -> Result<(), NoAnswer>;
}
