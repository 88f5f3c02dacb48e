//! SQL of tenants and their domains.

use database::{PlatformTx, StoreError, TenantConnection, TenantTx};
use ids::TenantId;
use money::Currency;
use sqlx::types::Json;
use uuid::Uuid;

use super::model::{LocalizedText, Tenant, TenantStatus};
use super::plans::Plan;
use crate::corrupt_row::CorruptRow;

#[derive(sqlx::FromRow)]
struct TenantRow {
    id: Uuid,
    slug: String,
    name: Json<LocalizedText>,
    status: String,
    plan: String,
    default_currency: String,
    default_locale: String,
    locales: Vec<String>,
    domains: Vec<String>,
}

impl TryFrom<TenantRow> for Tenant {
    type Error = StoreError;

    fn try_from(row: TenantRow) -> Result<Self, StoreError> {
        let corrupt = |column| CorruptRow {
            table: "tenants",
            column,
            id: row.id,
        };
        Ok(Self {
            id: TenantId::from_uuid(row.id),
            status: TenantStatus::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            plan: Plan::parse(&row.plan).ok_or_else(|| corrupt("plan"))?,
            default_currency: Currency::parse(&row.default_currency)
                .map_err(|_unknown| corrupt("default_currency"))?,
            slug: row.slug,
            name: row.name.0,
            default_locale: row.default_locale,
            locales: row.locales,
            domains: row.domains,
        })
    }
}

/// The transaction's tenant.
pub(super) async fn find_own_tenant(
    conn: &mut impl TenantConnection,
) -> Result<Option<Tenant>, StoreError> {
    let tenant = conn.tenant().uuid();
    let row = sqlx::query_as::<_, TenantRow>(
        "SELECT t.id, t.slug, t.name, t.status, t.plan, t.default_currency, t.default_locale, t.locales,
                ARRAY(SELECT d.domain FROM tenant_domains d WHERE d.owner = t.id ORDER BY d.domain) AS domains
         FROM tenants t
         WHERE t.id = $1",
    )
    .bind(tenant)
    .fetch_optional(conn.connection())
    .await?;
    row.map(Tenant::try_from).transpose()
}

/// Any tenant, by slug.
pub(super) async fn find_tenant_by_slug(
    tx: &mut PlatformTx<'_>,
    slug: &str,
) -> Result<Option<Tenant>, StoreError> {
    let row = sqlx::query_as::<_, TenantRow>(
        "SELECT t.id, t.slug, t.name, t.status, t.plan, t.default_currency, t.default_locale, t.locales,
                ARRAY(SELECT d.domain FROM tenant_domains d WHERE d.owner = t.id ORDER BY d.domain) AS domains
         FROM tenants t
         WHERE t.slug = $1",
    )
    .bind(slug)
    .fetch_optional(tx.connection())
    .await?;
    row.map(Tenant::try_from).transpose()
}

/// Any tenant, by one of its domains in normal form.
pub(super) async fn find_tenant_by_domain(
    tx: &mut PlatformTx<'_>,
    domain: &str,
) -> Result<Option<Tenant>, StoreError> {
    let row = sqlx::query_as::<_, TenantRow>(
        "SELECT t.id, t.slug, t.name, t.status, t.plan, t.default_currency, t.default_locale, t.locales,
                ARRAY(SELECT d.domain FROM tenant_domains d WHERE d.owner = t.id ORDER BY d.domain) AS domains
         FROM tenant_domains own
         JOIN tenants t ON t.id = own.owner
         WHERE own.domain = $1",
    )
    .bind(domain)
    .fetch_optional(tx.connection())
    .await?;
    row.map(Tenant::try_from).transpose()
}

/// Inserts or updates a tenant; an existing one keeps its status.
pub(super) async fn upsert_tenant(
    tx: &mut PlatformTx<'_>,
    tenant: &Tenant,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tenants (id, slug, name, status, plan, default_currency, default_locale, locales, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         ON CONFLICT (id) DO UPDATE
         SET slug = EXCLUDED.slug, name = EXCLUDED.name, plan = EXCLUDED.plan, default_currency = EXCLUDED.default_currency,
             default_locale = EXCLUDED.default_locale, locales = EXCLUDED.locales, updated_at = EXCLUDED.updated_at",
    )
    .bind(tenant.id.uuid())
    .bind(&tenant.slug)
    .bind(Json(&tenant.name))
    .bind(tenant.status.as_str())
    .bind(tenant.plan.as_str())
    .bind(tenant.default_currency.code())
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
    now: chrono::DateTime<chrono::Utc>,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant().uuid();
    let done = sqlx::query(
        "UPDATE tenants
         SET status = $2, updated_at = $3
         WHERE id = $1
           AND status <> $2",
    )
    .bind(tenant)
    .bind(status.as_str())
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
    .bind(tenant.id.uuid())
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
    .bind(tenant.id.uuid())
    .bind(&tenant.domains)
    .execute(tx.connection())
    .await?;
    Ok(())
}
