//! Customers of a tenant and their order history.
//!
//! - Tables: `customers`, `customer_orders`.
//! - Consumes `order.placed.v1`: the order is added to the history of the customer who was signed in,
//!   otherwise of the guest with the order's e-mail. An equal e-mail never adds it to a registered
//!   account: that would show the order to the first account that registered the address.
//! - Emits `customer.order_recorded.v1`, from which the orders subgraph fills `Order.customer` of
//!   guest orders.
//! - A customer is visible to staff with the permission to read customers and to the customer itself.
//!   For every other caller it does not exist.

mod events;
mod graphql;
mod loaders;
mod model;
mod on_order_placed;
mod store;
#[cfg(test)]
mod tests;

pub use graphql::{Customer as CustomerObject, CustomerQueries};
pub use loaders::CustomersById;
pub use model::{Customer, CustomerKind, EMAIL_MAX_CHARACTERS, EmailAddress};
pub use on_order_placed::OrderHistory;
pub(crate) use store::upsert_registered_customer;
