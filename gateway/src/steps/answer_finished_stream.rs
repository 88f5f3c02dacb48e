//! Tells a browser's `EventSource` to stay away.
//!
//! It comes back whenever its connection ends, also after `complete`. The last block of a stream that is over moves its
//! position to [`END`], so it says so when it comes back, and 204 is the one answer that makes it stop.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, StatusCode};

use super::negotiate_answer::{Accepted, StreamForm};
use super::send_answer::Answer;

/// Where a client that comes back says what it has seen.
pub const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The position of a stream that is over. No cursor looks like this.
pub const END: &str = "end";

/// The whole answer to a client that has seen the end of its stream.
pub fn answer_finished_stream(accepted: Accepted, headers: &HeaderMap) -> Option<Answer> {
    let stream = accepted.stream?;
    let finished = stream.form == StreamForm::EventStream
        && headers
            .get(LAST_EVENT_ID)
            .is_some_and(|seen| seen.as_bytes() == END.as_bytes());
    finished.then(|| {
        let mut nothing = Response::new(Body::empty());
        *nothing.status_mut() = StatusCode::NO_CONTENT;
        Answer::Events(nothing)
    })
}
