//! Calls between our own services, under `/internal/`: the client that sends them and the routes that answer them.
//!
//! What both sides must agree on (path, request, response, tenant, limit of items) is one type: an
//! [`internal_api::InternalRequest`]. So no handler can forget a check, and no caller can name another path.

mod client;
mod server;

#[cfg(test)]
mod tests;

pub use client::{CallError, HttpClient, HttpError, InternalClient, http_client};
pub use server::{Call, InternalCalls};
