//! Rejects sockets and streams that a cross-origin page opens.
//!
//! A browser sends the origin of the page (`Origin`), and lets any page open a socket to any host. Allowed are the
//! origin of the requested host, origins of other hosts of the same tenant, and origins in the settings; in development
//! also local ones. Other programs send no origin and are not checked.

use http::header;
use http::request::Parts;
use internal_api::tenants::TenantProfile;

use crate::access::{TenantHint, Tenants};
use crate::answer::{ClientRejection, Rejection};
use crate::config::{AllowedOrigins, GatewayConfig, Origin};

/// Decides which pages may open sockets and streams.
pub struct OriginPolicy {
    allowed: AllowedOrigins,
    allows_local: bool,
    tenants: Tenants,
}

impl OriginPolicy {
    /// The policy of the settings.
    pub fn new(config: &GatewayConfig, tenants: Tenants) -> Self {
        Self {
            allowed: config.allowed_origins.clone(),
            allows_local: config.development,
            tenants,
        }
    }

    /// Checks the origin of a request, if it has one. The tenant is resolved only when it is not known yet and needed.
    pub async fn check(
        &self,
        parts: &Parts,
        tenant: Option<&TenantProfile>,
    ) -> Result<(), Rejection> {
        let Some(text) = parts.headers.get(header::ORIGIN) else {
            return Ok(());
        };
        let not_allowed = || Rejection::from(ClientRejection::OriginNotAllowed);
        let origin: Option<Origin> = text.to_str().ok().and_then(|text| text.parse().ok());
        let origin = origin.ok_or_else(not_allowed)?;
        let hint = TenantHint::of(parts)?;
        let allowed = hint.host.is_some_and(|host| origin.matches_host(host))
            || self.allowed.contain(&origin)
            || (self.allows_local && origin.is_local())
            || self.is_of_tenant(&origin, hint, tenant).await?;
        allowed.then_some(()).ok_or_else(not_allowed)
    }

    async fn is_of_tenant(
        &self,
        origin: &Origin,
        hint: TenantHint<'_>,
        tenant: Option<&TenantProfile>,
    ) -> Result<bool, Rejection> {
        let Some(host) = origin.host_name() else {
            return Ok(false);
        };
        match tenant {
            Some(tenant) => Ok(self.tenants.is_host_of(tenant, host)),
            None => match self.tenants.resolve(hint).await {
                Ok(tenant) => Ok(self.tenants.is_host_of(&tenant, host)),
                Err(Rejection::Client(_)) => Ok(false),
                Err(failure @ Rejection::Internal(_)) => Err(failure),
            },
        }
    }
}
