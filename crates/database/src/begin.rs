//! The beginning of every transaction of a tenant.

use ids::TenantId;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

/// Begins a transaction and sets its tenant in one round trip.
#[expect(
    clippy::disallowed_methods,
    reason = "the only access to a tenant's rows"
)]
pub(crate) async fn begin(
    pool: &PgPool,
    tenant: TenantId,
    mode: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let uuid = tenant.uuid();
    pool.begin_with(AssertSqlSafe(format!(
        "BEGIN {mode}; SET LOCAL app.tenant_id = '{uuid}'"
    )))
    .await
}
