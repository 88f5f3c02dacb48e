//! GraphQL types and root fields of orders.
#![deny(clippy::wildcard_enum_match_arm)]

mod events;
mod mutations;
mod objects;
mod queries;

pub(crate) use events::{OrderEventQueries, OrderEventSubscriptions};
pub(crate) use mutations::OrderMutations;
pub(crate) use objects::Order;
pub(crate) use queries::OrderQueries;
