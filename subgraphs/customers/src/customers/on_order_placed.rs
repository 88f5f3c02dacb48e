//! Handler of `order.placed.v1`: adds the order to its customer's history.

use database::TenantTx;
use event_contracts::customers::CustomerOrderRecordedV1;
use event_contracts::orders::OrderPlacedV1;
use event_log::Recorded;
use event_log::inbox::{Handled, NotHandled, Received};
use ids::CustomerId;

use super::model::{Customer, CustomerKind, EmailAddress, HistoryEntry};
use super::store;
use crate::app::App;

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
    #[error("customer {0} does not exist in the order's tenant")]
    UnknownCustomer(CustomerId),
}

/// Adds the order to the history once, whatever the number of deliveries.
pub async fn on_order_placed(
    app: &App,
    tx: &mut TenantTx<'_>,
    received: Received<OrderPlacedV1>,
) -> Handled {
    let placed = received.event;
    let now = app.now();
    let customer = match owner(&placed).map_err(NotHandled::reject)? {
        Owner::SignedIn(id) => {
            if !store::exists_customer(tx, id).await? {
                return Err(NotHandled::reject(OwnerError::UnknownCustomer(id)));
            }
            id
        }
        Owner::Guest(email) => {
            let guest = Customer {
                id: app.next_id(),
                kind: CustomerKind::Guest,
                email,
                name: Some(placed.name).filter(|name| !name.trim().is_empty()),
            };
            store::upsert_guest(tx, &guest, now).await?
        }
    };
    let entry = HistoryEntry {
        order: placed.order_id,
        customer,
        number: placed.number,
        total: placed.total,
        placed_at: received.time,
        recorded_at: now,
    };
    if !store::insert_history_entry(tx, &entry).await? {
        return Ok(Vec::new());
    }
    let recorded = CustomerOrderRecordedV1 {
        customer_id: customer,
        order_id: entry.order,
    };
    Ok(vec![Recorded::at(now, recorded).also_about([entry.order])])
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
