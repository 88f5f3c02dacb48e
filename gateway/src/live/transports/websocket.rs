//! The upgrade to `graphql-transport-ws`: which requests may open a socket. The messages of the socket are in
//! [`super::socket_connection`].

use std::sync::Arc;

use axum::extract::WebSocketUpgrade;
use axum::response::Response;
use futures_util::FutureExt as _;
use http::request::Parts;

use super::protocol;
use super::protocol::Close;
use super::socket_connection::SocketConnection;
use super::upgrade_request::UpgradeRequest;
use crate::answer::Rejection;
use crate::live::server::LiveServer;

/// Read buffer of a socket in bytes. The default of the library is 128 KiB for every socket.
const READ_BUFFER: usize = 1024;
/// Bytes that are buffered before they are written.
const WRITE_BUFFER: usize = 16 * 1024;

/// Answers an upgrade request whose origin is allowed. Too many sockets of one address are refused before the upgrade.
pub fn websocket(
    server: Arc<LiveServer>,
    parts: &Parts,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Rejection> {
    let request = UpgradeRequest::new(&server, parts)?;
    let limit = server.hub.config().message_bytes;
    let upgrade = upgrade
        .protocols([protocol::SUBPROTOCOL])
        .max_message_size(limit)
        .max_frame_size(limit)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER);
    let has_subprotocol = upgrade.selected_protocol().is_some();
    Ok(upgrade.on_upgrade(move |socket| async move {
        let tasks = server.tasks.clone();
        let connection = SocketConnection::new(server, request, socket);
        // Boxed: each layer around a future would reserve its size again.
        let connection = if has_subprotocol {
            connection.run().boxed()
        } else {
            connection.close_gracefully(Close::SUBPROTOCOL).boxed()
        };
        tasks.spawn("subscriptions.socket", connection);
    }))
}
