//! GraphQL over Server-Sent Events, distinct connections mode: one request, one operation, one stream.
//!
//! Events of a subscription carry their cursor as `id`, so a browser's `EventSource` resumes with `Last-Event-ID`
//! automatically. Heartbeats are comments, without `id`. A position that was reached without an event is a block that
//! contains only an `id`. A stream that ends without `complete` asks the client to reconnect.

use bytes::Bytes;
use http::HeaderValue;

use super::answer_stream::{Interruption, StreamFormat};
use crate::live::metrics::Transport;

/// A comment as heartbeat.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// The operation has ended; a client must not reconnect for it. A client that reconnects nevertheless sends this id,
/// which shows that it has seen the end (`http/steps/answer_finished_stream.rs`).
const COMPLETE: Bytes = Bytes::from_static(b"id: end\n\nevent: complete\ndata:\n\n");
/// Delay before a disconnected client should reconnect, in milliseconds.
const RETRY: Bytes = Bytes::from_static(b"retry: 1000\n\n");

/// Writes Server-Sent Events. A refused request is answered in the stream, because browsers hide answers with another
/// status from the page.
pub struct Sse;

impl StreamFormat for Sse {
    const TRANSPORT: Transport = Transport::Sse;

    fn content_type() -> HeaderValue {
        HeaderValue::from_static("text/event-stream; charset=utf-8")
    }

    fn opening() -> Bytes {
        HEARTBEAT
    }

    fn heartbeat() -> Bytes {
        HEARTBEAT
    }

    /// Sets the client's `lastEventId` without an event for the page.
    fn position(cursor: &str) -> Option<Bytes> {
        Some(format!("id: {cursor}\n\n").into())
    }

    /// A `next` event. Line breaks in the JSON are white space and stay line breaks.
    fn next(payload: &[u8], cursor: Option<&str>) -> Bytes {
        let mut text = Vec::with_capacity(payload.len() + cursor.map_or(0, str::len) + 32);
        text.extend_from_slice(b"event: next\n");
        if let Some(cursor) = cursor {
            text.extend_from_slice(b"id: ");
            text.extend_from_slice(cursor.as_bytes());
            text.push(b'\n');
        }
        for line in payload.split(|byte| matches!(byte, b'\n' | b'\r')) {
            text.extend_from_slice(b"data: ");
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        text.push(b'\n');
        text.into()
    }

    fn complete() -> Bytes {
        COMPLETE
    }

    fn interrupted(interruption: &Interruption) -> Bytes {
        match interruption {
            Interruption::AccessEnded(refusal) => Self::next(refusal.to_answer().as_bytes(), None),
            Interruption::Retry(_) => RETRY,
        }
    }
}
