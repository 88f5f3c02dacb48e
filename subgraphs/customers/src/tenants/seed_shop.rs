//! Loads a demo shop from a data file. Loading it again changes only what the file changed.

use database::StoreError;
use ids::TenantId;
use money::Currency;
use uuid::Uuid;

use super::model::{LocalizedText, Tenant, TenantStatus, normalise_host};
use super::store;
use crate::app::App;

/// Content of `shop.json`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopSeed {
    pub id: Uuid,
    pub slug: String,
    pub name: LocalizedText,
    pub default_currency: Currency,
    pub default_locale: String,
    pub locales: Vec<String>,
    pub plan: String,
    #[serde(default)]
    pub domains: Vec<String>,
}

/// Why a shop could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedShopError {
    #[error("plan {0} does not exist")]
    UnknownPlan(String),
    #[error("{0} is not a host name")]
    NotAHostName(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the tenant and replaces its domains by those of the file.
pub async fn seed_shop(app: &App, seed: ShopSeed) -> Result<TenantId, SeedShopError> {
    let tenant = read(seed)?;
    let mut tx = app.platform.transaction().await?;
    store::upsert_tenant(&mut tx, &tenant, app.now()).await?;
    store::update_domains(&mut tx, &tenant).await?;
    tx.commit().await?;
    Ok(tenant.id)
}

fn read(seed: ShopSeed) -> Result<Tenant, SeedShopError> {
    let Ok(plan) = seed.plan.parse() else {
        return Err(SeedShopError::UnknownPlan(seed.plan));
    };
    let mut domains = Vec::with_capacity(seed.domains.len());
    for domain in seed.domains {
        let name = normalise_host(&domain).ok_or(SeedShopError::NotAHostName(domain))?;
        domains.push(name);
    }
    Ok(Tenant {
        id: TenantId::from_uuid(seed.id),
        slug: seed.slug,
        name: seed.name,
        status: TenantStatus::Active,
        plan,
        default_currency: seed.default_currency,
        default_locale: seed.default_locale,
        locales: seed.locales,
        domains,
    })
}
