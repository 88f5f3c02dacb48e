//! The shops of the platform: who they are, where they are found, what their plan allows.
//!
//! - Tables: `tenants`, `tenant_domains`.
//! - A tenant is found by slug or by a domain of its own; that search runs across tenants
//!   (`PlatformDb`) because no tenant is known yet. Everything else sees the tenant of its
//!   transaction only.
//! - Limits of a plan are static data (`plans.rs`) that settings may replace; the gateway enforces them.
//! - An operator suspends and resumes a shop; events `tenant.suspended.v1` and `tenant.resumed.v1` of
//!   the stream `accounts` tell every gateway.

mod change_tenant_status;
mod events;
mod graphql;
mod list_tenant_ids;
mod loaders;
mod model;
mod plans;
mod profile;
mod resolve_tenant;
mod seed_shop;
mod store;
#[cfg(test)]
mod tests;

pub use change_tenant_status::{StatusChange, change_tenant_status};
pub use graphql::TenantQueries;
pub use list_tenant_ids::list_tenant_ids;
pub use loaders::tenant_loader;
pub use model::TenantStatus;
pub use plans::{PlanLimits, Plans};
pub use profile::profile;
pub use resolve_tenant::{ShopAddress, resolve_tenant};
pub use seed_shop::{ShopSeed, seed_shop};
