//! PostgreSQL behind the tenant wall.
//!
//! Tenant data is reachable only through a [`TenantTx`] (a command: one transaction, committed once) or a
//! [`ReadSnapshot`] (a request that reads: one instant, shared by all its loaders). Neither can be opened
//! without a [`ids::TenantId`], and both set `app.tenant_id`, on which every row-level security policy rests.
//! SQL names the tenant as well: two locks, neither alone.
//!
//! Work that crosses tenants (relay, feeds, sweepers, tenant resolution) is a different type, [`PlatformTx`],
//! under a different role.

mod config;
mod connection;
mod error;
pub mod page;
mod platform;
mod provision;
mod retry;
mod snapshot;
pub mod statements;
mod tenant;

#[cfg(test)]
mod tests;

pub use config::DatabaseConfig;
pub use connection::{Connection, TenantConnection};
pub use error::{OnConstraint, StoreError};
pub use platform::{PlatformDb, PlatformTx};
pub use provision::{ProvisionError, ProvisionRequest, grant_access, migrate, provision};
pub use retry::retry;
pub use snapshot::{ReadSnapshot, SnapshotGuard};
pub use statements::executed as statements_executed;
pub use tenant::{TenantDb, TenantTx};
