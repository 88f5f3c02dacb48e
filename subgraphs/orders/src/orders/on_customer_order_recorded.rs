//! Handles `customer.order_recorded.v1`: sets the customer record of a guest's order.

use async_trait::async_trait;
use database::TenantTx;
use event_contracts::Envelope;
use event_contracts::customers::CustomerOrderRecordedV1;
use event_log::inbox::{EventHandler, Outcome};

use super::store;

/// Sets the customer of guests' orders. An order that has a customer keeps it, so the handler is idempotent and
/// independent of the delivery order.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnCustomerOrderRecorded;

#[async_trait]
impl EventHandler for OnCustomerOrderRecorded {
    async fn handle(&self, tx: &mut TenantTx<'_>, envelope: &Envelope) -> Outcome {
        let recorded: CustomerOrderRecordedV1 = match serde_json::from_value(envelope.data.clone())
        {
            Ok(recorded) => recorded,
            Err(error) => return Outcome::Reject(error.to_string()),
        };
        match store::update_customer(tx, recorded.order_id, recorded.customer_id).await {
            // False means that the order is unknown or has a customer: nothing to do.
            Ok(_updated) => Outcome::Done,
            Err(error) => {
                tracing::warn!(
                    order.id = %recorded.order_id,
                    error = %service::log::chain(&error),
                    "setting the customer of an order failed: retry scheduled"
                );
                Outcome::Retry { after: None }
            }
        }
    }
}
