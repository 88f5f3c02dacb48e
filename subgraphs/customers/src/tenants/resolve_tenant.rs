//! Tenant resolution: the gateway looks up the tenant of a request, before any tenant is known.

use database::StoreError;

use super::model::{Tenant, normalise_host};
use super::store;
use crate::app::App;

/// How a request names its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantAddress {
    /// The header `X-Tenant`, or the first label of a host name under one of the platform's base
    /// domains.
    Slug(String),
    /// A domain of the tenant, as in the `Host` header.
    Host(String),
}

/// The tenant at this address, suspended ones included: the gateway decides what suspension means.
pub async fn resolve_tenant(
    app: &App,
    address: TenantAddress,
) -> Result<Option<Tenant>, StoreError> {
    let mut tx = app.platform.transaction().await?;
    let tenant = match address {
        TenantAddress::Slug(slug) => store::find_tenant_by_slug(&mut tx, &slug).await?,
        TenantAddress::Host(host) => match normalise_host(&host) {
            Some(domain) => store::find_tenant_by_domain(&mut tx, &domain).await?,
            None => None,
        },
    };
    tx.commit().await?;
    Ok(tenant)
}
