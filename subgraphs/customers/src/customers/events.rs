//! Events about customers.

use event_contracts::customers::{CUSTOMER_ORDER_RECORDED, CustomerOrderRecordedV1};
use event_log::NewEvent;
use ids::EventId;
use serde_json::json;

use super::model::HistoryEntry;

/// The stream of all events about customers.
pub const STREAM: &str = "customers";

/// An order was added to a customer's history.
pub fn order_recorded(id: EventId, entry: &HistoryEntry) -> NewEvent {
    let payload = CustomerOrderRecordedV1 {
        customer_id: entry.customer,
        order_id: entry.order,
    };
    NewEvent {
        id,
        event_type: CUSTOMER_ORDER_RECORDED,
        subjects: vec![entry.customer.to_string(), entry.order.to_string()],
        payload: json!(payload),
        occurred_at: entry.recorded_at,
        trace: None,
    }
}
