//! GraphQL types and root fields of stock.
#![deny(clippy::wildcard_enum_match_arm)]

mod mutations;
mod objects;
mod stock_events;

pub use mutations::StockMutations;
pub use stock_events::{StockEventQueries, StockEventSubscriptions};
