//! Sends the operation to the router and takes the beginning of its answer.

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

/// An answer that does not begin with `data` is held as a whole, up to this length.
const WHOLE_LIMIT: usize = 16 * 1024 * 1024;

/// An answer up to this length is sent in one piece: cheaper than passing on its two or three parts.
const SHORT: u64 = 64 * 1024;

/// The router's answer, not yet masked.
#[derive(Debug)]
pub enum RouterAnswer {
    /// It is all here.
    Whole(Bytes),
    /// It began with `data`, is long, and goes on.
    Open {
        /// What has come.
        first: Bytes,
        /// What follows.
        rest: Incoming,
    },
}

/// Forwards `body`. Most answers arrive in one piece and are given back as one, so that the status can follow
/// from what they say; long ones are passed on while they come.
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
        .map_err(|_over| InternalRejection::RouterTimedOut)?
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
