//! Answers 204 to a browser's `EventSource` whose stream has ended, so that it does not reconnect.
//!
//! An `EventSource` reconnects whenever its connection ends, also after `complete`. The last block of an ended stream
//! sets the event id to [`END`], so a reconnecting browser sends it as `Last-Event-ID`. 204 is the only answer that
//! stops the reconnects.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode};

use super::negotiate_answer::{Accepted, StreamForm};

/// The last event id that a reconnecting client has received.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The event id of an ended stream. It is not a valid cursor.
pub const END: &str = "end";

/// The answer to a client that has received the end of its stream.
pub fn answer_finished_stream(accepted: Accepted, headers: &HeaderMap) -> Option<Response> {
    let finished = accepted.stream == Some(StreamForm::EventStream)
        && headers
            .get(LAST_EVENT_ID)
            .is_some_and(|last| last.as_bytes() == END.as_bytes());
    finished.then(|| {
        let mut no_content = Response::new(Body::empty());
        *no_content.status_mut() = StatusCode::NO_CONTENT;
        no_content
    })
}
