//! Requests to routes that no server serves.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

/// Sends a request. A body of the answer that is not JSON is null.
pub async fn send(routes: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let answer = routes.clone().oneshot(request).await;
    let answer = answer.expect("routes answer");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await;
    let bytes = bytes.expect("answer ends");
    let body = serde_json::from_slice(&bytes);
    (status, body.unwrap_or(Value::Null))
}
