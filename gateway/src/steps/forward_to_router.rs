//! Sends the operation to the router and reads the beginning of its answer.

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use service::Deadline;

use super::mask_errors::MaskError;
use crate::app::App;
use crate::principal::Principal;
use crate::rejection::{InternalRejection, Rejection};
use crate::router_client::check_status;

/// Longest answer in bytes that is buffered as a whole because it does not begin with `data`.
const WHOLE_LIMIT: usize = 16 * 1024 * 1024;

/// An answer up to this length in bytes is sent in one piece: cheaper than streaming its two or three parts.
const SHORT: u64 = 64 * 1024;

/// The router's answer, not yet masked.
#[derive(Debug)]
pub enum RouterAnswer {
    /// The complete body.
    Whole(Bytes),
    /// A long body that began with `data` and is not complete yet.
    Open {
        /// The part that has arrived.
        first: Bytes,
        /// The rest of the body.
        rest: Incoming,
    },
}

/// Forwards `body`. Most answers arrive in one piece and are returned whole, so that the status can be derived from
/// their content; long ones are streamed.
pub async fn forward_to_router(
    app: &App,
    principal: &Principal,
    body: Bytes,
    deadline: Deadline,
) -> Result<RouterAnswer, Rejection> {
    let answer = app
        .adapters
        .router
        .forward(principal, body, deadline)
        .await?;
    check_status(answer.status())?;
    let refused = answer.status() != StatusCode::OK;
    let begin = begin(answer.into_body(), refused);
    deadline
        .run(begin)
        .await
        .map_err(|_elapsed| InternalRejection::RouterTimedOut)?
}

async fn begin(mut body: Incoming, refused: bool) -> Result<RouterAnswer, Rejection> {
    let length = body.size_hint().exact();
    let first = next(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() {
        return Ok(RouterAnswer::Whole(first));
    }
    let short = length.is_some_and(|length| length <= SHORT);
    if !short && !refused && first.starts_with(br#"{"data":"#) {
        return Ok(RouterAnswer::Open { first, rest: body });
    }
    let expected = length
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or_default();
    let mut whole = BytesMut::with_capacity(expected.min(WHOLE_LIMIT));
    whole.extend_from_slice(&first);
    while let Some(chunk) = next(&mut body).await? {
        if whole.len() + chunk.len() > WHOLE_LIMIT {
            return Err(MaskError::TooLong.into());
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(RouterAnswer::Whole(whole.freeze()))
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Rejection> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(MaskError::Upstream)?;
        if let Ok(data) = frame.into_data()
            && !data.is_empty()
        {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
