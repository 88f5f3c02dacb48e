//! WebSockets at `/graphql`, to which routers pass subscriptions on. `async-graphql` implements the subprotocol
//! `graphql-transport-ws`; this module adds authentication, limits and time-outs.
//!
//! Every event resolves in its own scope ([`graphql_server::Scopes`]), so a subscription holds no transaction while it
//! waits, and nested objects are read as of the time when the event resolves. Every operation runs in its own
//! task, so a slow reader delays only itself.

mod close;
mod config;
mod operations;
mod scope_per_execution;
mod socket_connection;

use std::sync::Arc;

use async_graphql::{ObjectType, Schema, SchemaBuilder, SubscriptionType};
use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use graphql_server::{Scopes, http_error};
use identity::{Caller, IDENTITY_HEADER, InternalTokenVerifier};
use service::Tasks;
use tokio::sync::Semaphore;

use crate::close::Close;
use crate::operations::Operations;
use crate::scope_per_execution::ScopePerExecution;
use crate::socket_connection::SocketConnection;

pub use config::SocketsConfig;

const SUBPROTOCOL: &str = "graphql-transport-ws";
/// Limit of a message from a client.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Read buffer that each socket keeps. The library's default is 128 KiB.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes that are buffered before a write.
const WRITE_BUFFER: usize = 16 * 1024;

/// The schema of a subgraph and the dependencies of its sockets.
pub struct Sockets<Q, M, S> {
    /// Builder of the schema; its data holds the service's adapters.
    pub schema: SchemaBuilder<Q, M, S>,
    /// Verifies the internal token.
    pub verifier: Arc<InternalTokenVerifier>,
    /// Gives every execution its read snapshot, loaders and deadline.
    pub scopes: Arc<Scopes>,
    /// Mutations that accept strings which PostgreSQL cannot store; see [`graphql_server::reject_unstorable`].
    pub credential_mutations: &'static [&'static str],
    /// Limits and time-outs.
    pub config: SocketsConfig,
    /// Background tasks of the process.
    pub tasks: Tasks,
}

/// State of the upgrade route.
struct UpgradeState<Q, M, S> {
    schema: Schema<Q, M, S>,
    verifier: Arc<InternalTokenVerifier>,
    credential_mutations: &'static [&'static str],
    config: SocketsConfig,
    permits: Arc<Semaphore>,
    tasks: Tasks,
}

impl<Q, M, S> Sockets<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    /// The route to mount next to that of the endpoint.
    pub fn routes(self) -> Router {
        let state = UpgradeState {
            schema: self
                .schema
                .extension(ScopePerExecution::new(self.scopes))
                .finish(),
            verifier: self.verifier,
            credential_mutations: self.credential_mutations,
            config: self.config,
            permits: Arc::new(Semaphore::new(self.config.max)),
            tasks: self.tasks,
        };
        Router::new()
            .route("/graphql", get(upgrade::<Q, M, S>))
            .with_state(Arc::new(state))
    }
}

/// Handles an upgrade request.
async fn upgrade<Q, M, S>(
    State(state): State<Arc<UpgradeState<Q, M, S>>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let Ok(permit) = Arc::clone(&state.permits).try_acquire_owned() else {
        let limit = state.config.max;
        tracing::warn!(limit, "socket rejected: too many open sockets");
        return http_error(
            StatusCode::SERVICE_UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            &format!("sockets of one process are limited to {limit}"),
        );
    };
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MESSAGE_BYTES)
        .max_frame_size(MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER);
    let agreed = upgrade.selected_protocol().is_some();
    let token = headers
        .get(IDENTITY_HEADER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    upgrade.on_upgrade(move |socket| async move {
        let connection = SocketConnection {
            operations: Operations {
                schema: state.schema.clone(),
                permits: Arc::new(Semaphore::new(state.config.operations)),
                limit: state.config.operations,
                credential_mutations: state.credential_mutations,
                tasks: state.tasks.clone(),
            },
            config: state.config,
        };
        let identify = identifier(Arc::clone(&state.verifier), token);
        state.tasks.clone().spawn("graphql.socket", async move {
            if agreed {
                connection.run(socket, identify).await;
            } else {
                socket_connection::close(socket, Close::SUBPROTOCOL).await;
            }
            drop(permit);
        });
    })
}

/// Returns a function that verifies the caller: by the token in the payload of `connection_init`, else by that of the
/// upgrade request.
fn identifier(
    verifier: Arc<InternalTokenVerifier>,
    upgrade: Option<String>,
) -> impl FnOnce(&serde_json::Value) -> Option<Arc<Caller>> + Send + 'static {
    move |payload| {
        let token = payload
            .get(IDENTITY_HEADER)
            .map_or_else(|| upgrade.as_deref(), |in_payload| in_payload.as_str());
        verifier.verify(token?).ok()
    }
}
