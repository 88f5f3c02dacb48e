//! Internal tokens: the caller of a federated request, signed by the gateway for the subgraphs.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::jwt::{self, Claims, TokenKind};
use crate::{Caller, KeyRing, TokenError};

const KIND: TokenKind = TokenKind {
    typ: "internal+jwt",
    audience: "subgraphs",
    required: &["exp", "iss", "aud", "sub"],
};
const ISSUER: &str = "gateway";
/// Lifetime of a token.
const LIFETIME_SECONDS: i64 = 60;
/// How long the same token is reused for a caller. The remaining lifetime covers the request.
const REUSE_TIME: Duration = Duration::from_secs(30);
const CACHE_CAPACITY: u64 = 50_000;

/// Signs callers. The same caller gets the same token for 30 s.
pub struct InternalTokens {
    ring: Arc<KeyRing>,
    minted: Cache<Caller, Arc<str>>,
}

impl InternalTokens {
    /// Signs with the gateway's key.
    pub fn new(ring: Arc<KeyRing>) -> Self {
        let minted = Cache::builder()
            .max_capacity(CACHE_CAPACITY)
            .time_to_live(REUSE_TIME)
            .build();
        Self { ring, minted }
    }

    /// The caller's token.
    pub fn mint(&self, caller: &Caller) -> Result<Arc<str>, TokenError> {
        if let Some(token) = self.minted.get(caller) {
            return Ok(token);
        }
        let now = jwt::unix_now();
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: KIND.audience.to_owned(),
            sub: caller.principal(),
            iat: now,
            exp: now + LIFETIME_SECONDS,
            extra: caller,
        };
        let token: Arc<str> =
            jwt::sign(&KIND, &self.ring.own.id, &self.ring.own.key, &claims)?.into();
        self.minted.insert(caller.clone(), Arc::clone(&token));
        Ok(token)
    }
}

/// Verifies callers in a subgraph. Verified tokens are cached until they expire.
pub struct InternalTokenVerifier {
    ring: Arc<KeyRing>,
    verified: Cache<String, Verified>,
}

#[derive(Clone)]
struct Verified {
    caller: Arc<Caller>,
    expires_at: i64,
}

impl InternalTokenVerifier {
    /// Trusts the gateway's public key in the ring.
    pub fn new(ring: Arc<KeyRing>) -> Self {
        let lifetime = Duration::from_secs(LIFETIME_SECONDS.unsigned_abs());
        let verified = Cache::builder()
            .max_capacity(CACHE_CAPACITY)
            .time_to_live(lifetime)
            .build();
        Self { ring, verified }
    }

    /// Checks signature, kind, issuer, audience and validity period.
    pub fn verify(&self, token: &str) -> Result<Arc<Caller>, TokenError> {
        if let Some(known) = self.verified.get(token) {
            return if known.expires_at > jwt::unix_now() {
                Ok(known.caller)
            } else {
                Err(TokenError::Expired)
            };
        }
        let key_id = jwt::key_id(&KIND, token)?;
        let key = match self.ring.trusted.get(&key_id) {
            Some(key) if key_id == ISSUER => key,
            _ => return Err(TokenError::UnknownKey),
        };
        let claims: Claims<Caller> = jwt::verify(&KIND, ISSUER, key, token)?;
        let caller = Arc::new(claims.extra);
        let entry = Verified {
            caller: Arc::clone(&caller),
            expires_at: claims.exp,
        };
        self.verified.insert(token.to_owned(), entry);
        Ok(caller)
    }
}
