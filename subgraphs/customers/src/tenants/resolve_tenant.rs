//! The gateway asks which shop a request is for, before any tenant is known.

use database::StoreError;

use super::model::{Tenant, normalise_host};
use super::store;
use crate::app::App;

/// How a request names its shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopAddress {
    /// By the header `X-Tenant`, or by the first label of a host under one of the platform's own
    /// domains.
    Slug(String),
    /// By a domain of the tenant, as in the `Host` header.
    Host(String),
}

/// The shop at this address, suspended ones included: what that means is the gateway's business.
pub async fn resolve_tenant(app: &App, address: ShopAddress) -> Result<Option<Tenant>, StoreError> {
    let mut tx = app.platform.transaction().await?;
    let tenant = match address {
        ShopAddress::Slug(slug) => store::find_tenant_by_slug(&mut tx, &slug).await?,
        ShopAddress::Host(host) => match normalise_host(&host) {
            Some(domain) => store::find_tenant_by_domain(&mut tx, &domain).await?,
            None => None,
        },
    };
    tx.commit().await?;
    Ok(tenant)
}
