//! Durable subscriptions: clients receive the events of a stream live, over WebSocket, Server-Sent Events or
//! multipart.
//!
//! A subscription field is the live tail of the query connection of the same name. The event log in the database of
//! the owning subgraph is the source of truth; hints only wake readers. Every event that a subscriber gets, live or
//! replayed, is read through the router with the subscriber's identity and selection.
//!
//! Reading order: [`model`] has the shared values. [`operation`] rewrites a subscription to a page query and [`event_page`] turns the answer back into
//! events. [`stream`] is the table of subscription fields: the stream of each and the entries that can match. [`hub`]
//! opens subscriptions within [`limits`]. [`channels`] has the followed streams: a [`tail`] follows one stream of one
//! tenant, [`hints`] and polls ([`heads`]) announce its head. A [`group`] is the subscribers that share a read; [`group_index`] finds groups and [`renewal`]
//! moves them to a new schema. [`reader`] does the reads. [`subscriber`] is the bounded queue of one subscriber.
//! [`catch_up`] takes one subscription from its cursor to the live tail and back; its pages are shared as well
//! ([`page_reads`]). [`transports`] connect clients to the [`server`].
//!
//! Invariants:
//! 1. One field = one stream = one subgraph. The positions that one subscription receives rise strictly. Every
//!    position in between was filtered out or is not visible to the caller.
//! 2. Subscribers share a read only if document, variables, schema and everything that the gateway forwards about the
//!    caller are equal.
//! 3. Memory grows with subscribers and groups, never with the backlog: a queue that overflows is dropped and read
//!    again from the log.
//! 4. A forged, foreign or expired cursor is an error with its own code, never a silent restart.
//!
//! Delivery is at least once and in order per (tenant, stream), for a client that keeps its cursor.

pub mod catch_up;
pub mod channels;
pub mod event_page;
pub mod group;
pub mod group_index;
pub mod heads;
pub mod hints;
pub mod hub;
pub mod limits;
pub mod metrics;
pub mod model;
pub mod operation;
pub mod page_reads;
pub mod reader;
pub mod renewal;
pub mod server;
pub mod stream;
pub mod subscriber;
pub mod tail;
pub mod transports;

#[cfg(test)]
mod tests;

pub use hub::Hub;
pub use limits::addresses::AddressQuotas;
pub use limits::client_address::ClientAddress;
pub use reader::Services;
pub use server::LiveServer;
pub use transports::websocket::websocket;
