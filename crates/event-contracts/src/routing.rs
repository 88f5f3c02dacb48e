//! Routing: the exchange of an event type, and whether a service consumes the type.

use crate::{customers, orders};

/// The topic exchange of an event type.
pub fn exchange_of(event_type: &str) -> &'static str {
    match event_type.split('.').next() {
        Some("order") => "orders",
        Some("customer" | "session" | "staff_member" | "tenant") => "customers",
        Some("notification") => "notifications",
        Some("analytics") => "analytics",
        _ => "products",
    }
}

/// Whether a service declares a queue for the type. Such a message is published as mandatory: without a
/// queue it would be lost although the broker confirms it.
pub fn has_consumer(event_type: &str) -> bool {
    matches!(
        event_type,
        orders::ORDER_PLACED | customers::CUSTOMER_ORDER_RECORDED
    )
}
