//! GraphQL types and root fields of products and variants.
#![deny(clippy::wildcard_enum_match_arm)]

mod objects;
mod queries;

pub use objects::ProductVariant;
pub use queries::ProductQueries;
