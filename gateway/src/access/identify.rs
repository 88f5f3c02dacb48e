//! Identifies callers: the tenant of a request first, then the caller, then whether the caller still has access.

use std::sync::Arc;

use http::header;
use http::request::Parts;
use internal_call::InternalClient;
use service::{Clock, Tasks};

use super::authenticate::Authenticator;
use super::locale::Locale;
use super::revocations::Revocations;
use super::tenant_hint::{TenantHint, single};
use super::tenants::Tenants;
use super::tickets::{Redemption, Tickets};
use super::token_keys::INVALID_TOKEN;
use crate::answer::Rejection;
use crate::config::GatewayConfig;
use crate::principal::Principal;

/// Everything that decides who a caller is and whether the caller has access. Cloning shares it.
#[derive(Clone)]
pub struct Access {
    /// Resolves tenants by host or slug.
    pub tenants: Tenants,
    /// Verifies access tokens.
    pub authenticator: Arc<Authenticator>,
    /// Rejects and ends what belongs to callers whose access was revoked.
    pub revocations: Arc<Revocations>,
    /// Redeems stream tickets.
    pub tickets: Tickets,
}

impl Access {
    /// Starts with empty caches.
    pub fn start(
        config: &GatewayConfig,
        customers: InternalClient,
        clock: Arc<dyn Clock>,
        tasks: Tasks,
    ) -> Self {
        let base_domains = config.base_domains();
        let tenants = Tenants::new(base_domains, customers.clone(), tasks.clone());
        let authenticator = Authenticator::new(customers.clone(), Arc::clone(&clock));
        let tickets = Tickets::new(customers.clone());
        Self {
            revocations: Revocations::start(config, customers, tenants.clone(), clock, tasks),
            tenants,
            authenticator: Arc::new(authenticator),
            tickets,
        }
    }

    /// The verified caller of a request, by its head.
    pub async fn identify_request(&self, parts: &Parts) -> Result<Principal, Rejection> {
        let authorization = single(&parts.headers, header::AUTHORIZATION.as_str())?;
        self.identify(TenantHint::of(parts)?, authorization).await
    }

    /// Resolves the tenant and verifies the caller.
    ///
    /// `authorization` is the whole header value (`Bearer …`). For a socket, host and header of the upgrade request
    /// come first, then the payload of `connection_init`.
    pub async fn identify(
        &self,
        hint: TenantHint<'_>,
        authorization: Option<&str>,
    ) -> Result<Principal, Rejection> {
        let tenant = self.tenants.resolve(hint).await?;
        let locale = Locale::choose(&tenant, hint.accept_language);
        let principal = self
            .authenticator
            .authenticate(tenant, locale, authorization)
            .await?;
        if self.revocations.outlives_retention(&principal) {
            tracing::warn!("token rejected: it lives longer than ACCOUNTS__TOKEN_SECONDS");
            return Err(Rejection::unauthenticated(INVALID_TOKEN));
        }
        self.revocations.admit(&principal).await?;
        Ok(principal)
    }

    /// The principal that a stream ticket was issued to, if it still has access. `anonymous` is the principal of the
    /// request without the ticket.
    pub async fn redeem(
        &self,
        anonymous: &Principal,
        redemption: Redemption<'_>,
    ) -> Result<Principal, Rejection> {
        let principal = self.tickets.redeem(anonymous, redemption).await?;
        self.revocations.admit(&principal).await?;
        Ok(principal)
    }
}
