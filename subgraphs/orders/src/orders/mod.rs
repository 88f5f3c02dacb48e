//! Orders: reading them, following their events, cancelling them.
//!
//! Invariants: an order's lines never change; numbers are dense per tenant; a state changes only through
//! [`model::Order::cancel`] and [`model::Order::confirm_payment`], under the row's lock. An order of another tenant
//! and an order of another customer look like a missing order.
//!
//! Tables: `orders`, `order_lines`, `order_counters`. Events: stream `orders`. Consumes
//! `customer.order_recorded.v1`.

mod access;
mod cancel_order;
mod end_order;
pub(crate) mod events;
pub(crate) mod graphql;
mod list_orders;
mod loaders;
mod model;
mod on_customer_order_recorded;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use end_order::{end_order, undo_of};
pub(crate) use loaders::{CustomerOrderCounts, CustomerOrders, OrderLinesOfOrders, OrdersById};
pub(crate) use model::{
    Address, CancelCause, FulfilmentStatus, Order, OrderLine, OrderStatus, PaymentMethod,
    PaymentStatus,
};
pub(crate) use on_customer_order_recorded::on_customer_order_recorded;
pub(crate) use store::{
    insert_lines, insert_orders, load_lines_by_orders, load_orders_by_ids, lock_order,
    update_status, upsert_counter,
};
