//! The tenants of the platform (`Shop` in the schema): identity, domains, status, plan limits.
//!
//! - Tables: `tenants`, `tenant_domains`.
//! - A tenant is looked up by slug or by one of its domains. This look-up runs across tenants
//!   (`PlatformDb`) because no tenant is known yet. Everything else sees only the tenant of its
//!   transaction.
//! - Limits of a plan are constants (`plans.rs`) that settings may override; the gateway enforces them.
//! - An operator suspends and resumes a tenant. The events `tenant.suspended.v1` and `tenant.resumed.v1`
//!   of the stream `accounts` notify every gateway.

mod change_tenant_status;
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

pub use change_tenant_status::{StatusChange, change_tenant_status};
pub use graphql::TenantQueries;
pub use loaders::OwnTenant;
pub use model::TenantStatus;
pub use plans::Plans;
pub use resolve_tenant::resolve_tenant;
pub use seed_shop::{ShopSeed, seed_shop};
