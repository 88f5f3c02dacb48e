//! Limits per principal, tenant and address: quotas of open subscriptions ([`quotas`]), quotas of connections per
//! address ([`addresses`], counted by [`client_address`]) and rate limits ([`rate_limiter`]). All are counted in this process.

pub mod addresses;
pub mod client_address;
pub mod counter;
pub mod quotas;
pub mod rate_limiter;
