//! The edge in front of the router: tenant-aware, and the only part that clients can reach.
//!
//! Layers, each of which imports only those below it (`tools/tidy/src/layers.rs`):
//!
//! - [`http`]: the routes, the order of the steps that serve a request, and the steps;
//! - [`live`]: subscriptions over sockets and event streams;
//! - [`access`]: tenants, callers, and whether they still have access;
//! - [`upstream`]: calls to the router and to the subgraphs;
//! - [`schema`]: the public schema, validation of documents, introspection;
//! - [`answer`]: error codes, statuses, and why a request is not served;
//! - [`config`], [`principal`] and [`pages`] import nothing of this crate.
//!
//! [`app`] puts the parts together; nobody imports it.

pub mod access;
pub mod answer;
pub mod app;
pub mod config;
pub mod http;
pub mod live;
pub mod pages;
pub mod principal;
pub mod schema;
pub mod upstream;
