//! The edge in front of the router: tenant-aware, and the only part that clients can reach.
//!
//! Reading order: [`pipeline`] has the order of the steps and nothing else; each step is one file in
//! [`steps`]. [`principal`] is what the first steps find out, [`router_client`] the way on. [`api_schema`]
//! validates documents and answers introspection. [`subscriptions`] serves sockets and event streams, [`accounts`]
//! ends what people lose access to, [`hints`] wakes both. [`rejection`] is every way to say no.

pub mod accounts;
pub mod api_schema;
pub mod app;
pub mod config;
pub mod hints;
pub mod http;
pub mod internal_client;
pub mod pages;
pub mod pipeline;
pub mod principal;
pub mod rejection;
pub mod router_client;
pub mod steps;
pub mod subscriptions;
