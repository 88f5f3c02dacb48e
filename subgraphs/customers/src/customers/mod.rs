//! Shoppers of a shop and what they ordered.
//!
//! - Tables: `customers`, `customer_orders`.
//! - Consumes `order.placed.v1`: the order joins the history of the customer who was signed in,
//!   else of the guest with the order's e-mail. It never joins a registered account because the
//!   e-mail is equal: that would show an order to whoever registered the address first.
//! - Emits `customer.order_recorded.v1`, out of which the orders subgraph learns `Order.customer`
//!   of guest orders.
//! - A customer is seen by staff that may read customers and by the customer itself; for everybody
//!   else it does not exist.

mod events;
mod graphql;
mod loaders;
mod model;
mod on_order_placed;
mod store;
#[cfg(test)]
mod tests;

pub use graphql::{Customer as CustomerObject, CustomerQueries};
pub use loaders::{CustomerLoader, customer_loader};
pub use model::{Customer, CustomerKind, EMAIL_MAX_CHARACTERS, EmailAddress};
pub use on_order_placed::OrderHistory;
pub(crate) use store::upsert_registered_customer;
