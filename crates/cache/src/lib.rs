//! Redis: the only crate that knows it.
//!
//! What Redis serves must work without it. [`Redis`] answers within 50 ms or not at all, and while it
//! is away nobody waits for it; [`AttemptCounter`] then counts in the memory of the process.

mod attempts;
mod redis;

pub use attempts::{AttemptCounter, AttemptOptions};
pub use redis::{CacheConfig, CacheError, Redis};
