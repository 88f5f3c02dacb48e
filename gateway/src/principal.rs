//! Who is asking, for which shop: the outcome of the tenant and authentication steps, shared by plain
//! requests and sockets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use identity::Caller;
use ids::SessionId;
use internal_api::tenants::TenantProfile;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::rejection::Rejection;
use crate::steps::{authenticate, resolve_tenant};

/// A verified caller of one tenant. Cloning copies three pointers.
#[derive(Clone)]
pub struct Principal {
    /// The shop as the customers subgraph knows it (never a suspended one).
    pub tenant: Arc<TenantProfile>,
    /// What the subgraphs will be told about the caller.
    pub caller: Arc<Caller>,
    /// When the access token ends; `None` for an anonymous shopper.
    pub expires_at: Option<DateTime<Utc>>,
    /// The session that the access token belongs to.
    pub session: Option<SessionId>,
    fingerprint: [u8; 32],
    person: [u8; 32],
}

impl Principal {
    /// Puts a principal together and computes its fingerprint once.
    pub fn new(
        tenant: Arc<TenantProfile>,
        caller: Arc<Caller>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Self {
        let fingerprint = fingerprint_of(&caller);
        let person = person_of(&caller);
        let session = caller.session;
        Self {
            tenant,
            caller,
            expires_at,
            session,
            fingerprint,
            person,
        }
    }

    /// SHA-256 over everything about this caller that is forwarded to the router. Two principals with
    /// equal fingerprints get byte-equal answers, so they may share one read; anything that is added to
    /// [`Caller`] is part of the hash by construction.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// SHA-256 over shop and person: equal in every session and language of a person, and for all anonymous
    /// shoppers of a shop. What is limited per caller is counted by it.
    pub fn person(&self) -> [u8; 32] {
        self.person
    }
}

/// What a request or a socket says about the shop that it wants.
#[derive(Clone, Copy, Debug, Default)]
pub struct TenantHint<'a> {
    /// The `Host` header (with or without port).
    pub host: Option<&'a str>,
    /// The `X-Tenant` header, or `tenant` of a `connection_init` payload: a slug.
    pub x_tenant: Option<&'a str>,
    /// The `Accept-Language` header; chooses among the shop's locales.
    pub accept_language: Option<&'a str>,
}

impl App {
    /// Resolves the tenant and verifies the caller.
    ///
    /// `authorization` is the whole header value (`Bearer …`). Used by the pipeline for every request and
    /// by the subscription transports (for a socket: host and header of the upgrade request first, then
    /// what `connection_init` brings).
    pub async fn identify(
        &self,
        hint: TenantHint<'_>,
        authorization: Option<&str>,
    ) -> Result<Principal, Rejection> {
        let tenant = resolve_tenant::resolve_tenant(self, hint).await?;
        authenticate::authenticate(self, tenant, hint.accept_language, authorization).await
    }
}

/// The hash of the claims of the internal token, the only thing that differs between forwarded requests.
fn fingerprint_of(caller: &Caller) -> [u8; 32] {
    let claims = serde_json::to_vec(caller).unwrap_or_else(|_| format!("{caller:?}").into_bytes());
    Sha256::digest(&claims).into()
}

fn person_of(caller: &Caller) -> [u8; 32] {
    Sha256::new()
        .chain_update(caller.tenant_id().uuid().as_bytes())
        .chain_update(caller.principal())
        .finalize()
        .into()
}
