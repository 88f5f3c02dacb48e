//! GraphQL over Server-Sent Events, distinct connections mode: one request, one operation, one stream.
//!
//! Events of a subscription carry their cursor as `id`, so a browser's `EventSource` resumes by itself with
//! `Last-Event-ID`. Whatever is not an event has no `id` of its own: heartbeats are comments, and a position that
//! was reached without an event is a block with nothing but an `id`. A stream that ends without `complete` wants
//! the client to come back.

use bytes::Bytes;
use http::HeaderValue;

use super::answer_stream::{Interruption, StreamFormat};
use crate::subscriptions::measures::Transport;

/// A comment: says that the stream is alive.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
/// The operation is over; a client must not come back for it. One that does all the same shows that it has seen
/// the end ([`crate::steps::answer_finished_stream`]).
const COMPLETE: Bytes = Bytes::from_static(b"id: end\n\nevent: complete\ndata:\n\n");
/// How soon a client that was sent away should come back, in milliseconds.
const RETRY: Bytes = Bytes::from_static(b"retry: 1000\n\n");

/// Writes Server-Sent Events. A request that is refused is answered in the stream, because browsers show
/// nothing of another status to the page.
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

    /// Moves the client's `lastEventId` and shows nothing to the page.
    fn position(cursor: &str) -> Option<Bytes> {
        Some(format!("id: {cursor}\n\n").into())
    }

    /// A `next` event. Line breaks in the JSON are white space and stay such.
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
            Interruption::ComeBack(_) => RETRY,
        }
    }
}
