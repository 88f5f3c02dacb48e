//! PostgreSQL access with tenant isolation.
//!
//! Tenant data is reachable only through a [`TenantTx`] (a command: one transaction, committed once) or a
//! [`ReadSnapshot`] (the reads of a request: one read snapshot, shared by all its loaders). Neither can be opened
//! without a [`ids::TenantId`], and both set `app.tenant_id`, which every row-level security policy checks.
//! SQL statements name the tenant as well: two independent layers of isolation, never only one.
//!
//! Work across tenants (relay, feeds, sweepers, tenant resolution) has a different type, [`PlatformTx`],
//! and a different role.

mod begin;
mod columns;
mod config;
mod connection;
mod error;
mod keyset;
pub mod page;
mod platform;
mod provision;
mod retry;
mod snapshot;
pub mod statements;
mod tenant;
mod text_column;

#[cfg(test)]
mod tests;

pub use columns::{Columns, column};
pub use config::DatabaseConfig;
pub use connection::{Connection, TenantConnection};
pub use error::StoreError;
pub use keyset::Keyset;
pub use platform::{PlatformDb, PlatformTx};
pub use provision::{
    ProvisionError, ProvisionRequest, access_sql, migrate, provision, set_up_access,
};
pub use retry::{Retryable, retry};
pub use snapshot::{ReadSnapshot, SnapshotGuard};
pub use statements::executed as statements_executed;
pub use tenant::{TenantDb, TenantTx};
