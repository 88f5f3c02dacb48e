//! The edge in front of the router: tenant-aware, and the only part that clients can reach.
//!
//! Reading order: [`pipeline`] has the order of the steps and nothing else; each step is one file in
//! [`steps`]. [`principal`] is the verified caller, the result of the first steps. [`router_client`] calls the router.
//! [`api_schema`] validates documents and answers introspection. [`subscriptions`] serves sockets and event streams.
//! [`access`] ends what was opened by callers whose access is revoked. [`hints`] wakes both. [`rejection`] has every
//! reason for which a request is not served.

pub mod access;
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
