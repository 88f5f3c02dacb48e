//! Builds the events of orders.

use chrono::{DateTime, Utc};
use event_contracts::orders::{
    OrderCancelledV1, OrderConfirmedV1, OrderPaymentAuthorizedV1, OrderPaymentFailedV1,
    OrderPlacedLineV1, OrderPlacedV1,
};
use event_contracts::{Event, Stream};
use event_log::Recorded;

use super::model::{Order, OrderLine};

/// Name of the stream in the event log.
pub const STREAM: &str = Stream::ORDERS.name;

/// The order is placed.
pub fn placed(order: &Order, lines: &[OrderLine], now: DateTime<Utc>) -> Recorded {
    let event = OrderPlacedV1 {
        order_id: order.id,
        number: order.number.to_string(),
        customer_id: order.customer,
        email: order.email.clone(),
        name: order.shipping_address.name.clone(),
        total: order.total,
        lines: lines
            .iter()
            .map(|line| OrderPlacedLineV1 {
                variant_id: line.variant,
                sku: line.sku.clone(),
                quantity: line.quantity,
                unit_price: line.unit_price,
            })
            .collect(),
    };
    recorded(order, now, event)
}

/// The provider has authorised the payment.
pub fn payment_authorized(order: &Order, now: DateTime<Utc>) -> Recorded {
    let event = OrderPaymentAuthorizedV1 {
        order_id: order.id,
        amount: order.total,
    };
    recorded(order, now, event)
}

/// The provider declined the payment or never answered.
pub fn payment_failed(order: &Order, now: DateTime<Utc>) -> Recorded {
    recorded(order, now, OrderPaymentFailedV1 { order_id: order.id })
}

/// The shop will fulfil the order.
pub fn confirmed(order: &Order, now: DateTime<Utc>) -> Recorded {
    recorded(order, now, OrderConfirmedV1 { order_id: order.id })
}

/// The order ended without fulfilment.
pub fn cancelled(order: &Order, reason: Option<&str>, now: DateTime<Utc>) -> Recorded {
    let event = OrderCancelledV1 {
        order_id: order.id,
        reason: reason.map(str::to_owned),
    };
    recorded(order, now, event)
}

/// Customers find the events of their orders by their own id.
fn recorded(order: &Order, now: DateTime<Utc>, event: impl Event) -> Recorded {
    Recorded::at(now, event).also_about(order.customer)
}
