//! Handler of `order.placed.v1`: adds the order to its customer's history.

use std::sync::Arc;

use async_trait::async_trait;
use database::{StoreError, TenantTx};
use event_contracts::Envelope;
use event_contracts::orders::OrderPlacedV1;
use event_log::inbox::{EventHandler, Outcome};
use ids::CustomerId;

use super::model::{Customer, CustomerKind, EmailAddress, HistoryEntry};
use super::{events, store};
use crate::app::App;

/// The handler of the queue `customers.order_history`.
#[derive(Clone)]
pub struct OrderHistory {
    app: Arc<App>,
}

/// The customer that an order belongs to.
#[derive(Clone, PartialEq, Eq)]
pub enum Owner {
    /// The customer who was signed in when the order was placed.
    SignedIn(CustomerId),
    /// No customer was signed in: the guest with the order's e-mail, even if an account has the same
    /// e-mail.
    Guest(EmailAddress),
}

/// Permanent reasons why an order cannot be added to a history; a retry does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnerError {
    #[error("guest order has no valid e-mail")]
    NoEmail,
}

#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error(transparent)]
    Owner(#[from] OwnerError),
    #[error("customer {0} does not exist in the order's tenant")]
    UnknownCustomer(CustomerId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrderHistory {
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    async fn record(
        &self,
        tx: &mut TenantTx<'_>,
        envelope: &Envelope,
        placed: OrderPlacedV1,
    ) -> Result<(), RecordError> {
        let now = self.app.now();
        let customer = match owner(&placed)? {
            Owner::SignedIn(id) => {
                if !store::exists_customer(tx, id).await? {
                    return Err(RecordError::UnknownCustomer(id));
                }
                id
            }
            Owner::Guest(email) => {
                let kind = CustomerKind::Guest;
                let name = Some(placed.name).filter(|name| !name.trim().is_empty());
                let guest = Customer {
                    id: self.app.next_id(),
                    kind,
                    email,
                    name,
                };
                store::upsert_guest(tx, &guest, now).await?
            }
        };
        let entry = HistoryEntry {
            order: placed.order_id,
            customer,
            number: placed.number,
            total: placed.total,
            placed_at: envelope.time,
            recorded_at: now,
        };
        if store::insert_history_entry(tx, &entry).await? {
            let recorded = events::order_recorded(self.app.next_id(), &entry);
            event_log::append(tx, events::STREAM, &[recorded]).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl EventHandler for OrderHistory {
    async fn handle(&self, tx: &mut TenantTx<'_>, envelope: &Envelope) -> Outcome {
        let placed: OrderPlacedV1 = match serde_json::from_value(envelope.data.clone()) {
            Ok(placed) => placed,
            Err(error) => return Outcome::Reject(error.to_string()),
        };
        match self.record(tx, envelope, placed).await {
            Ok(()) => Outcome::Done,
            Err(RecordError::Store(error)) => {
                tracing::warn!(error = %service::log::chain(&error), event.id = %envelope.id, "order history not written, will be retried");
                Outcome::Retry { after: None }
            }
            Err(error @ (RecordError::Owner(_) | RecordError::UnknownCustomer(_))) => {
                Outcome::Reject(error.to_string())
            }
        }
    }
}

/// The pure rule: an equal e-mail never assigns an order to an account.
pub fn owner(placed: &OrderPlacedV1) -> Result<Owner, OwnerError> {
    match placed.customer_id {
        Some(id) => Ok(Owner::SignedIn(id)),
        None => EmailAddress::normalise(&placed.email)
            .map(Owner::Guest)
            .ok_or(OwnerError::NoEmail),
    }
}
