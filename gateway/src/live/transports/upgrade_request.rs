//! The upgrade request of a socket: what is known before its first message.

use http::request::Parts;
use http::{HeaderName, header};

use crate::answer::{ClientRejection, Rejection};
use crate::live::limits::addresses::AddressPermit;
use crate::live::limits::client_address::ClientAddress;
use crate::live::server::LiveServer;

const X_TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// Tenant and credentials of the upgrade request. Those of `connection_init` take precedence.
pub struct UpgradeRequest {
    /// The `Host` header.
    pub host: Option<String>,
    /// The `X-Tenant` header.
    pub tenant: Option<String>,
    /// The `Accept-Language` header.
    pub accept_language: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// Address of the client.
    pub address: ClientAddress,
    /// Permit of a socket before `connection_init`; released by it.
    pub unidentified_permit: Option<AddressPermit>,
}

impl UpgradeRequest {
    /// Reads the request and acquires a permit for its address.
    pub fn new(server: &LiveServer, parts: &Parts) -> Result<Self, Rejection> {
        let address = ClientAddress::of(&parts.extensions);
        let limit = server.hub.config().unidentified_per_address;
        let permit = server.addresses.acquire_unidentified(address, limit);
        let permit = permit.map_err(|exceeded| ClientRejection::LimitReached {
            what: "sockets of one address before connection_init",
            limit: exceeded.limit,
        })?;
        let text = |name: HeaderName| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Ok(Self {
            host: text(header::HOST),
            tenant: text(X_TENANT),
            accept_language: text(header::ACCEPT_LANGUAGE),
            authorization: text(header::AUTHORIZATION),
            address,
            unidentified_permit: Some(permit),
        })
    }
}
