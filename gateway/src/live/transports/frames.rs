//! Frames of a WebSocket connection: their size, and how a connection ends.

use axum::extract::ws::Message;
use tokio_tungstenite::tungstenite;

use super::protocol::Close;

/// Why a connection ends.
pub enum End {
    /// The connection broke, without a close frame.
    ConnectionLost,
    /// The client sent a close frame with this code.
    ClosedByClient(u16),
    /// The gateway closes the connection.
    CloseInitiated(Close),
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::CloseInitiated(close)
    }
}

/// Size of a frame on the wire: its header, which includes the length, and its content.
pub fn bytes_of(frame: &Message) -> usize {
    let content = match frame {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(frame) => frame.as_ref().map_or(0, |frame| 2 + frame.reason.len()),
    };
    let head = match content {
        0..=125 => 2,
        126..=0xFFFF => 4,
        _ => 10,
    };
    head + content
}

/// How a connection ends after a failed read.
pub fn end_for(error: axum::Error) -> End {
    match error
        .into_inner()
        .downcast::<tungstenite::Error>()
        .map(|error| *error)
    {
        Ok(tungstenite::Error::Capacity(_)) => Close::TOO_BIG.into(),
        Ok(tungstenite::Error::Utf8(_)) => Close::NOT_UTF8.into(),
        Ok(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => End::ConnectionLost,
        Ok(tungstenite::Error::Protocol(_)) => Close::PROTOCOL_ERROR.into(),
        _ => End::ConnectionLost,
    }
}
