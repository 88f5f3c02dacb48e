//! Port: the provider that authorises and voids card payments.
//!
//! Every call carries an idempotency key that is derived from the order, so any call may be repeated, also by another
//! process. No call is made while a database transaction is open. Cash on delivery needs no provider.

mod scripted;

use std::error::Error;

use async_trait::async_trait;
use ids::{OrderId, TenantId};
use money::Money;
use strum::{EnumString, IntoStaticStr};

pub use scripted::ScriptedProvider;

/// Identifies a payment at the provider: one per order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentKey {
    /// The tenant, a merchant of the provider.
    pub tenant: TenantId,
    /// The order to be paid.
    pub order: OrderId,
}

impl PaymentKey {
    /// The idempotency key that is sent to the provider.
    pub fn idempotency_key(&self) -> String {
        format!("authorize:{}", self.order)
    }
}

/// The provider's answer to an authorisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// The payment is authorised.
    Authorized,
    /// The provider declined the payment.
    Declined,
}

/// State of a payment at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentState {
    /// The provider has no such payment.
    Unknown,
    /// The provider has not decided yet.
    Pending,
    /// The payment is authorised.
    Authorized,
    /// The provider declined the payment.
    Declined,
    /// The authorisation was voided, or a later authorisation is blocked.
    Voided,
}

/// The provider gave no answer. Whether it acted is unknown.
#[derive(Debug, thiserror::Error)]
#[error("the payment provider did not answer")]
pub struct NoAnswer(#[source] pub Box<dyn Error + Send + Sync>);

/// A provider of card payments.
#[async_trait]
pub trait PaymentProvider: Send + Sync {
    /// Authorises the payment. A repeat with the same key returns the same result.
    async fn authorize(
        &self,
        key: PaymentKey,
        amount: Money,
        token: &str,
    ) -> Result<Authorization, NoAnswer>;

    /// Returns the state of a payment.
    async fn status(&self, key: PaymentKey) -> Result<PaymentState, NoAnswer>;

    /// Voids the payment. For an unknown payment it blocks a later authorisation.
    async fn void(&self, key: PaymentKey) -> Result<(), NoAnswer>;
}
