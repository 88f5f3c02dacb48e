//! Commands that must not run twice: a key, the fingerprint of the input that came with it, and the saved reply.
//!
//! Scope of a key is (tenant, principal, mutation); all guests of a shop share one principal, so the fingerprint
//! guards their keys. A repeat that arrives while the first still runs waits for it: inside a process by
//! [`InFlight`], across processes by looking at the row, holding no connection meanwhile. What failed before
//! anything was done leaves no row.
//!
//! Table: `idempotency_keys`.

mod forget_old_keys;
mod in_flight;
mod model;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use forget_old_keys::forget_old_keys;
pub(crate) use in_flight::{InFlight, Lead, Turn};
pub(crate) use model::{Fingerprint, InvalidKey, KeyScope, KeyState, SavedKey};
pub(crate) use store::{delete_running_key, find_key, insert_finished_key, update_replies};
