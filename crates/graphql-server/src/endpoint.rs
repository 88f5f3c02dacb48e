//! `/graphql` of a subgraph: POST, and WebSocket where there are subscriptions. It serves the router on behalf of
//! a caller whom the gateway signed, and nobody else.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, SDLExportOptions, Schema, SubscriptionType};
use async_graphql_axum::GraphQLResponse;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Json, Router};
use database::TenantDb;
use identity::{IDENTITY_HEADER, InternalTokenVerifier};

use crate::scope::{Execution, RequestData, Scopes, operation_type};
use crate::sockets::{self, Sockets};

/// The router batches entity look-ups, so its requests are larger than those of clients.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// A subgraph's schema and what a request to it needs.
pub struct Endpoint<Q, M, S> {
    /// The schema; its data holds the service's adapters.
    pub schema: Schema<Q, M, S>,
    /// Checks the internal token.
    pub verifier: Arc<InternalTokenVerifier>,
    /// Where the request's snapshot is opened.
    pub db: TenantDb,
    /// Adds the loaders.
    pub request_data: Box<RequestData>,
}

/// The state of `POST /graphql`.
struct Posts<Q, M, S> {
    schema: Schema<Q, M, S>,
    verifier: Arc<InternalTokenVerifier>,
    scopes: Arc<Scopes>,
}

impl<Q, M, S> Endpoint<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// The route to mount.
    pub fn routes(self) -> Router {
        self.parts().0
    }

    /// The route to mount, which takes upgrades to WebSocket as well.
    pub fn routes_with_sockets(self, sockets: Sockets<Q, M, S>) -> Router {
        let (posts, verifier, scopes) = self.parts();
        posts.merge(sockets::routes(sockets, verifier, scopes))
    }

    fn parts(self) -> (Router, Arc<InternalTokenVerifier>, Arc<Scopes>) {
        let scopes = Arc::new(Scopes {
            db: self.db,
            request_data: self.request_data,
        });
        let posts = Posts {
            schema: self.schema,
            verifier: Arc::clone(&self.verifier),
            scopes: Arc::clone(&scopes),
        };
        let routes = Router::new()
            .route("/graphql", post(handle::<Q, M, S>))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(Arc::new(posts));
        (routes, self.verifier, scopes)
    }
}

async fn handle<Q, M, S>(
    State(posts): State<Arc<Posts<Q, M, S>>>,
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
        .and_then(|token| posts.verifier.verify(token).ok());
    let Some(caller) = caller else {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "no valid internal token",
        );
    };
    let Ok(mut request) = serde_json::from_slice::<Request>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", "no GraphQL request");
    };
    let operation = request.operation_name.clone();
    let execution = Execution {
        caller,
        operation_type: operation_type(&mut request),
        operation: operation.as_deref(),
    };
    let answered = posts.scopes.run(execution, |data| {
        request.data = data;
        posts.schema.execute(request)
    });
    GraphQLResponse::from(answered.await).into_response()
}

/// An answer without a GraphQL answer in it.
pub(crate) fn refusal(status: StatusCode, code: &str, message: &str) -> axum::response::Response {
    let body = serde_json::json!({
        "errors": [{ "message": message, "extensions": { "code": code } }],
    });
    (status, Json(body)).into_response()
}

/// The schema as composition reads it: sorted, so that a diff shows what changed and nothing else.
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
