//! GraphQL types and root fields of orders.
#![deny(clippy::wildcard_enum_match_arm)]

mod mutations;
mod objects;
mod order_events;
mod queries;

pub(crate) use mutations::OrderMutations;
pub(crate) use objects::Order;
pub(crate) use order_events::{OrderEventQueries, OrderEventSubscriptions};
pub(crate) use queries::OrderQueries;
