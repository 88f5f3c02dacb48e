//! Idempotency of commands: a key, the fingerprint of the input that was sent with it, and the saved reply.
//!
//! The scope of a key is (tenant, principal, mutation). All guests of a tenant share one principal, so the fingerprint
//! separates their keys. A repeat that arrives while the first request runs waits for it: within a process by
//! [`InFlight`], across processes by polling the row, without holding a connection between polls. A command that
//! failed before it had any effect leaves no row.
//!
//! Table: `idempotency_keys`.

mod delete_old_keys;
mod in_flight;
mod model;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use delete_old_keys::delete_old_keys;
pub(crate) use in_flight::{InFlight, Lead, Turn};
pub(crate) use model::{Fingerprint, InvalidKey, KeyScope, KeyState, SavedKey};
pub(crate) use store::{delete_running_key, find_key, insert_finished_key, update_replies};
