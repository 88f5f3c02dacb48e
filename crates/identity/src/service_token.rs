//! Service tokens: authentication of internal calls between services under `/internal/`.

use std::sync::Arc;
use std::time::Duration;

use ids::TenantId;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};

use crate::jwt::{self, Claims, TokenKind};
use crate::{KeyRing, TokenError};

const TYP: &str = "service+jwt";
/// Lifetime of a token.
const LIFETIME_SECONDS: i64 = 60;
/// How long the same token is reused.
const REUSE_TIME: Duration = Duration::from_secs(30);
const CACHE_CAPACITY: u64 = 10_000;

/// A service that makes or receives internal calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceName {
    /// The public API.
    Gateway,
    /// Products and stock.
    Catalog,
    /// Orders and payments.
    Orders,
    /// Tenants, accounts, customers.
    Customers,
}

impl ServiceName {
    /// Its name in tokens, settings and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Catalog => "catalog",
            Self::Orders => "orders",
            Self::Customers => "customers",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Gateway, Self::Catalog, Self::Orders, Self::Customers]
            .into_iter()
            .find(|service| service.as_str() == name)
    }

    const fn kind(self) -> TokenKind {
        TokenKind {
            typ: TYP,
            audience: self.as_str(),
            required: &["exp", "iss", "aud", "sub"],
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ServiceClaims {
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<TenantId>,
}

/// Signs the internal calls of one service.
pub struct ServiceTokens {
    ring: Arc<KeyRing>,
    minted: Cache<(ServiceName, Option<TenantId>), Arc<str>>,
}

impl ServiceTokens {
    /// Signs with the ring's own key.
    pub fn new(ring: Arc<KeyRing>) -> Self {
        let minted = Cache::builder()
            .max_capacity(CACHE_CAPACITY)
            .time_to_live(REUSE_TIME)
            .build();
        Self { ring, minted }
    }

    /// A token for calls to `audience`, restricted to a tenant if one is given.
    pub fn mint(
        &self,
        audience: ServiceName,
        tenant: Option<TenantId>,
    ) -> Result<Arc<str>, TokenError> {
        if let Some(token) = self.minted.get(&(audience, tenant)) {
            return Ok(token);
        }
        let now = jwt::unix_now();
        let own = &self.ring.own;
        let claims = Claims {
            iss: own.id.clone(),
            aud: audience.as_str().to_owned(),
            sub: format!("service:{}", own.id),
            iat: now,
            exp: now + LIFETIME_SECONDS,
            extra: ServiceClaims { tid: tenant },
        };
        let token: Arc<str> = jwt::sign(&audience.kind(), &own.id, &own.key, &claims)?.into();
        self.minted.insert((audience, tenant), Arc::clone(&token));
        Ok(token)
    }
}

/// A verified calling service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceCaller {
    /// The calling service.
    pub name: ServiceName,
    /// The tenant that the token is valid for; `None` for calls across tenants.
    pub tenant: Option<TenantId>,
}

/// Verifies the internal calls that one service receives.
pub struct ServiceTokenVerifier {
    ring: Arc<KeyRing>,
    own_name: ServiceName,
    verified: Cache<String, (ServiceCaller, i64)>,
}

impl ServiceTokenVerifier {
    /// Accepts tokens for the audience `own_name` only.
    pub fn new(ring: Arc<KeyRing>, own_name: ServiceName) -> Self {
        let lifetime = Duration::from_secs(LIFETIME_SECONDS.unsigned_abs());
        let verified = Cache::builder()
            .max_capacity(CACHE_CAPACITY)
            .time_to_live(lifetime)
            .build();
        Self {
            ring,
            own_name,
            verified,
        }
    }

    /// Checks signature, kind, issuer, audience and validity period.
    pub fn verify(&self, token: &str) -> Result<ServiceCaller, TokenError> {
        if let Some((caller, expires_at)) = self.verified.get(token) {
            return if expires_at > jwt::unix_now() {
                Ok(caller)
            } else {
                Err(TokenError::Expired)
            };
        }
        let kind = self.own_name.kind();
        let key_id = jwt::key_id(&kind, token)?;
        let name = ServiceName::parse(&key_id).ok_or(TokenError::UnknownKey)?;
        let key = self
            .ring
            .trusted
            .get(&key_id)
            .ok_or(TokenError::UnknownKey)?;
        let claims: Claims<ServiceClaims> = jwt::verify(&kind, name.as_str(), key, token)?;
        let caller = ServiceCaller {
            name,
            tenant: claims.extra.tid,
        };
        self.verified.insert(token.to_owned(), (caller, claims.exp));
        Ok(caller)
    }
}
