//! `customer.order_recorded.v1`: a guest's order learns which customer record it belongs to.

use async_trait::async_trait;
use database::TenantTx;
use event_contracts::Envelope;
use event_contracts::customers::CustomerOrderRecordedV1;
use event_log::inbox::{EventHandler, Outcome};

use super::store;

/// Gives guests' orders their customer. An order that has one keeps it, so repetition and disorder change nothing.
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
            Ok(_changed_or_known) => Outcome::Done,
            Err(error) => {
                tracing::warn!(order.id = %recorded.order_id, error = %error, "customer is set later");
                Outcome::Retry { after: None }
            }
        }
    }
}
