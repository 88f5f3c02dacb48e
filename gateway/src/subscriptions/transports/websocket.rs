//! The upgrade to `graphql-transport-ws`: who may open a socket. What is said over the socket then is a
//! [`super::conversation`].

use std::sync::Arc;

use axum::extract::WebSocketUpgrade;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::request::Parts;

use super::conversation::Conversation;
use super::protocol;
use super::protocol::Close;
use super::upgrade_request::UpgradeRequest;
use crate::app::App;
use crate::rejection::Rejection;
use crate::steps::check_origin::check_origin;

/// Bytes that an idle socket keeps for reading. The library's default is 128 KiB for every socket.
const READ_BUFFER: usize = 1024;
/// Bytes that are gathered before they are written.
const WRITE_BUFFER: usize = 16 * 1024;

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
