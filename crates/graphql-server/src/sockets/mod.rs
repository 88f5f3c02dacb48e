//! Sockets at `/graphql`, for routers that pass subscriptions on: subprotocol `graphql-transport-ws` as
//! `async-graphql` speaks it, and what that leaves open: who calls, bounds, time.
//!
//! Every event resolves in a scope of its own ([`crate::scope`]), so a subscription holds no transaction while it
//! waits and shows nested objects as they are then. Every operation runs in a task of its own, so a reader that
//! dawdles delays nothing but itself.

mod close;
mod config;
mod conversation;
mod operations;

use std::sync::Arc;

use async_graphql::{ObjectType, Schema, SchemaBuilder, SubscriptionType};
use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use identity::{Caller, IDENTITY_HEADER, InternalTokenVerifier};
use service::Tasks;
use tokio::sync::Semaphore;

use self::close::Close;
use self::conversation::Conversation;
use self::operations::Operations;
use crate::endpoint::refusal;
use crate::scope::{ScopePerExecution, Scopes};

pub use config::SocketsConfig;

const SUBPROTOCOL: &str = "graphql-transport-ws";
/// The largest message from a client.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Bytes that an idle socket keeps for reading. The library's default is 128 KiB for every socket.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes that are gathered before they are written.
const WRITE_BUFFER: usize = 16 * 1024;

/// What the sockets of a subgraph need beyond its endpoint.
pub struct Sockets<Q, M, S> {
    /// The schema once more; its data holds the service's adapters.
    pub schema: SchemaBuilder<Q, M, S>,
    /// Bounds.
    pub config: SocketsConfig,
    /// Background work of the process.
    pub tasks: Tasks,
}

/// The state of the route.
struct Door<Q, M, S> {
    schema: Schema<Q, M, S>,
    verifier: Arc<InternalTokenVerifier>,
    config: SocketsConfig,
    room: Arc<Semaphore>,
    tasks: Tasks,
}

/// The route to mount next to POST.
pub(crate) fn routes<Q, M, S>(
    sockets: Sockets<Q, M, S>,
    verifier: Arc<InternalTokenVerifier>,
    scopes: Arc<Scopes>,
) -> Router
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let door = Door {
        schema: sockets
            .schema
            .extension(ScopePerExecution::new(scopes))
            .finish(),
        verifier,
        config: sockets.config,
        room: Arc::new(Semaphore::new(sockets.config.max)),
        tasks: sockets.tasks,
    };
    Router::new()
        .route("/graphql", get(open::<Q, M, S>))
        .with_state(Arc::new(door))
}

/// Answers an upgrade request.
async fn open<Q, M, S>(
    State(door): State<Arc<Door<Q, M, S>>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let Ok(place) = Arc::clone(&door.room).try_acquire_owned() else {
        let limit = door.config.max;
        tracing::warn!(limit, "socket was refused: there are too many");
        return refusal(
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
        let conversation = Conversation {
            operations: Operations {
                schema: door.schema.clone(),
                room: Arc::new(Semaphore::new(door.config.operations)),
                limit: door.config.operations,
                tasks: door.tasks.clone(),
            },
            config: door.config,
        };
        let identify = identifier(Arc::clone(&door.verifier), token);
        door.tasks.clone().spawn("graphql.socket", async move {
            if agreed {
                conversation.run(socket, identify).await;
            } else {
                conversation::close(socket, Close::SUBPROTOCOL).await;
            }
            drop(place);
        });
    })
}

/// Finds out who calls: by the token in the payload of `connection_init`, else by that of the upgrade request.
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
