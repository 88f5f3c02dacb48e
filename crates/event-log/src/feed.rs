//! Internal routes for the gateway: the compact feed of one stream, and the heads of many streams.
//!
//! These routes do not authenticate. The router that mounts them must check the service token.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use database::{PlatformDb, StoreError};
use internal_api::events::{
    FEED, FeedEntry, FeedRequest, FeedResponse, HEADS, HeadsRequest, HeadsResponse, StreamHead,
    StreamKey,
};
use internal_api::{InternalError, InternalErrorCode};

use crate::store;

const MAX_ENTRIES: u32 = 1_000;
const MAX_STREAMS: usize = 10_000;

/// Routes `POST /internal/feed` and `POST /internal/heads` over this database.
pub fn routes(platform: PlatformDb) -> Router {
    Router::new()
        .route(FEED, post(serve_feed))
        .route(HEADS, post(serve_heads))
        .with_state(platform)
}

async fn serve_feed(State(db): State<PlatformDb>, Json(request): Json<FeedRequest>) -> Response {
    respond(feed(&db, &request).await)
}

async fn serve_heads(State(db): State<PlatformDb>, Json(request): Json<HeadsRequest>) -> Response {
    if request.streams.len() > MAX_STREAMS {
        let message = format!("more than {MAX_STREAMS} streams");
        return error_response(
            StatusCode::BAD_REQUEST,
            InternalErrorCode::BadRequest,
            message,
        );
    }
    respond(heads(&db, &request).await)
}

fn respond<T: serde::Serialize>(result: Result<T, StoreError>) -> Response {
    match result {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => {
            tracing::error!(
                error = %service::log::chain(&error),
                "event feed failed"
            );
            let message = "event log cannot be read".to_owned();
            if error.is_unavailable() {
                error_response(
                    StatusCode::SERVICE_UNAVAILABLE,
                    InternalErrorCode::Unavailable,
                    message,
                )
            } else {
                error_response(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    InternalErrorCode::Internal,
                    message,
                )
            }
        }
    }
}

fn error_response(status: StatusCode, code: InternalErrorCode, message: String) -> Response {
    (status, Json(InternalError { code, message })).into_response()
}

/// The entries of one stream after a position: `(seq, type, subjects)`, dense and ascending. A
/// position before `min_seq - 1` or after `head` has expired; then the entries do not continue it.
pub async fn feed(db: &PlatformDb, request: &FeedRequest) -> Result<FeedResponse, StoreError> {
    let limit = i64::from(request.limit.clamp(1, MAX_ENTRIES));
    let mut tx = db.transaction().await?;
    let stream = (request.tenant, request.stream.as_str());
    let (epoch, head, min_seq, rows) =
        store::load_feed(&mut tx, stream, request.after, limit).await?;
    tx.commit().await?;
    let entries = rows
        .into_iter()
        .map(|row| FeedEntry {
            seq: row.seq,
            event_type: row.event_type,
            subjects: row.subjects,
        })
        .collect();
    Ok(FeedResponse {
        epoch,
        min_seq,
        head,
        entries,
    })
}

/// The heads of many streams with one call; a stream without events has head 0.
pub async fn heads(db: &PlatformDb, request: &HeadsRequest) -> Result<HeadsResponse, StoreError> {
    let tenants = request.streams.iter().map(|key| key.tenant).collect();
    let streams = request
        .streams
        .iter()
        .map(|key| key.stream.clone())
        .collect();
    let mut tx = db.transaction().await?;
    let (epoch, rows) = store::load_heads(&mut tx, tenants, streams).await?;
    tx.commit().await?;
    let found: HashMap<StreamKey, (i64, i64)> = rows
        .into_iter()
        .map(|(tenant, stream, head, min_seq)| (StreamKey { tenant, stream }, (head, min_seq)))
        .collect();
    let heads = request
        .streams
        .iter()
        .map(|key| {
            let (head, min_seq) = found.get(key).copied().unwrap_or((0, 1));
            StreamHead {
                tenant: key.tenant,
                stream: key.stream.clone(),
                head,
                min_seq,
            }
        })
        .collect();
    Ok(HeadsResponse { epoch, heads })
}
