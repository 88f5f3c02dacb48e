//! Commands that have their effect once per idempotency key, however often a client sends them.
//!
//! The scope of a key is (tenant, principal, operation). All guests of a tenant share one principal, so the fingerprint
//! of the input separates their keys. The reply is saved under the key in the transaction of the effect, and a repeat
//! gets it. A repeat that arrives while the first request runs waits for it: within a process for the request that leads,
//! across processes by polling the row, without a connection between two polls. A command that failed before it had an
//! effect leaves its key unused.
//!
//! - A [`Command`] is one transaction: [`Idempotency::once`].
//! - A saga claims its key with its first row and finishes or frees it later: [`claim`], [`finish`], [`free`].
//!
//! Table: `idempotency_keys`, in the database of each subgraph that has such commands. `table.sql` is its text for a new
//! one.
//!
//! Reading order: [`Request`], [`Command`], `leaders`, `saga`, `retention`, `store`.

mod leaders;
mod once;
mod request;
mod retention;
mod saga;
mod store;
mod waiting;

#[cfg(test)]
mod tests;

pub use leaders::{Lead, Leader, Turn};
pub use once::{Command, Done, Idempotency, Outcome};
pub use request::{Fingerprint, Key, Request};
pub use saga::{Claimed, SavedReply, claim};
pub use store::{Finished, finish, free};
pub use waiting::StillRunning;
