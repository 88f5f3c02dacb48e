//! Accounts in the schema: who is signed in, signing in and out, the shop's staff.
#![deny(clippy::wildcard_enum_match_arm)]

mod inputs;
mod mutations;
mod objects;
mod payloads;
mod queries;

pub use mutations::AccountMutations;
pub use queries::AccountQueries;
