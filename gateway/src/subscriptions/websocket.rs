//! The upgrade to `graphql-transport-ws`: who may open a socket, and what the request says about its caller. What is
//! said over the socket then is a [`super::conversation`].

use std::sync::Arc;

use axum::extract::WebSocketUpgrade;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::HeaderName;
use http::header;
use http::request::Parts;

use super::addresses::AddressPlace;
use super::conversation::Conversation;
use super::protocol;
use super::protocol::Close;
use crate::app::App;
use crate::rejection::ClientRejection;
use crate::rejection::Rejection;
use crate::steps::check_origin::check_origin;
use crate::steps::find_address::ClientAddress;

/// Bytes that an idle socket keeps for reading. The library's default is 128 KiB for every socket.
const READ_BUFFER: usize = 1024;
/// Bytes that are gathered before they are written.
const WRITE_BUFFER: usize = 16 * 1024;

const X_TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// Answers an upgrade request. Only pages of strangers, and too many sockets of one address, are refused before it.
pub async fn websocket(
    app: Arc<App>,
    parts: &Parts,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Rejection> {
    check_origin(&app, parts, None).await?;
    let request = UpgradeRequest::new(&app, parts)?;
    let limit = app.hub.config().message_bytes;
    let upgrade = upgrade
        .protocols([protocol::SUBPROTOCOL])
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER);
    let agreed = upgrade.selected_protocol().is_some();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let tasks = app.adapters.tasks.clone();
        let conversation = Conversation::new(app, request, socket);
        // Boxed: every layer around a future keeps room for it twice.
        let conversation = if agreed {
            conversation.run().boxed()
        } else {
            conversation.close(Close::SUBPROTOCOL).boxed()
        };
        tasks.spawn("subscriptions.socket", conversation);
    }))
}

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
    fn new(app: &App, parts: &Parts) -> Result<Self, Rejection> {
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
