//! How placing an order ends: the order, the saved reply of its key, and the errors.

use std::sync::Arc;

use graphql_server::CommandError;
use ids::OrderId;
use serde::{Deserialize, Serialize};

use super::model::Refusal;
use crate::orders::{Order, OrderLine};

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

/// Why there is no order. The list of refusals is never empty. After a failure either the attempt is undone and the key
/// is free, or a repeat with the key returns the answer.
pub type PlaceOrderError = CommandError<Vec<Refusal>>;
