//! Accounts in the schema: viewer, sessions, staff members.
#![deny(clippy::wildcard_enum_match_arm)]

mod mutations;
mod objects;
mod queries;

pub use mutations::AccountMutations;
pub use queries::AccountQueries;
