//! GraphQL over HTTP, as all subgraphs share it: the endpoint, which requires an internal token of the gateway, the
//! scope and context of a request, batched loading, lists, events, outcomes of mutations, errors, and the value types that
//! all subgraphs must define identically.

mod connection;
mod context;
mod endpoint;
mod entity;
pub mod events;
mod failure;
mod loader;
mod mutation;
mod scope;
mod storable_text;
pub mod types;

#[cfg(test)]
mod tests;

pub use connection::{Connection, ConnectionArguments, Edge, ListNode, MAX_PAGE_SIZE, TotalCount};
pub use context::ContextExt;
pub use endpoint::{Endpoint, export_sdl, http_error};
pub use entity::entity;
pub use failure::{Failure, Rejection};
pub use loader::{BatchLoad, Loader};
pub use mutation::{CommandError, Refusal, UserError, decided, input_path, outcome};
pub use scope::{Execution, RequestData, Scopes, error_response, operation_type};
pub use storable_text::reject_unstorable;
