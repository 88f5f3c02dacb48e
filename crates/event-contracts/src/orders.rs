//! Events about orders. Stream `orders` of the orders service.

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

/// An order was placed: its stock is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlacedV1 {
    /// The order.
    pub order_id: OrderId,
    /// Order number, unique in the tenant.
    pub number: String,
    /// The signed-in customer; a guest's order has none.
    pub customer_id: Option<CustomerId>,
    /// Address for confirmations. The customers service creates a guest's record from it.
    pub email: String,
    /// Name of the recipient.
    pub name: String,
    /// Amount to be paid.
    pub total: Money,
    /// The ordered lines.
    pub lines: Vec<OrderPlacedLineV1>,
}

/// A line of [`OrderPlacedV1`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlacedLineV1 {
    /// The variant.
    pub variant_id: VariantId,
    /// Stock-keeping unit of the variant at the time of the order.
    pub sku: String,
    /// Number of units.
    pub quantity: u32,
    /// Price of one unit.
    pub unit_price: Money,
}

/// The payment provider authorised the payment of the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentAuthorizedV1 {
    /// The order.
    pub order_id: OrderId,
    /// Authorised amount.
    pub amount: Money,
}

/// The payment provider declined the payment of an order that waited for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaymentFailedV1 {
    /// The order.
    pub order_id: OrderId,
}

/// The tenant will fulfil the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderConfirmedV1 {
    /// The order.
    pub order_id: OrderId,
}

/// The order was cancelled without fulfilment; its stock is released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelledV1 {
    /// The order.
    pub order_id: OrderId,
    /// The reason, if one was given.
    pub reason: Option<String>,
}
