//! The shops of the platform: who they are, where they are found, what their plan allows.
//!
//! - Tables: `tenants`, `tenant_domains`.
//! - A tenant is found by slug or by a domain of its own; that search runs across tenants
//!   (`PlatformDb`) because no tenant is known yet. Everything else sees the tenant of its
//!   transaction only.
//! - Limits of a plan are static data (`plans.rs`); the gateway enforces them.
//! - Left to a later change: suspending and resuming a shop. The status is stored and told to the
//!   gateway already.

mod graphql;
mod loaders;
mod model;
mod plans;
mod profile;
mod resolve_tenant;
mod seed_shop;
mod store;
#[cfg(test)]
mod tests;

pub use graphql::TenantQueries;
pub use loaders::tenant_loader;
pub use profile::profile;
pub use resolve_tenant::{ShopAddress, resolve_tenant};
pub use seed_shop::{ShopSeed, seed_shop};
