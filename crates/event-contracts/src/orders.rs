//! Events about orders. Stream `orders` of the orders service.

use ids::{CustomerId, OrderId, VariantId};
use money::Money;
use serde::{Deserialize, Serialize};

use crate::event::public_types;
use crate::facts::events;
use crate::{Event, Stream};

events! {
    Stream::ORDERS;
    /// The order is placed, its stock is held.
    OrderPlacedV1 = "order.placed.v1" about [order_id];
    /// The provider authorised the payment.
    OrderPaymentAuthorizedV1 = "order.payment_authorized.v1" about [order_id];
    /// The provider declined the payment, or did not respond in time.
    OrderPaymentFailedV1 = "order.payment_failed.v1" about [order_id];
    /// The tenant will fulfil the order.
    OrderConfirmedV1 = "order.confirmed.v1" about [order_id];
    /// The order ended without fulfilment.
    OrderCancelledV1 = "order.cancelled.v1" about [order_id];
}

// Types without a payload here are not published yet.
public_types! {
    /// Type of an order event.
    OrderEventType {
        /// The order was placed; its stock is held.
        Placed = "PLACED" of OrderPlacedV1::TYPE.name,
        /// The shop will fulfil the order.
        Confirmed = "CONFIRMED" of OrderConfirmedV1::TYPE.name,
        /// The payment provider has authorised the payment.
        PaymentAuthorized = "PAYMENT_AUTHORIZED" of OrderPaymentAuthorizedV1::TYPE.name,
        /// The shop has received the money.
        Paid = "PAID" of "order.paid.v1",
        /// The payment provider declined the payment or never answered.
        PaymentFailed = "PAYMENT_FAILED" of OrderPaymentFailedV1::TYPE.name,
        /// Goods have been shipped.
        Shipped = "SHIPPED" of "order.shipped.v1",
        /// The customer has received the goods.
        Delivered = "DELIVERED" of "order.delivered.v1",
        /// The order ended without fulfilment.
        Cancelled = "CANCELLED" of OrderCancelledV1::TYPE.name,
        /// The money was returned to the customer.
        Refunded = "REFUNDED" of "order.refunded.v1",
    }
}

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
