//! Handles `customer.order_recorded.v1`: sets the customer record of a guest's order.

use database::TenantTx;
use event_contracts::customers::CustomerOrderRecordedV1;
use event_log::inbox::{Handled, Received};

use super::store;
use crate::app::App;

/// Sets the customer of guests' orders. An order that has a customer keeps it, so the handler is idempotent and
/// independent of the delivery order.
pub async fn on_customer_order_recorded(
    _app: &App,
    tx: &mut TenantTx<'_>,
    received: Received<CustomerOrderRecordedV1>,
) -> Handled {
    let CustomerOrderRecordedV1 {
        customer_id,
        order_id,
    } = received.event;
    // False means that the order is unknown or has a customer: nothing to do.
    store::update_customer(tx, order_id, customer_id).await?;
    Ok(Vec::new())
}
