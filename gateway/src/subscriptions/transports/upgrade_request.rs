//! What the request for a socket said, before anything was said over the socket.

use http::request::Parts;
use http::{HeaderName, header};

use crate::app::App;
use crate::rejection::{ClientRejection, Rejection};
use crate::steps::find_address::ClientAddress;
use crate::subscriptions::limits::addresses::AddressPlace;

const X_TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// What the upgrade request said about shop and caller. `connection_init` goes before it.
pub struct UpgradeRequest {
    /// The `Host` header.
    pub host: Option<String>,
    /// The `X-Tenant` header.
    pub tenant: Option<String>,
    /// The `Accept-Language` header.
    pub accept_language: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// Where the socket comes from.
    pub address: ClientAddress,
    /// Given back when the socket says who it is.
    pub unidentified: Option<AddressPlace>,
}

impl UpgradeRequest {
    /// Reads the request and takes a place of its address.
    pub fn new(app: &App, parts: &Parts) -> Result<Self, Rejection> {
        let address = ClientAddress::of(&parts.extensions);
        let limit = app.hub.config().unidentified_per_address;
        let place = app.addresses.take_unidentified(address, limit);
        let place = place.map_err(|full| ClientRejection::LimitReached {
            what: "sockets of one address that have not said who they are",
            limit: full.limit,
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
            unidentified: Some(place),
        })
    }
}
