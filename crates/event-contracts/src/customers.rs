//! Events about customers. Stream `customers` of the customers service.

use ids::{CustomerId, OrderId};
use serde::{Deserialize, Serialize};

/// Type name of [`CustomerOrderRecordedV1`].
pub const CUSTOMER_ORDER_RECORDED: &str = "customer.order_recorded.v1";

/// An order was added to a customer's history. An order of a guest gets its customer id from this event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerOrderRecordedV1 {
    /// The customer, registered or guest.
    pub customer_id: CustomerId,
    /// The order.
    pub order_id: OrderId,
}
