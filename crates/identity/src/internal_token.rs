//! The caller of a federated request, signed by the gateway for the subgraphs.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::jwt::{self, Claims, Kind};
use crate::{Caller, KeyRing, TokenError};

const KIND: Kind = Kind {
    typ: "internal+jwt",
    audience: "subgraphs",
    required: &["exp", "iss", "aud", "sub"],
};
const ISSUER: &str = "gateway";
/// Seconds that a token is good for.
const LIFE_SECONDS: i64 = 60;
/// How long one and the same token is handed out for a caller; what is left afterwards covers the request.
const STABLE: Duration = Duration::from_secs(30);
const CACHED: u64 = 50_000;

/// Signs callers. One caller gets one token for 30 s.
pub struct InternalTokens {
    ring: Arc<KeyRing>,
    minted: Cache<Caller, Arc<str>>,
}

impl InternalTokens {
    /// Signs with the gateway's key.
    pub fn new(ring: Arc<KeyRing>) -> Self {
        let minted = Cache::builder()
            .max_capacity(CACHED)
            .time_to_live(STABLE)
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
            exp: now + LIFE_SECONDS,
            own: caller,
        };
        let token: Arc<str> =
            jwt::sign(&KIND, &self.ring.own.id, &self.ring.own.key, &claims)?.into();
        self.minted.insert(caller.clone(), Arc::clone(&token));
        Ok(token)
    }
}

/// Verifies callers in a subgraph. A token that was found good is remembered until it ends.
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
    /// Trusts the gateway's public key of the ring.
    pub fn new(ring: Arc<KeyRing>) -> Self {
        let life = Duration::from_secs(LIFE_SECONDS.unsigned_abs());
        let verified = Cache::builder()
            .max_capacity(CACHED)
            .time_to_live(life)
            .build();
        Self { ring, verified }
    }

    /// Checks signature, kind, issuer, audience and time.
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
        let caller = Arc::new(claims.own);
        let entry = Verified {
            caller: Arc::clone(&caller),
            expires_at: claims.exp,
        };
        self.verified.insert(token.to_owned(), entry);
        Ok(caller)
    }
}
