//! Durable subscriptions: the live tail of a connection, over WebSocket, Server-Sent Events and multipart.
//!
//! A subscription field is the live tail of the query connection of the same name. The event log in the
//! owning subgraph's database is the truth; hints only wake. What a subscriber gets is always read through
//! the router, in its own name, with its own selection, live and replay alike.
//!
//! Reading order: [`operation`] rewrites a subscription to a page query and [`page`] turns the answer back
//! into events. [`stream`] says which log stands behind a field and which entries can match. [`hub`] opens
//! subscriptions, within [`limits`]; [`tail`] follows one stream of one tenant, told by hints and [`heads`] how far it
//! is; [`groups`] is who shares a read, found by [`group_index`] and made again by [`renewal`] when the schema changes;
//! [`reading`] does the read; [`subscriber`] is the bounded queue of one subscriber; [`catch_up`] is its course from a
//! cursor to the live tail and back, in pages that are shared as well ([`page_reads`]). [`transports`] are how clients are connected.
//!
//! Invariants:
//! 1. One field = one stream = one subgraph. Per subscription the delivered positions rise strictly, and every
//!    position in between was filtered out or is not visible to the caller.
//! 2. Subscribers share a read only if document, variables, schema and everything that the gateway forwards
//!    about the caller are equal.
//! 3. Memory grows with subscribers and groups, never with the backlog: a full queue is dropped and read again
//!    from the log.
//! 4. A cursor that is forged, foreign or expired is an error with its own code, never a silent restart.
//!
//! Delivery is at least once and in order per (tenant, stream), to a client that keeps the cursor.

pub mod catch_up;
pub mod config;
pub mod group_index;
pub mod groups;
pub mod heads;
pub mod hub;
pub mod limits;
pub mod measures;
pub mod operation;
pub mod page;
pub mod page_reads;
pub mod patience;
pub mod reading;
pub mod refusal;
pub mod renewal;
pub mod stream;
pub mod subscriber;
pub mod tail;
pub mod transports;

#[cfg(test)]
mod tests;

pub use config::SubscriptionsConfig;
pub use hub::Hub;
pub use transports::websocket::websocket;
