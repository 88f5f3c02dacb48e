//! `POST /graphql` of a subgraph. It serves the router on behalf of a caller whom the gateway signed, and
//! nobody else.

use std::{sync::Arc, time::Instant};

use async_graphql::{
    Data, ObjectType, Request, Response, SDLExportOptions, Schema, ServerError, SubscriptionType,
    parser::types::OperationType,
};
use async_graphql_axum::GraphQLResponse;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::post,
};
use database::{ReadSnapshot, TenantDb, statements};
use identity::{Caller, IDENTITY_HEADER, InternalTokenVerifier};
use service::{Deadline, deadlines};

/// Puts what a request needs beyond caller, snapshot and deadline into its data: the loaders.
pub type RequestData = dyn Fn(&Arc<Caller>, &ReadSnapshot, &mut Data) + Send + Sync;

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

    async fn answer(&self, caller: Arc<Caller>, mut request: Request) -> Response {
        let snapshot = if is_command(&mut request) {
            self.db.patient_snapshot(caller.tenant_id())
        } else {
            self.db.snapshot(caller.tenant_id())
        };
        let deadline = Deadline::after(deadlines::SUBGRAPH);
        (self.request_data)(&caller, &snapshot, &mut request.data);
        request = request.data(caller).data(snapshot.clone()).data(deadline);
        let answer = deadline.run(self.schema.execute(request)).await;
        if let Err(error) = snapshot.finish().await {
            tracing::warn!(error = %error, "read transaction could not be ended");
        }
        answer.unwrap_or_else(|_over| too_late())
    }
}

async fn handle<Q, M, S>(
    State(endpoint): State<Arc<Endpoint<Q, M, S>>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let started = Instant::now();
    let caller = headers
        .get(IDENTITY_HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|token| endpoint.verifier.verify(token).ok());
    let Some(caller) = caller else {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "no valid internal token",
        );
    };
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return refusal(StatusCode::BAD_REQUEST, "BAD_REQUEST", "no GraphQL request");
    };
    let operation = request.operation_name.clone();
    let answered = endpoint.answer(Arc::clone(&caller), request);
    let (response, tally) = statements::counted(answered).await;
    tracing::info!(
        tenant.id = %caller.tenant_id(),
        caller.kind = caller.subject.kind(),
        graphql.operation = operation.as_deref().unwrap_or("anonymous"),
        graphql.errors = response.errors.len(),
        db.statements = tally.statements(),
        db_ms = tally.elapsed().as_secs_f64() * 1e3,
        duration_ms = started.elapsed().as_secs_f64() * 1e3,
        "subgraph request"
    );
    GraphQLResponse::from(response).into_response()
}

/// Whether the operation that will run may be a mutation. The router sends one operation per document.
fn is_command(request: &mut Request) -> bool {
    request.parsed_query().is_ok_and(|document| {
        document
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty == OperationType::Mutation)
    })
}

fn refusal(status: StatusCode, code: &str, message: &str) -> axum::response::Response {
    let body = serde_json::json!({
        "errors": [{ "message": message, "extensions": { "code": code } }],
    });
    (status, Json(body)).into_response()
}

fn too_late() -> Response {
    let mut error = ServerError::new("the service is unavailable, try again", None);
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", "SERVICE_UNAVAILABLE");
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
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
