//! The routes of role `serve`.

use std::sync::Arc;

use axum::Router;
use graphql_server::{Endpoint, Scopes};
use graphql_sockets::{Sockets, SocketsConfig};
use identity::InternalTokenVerifier;
use service::{Readiness, trace};

use crate::{Subgraph, has_subscriptions, internal, schema};

/// All routes: GraphQL, internal calls, public resources, health.
pub fn routes<S: Subgraph>(
    app: &Arc<S::App>,
    sockets: SocketsConfig,
    readiness: Readiness,
) -> Router {
    let verifier = Arc::new(InternalTokenVerifier::new(Arc::clone(&app.keys)));
    let scopes = Arc::new(Scopes {
        db: app.db.clone(),
        request_data: Box::new(S::add_loaders),
    });
    let endpoint = Endpoint {
        schema: schema::<S>(app),
        verifier: Arc::clone(&verifier),
        scopes: Arc::clone(&scopes),
        credential_mutations: S::CREDENTIAL_MUTATIONS,
    };
    let mut routes = endpoint.routes();
    if has_subscriptions::<S>() {
        let sockets = Sockets {
            schema: schema::builder::<S>(app),
            verifier,
            scopes,
            credential_mutations: S::CREDENTIAL_MUTATIONS,
            config: sockets,
            tasks: app.tasks.clone(),
        };
        routes = routes.merge(sockets.routes());
    }
    routes
        .merge(internal::calls::<S>(app).into_routes())
        .merge(S::public_routes(app))
        .layer(trace::layer())
        .merge(service::http::health_routes(readiness))
}
