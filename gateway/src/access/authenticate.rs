//! Authenticates the caller: a `Bearer` access token is verified with the keys that customers publishes; without a
//! token the caller is anonymous. A token of another tenant is rejected.
//!
//! A valid token is cached by its hash until it expires, so a signature is checked once per token and gateway.
//! Revocation is checked for each request ([`super::revocations`]).

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use identity::{Caller, Subject, TenantContext};
use ids::{SessionId, TenantId};
use internal_api::tenants::TenantProfile;
use internal_call::InternalClient;
use moka::Expiry;
use moka::sync::Cache;
use service::Clock;
use sha2::{Digest, Sha256};

use super::locale::Locale;
use super::token_keys::{INVALID_TOKEN, TokenKeys};
use crate::answer::Rejection;
use crate::principal::Principal;

const TOKEN_CACHE_CAPACITY: u64 = 50_000;
const ANONYMOUS_CACHE_CAPACITY: u64 = 10_000;
/// Longest accepted token, in bytes.
const TOKEN_LIMIT: usize = 4096;

/// Verifies access tokens and caches the valid ones.
pub struct Authenticator {
    /// The keys that tokens are verified with, also published by the gateway.
    pub keys: TokenKeys,
    clock: Arc<dyn Clock>,
    tokens: Cache<[u8; 32], CachedToken>,
    anonymous: Cache<(TenantId, Locale), Principal>,
}

#[derive(Clone)]
struct CachedToken {
    principal: Principal,
    life: Duration,
}

struct UntilExpiry;

impl Expiry<[u8; 32], CachedToken> for UntilExpiry {
    fn expire_after_create(
        &self,
        _key: &[u8; 32],
        value: &CachedToken,
        _at: std::time::Instant,
    ) -> Option<Duration> {
        Some(value.life)
    }
}

impl Authenticator {
    /// An authenticator with empty caches; keys are fetched for the first token.
    pub fn new(customers: InternalClient, clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: TokenKeys::new(customers),
            clock,
            tokens: Cache::builder()
                .max_capacity(TOKEN_CACHE_CAPACITY)
                .expire_after(UntilExpiry)
                .build(),
            anonymous: Cache::builder()
                .max_capacity(ANONYMOUS_CACHE_CAPACITY)
                .build(),
        }
    }

    /// The caller of a request to a tenant. `authorization` is the whole header value.
    pub async fn authenticate(
        &self,
        tenant: Arc<TenantProfile>,
        locale: Locale,
        authorization: Option<&str>,
    ) -> Result<Principal, Rejection> {
        match authorization {
            None => Ok(self.anonymous(tenant, locale)),
            Some(authorization) => self.signed_in(tenant, locale, bearer(authorization)?).await,
        }
    }

    fn anonymous(&self, tenant: Arc<TenantProfile>, locale: Locale) -> Principal {
        let key = (tenant.id, locale);
        if let Some(known) = self.anonymous.get(&key)
            && Arc::ptr_eq(&known.tenant, &tenant)
        {
            return known;
        }
        let principal = principal(tenant, locale, Subject::Anonymous, None);
        self.anonymous.insert(key, principal.clone());
        principal
    }

    async fn signed_in(
        &self,
        tenant: Arc<TenantProfile>,
        locale: Locale,
        token: &str,
    ) -> Result<Principal, Rejection> {
        let now = self.clock.now();
        let key = cache_key(&tenant, locale, token);
        if let Some(known) = self.tokens.get(&key)
            && Arc::ptr_eq(&known.principal.tenant, &tenant)
            && known.principal.expires_at > Some(now)
        {
            return Ok(known.principal);
        }
        let identity = self.keys.verify(token).await?;
        if identity.tenant != tenant.id {
            return Err(Rejection::unauthenticated(OTHER_TENANT));
        }
        let expires_at = identity.expires_at;
        let Ok(life) = (expires_at - now).to_std() else {
            return Err(Rejection::unauthenticated(INVALID_TOKEN));
        };
        let signed_in = Some((identity.session, expires_at));
        let principal = principal(tenant, locale, identity.subject, signed_in);
        let cached = CachedToken {
            principal: principal.clone(),
            life,
        };
        self.tokens.insert(key, cached);
        Ok(principal)
    }
}

const OTHER_TENANT: &str = "the access token belongs to another shop";
const OTHER_SCHEME: &str = "only Bearer tokens are accepted";

fn principal(
    tenant: Arc<TenantProfile>,
    locale: Locale,
    subject: Subject,
    signed_in: Option<(SessionId, DateTime<Utc>)>,
) -> Principal {
    let context = TenantContext {
        id: tenant.id,
        slug: tenant.slug.clone(),
        plan: tenant.plan.name.clone(),
        default_currency: tenant.default_currency.code().to_owned(),
        default_locale: tenant.default_locale.clone(),
        locale: locale.of(&tenant).to_owned(),
    };
    let session = signed_in.map(|(session, _)| session);
    let caller = Arc::new(Caller {
        tenant: context,
        subject,
        session,
    });
    Principal::new(tenant, caller, signed_in.map(|(_, expires_at)| expires_at))
}

fn bearer(authorization: &str) -> Result<&str, Rejection> {
    let (scheme, token) = authorization
        .trim()
        .split_once(' ')
        .unwrap_or((authorization, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejection::unauthenticated(OTHER_SCHEME));
    }
    let token = token.trim_start();
    if token.is_empty() || token.len() > TOKEN_LIMIT {
        return Err(Rejection::unauthenticated(INVALID_TOKEN));
    }
    Ok(token)
}

fn cache_key(tenant: &TenantProfile, locale: Locale, token: &str) -> [u8; 32] {
    let index = locale.index().unwrap_or(u16::MAX);
    Sha256::new()
        .chain_update(tenant.id.uuid().as_bytes())
        .chain_update(index.to_be_bytes())
        .chain_update(token)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_bearer_tokens_only() {
        assert_eq!(bearer("bearer abc").unwrap(), "abc");
        for value in ["Basic abc", "abc", "", "Bearer", "Bearer ", "Bearerabc"] {
            assert!(bearer(value).is_err(), "{value}");
        }
    }
}
