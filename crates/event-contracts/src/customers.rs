//! Facts about customers. Stream `customers` of the customers service.

use ids::{CustomerId, OrderId};
use serde::{Deserialize, Serialize};

/// Type name of [`CustomerOrderRecordedV1`].
pub const CUSTOMER_ORDER_RECORDED: &str = "customer.order_recorded.v1";

/// An order stands in a customer's history. For a guest this is how the order learns its customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerOrderRecordedV1 {
    /// The customer, registered or guest.
    pub customer_id: CustomerId,
    /// The order.
    pub order_id: OrderId,
}
