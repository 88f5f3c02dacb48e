//! Sends the answer to the client in the negotiated media type, with its status, and writes the log line of the request.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::assign_trace_id::set_request_id;
use crate::answer::{Codes, Media, Rejection};
use crate::http::exchange::Exchange;
use crate::http::summary::Outcome;
use crate::upstream::Masked;

/// The answer of the pipeline.
#[derive(Debug)]
pub enum Answer {
    /// One JSON text.
    Whole(Masked),
    /// A complete response: an event stream, or the end of one.
    Events(Response),
}

/// Builds the response.
pub fn send_answer(answer: Result<Answer, Rejection>, exchange: Exchange) -> Response {
    let media = exchange.accepted.answer;
    let (response, outcome) = match answer {
        Ok(Answer::Whole(answer)) => whole(media, answer),
        Ok(Answer::Events(response)) => events(response),
        Err(rejection) => refuse(&rejection, media),
    };
    exchange.summary.finish(outcome);
    response
}

fn whole(media: Media, answer: Masked) -> (Response, Outcome) {
    let status = match answer.codes.first() {
        Some(code) if !answer.has_data => media.status_without_data(code),
        _ => StatusCode::OK,
    };
    let outcome = Outcome {
        status,
        codes: answer.codes,
        bytes: answer.body.len(),
    };
    (respond(media, status, answer.body.into()), outcome)
}

fn events(mut response: Response) -> (Response, Outcome) {
    set_request_id(response.headers_mut());
    let outcome = Outcome {
        status: response.status(),
        codes: Codes::default(),
        bytes: 0,
    };
    (response, outcome)
}

/// The response to a rejected request.
pub fn refuse(rejection: &Rejection, media: Media) -> (Response, Outcome) {
    rejection.log();
    let (status, body) = (rejection.status(media), rejection.to_body());
    let mut codes = Codes::default();
    codes.add(rejection.code());
    let outcome = Outcome {
        status,
        codes,
        bytes: body.len(),
    };
    let mut response = respond(media, status, body.into());
    let more = match status {
        StatusCode::METHOD_NOT_ALLOWED if rejection.needs_post() => Some((header::ALLOW, "POST")),
        StatusCode::METHOD_NOT_ALLOWED => Some((header::ALLOW, "GET, POST")),
        StatusCode::UNAUTHORIZED => Some((header::WWW_AUTHENTICATE, "Bearer")),
        StatusCode::SERVICE_UNAVAILABLE => Some((header::RETRY_AFTER, "1")),
        // The rest of the body was not read, so the connection cannot be reused.
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
            Some((header::CONNECTION, "close"))
        }
        _ => None,
    };
    if let Some((name, value)) = more {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    (response, outcome)
}

/// Forbids caches and content sniffing: the answer belongs to one caller.
fn respond(media: Media, status: StatusCode, body: Body) -> Response {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");

    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(5);
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
    set_request_id(headers);
    response
}
