//! Events about customers. Stream `customers` of the customers service.

use ids::{CustomerId, OrderId};
use serde::{Deserialize, Serialize};

use crate::Stream;
use crate::facts::events;

events! {
    Stream::CUSTOMERS;
    /// An order was recorded in a customer's history.
    CustomerOrderRecordedV1 = "customer.order_recorded.v1" about [customer_id];
}

/// An order was added to a customer's history. An order of a guest gets its customer id from this event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerOrderRecordedV1 {
    /// The customer, registered or guest.
    pub customer_id: CustomerId,
    /// The order.
    pub order_id: OrderId,
}
