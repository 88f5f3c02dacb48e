//! Accounts in the schema: viewer, sessions, staff members.
#![deny(clippy::wildcard_enum_match_arm)]

mod inputs;
mod mutations;
mod objects;
mod payloads;
mod queries;

pub use mutations::AccountMutations;
pub use queries::AccountQueries;
