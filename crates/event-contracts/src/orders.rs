//! Facts about orders. Stream `orders` of the orders service.

use ids::{CustomerId, OrderId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};

/// Type name of [`OrderPlacedV1`].
pub const ORDER_PLACED: &str = "order.placed.v1";
/// Type name of [`OrderPaymentAuthorizedV1`].
pub const ORDER_PAYMENT_AUTHORIZED: &str = "order.payment_authorized.v1";
/// Type name of [`OrderPaymentFailedV1`].
pub const ORDER_PAYMENT_FAILED: &str = "order.payment_failed.v1";
/// Type name of [`OrderConfirmedV1`].
pub const ORDER_CONFIRMED: &str = "order.confirmed.v1";
/// Type name of [`OrderCancelledV1`].
pub const ORDER_CANCELLED: &str = "order.cancelled.v1";

/// The customer has an order: its stock is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlacedV1 {
    /// The order.
    pub order_id: OrderId,
    /// Its number in the shop.
    pub number: String,
    /// The signed-in customer; a guest's order has none.
    pub customer_id: Option<CustomerId>,
    /// Where confirmations go. The customers service makes a guest's record from it.
    pub email: String,
    /// Name of the recipient.
    pub name: String,
    /// What is to be paid.
    pub total: Money,
    /// What was ordered.
    pub lines: Vec<OrderPlacedLineV1>,
}

/// A line of [`OrderPlacedV1`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlacedLineV1 {
    /// The variant.
    pub variant_id: VariantId,
    /// Its stock-keeping unit as of the order.
    pub sku: String,
    /// Units.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: Money,
}

/// The provider holds the money for the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentAuthorizedV1 {
    /// The order.
    pub order_id: OrderId,
    /// What was authorised.
    pub amount: Money,
}

/// The provider refused the money of an order that waited for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentFailedV1 {
    /// The order.
    pub order_id: OrderId,
}

/// The shop will fulfil the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderConfirmedV1 {
    /// The order.
    pub order_id: OrderId,
}

/// The order ended without fulfilment; its stock is given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelledV1 {
    /// The order.
    pub order_id: OrderId,
    /// Why, when somebody said it.
    pub reason: Option<String>,
}
