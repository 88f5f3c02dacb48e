//! Calls between our own services, under `/internal/`: the client that makes them and the guard that takes
//! them.

mod client;
mod guard;

pub use client::{CallError, InternalClient};
pub use guard::{InternalCall, InternalFailure, ServiceGuard};
