//! Tenant resolution: the gateway looks up the tenant of a request, before any tenant is known.

use internal_api::tenants::{ResolveTenantRequest, ResolveTenantResponse};
use subgraph::{Call, InternalFailure};

use super::model::normalise_host;
use super::profile::profile;
use super::store;
use crate::app::App;

/// The tenant with this slug or domain, suspended ones included: the gateway decides what suspension means.
pub async fn resolve_tenant(
    call: Call<App, ResolveTenantRequest>,
) -> Result<ResolveTenantResponse, InternalFailure> {
    let mut tx = call.app.platform.transaction().await?;
    let tenant = match (call.request.slug, call.request.host) {
        (Some(slug), None) => store::find_tenant_by_slug(&mut tx, &slug).await?,
        (None, Some(host)) => match normalise_host(&host) {
            Some(domain) => store::find_tenant_by_domain(&mut tx, &domain).await?,
            None => None,
        },
        (Some(_), Some(_)) | (None, None) => {
            return Err(InternalFailure::bad_request(
                "exactly one of slug and host must be given",
            ));
        }
    };
    tx.commit().await?;
    Ok(ResolveTenantResponse {
        tenant: tenant.map(|tenant| profile(tenant, &call.app.plans)),
    })
}
