//! Calls between our own services, under `/internal/`: the client that sends them and the guard that
//! authenticates and authorizes them.

mod client;
mod guard;

pub use client::{CallError, InternalClient};
pub use guard::{InternalCall, InternalFailure, ServiceGuard};
