//! `POST /graphql` of a subgraph. Every request needs an internal token: the identity of a caller, signed by the
//! gateway and passed on by the router.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, SDLExportOptions, Schema, SubscriptionType};
use async_graphql_axum::GraphQLResponse;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use identity::{IDENTITY_HEADER, InternalTokenVerifier};

use crate::scope::{Execution, Scopes, operation_type};
use crate::storable_text::reject_unstorable;

/// Larger than the limit of client requests, because the router batches entity look-ups.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// The schema of a subgraph and the dependencies of its requests.
pub struct Endpoint<Q, M, S> {
    /// The schema; its data holds the service's adapters.
    pub schema: Schema<Q, M, S>,
    /// Verifies the internal token.
    pub verifier: Arc<InternalTokenVerifier>,
    /// Gives every request its read snapshot, loaders and deadline.
    pub scopes: Arc<Scopes>,
    /// Mutations that accept strings which PostgreSQL cannot store; see [`reject_unstorable`].
    pub credential_mutations: &'static [&'static str],
}

impl<Q, M, S> Endpoint<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// The route to mount.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/graphql", post(handle::<Q, M, S>))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(Arc::new(self))
    }
}

async fn handle<Q, M, S>(
    State(state): State<Arc<Endpoint<Q, M, S>>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let caller = headers
        .get(IDENTITY_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|token| state.verifier.verify(token).ok());
    let Some(caller) = caller else {
        return http_error(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "no valid internal token",
        );
    };
    let Ok(mut request) = serde_json::from_slice::<Request>(&body) else {
        return http_error(StatusCode::BAD_REQUEST, "BAD_REQUEST", "no GraphQL request");
    };
    if let Some(response) = reject_unstorable(&mut request, state.credential_mutations) {
        return GraphQLResponse::from(response).into_response();
    }
    let operation = request.operation_name.clone();
    let execution = Execution {
        caller,
        operation_type: operation_type(&mut request),
        operation: operation.as_deref(),
    };
    let answered = state.scopes.run(execution, |data| {
        request.data = data;
        state.schema.execute(request)
    });
    GraphQLResponse::from(answered.await).into_response()
}

/// An HTTP error response with one GraphQL error in its body.
pub fn http_error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = serde_json::json!({
        "errors": [{ "message": message, "extensions": { "code": code } }],
    });
    (status, Json(body)).into_response()
}

/// Exports the schema for composition. It is sorted, so that a diff shows only real changes.
pub fn export_sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .compose_directive()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items();
    let mut sdl = schema.sdl_with_options(options);
    let end = sdl.trim_end().len();
    sdl.truncate(end);
    sdl.push('\n');
    sdl
}
