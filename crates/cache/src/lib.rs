//! Redis. No other crate depends on it.
//!
//! Every use of Redis must work without it. [`Redis`] answers within 50 ms or fails, and fails at once
//! while Redis is unavailable; [`AttemptCounter`] then counts in the memory of the process.

mod attempts;
mod redis;

pub use attempts::{AttemptCounter, AttemptOptions};
pub use redis::{CacheConfig, CacheError, Redis};
