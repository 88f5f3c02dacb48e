//! Authentication and authorization: the caller, the tenant and the permissions of a request.
//!
//! There are three kinds of tokens, all EdDSA (Ed25519) JWTs, each for one purpose and rejected for every other:
//!
//! | token | issued by | for | lifetime |
//! |---|---|---|---|
//! | client token | customers | the public API; verified by the gateway against the published JWKS | 15 min |
//! | internal token | gateway | subgraphs: the caller of a federated request | 60 s |
//! | service token | any service | one other service: internal calls | 60 s |
//!
//! The internal token is stable per principal for 30 s, because the router de-duplicates in-flight subgraph
//! calls by their headers.

mod authorize;
mod caller;
mod client_token;
mod internal_token;
mod jwt;
mod keys;
mod permission;
mod service_token;

#[cfg(test)]
mod tests;

pub use authorize::Denied;
pub use caller::{Caller, Subject, TenantContext};
pub use client_token::{ClientIdentity, ClientTokenVerifier, ClientTokens, NewClientToken};
pub use internal_token::{InternalTokenVerifier, InternalTokens};
pub use jwt::TokenError;
pub use keys::{KeyError, KeyRing, generate_keys};
pub use permission::{Permission, Role};
pub use service_token::{ServiceCaller, ServiceName, ServiceTokenVerifier, ServiceTokens};

/// Header of the internal token between gateway, router and subgraphs.
pub const IDENTITY_HEADER: &str = "x-shop-identity";

/// Header of the secret that the router requires of every caller.
pub const ROUTER_SECRET_HEADER: &str = "x-shop-router-secret";

/// Prefix of every internal header; the gateway removes headers with this prefix from clients' requests.
pub const INTERNAL_HEADER_PREFIX: &str = "x-shop-";
