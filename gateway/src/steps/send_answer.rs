//! Sends the answer to the client: masked, in the negotiated media type, with its status.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use service::{Deadline, deadlines};

use super::assign_trace_id::set_request_id;
use super::forward_to_router::RouterAnswer;
use super::mask_errors;
use super::mask_errors::MaskedBody;
use super::mask_errors::rewrite::Codes;
use super::negotiate_answer::Media;
use super::summarize_request::{Outcome, Summary};
use crate::rejection::Rejection;

/// The answer of the pipeline.
#[derive(Debug)]
pub enum Answer {
    /// Made by the gateway: `{"data":…}`.
    Own(Bytes),
    /// From the router.
    Router(RouterAnswer),
    /// A complete response: an event stream, or the end of one.
    Events(Response),
}

/// Builds the response. Its log line is written when the response has ended.
pub fn send_answer(
    answer: Result<Answer, Rejection>,
    media: Media,
    summary: Summary,
    deadline: Deadline,
) -> Response {
    let answer = answer.and_then(|answer| match answer {
        Answer::Own(body) => Ok(whole(media, body, Codes::default(), StatusCode::OK)),
        Answer::Router(RouterAnswer::Whole(body)) => {
            let masked = mask_errors::mask_whole(body)?;
            let status = match masked.codes.first() {
                Some(code) if !masked.has_data => media.status_without_data(code),
                _ => StatusCode::OK,
            };
            Ok(whole(media, masked.body, masked.codes, status))
        }
        Answer::Router(RouterAnswer::Open { first, rest }) => Ok(Ready::Open(first, rest)),
        Answer::Events(response) => Ok(Ready::Events(response)),
    });
    match answer {
        Ok(Ready::Whole(response, outcome)) => {
            summary.finish(outcome);
            response
        }
        Ok(Ready::Open(first, rest)) => {
            let deadline = deadline.at_most(deadlines::ROUTER);
            let on_end = Box::new(move |streamed: mask_errors::Streamed| {
                summary.finish(Outcome {
                    status: StatusCode::OK,
                    codes: streamed.codes,
                    bytes: streamed.bytes,
                    complete: streamed.complete,
                });
            });
            respond(
                media,
                StatusCode::OK,
                Body::new(MaskedBody::new(first, rest, deadline, on_end)),
            )
        }
        Ok(Ready::Events(mut response)) => {
            set_request_id(response.headers_mut());
            let status = response.status();
            summary.finish(Outcome {
                status,
                codes: Codes::default(),
                bytes: 0,
                complete: true,
            });
            response
        }
        Err(rejection) => refuse(&rejection, media, summary),
    }
}

enum Ready {
    Whole(Response, Outcome),
    Open(Bytes, hyper::body::Incoming),
    Events(Response),
}

fn whole(media: Media, body: Bytes, codes: Codes, status: StatusCode) -> Ready {
    let outcome = Outcome {
        status,
        codes,
        bytes: body.len() as u64,
        complete: true,
    };
    Ready::Whole(respond(media, status, body.into()), outcome)
}

fn refuse(rejection: &Rejection, media: Media, summary: Summary) -> Response {
    rejection.log();
    let status = rejection.status(media);
    let body = rejection.to_body();
    let mut codes = Codes::default();
    codes.add(rejection.code());
    summary.finish(Outcome {
        status,
        codes,
        bytes: body.len() as u64,
        complete: true,
    });
    let mut response = respond(media, status, body.into());
    let headers = response.headers_mut();
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            let allowed = if rejection.needs_post() {
                "POST"
            } else {
                "GET, POST"
            };
            headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // The rest of the body was not read, so the connection cannot be reused.
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn respond(media: Media, status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(5);
    headers.insert(header::CONTENT_TYPE, media.content_type());
    protect(headers);
    set_request_id(headers);
    response
}

/// Forbids caches and content sniffing: the answer belongs to one caller.
fn protect(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}
