//! What the three subgraphs share of GraphQL over HTTP: the endpoint that only the gateway's callers reach,
//! the context of a request, batched loading, errors and the value types that every subgraph must define
//! alike.

mod connection;
mod context;
mod endpoint;
mod entity;
mod failure;
pub mod internal;
mod loader;
pub mod types;

#[cfg(test)]
mod tests;

pub use connection::{ConnectionArguments, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE};
pub use context::ContextExt;
pub use endpoint::{Endpoint, RequestData, export_sdl};
pub use entity::entity_failed;
pub use failure::{Failure, Rejection};
pub use loader::{BatchLoad, Loader};
