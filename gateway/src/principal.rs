//! The verified caller of a tenant: the result of tenant resolution and authentication, shared by plain requests
//! and sockets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use identity::Caller;
use ids::SessionId;
use internal_api::tenants::TenantProfile;
use sha2::{Digest, Sha256};

/// A verified caller of one tenant. Cloning copies three pointers.
#[derive(Clone)]
pub struct Principal {
    /// The tenant as the customers subgraph describes it; never a suspended one.
    pub tenant: Arc<TenantProfile>,
    /// The identity that is sent to the subgraphs.
    pub caller: Arc<Caller>,
    /// When the access token expires; `None` for an anonymous caller.
    pub expires_at: Option<DateTime<Utc>>,
    /// The session that the access token belongs to.
    pub session: Option<SessionId>,
    fingerprint: [u8; 32],
    quota_key: [u8; 32],
}

impl Principal {
    /// Builds a principal and computes its fingerprint and quota key once.
    pub fn new(
        tenant: Arc<TenantProfile>,
        caller: Arc<Caller>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Self {
        let fingerprint = fingerprint_of(&caller);
        let quota_key = quota_key_of(&caller);
        let session = caller.session;
        Self {
            tenant,
            caller,
            expires_at,
            session,
            fingerprint,
            quota_key,
        }
    }

    /// SHA-256 over everything about this caller that is forwarded to the router. Two principals with equal
    /// fingerprints get byte-equal answers, so they may share one read. Every field of [`Caller`] is part of the
    /// hash by construction.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// SHA-256 over tenant and account: equal in every session and language of an account, and for all anonymous
    /// callers of a tenant. Quotas and rate limits per caller are counted by it.
    pub fn quota_key(&self) -> [u8; 32] {
        self.quota_key
    }
}

/// The hash of the claims of the internal token, the only thing that differs between forwarded requests.
fn fingerprint_of(caller: &Caller) -> [u8; 32] {
    let claims = serde_json::to_vec(caller).unwrap_or_else(|_| format!("{caller:?}").into_bytes());
    Sha256::digest(&claims).into()
}

fn quota_key_of(caller: &Caller) -> [u8; 32] {
    Sha256::new()
        .chain_update(caller.tenant_id().uuid().as_bytes())
        .chain_update(caller.principal())
        .finalize()
        .into()
}
