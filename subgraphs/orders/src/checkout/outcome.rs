//! How placing an order ends: the order, the saved reply of its key, and the errors.

use std::error::Error;
use std::sync::Arc;

use database::StoreError;
use ids::OrderId;
use serde::{Deserialize, Serialize};

use super::model::{MAX_LINES, PriceError, Refusal};
use crate::idempotency::InvalidKey;
use crate::orders::{Order, OrderLine};

/// Name of the mutation in the scope of its idempotency keys.
pub const MUTATION: &str = "placeOrder";
/// An order with its lines.
#[derive(Clone)]
pub struct PlacedOrder {
    pub order: Arc<Order>,
    pub lines: Arc<Vec<OrderLine>>,
}

/// The saved reply of an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PlaceOrderReply {
    Placed { order: OrderId },
    Refused { refusals: Vec<Refusal> },
}

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    /// Never empty.
    #[error("order was refused")]
    Refused(Vec<Refusal>),
    #[error(transparent)]
    InvalidKey(#[from] InvalidKey),
    #[error("an order has at most {MAX_LINES} lines")]
    TooManyLines,
    #[error("a payment token has at most 255 characters, none of them a control character")]
    InvalidToken,
    /// A dependency is unavailable or the deadline has passed. Either the attempt is undone and the key is free, or a
    /// repeat with the key returns the answer.
    #[error("checkout is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    #[error("the order cannot be priced")]
    Prices(#[source] PriceError),
    #[error("a saved reply cannot be encoded or decoded")]
    Encoding(#[from] serde_json::Error),
    /// Shared by all commands of the batch.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
}

impl From<StoreError> for PlaceOrderError {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}

/// Wraps the failure of a dependency, or a passed deadline.
pub fn unavailable(error: impl Error + Send + Sync + 'static) -> PlaceOrderError {
    PlaceOrderError::Unavailable(Box::new(error))
}
