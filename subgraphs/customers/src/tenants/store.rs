//! SQL of tenants and their domains.

use chrono::{DateTime, Utc};
use database::{Columns, PlatformTx, StoreError, TenantConnection, TenantTx, text_column};
use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::model::{Tenant, TenantStatus};
use super::plans::Plan;

text_column!(TenantStatus, Plan);

/// Every column of a [`Tenant`], of the table alias `t`.
macro_rules! select_tenants {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.slug, t.name, t.status, t.plan, t.default_currency, t.default_locale, t.locales,
                    ARRAY(SELECT d.domain FROM tenant_domains d WHERE d.owner = t.id ORDER BY d.domain) AS domains ",
            $rest
        )
    };
}

impl FromRow<'_, PgRow> for Tenant {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let row = Columns::of(row, "tenants", "id");
        let Json(name) = row.get("name")?;
        Ok(Self {
            id: row.get("id")?,
            slug: row.get("slug")?,
            name,
            status: row.get("status")?,
            plan: row.get("plan")?,
            default_currency: row.get("default_currency")?,
            default_locale: row.get("default_locale")?,
            locales: row.get("locales")?,
            domains: row.get("domains")?,
        })
    }
}

/// The transaction's tenant.
pub(super) async fn find_own_tenant(
    conn: &mut impl TenantConnection,
) -> Result<Option<Tenant>, StoreError> {
    Ok(sqlx::query_as(select_tenants!(
        "FROM tenants t
         WHERE t.id = $1"
    ))
    .bind(conn.tenant())
    .fetch_optional(conn.connection())
    .await?)
}

/// Any tenant, by slug.
pub(super) async fn find_tenant_by_slug(
    tx: &mut PlatformTx<'_>,
    slug: &str,
) -> Result<Option<Tenant>, StoreError> {
    Ok(sqlx::query_as(select_tenants!(
        "FROM tenants t
         WHERE t.slug = $1"
    ))
    .bind(slug)
    .fetch_optional(tx.connection())
    .await?)
}

/// Any tenant, by one of its domains in normal form.
pub(super) async fn find_tenant_by_domain(
    tx: &mut PlatformTx<'_>,
    domain: &str,
) -> Result<Option<Tenant>, StoreError> {
    Ok(sqlx::query_as(select_tenants!(
        "FROM tenant_domains own
         JOIN tenants t ON t.id = own.owner
         WHERE own.domain = $1"
    ))
    .bind(domain)
    .fetch_optional(tx.connection())
    .await?)
}

/// Inserts or updates a tenant; an existing one keeps its status.
pub(super) async fn upsert_tenant(
    tx: &mut PlatformTx<'_>,
    tenant: &Tenant,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tenants (id, slug, name, status, plan, default_currency, default_locale, locales, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (id) DO UPDATE
         SET slug = EXCLUDED.slug, name = EXCLUDED.name, plan = EXCLUDED.plan, default_currency = EXCLUDED.default_currency,
             default_locale = EXCLUDED.default_locale, locales = EXCLUDED.locales, updated_at = EXCLUDED.updated_at",
    )
    .bind(tenant.id)
    .bind(&tenant.slug)
    .bind(Json(&tenant.name))
    .bind(tenant.status)
    .bind(tenant.plan)
    .bind(tenant.default_currency)
    .bind(&tenant.default_locale)
    .bind(&tenant.locales)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Sets the status of the transaction's tenant; `false` when it had that status already.
pub(super) async fn update_status(
    tx: &mut TenantTx<'_>,
    status: TenantStatus,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE tenants
         SET status = $2, updated_at = $3
         WHERE id = $1
           AND status <> $2",
    )
    .bind(tx.tenant())
    .bind(status)
    .bind(now)
    .execute(tx.connection())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces the tenant's domains by `tenant.domains`. The constraint `tenant_domains_pkey` refuses a domain of another tenant.
pub(super) async fn update_domains(
    tx: &mut PlatformTx<'_>,
    tenant: &Tenant,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM tenant_domains
         WHERE owner = $1
           AND domain <> ALL ($2)",
    )
    .bind(tenant.id)
    .bind(&tenant.domains)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "INSERT INTO tenant_domains (domain, owner)
         SELECT wanted.domain, $1
         FROM UNNEST($2::text[]) AS wanted (domain)
         WHERE NOT EXISTS (
             SELECT 1
             FROM tenant_domains d
             WHERE d.domain = wanted.domain
               AND d.owner = $1
         )",
    )
    .bind(tenant.id)
    .bind(&tenant.domains)
    .execute(tx.connection())
    .await?;
    Ok(())
}
